"""Where segments lie on the recording's clock. Pure.

A participant's camera and microphone reach us with delays of their own; their sender reports tell, on the participant's
one clock, when each was taken. The least delay seen over all reports of the participant places that clock on ours, and
so sound and picture keep the distance that they had. Without reports the time of arrival must do.

A track's RTP time comes from a device's own clock (a sound card's), which runs apart from the participant's by up to
some hundred parts in a million: most of a second in an hour. The reports of a segment tell its pace.
"""

from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from media.entries import Report

PACE_LEAST_MS = 60_000  # reports over less time than that tell more of their own jitter than of a clock
PACE_MOST = 0.001  # clocks that are farther apart are none
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
    rate = pace(segment.reports, segment.clock_rate) * 1000 / segment.clock_rate
    taken = median(ntp_ms(report.ntp) + (segment.timestamp - report.timestamp) * rate for report in segment.reports)
    start = round(taken + offset)
    return max(start, 0) if abs(start - segment.arrived_ms) <= DOUBT_MS else segment.arrived_ms


def pace(reports: Sequence[Report], clock_rate: int) -> float:
    """By how much longer than its RTP times say a segment took: 1.0 where the reports do not tell.

    The median of the slopes between reports that are half of all apart (an incomplete Theil-Sen estimate): single
    reports of a sender that was held up do not count."""
    reports = sorted(reports, key=lambda report: report.timestamp)
    half = len(reports) // 2
    slopes = [
        (ntp_ms(late.ntp) - ntp_ms(early.ntp)) * clock_rate / 1000 / (late.timestamp - early.timestamp)
        for early, late in zip(reports, reports[half:], strict=False)
        if (late.timestamp - early.timestamp) * 1000 >= PACE_LEAST_MS / 2 * clock_rate
    ]
    found = median(slopes) if slopes else 1.0
    return found if abs(found - 1) <= PACE_MOST else 1.0


def ntp_ms(ntp: int) -> float:
    return ntp * 1000 / 2**32
