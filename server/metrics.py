"""What operations counts, as Prometheus reads it. No label ever names a person or a case."""

import math
from collections.abc import Callable, Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from ports.journal import Entry, Journal, Record
from server.beats import JobsBeat, WorkerBeat

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("cvx_http_requests_total", "Requests answered", labels, registry=self.registry)
        self.latency = Histogram(
            "cvx_http_request_seconds", "Time to answer", ("method", "route"), buckets=BUCKETS, registry=self.registry
        )
        self.appends = Counter("cvx_journal_entries_total", "Entries appended by this process", registry=self.registry)
        self.otp = Counter("cvx_otp_total", "OTP requests by outcome", ("step", "outcome"), registry=self.registry)
        self.sockets = Gauge("cvx_sockets", "Open Socket.IO connections", registry=self.registry)
        self.rooms = Gauge("cvx_rooms", "Rooms that connections of this process are in", registry=self.registry)

        self.jobs_up = Gauge("cvx_jobs_up", "1 while jobs beat", registry=self.registry)
        self.jobs_lag = Gauge("cvx_jobs_lag_seconds", "How long the journal waits for jobs", registry=self.registry)
        workers = {"labelnames": ("worker",), "registry": self.registry}
        self.worker_rooms = Gauge("cvx_worker_rooms", "Rooms of a media worker", **workers)
        self.worker_load = Gauge("cvx_worker_load", "Share of one core that a media worker uses", **workers)
        self.worker_full = Gauge("cvx_worker_full", "1 while a media worker takes no further room", **workers)
        self.media = MediaCounters()
        self.registry.register(self.media)

    def roles(self, jobs: JobsBeat | None, workers: tuple[WorkerBeat, ...]) -> None:
        self.jobs_up.set(jobs is not None)
        self.jobs_lag.set(jobs.lag if jobs else math.nan)
        self.worker_rooms.clear()
        self.worker_load.clear()
        self.worker_full.clear()
        self.media.workers = workers
        for worker in workers:
            self.worker_full.labels(worker.worker_id).set(worker.full)
            self.worker_rooms.labels(worker.worker_id).set(worker.rooms)
            self.worker_load.labels(worker.worker_id).set(worker.load)

    def watch(self, sockets: Callable[[], int], rooms: Callable[[], int]) -> None:
        self.sockets.set_function(sockets)
        self.rooms.set_function(rooms)

    def text(self) -> bytes:
        return generate_latest(self.registry)


class MediaCounters(Collector):
    """What media workers count of their packets (media/counters.py), as each of them told last."""

    def __init__(self) -> None:
        self.workers: tuple[WorkerBeat, ...] = ()

    def collect(self) -> Iterator[CounterMetricFamily]:
        for name in sorted({name for worker in self.workers for name in worker.counters}):
            family = CounterMetricFamily(f"cvx_media_{name}", f"Packets: {name} (media/counters.py)", labels=["worker"])
            for worker in self.workers:
                family.add_metric([worker.worker_id], worker.counters.get(name, 0))
            yield family


class CountedJournal:
    """A journal that counts what is appended through it."""

    def __init__(self, journal: Journal, metrics: Metrics) -> None:
        self._journal = journal
        self._count = metrics.appends
        self.read = journal.read
        self.length = journal.length
        self.lengths = journal.lengths
        self.tail = journal.tail
        self.cases_of = journal.cases_of
        self.stored = journal.stored
        self.verify = journal.verify

    async def append(self, case_id: str, expected: int, records: Sequence[Record]) -> tuple[Entry, ...]:
        entries = await self._journal.append(case_id, expected, records)
        self._count.inc(len(entries))
        return entries
