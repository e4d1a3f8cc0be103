"""Participants who never answer, never read, or stop acknowledging: the others go on, and nothing grows."""

import asyncio
import os
import time
from collections.abc import AsyncIterator

import aioice.ice
import msgspec
import pytest
from structlog.testing import capture_logs

from media.admission import JoinGate
from media.downlink import OFFER_ATTEMPTS, Downlink
from media.eventbox import CAPACITY, EventBox
from media.ice import LOOPBACK
from media.messages import ParticipantGone, Reason, RoomOffer, RoomSpec
from media.participant import GONE_SECONDS
from media.room import Room
from ports.clock import SystemClock
from tests.media.peers import CountingRecorder, Pages, Peer, until


class ShiftedClock(SystemClock):
    """The machine's clock, moved on when a test has no time to wait."""

    shift = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.shift


class Stage:
    """A room in which two participants see each other, and one more who misbehaves."""

    def __init__(self) -> None:
        self.clock, self.recorder = ShiftedClock(), CountingRecorder()
        self.room = Room(RoomSpec("case-1", "rec-1", "S"), self.recorder, LOOPBACK, self.clock, JoinGate())
        self.good = [Peer(self.room, "host", "host"), Peer(self.room, "b")]
        self.bad = Peer(self.room, "bad")
        self.pages = Pages(self.room, *self.good)

    async def start(self) -> None:
        await self.room.start()
        for peer in self.good:
            await self.room.join(peer.spec)
            await peer.publish()
        await until(lambda: all(peer.frames.get("video", 0) > 3 for peer in self.good))

    async def others_go_on(self, frames: int = 10) -> None:
        seen = [peer.frames["video"] + frames for peer in self.good]
        await until(lambda: all(p.frames["video"] >= count for p, count in zip(self.good, seen, strict=True)))

    async def passes(self, seconds: float) -> None:
        """Time that the others live through: a step at a time, with media between."""
        until_then = self.clock.monotonic() + seconds
        while self.clock.monotonic() < until_then:
            self.clock.shift += 2.0
            await asyncio.sleep(0.25)

    def present(self) -> set[str]:
        return {entry.participant_id for entry in self.room.roster().participants}

    def reasons(self) -> list[str]:
        return [event.reason for event in self.pages.events if isinstance(event, ParticipantGone)]

    async def close(self) -> None:
        await self.pages.close()
        await self.bad.close()
        await self.room.close("over")
        await until(lambda: asyncio.all_tasks() == {asyncio.current_task()}, 3.0)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    files = len(os.listdir("/proc/self/fd"))
    stage = Stage()
    await stage.start()
    yield stage
    await stage.close()
    assert len(os.listdir("/proc/self/fd")) == files


async def test_who_never_answers_an_offer_is_gone_after_a_while_and_the_others_go_on(stage):
    await stage.room.join(stage.bad.spec)
    await until(lambda: stage.room._participants["bad"].pending_offer is not None)
    await stage.passes(GONE_SECONDS - 3.0)
    assert stage.present() == {"host", "b", "bad"}
    await stage.others_go_on()
    await stage.passes(4.0)
    await until(lambda: stage.present() == {"host", "b"})
    assert stage.reasons() == [Reason.SILENT]
    await stage.others_go_on()


async def test_who_sends_but_never_answers_is_seen_by_the_others_and_asked_a_few_times(stage, monkeypatch):
    monkeypatch.setattr(Downlink.__init__, "__defaults__", (0.1,))  # seconds for an answer
    await stage.room.join(stage.bad.spec)
    downlink = stage.room._participants["bad"]._downlink
    with capture_logs() as logs:
        await stage.bad.publish()
        await until(lambda: [entry["event"] for entry in logs] == ["media_offer_unanswered"])
    asked = {e.sdp for e in stage.pages.events if isinstance(e, RoomOffer) and e.participant_id == "bad"}
    assert len(asked) <= OFFER_ATTEMPTS
    assert (downlink.transport, downlink.pending) == (None, None)
    assert all(len(peer.offers[-1].tracks) == 4 for peer in stage.good)
    assert downlink._subscriptions == {} and downlink._sections == []
    await stage.passes(GONE_SECONDS + 2.0)
    assert stage.present() == {"host", "b", "bad"}
    await stage.others_go_on()


async def test_who_answered_no_offer_is_asked_again_after_a_while_and_at_once_when_he_resumes(stage, monkeypatch):
    monkeypatch.setattr(Downlink.__init__, "__defaults__", (0.05,))  # seconds for an answer
    monkeypatch.setattr("media.downlink.AGAIN_SECONDS", 0.3)
    stage.bad.spec = msgspec.structs.replace(stage.bad.spec, connections="c1")
    await stage.room.join(stage.bad.spec)

    def offers() -> int:
        return sum(isinstance(e, RoomOffer) and e.participant_id == "bad" for e in stage.pages.events)

    with capture_logs() as logs:
        await until(lambda: [entry["event"] for entry in logs] == ["media_offer_unanswered"])
        assert offers() == OFFER_ATTEMPTS
        await until(lambda: offers() > OFFER_ATTEMPTS)
        await until(lambda: len(logs) == 2)
    monkeypatch.setattr("media.downlink.AGAIN_SECONDS", 60.0)
    with capture_logs() as logs:
        await until(lambda: logs)
    asked = offers()
    stage.room.resume("bad", "c1")
    await until(lambda: offers() > asked)
    await stage.room.leave("bad", "left")


async def test_who_stops_to_read_and_to_acknowledge_gets_a_new_connection_and_then_sees_again(stage, monkeypatch):
    monkeypatch.setattr(aioice.ice, "CONSENT_INTERVAL", 0.05)
    monkeypatch.setattr(aioice.ice, "CONSENT_FAILURES", 2)
    pages = Pages(stage.room, stage.bad)
    await stage.room.join(stage.bad.spec)
    await stage.bad.publish("audio")
    await until(lambda: stage.bad.frames.get("video", 0) > 3)
    deaf = stage.bad.down
    for protocol in deaf.getTransceivers()[0].receiver.transport.transport._connection._protocols:
        asyncio.get_running_loop()._remove_reader(protocol.transport._sock_fd)
    downlink = stage.room._participants["bad"]._downlink
    transport = downlink.transport
    await until(lambda: downlink.transport is not transport and stage.bad.down is not deaf)
    seen = stage.bad.frames["video"]
    await until(lambda: stage.bad.frames["video"] > seen + 10)
    await stage.others_go_on()
    await stage.bad.close()
    await stage.room.leave("bad", "left")
    await pages.close()


async def test_a_watcher_who_does_not_read_holds_a_bounded_number_of_events(stage):
    box = EventBox()
    stage.room.watch(box)
    for number in range(3 * CAPACITY):
        await stage.room.join(Peer(stage.room, f"p{number}").spec)
        await stage.room.leave(f"p{number}", "left")
    assert len(box._waiting) == CAPACITY
    assert box.dropped > 0
    stage.room.unwatch(box)
    await stage.others_go_on()
