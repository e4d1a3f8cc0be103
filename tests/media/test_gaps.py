"""The gaps that the console shows are those that the manifest lists."""

import random

import pytest

from media.gaps import HOLE_MS, SEAM_MS, is_break, is_hole
from ports.clock import FrozenClock
from tests.media.rec import Studio, camera, microphone, nothing, play
from tests.media.streams import flat, packets_of, sounds
from tests.media.test_recorder import manifest_of

FRAME_MS, RATE = 20, 48
TIMES_MS = (40, 100, 120, 400, 480, 520, 700, 3000)


def test_a_hole_is_longer_than_half_a_second_of_media_and_a_break_than_a_tenth():
    assert [is_hole(7, 7 + ms * 90, 90_000) for ms in (33, HOLE_MS, HOLE_MS + 1)] == [False, False, True]
    assert [is_break(1000, 1000 + ms) for ms in (-5, SEAM_MS, SEAM_MS + 1)] == [False, False, True]


class Call:
    """A microphone over a bad line."""

    def __init__(self, studio: Studio, recorder):
        self.clock, self.recorder = studio.clock, recorder
        self.sink = recorder.open_track(microphone(), nothing)
        self._sequence = self._media_ms = 0

    def talk(self, frames: int = 25, pace_ms: int = FRAME_MS) -> None:
        packets = packets_of("opus", sounds(frames), sequence=self._sequence, timestamp=self._media_ms * RATE)
        for packet in flat(packets):
            self.sink.rtp(packet, self.clock.monotonic())
            self.clock.advance(pace_ms / 1000)
        self._sequence += frames
        self._media_ms += frames * FRAME_MS

    def pause(self, ms: int) -> None:
        """The sender sends nothing."""
        self._media_ms += ms
        self.clock.advance(ms / 1000)

    def delay(self, ms: int) -> None:
        """What is sent meanwhile comes all at once afterwards."""
        self.clock.advance(ms / 1000)
        self.talk(ms // FRAME_MS, pace_ms=0)

    def rejoin(self) -> None:
        self.sink.close("replaced")
        self.sink = self.recorder.open_track(microphone(), nothing)

    def mute_for(self, ms: int) -> None:
        self.sink.mute(True)
        self.pause(ms)
        self.sink.mute(False)


@pytest.mark.parametrize("seed", range(8))
async def test_the_status_counts_what_the_manifest_lists_whatever_happens_to_the_line(tmp_path, seed):
    studio, chance = Studio(tmp_path, FrozenClock()), random.Random(seed)
    recorder = studio.recorder()
    await recorder.start()
    call = Call(studio, recorder)
    call.talk()
    for _ in range(12):
        happening = chance.choice([call.pause, call.delay, call.mute_for])
        happening(chance.choice(TIMES_MS))
        if chance.random() < 0.4:
            call.rejoin()
        call.talk()
    call.sink.close("left")
    counted = recorder.status().gaps
    manifest = await manifest_of(studio, await recorder.seal("done"))
    assert counted == len([gap for gap in manifest.gaps if gap.reason != "muted"])


async def test_a_camera_whose_packets_come_late_has_no_gap_and_one_that_is_lost_has(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    late, lossy = (recorder.open_track(camera(participant=name), nothing) for name in ("late", "lossy"))
    play(late, 30, 0.0)
    play(late, 30, 3.0, first=30)
    play(lossy, 90, 0.0, lose=tuple(range(20, 60)))
    late.close("left")
    lossy.close("left")
    assert recorder.status().gaps == 1
    manifest = await manifest_of(studio, await recorder.seal("done"))
    assert [(gap.track_id, gap.reason) for gap in manifest.gaps] == [("lossy-camera", "loss")]
