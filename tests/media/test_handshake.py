"""Both sides over a real socket pair; the attackers of these tests know everything but the secret."""

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest

from media.errors import BadRequest
from media.handshake import SIZE, admit, introduce

SECRET = b"s" * 32


@asynccontextmanager
async def line():
    """(reader, writer) of the worker's end, and of the client's."""
    ends = [await asyncio.open_connection(sock=end) for end in socket.socketpair()]
    yield ends
    for _, writer in ends:
        writer.close()
        await writer.wait_closed()


async def outcome(work) -> str:
    try:
        await work
    except BadRequest as error:
        return str(error)
    return "trusted"


async def test_two_who_hold_the_secret_trust_each_other():
    async with line() as (worker, client):
        assert await asyncio.gather(outcome(admit(*worker, SECRET)), outcome(introduce(*client, SECRET))) == [
            "trusted",
            "trusted",
        ]


async def test_a_client_with_another_secret_is_refused():
    async with line() as (worker, client):
        introducing = asyncio.create_task(outcome(introduce(*client, b"other" * 8)))
        assert await outcome(admit(*worker, SECRET)) == "the other side does not hold the secret"
        worker[1].close()
        assert await introducing == "the other side did not introduce itself"


async def test_a_client_does_not_trust_a_worker_that_sends_its_own_proof_back():
    async with line() as (worker, client):
        introducing = asyncio.create_task(outcome(introduce(*client, SECRET)))
        worker[1].write(bytes(SIZE))
        await worker[0].readexactly(SIZE)
        worker[1].write(await worker[0].readexactly(SIZE))
        assert await introducing == "the other side does not hold the secret"


async def test_what_an_honest_client_once_sent_opens_nothing_when_it_is_played_again():
    async with line() as (attacker, honest), line() as (worker, client):
        attacker[1].write(bytes(SIZE))
        introducing = asyncio.create_task(outcome(introduce(*honest, SECRET)))
        client[1].write(await attacker[0].readexactly(2 * SIZE))
        assert await outcome(admit(*worker, SECRET)) == "the other side does not hold the secret"
        attacker[1].close()
        await introducing


@pytest.mark.parametrize("sent", [b"", b"x" * SIZE, b"x" * (2 * SIZE - 1)])
async def test_one_who_breaks_off_is_refused(sent):
    async with line() as (worker, client):
        client[1].write(sent)
        client[1].write_eof()
        assert await outcome(admit(*worker, SECRET)) == "the other side did not introduce itself"


async def test_one_who_says_nothing_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("media.handshake.SECONDS", 0.05)
    async with line() as (worker, _):
        assert await outcome(admit(*worker, SECRET)) == "the other side did not introduce itself"
