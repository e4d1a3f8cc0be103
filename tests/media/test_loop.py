"""The worker's loop takes datagrams while it waits, and keeps every other promise of asyncio's."""

import asyncio
import socket
import threading

import pytest

from media.loop import MediaSelector, new_loop
from media.srtp import Inlet


class Path:
    """An end that keeps what comes; `then` is called for each datagram."""

    connected = True

    def __init__(self, then=lambda: None):
        self.sizes: list[int] = []
        self.then = then

    def _decrypt(self, size: int) -> None:
        self.sizes.append(size)
        self.then()


@pytest.fixture
def loop():
    loop = new_loop()
    yield loop
    loop.close()


@pytest.fixture
def pair():
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    near.setblocking(False)
    with near, far:
        yield near, far


def listen(loop, near, path) -> None:
    loop._add_reader(near.fileno(), Inlet(path, None, near.recvfrom_into))


def test_the_private_names_that_we_rely_on_are_there(loop):
    handle = loop.call_soon(print)
    timer = loop.call_later(1, print)
    assert list(loop._ready) == [handle]
    assert loop._scheduled == [timer]
    assert handle._callback is print
    handle.cancel()


def test_datagrams_cost_no_turn_of_the_loop(loop, pair):
    near, far = pair
    done = loop.create_future()
    path = Path(lambda: len(path.sizes) == 50 and loop.call_soon(done.set_result, None))
    listen(loop, near, path)
    turns = count_turns(loop)
    ball = threading.Timer(0.05, lambda: [far.send(b"\x80" * 20) for _ in range(50)])
    ball.start()
    loop.run_until_complete(asyncio.wait_for(done, 5))
    ball.join()
    assert path.sizes == [20] * 50
    assert turns() < 10


def count_turns(loop):
    selector, turns = loop._selector, 0
    stock = selector.select

    def select(timeout=None):
        nonlocal turns
        turns += 1
        return stock(timeout)

    selector.select = select
    return lambda: turns


@pytest.mark.parametrize("schedule", ["call_soon", "call_later", "call_soon_threadsafe"])
def test_what_a_datagram_schedules_is_done_without_another_one(loop, pair, schedule):
    near, far = pair
    done = loop.create_future()
    delay = [0.01] if schedule == "call_later" else []
    listen(loop, near, Path(lambda: getattr(loop, schedule)(*delay, done.set_result, "done")))
    far.send(b"\x80" * 20)
    assert loop.run_until_complete(asyncio.wait_for(done, 5)) == "done"


def test_a_timer_is_on_time_while_datagrams_keep_coming(loop, pair):
    near, far = pair
    path = Path(lambda: far.send(b"\x80" * 20))  # each brings the next one
    listen(loop, near, path)
    far.send(b"\x80" * 20)
    loop.run_until_complete(asyncio.wait_for(asyncio.sleep(0.05), 5))
    assert len(path.sizes) > 1


def test_a_datagram_that_raises_is_told_and_the_next_one_is_taken(loop, pair):
    near, far = pair
    told, done = [], loop.create_future()
    loop.set_exception_handler(lambda loop, context: told.append(context["exception"]))
    failed = ValueError("bad datagram")

    def then():
        if len(path.sizes) == 1:
            raise failed
        loop.call_soon(done.set_result, None)

    path = Path(then)
    listen(loop, near, path)
    far.send(b"\x80" * 20)
    far.send(b"\x80" * 30)
    loop.run_until_complete(asyncio.wait_for(done, 5))
    assert (path.sizes, told) == ([20, 30], [failed])


def test_a_socket_that_the_one_before_took_away_is_left_alone(loop):
    pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
    taken = []

    def take_away_the_others():
        taken.append(1)
        for near, _ in pairs:
            loop._remove_reader(near.fileno())
        loop.call_soon(done.set_result, None)

    done = loop.create_future()
    for near, far in pairs:
        near.setblocking(False)
        listen(loop, near, Path(take_away_the_others))
        far.send(b"\x80" * 20)
    loop.run_until_complete(asyncio.wait_for(done, 5))
    for near, far in pairs:
        near.close()
        far.close()
    assert taken == [1]


def test_other_readers_and_writers_are_the_loops_own(loop, pair):
    async def talk():
        reader, writer = await asyncio.open_connection(sock=socket_to(server))
        writer.write(b"hello\n")
        await writer.drain()
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return line

    async def echo(reader, writer):
        writer.write(await reader.readline())
        writer.close()
        await writer.wait_closed()

    server = loop.run_until_complete(asyncio.start_server(echo, "127.0.0.1", 0))
    try:
        assert loop.run_until_complete(asyncio.wait_for(talk(), 5)) == b"hello\n"
    finally:
        server.close()
        loop.run_until_complete(server.wait_closed())
    assert isinstance(loop._selector, MediaSelector)


def socket_to(server):
    return socket.create_connection(server.sockets[0].getsockname())
