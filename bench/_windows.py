"""Measuring servers side by side: short windows in turn, so that the noise of the machine hits each of them."""

import asyncio
import math
import statistics
import time
from dataclasses import dataclass, field
from typing import Protocol

from bench._media_load import GRACE_SECONDS, Arrivals, DirectPair, Sender
from bench._process import cpu_seconds

WARM_SECONDS = 1.0


class Plane(Protocol):
    pid: int

    @property
    def senders(self) -> list[Sender]: ...


@dataclass
class Subject:
    """A server under load and what was measured of it."""

    plane: Plane
    receivers: int  # of each packet
    arrivals: Arrivals = field(default_factory=Arrivals)
    direct: Arrivals = field(default_factory=Arrivals)  # from peer to peer while this server is under load
    windows: list["Window"] = field(default_factory=list)


@dataclass(frozen=True)
class Window:
    seconds: float
    cpu: float
    generator_cpu: float
    sent: int
    delivered: int


async def alternate(subjects: list[Subject], rounds: int, seconds: float, pair: DirectPair | None = None) -> None:
    """Each subject in turn, `rounds` times; the others are connected but silent meanwhile. The pair always sends."""
    for subject in subjects:
        pause(subject)
    for _ in range(rounds):
        for subject in subjects:
            if pair is not None:
                pair.tell(subject.direct)
            subject.windows.append(await window(subject, seconds))


async def window(subject: Subject, seconds: float) -> Window:
    arrivals = subject.arrivals
    for sender in subject.plane.senders:
        sender.resume()
    await asyncio.sleep(WARM_SECONDS)
    heard, sent, cpu, own = len(arrivals.seconds), _sent(subject), cpu_seconds(subject.plane.pid), time.process_time()
    arrivals.since = subject.direct.since = start = time.perf_counter()
    await asyncio.sleep(seconds)
    pause(subject)
    elapsed, own = time.perf_counter() - start, time.process_time() - own
    cpu, sent = cpu_seconds(subject.plane.pid) - cpu, _sent(subject) - sent
    await asyncio.sleep(GRACE_SECONDS)
    arrivals.since = subject.direct.since = math.inf
    return Window(elapsed, cpu, own, sent, len(arrivals.seconds) - heard)


def pause(subject: Subject) -> None:
    for sender in subject.plane.senders:
        sender.pause()


def figures(subject: Subject, rooms: int) -> dict[str, float]:
    """The median over the windows; latencies are those beyond the direct path, of all packets of all windows."""
    windows, arrivals = subject.windows, subject.arrivals
    sent, delivered = sum(w.sent for w in windows), sum(w.delivered for w in windows)
    return {
        "us_per_forwarded_packet": median([w.cpu * 1e6 / max(1, w.delivered) for w in windows], 1),
        "cpu_percent_per_room": median([w.cpu / w.seconds / rooms * 100 for w in windows], 2),
        "delivered_ratio": round(delivered / max(1, sent * subject.receivers), 4),
        "latency_ms_p50": added(arrivals, subject.direct, 50),
        "latency_ms_p99": added(arrivals, subject.direct, 99),
        "through_ms_p99": quantile(arrivals, 99),
        "packets_per_s": round(delivered / sum(w.seconds for w in windows)),
        "generator_cpu_percent": median([w.generator_cpu / w.seconds * 100 for w in windows], 1),
    }


def median(values: list[float], digits: int) -> float:
    return round(statistics.median(values), digits)


def percentile(values: list[float], percent: int) -> float:
    """The nearest rank: a value that was measured."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def quantile(arrivals: Arrivals, percent: int) -> float:
    """Milliseconds."""
    return round(percentile(arrivals.seconds, percent) * 1000, 3)


def added(arrivals: Arrivals, direct: Arrivals, percent: int) -> float:
    """Milliseconds beyond what the same quantile is from peer to peer."""
    return round(quantile(arrivals, percent) - quantile(direct, percent), 3)


def _sent(subject: Subject) -> int:
    return sum(sender.sent for sender in subject.plane.senders)
