"""Parts too small for a file each: chores, ICE credentials, page images, texts."""

import asyncio
import base64
import hashlib
import hmac

import pytest
import structlog

from ports.clock import FrozenClock
from server.chores import Chores
from server.ice import LIFE_SECONDS, ice_servers
from server.settings import Settings
from server.texts import prefers_english, problem_text
from signaling.peers import Peer

PEER = Peer("ann", "member", "Ann", "", "0123456789abcdef0123456789abcdef")


async def test_a_chore_that_fails_is_named_in_the_log_and_nothing_of_it():
    async def fails():
        raise RuntimeError("A123456789")

    chores = Chores()
    with structlog.testing.capture_logs() as logs:
        chores.start("close_room", fails())
        await chores.finish(1)
        await asyncio.sleep(0)
    assert logs == [
        {"event": "chore_failed", "log_level": "error", "chore": "close_room", "error": "RuntimeError", "code": None}
    ]


async def test_chores_are_finished_before_the_end_or_cancelled():
    done = []

    async def quick():
        await asyncio.sleep(0.01)
        done.append("quick")

    async def endless():
        try:
            await asyncio.Event().wait()
        finally:
            done.append("cancelled")

    chores = Chores()
    chores.start("quick", quick())
    chores.start("endless", endless())
    await chores.finish(0.1)
    assert done == ["quick", "cancelled"]


def test_without_addresses_browsers_get_no_ice_servers():
    assert ice_servers(Settings(), FrozenClock(), PEER) == []


def test_turn_credentials_end_with_the_call_and_name_no_person():
    settings = Settings(ice_urls=("stun:stun.example", "turn:turn.example?transport=tcp"), turn_secret="shared")
    clock = FrozenClock()
    stun, turn = ice_servers(settings, clock, PEER)
    expiry, who = turn["username"].split(":")
    tag = hmac.digest(b"shared", turn["username"].encode(), hashlib.sha1)
    assert stun == {"urls": ["stun:stun.example"]}
    assert int(expiry) == int(clock.now().timestamp()) + LIFE_SECONDS
    assert who == PEER.session_id[:16]
    assert base64.b64decode(turn["credential"]) == tag


@pytest.mark.parametrize(
    ("header", "english"),
    [("en", True), ("en-US,en;q=0.9", True), ("zh-TW,en;q=0.5", False), ("", False), ("fr", False)],
)
def test_chinese_unless_english_comes_first(header, english):
    assert prefers_english(header) is english


def test_a_code_without_a_text_gets_the_general_sentence():
    assert problem_text("no_such_code_at_all") == problem_text("general")
