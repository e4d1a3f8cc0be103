"""What of a participant who sends far too much is let through, and when he is trusted again."""

import math

import pytest

from media.allowance import BITS_PER_SECOND, PATIENCE_SECONDS, Allowance
from media.srtp import SrtpPath

RATE = BITS_PER_SECOND / 8
TICK = 0.2


class Sender:
    """Sends at a multiple of what is allowed; `passed`: bytes that would have been let through."""

    def __init__(self) -> None:
        self.allowance, self.now, self.received, self.passed, self.ceiling = Allowance(), 0.0, 0, 0.0, math.inf

    def send(self, times: float, seconds: float) -> float:
        """Bytes per second that passed."""
        before = self.passed
        for _ in range(round(seconds / TICK)):
            sent = round(RATE * times * TICK)
            self.passed += max(0.0, min(sent, self.ceiling - self.received))
            self.received += sent
            self.now += TICK
            self.ceiling = self.allowance.ceiling(self.received, self.now)
        return (self.passed - before) / seconds


@pytest.mark.parametrize(("times", "seconds"), [(1.0, 60), (2.0, PATIENCE_SECONDS - 2 * TICK), (0.3, 60)])
def test_what_is_allowed_passes_and_so_does_a_burst(times, seconds):
    sender = Sender()
    assert sender.send(times, seconds) == pytest.approx(RATE * times)
    assert sender.ceiling == math.inf


@pytest.mark.parametrize("times", [2.5, 4, 50])
def test_who_goes_on_gets_through_what_is_allowed_and_no_more(times):
    sender = Sender()
    sender.send(times, 2 * PATIENCE_SECONDS)
    assert sender.send(times, 10) == pytest.approx(RATE, rel=0.01)


def test_who_sends_less_again_is_trusted_within_seconds():
    sender = Sender()
    sender.send(50, 10)
    sender.send(0.3, 2 * PATIENCE_SECONDS / 0.7 + 2 * TICK)
    assert sender.ceiling == math.inf


def test_what_a_connection_gets_beyond_its_ceiling_is_counted_and_nobody_gets_it(monkeypatch):
    got = []
    path = SrtpPath(lambda: 1.0, lambda packet, now: got.append("rtp"), lambda packet, now: got.append("rtcp"))
    monkeypatch.setattr("media.srtp._unprotect", lambda session, data, length: 0)
    monkeypatch.setattr("media.srtp._unprotect_rtcp", lambda session, data, length: 0)
    rtp, rtcp = bytes((0x80, 96)) + bytes(98), bytes((0x80, 200)) + bytes(98)
    path.ceiling = 250
    for packet in (rtp, rtp, rtp, rtcp):
        path._receive(packet)
    assert (got, path.counters.limited, path.received) == (["rtp", "rtp", "rtcp"], 1, 300)
