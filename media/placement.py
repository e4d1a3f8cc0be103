"""Which worker has which room: heartbeats and leases in the key-value store.

`worker:<id>` is JSON, written every second, gone 3 s after its worker; `room:<room_id>` is the id of the worker that
holds the room, renewed with the heartbeat.
"""

import msgspec

from ports.keyvalue import KeyValue, Script, TwinStore

HEARTBEAT_SECONDS = 1.0
LEASE_SECONDS = 3.0
SEALED_SECONDS = 24 * 3600.0
PART_SECONDS = 7 * 24 * 3600.0


class WorkerInfo(msgspec.Struct, frozen=True):
    """`load`: share of one core that the process used over the last beat; `full`: opens no more rooms;
    `counters`: of packets, since the process began (see counters.py)."""

    worker_id: str
    url: str
    rooms: int
    load: float
    pid: int
    full: bool = False
    counters: dict[str, int] = {}


def choose(workers: tuple[WorkerInfo, ...]) -> WorkerInfo | None:
    """The worker with the fewest rooms, then the least load; None when all are full or there is none."""
    return min((w for w in workers if not w.full), key=lambda w: (w.rooms, w.load, w.worker_id), default=None)


async def live_workers(keyvalue: KeyValue) -> tuple[WorkerInfo, ...]:
    values = [await keyvalue.get(key) for key in await keyvalue.scan("worker:")]
    return tuple(msgspec.json.decode(value, type=WorkerInfo) for value in values if value is not None)


async def beat(keyvalue: KeyValue, info: WorkerInfo) -> None:
    await keyvalue.set(f"worker:{info.worker_id}", _encoded(info), ttl=LEASE_SECONDS)


def _encoded(info: WorkerInfo) -> bytes:
    return msgspec.json.encode(info)


async def worker_of(keyvalue: KeyValue, room_id: str) -> WorkerInfo | None:
    """The live worker that holds the room, if any."""
    holder = await keyvalue.get(f"room:{room_id}")
    value = None if holder is None else await keyvalue.get(f"worker:{holder.decode()}")
    return None if value is None else msgspec.json.decode(value, type=WorkerInfo)


async def take_lease(keyvalue: KeyValue, room_id: str, worker_id: str) -> str:
    """Answers who holds the room now: `worker_id`, or whoever came first. Renews a lease that we hold."""
    ttl_ms = int(LEASE_SECONDS * 1000)
    (holder,) = await keyvalue.run(_TAKE, [f"room:{room_id}"], [worker_id, ttl_ms])
    return holder.decode()


async def next_part(keyvalue: KeyValue, recording_id: str, least: int) -> int:
    """A number for the recorder that begins now, larger than all before; `least` where the store lost its memory."""
    (part,) = await keyvalue.run(_COUNT, [f"part:{recording_id}"], [least, int(PART_SECONDS * 1000)])
    return int(part)


async def forget(keyvalue: KeyValue, room_id: str, lost: WorkerInfo) -> None:
    """The worker does not answer: its lease need not run out first. Nothing happens if it has beaten since."""
    await keyvalue.run(_FORGET, [f"room:{room_id}", f"worker:{lost.worker_id}"], [lost.worker_id, _encoded(lost)])


async def drop_lease(keyvalue: KeyValue, room_id: str, worker_id: str) -> None:
    await keyvalue.run(_DROP, [f"room:{room_id}"], [worker_id])


def _take(store: TwinStore, keys: list[str], args: list[bytes]) -> list:
    holder = store.get(keys[0])
    if holder is not None and holder != args[0]:
        return [holder]
    store.set(keys[0], args[0], ttl=int(args[1]) / 1000)
    return [args[0]]


def _drop(store: TwinStore, keys: list[str], args: list[bytes]) -> list:
    return [store.delete(keys[0]) if store.get(keys[0]) == args[0] else 0]


def _count(store: TwinStore, keys: list[str], args: list[bytes]) -> list:
    part = max(int(store.get(keys[0]) or 0) + 1, int(args[0]))
    store.set(keys[0], str(part).encode(), ttl=int(args[1]) / 1000)
    return [str(part).encode()]


def _forget(store: TwinStore, keys: list[str], args: list[bytes]) -> list:
    if store.get(keys[1]) not in (None, args[1]):
        return [0]
    store.delete(keys[1])
    return [store.delete(keys[0]) if store.get(keys[0]) == args[0] else 0]


_TAKE = Script(
    "local holder = redis.call('GET', KEYS[1])\n"
    "if holder and holder ~= ARGV[1] then return {holder} end\n"
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])\n"
    "return {ARGV[1]}",
    _take,
)
_DROP = Script(
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return {redis.call('DEL', KEYS[1])} end\nreturn {0}",
    _drop,
)
_COUNT = Script(
    "local part = math.max(tonumber(redis.call('GET', KEYS[1]) or 0) + 1, tonumber(ARGV[1]))\n"
    "redis.call('SET', KEYS[1], part, 'PX', ARGV[2])\n"
    "return {tostring(part)}",
    _count,
)
_FORGET = Script(
    "local beat = redis.call('GET', KEYS[2])\n"
    "if beat and beat ~= ARGV[2] then return {0} end\n"
    "redis.call('DEL', KEYS[2])\n"
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return {redis.call('DEL', KEYS[1])} end\n"
    "return {0}",
    _forget,
)
