"""Where segments lie on the recording's clock. Pure.

A participant's camera and microphone reach us with delays of their own; their sender reports tell, on the participant's
one clock, when each was taken. The least delay seen over all reports of the participant places that clock on ours, and
so sound and picture keep the distance that they had. Without reports the time of arrival must do.
"""

from collections.abc import Iterable, Sequence

import msgspec

from media.entries import Report

DOUBT_MS = 3000  # reports that move a segment by more are wrong, and the arrival counts


class Placed(msgspec.Struct, frozen=True):
    """A segment to be placed: who sent it, when its first frame came, and the reports of its sender."""

    participant_id: str
    arrived_ms: int
    timestamp: int
    clock_rate: int
    reports: tuple[Report, ...] = ()


def starts(segments: Sequence[Placed]) -> list[int]:
    """``start_ms`` of each."""
    offsets = {
        participant: _offset(segment for segment in segments if segment.participant_id == participant)
        for participant in {segment.participant_id for segment in segments}
    }
    return [_start(segment, offsets[segment.participant_id]) for segment in segments]


def _offset(segments: Iterable[Placed]) -> float | None:
    """From the sender's clock to ours, in ms, by the report that was under way for the shortest time."""
    delays = [report.at_ms - ntp_ms(report.ntp) for segment in segments for report in segment.reports]
    return min(delays, default=None)


def _start(segment: Placed, offset: float | None) -> int:
    if offset is None or not segment.reports:
        return segment.arrived_ms
    nearest = min(segment.reports, key=lambda report: abs(report.timestamp - segment.timestamp))
    taken = ntp_ms(nearest.ntp) + (segment.timestamp - nearest.timestamp) * 1000 / segment.clock_rate
    start = round(taken + offset)
    return max(start, 0) if abs(start - segment.arrived_ms) <= DOUBT_MS else segment.arrived_ms


def ntp_ms(ntp: int) -> float:
    return ntp * 1000 / 2**32
