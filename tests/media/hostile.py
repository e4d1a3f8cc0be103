"""Seeded nonsense for the tests: datagrams, descriptions and frames as an attacker, or a broken peer, would send."""

import asyncio
import gc
import logging
import os
import random
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from typing import Any

import msgspec
import structlog
from aioice import stun

MAGIC = 0x2112A442
ATTRIBUTES = (0x0001, 0x0006, 0x0008, 0x0009, 0x0020, 0x0024, 0x0025, 0x8022, 0x8028, 0x8029, 0x802A, 0x7777)


def stun_like(dice: random.Random) -> bytes:
    """The right cookie and length; types, attributes and their lengths by chance."""
    body = b""
    for _ in range(dice.randrange(4)):
        value = dice.randbytes(dice.randrange(20))
        said = len(value) if dice.random() < 0.7 else dice.randrange(0x10000)
        body += struct.pack("!HH", dice.choice(ATTRIBUTES), said) + value + bytes(-len(value) % 4)
    kind = dice.choice((0x0001, 0x0011, 0x0101, 0x0111, 0x0003, dice.randrange(0x4000)))
    return struct.pack("!HHI", kind, len(body), MAGIC) + dice.randbytes(12) + body


def dtls_like(dice: random.Random) -> bytes:
    """Records of both epochs: alerts, handshakes, data."""
    body = dice.choice((b"\x02\x28", b"\x01\x00", dice.randbytes(dice.randrange(80))))
    head = struct.pack("!BHHHIH", dice.randrange(20, 26), 0xFEFD, dice.randrange(2), 0, dice.randrange(99), len(body))
    return head + body


def rtp_like(dice: random.Random) -> bytes:
    head = struct.pack("!BBHII", 0x80 | dice.randrange(64), *(dice.randrange(1 << bits) for bits in (8, 16, 32, 32)))
    return head + dice.randbytes(dice.choice((0, 1, 3, 40, 1200)))


def rtcp_like(dice: random.Random) -> bytes:
    said = dice.choice((0, 1, 6, 7, 0xFFFF))
    head = struct.pack("!BBH", 0x80 | dice.randrange(64), dice.randrange(192, 224), said)
    return head + dice.randbytes(dice.choice((4, 8, 24, 28, 100)))


def raw(dice: random.Random) -> bytes:
    return dice.randbytes(dice.choice((0, 1, 2, 11, 19, 20, 40, 1500, 4000)))


KINDS: tuple[Callable[[random.Random], bytes], ...] = (stun_like, dtls_like, rtp_like, rtcp_like, raw)


def datagram(dice: random.Random) -> bytes:
    return dice.choice(KINDS)(dice)


def check(dice: random.Random, username: str, password: str) -> bytes:
    """A connectivity check that authenticates, with attributes that may be missing."""
    request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    request.attributes["USERNAME"] = username
    for name, value in (("PRIORITY", 1), ("USE-CANDIDATE", None), ("ICE-CONTROLLING", 1), ("ICE-CONTROLLED", 0)):
        if dice.random() < 0.5:
            request.attributes[name] = value
    request.add_message_integrity(password.encode())
    return bytes(request)


def mutated(text: str, dice: random.Random) -> str:
    """A description with one to three things wrong."""
    lines = text.split("\r\n")
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(lines))
        match dice.randrange(7):
            case 0:
                del lines[at]
                lines = lines or [""]
            case 1:
                lines.insert(at, lines[dice.randrange(len(lines))])
            case 2:
                lines[at] = "".join(dice.choice("0123456789") if c.isdigit() else c for c in lines[at])
            case 3:
                lines[at] = lines[at].replace(dice.choice("0123456789"), str(dice.choice((-1, 1 << 33, 1 << 70))))
            case 4:
                lines[at] = lines[at][: dice.randrange(len(lines[at]) + 1)]
            case 5:
                lines[at] = lines[at].replace(" ", dice.choice(("", "  ", ":", "\x00", "；")))
            case _:
                lines = lines[: at + 1]
    return "\r\n".join(lines)


def flipped(data: bytes, dice: random.Random) -> bytes:
    """A message with some bytes changed, cut off, or put in."""
    out = bytearray(data)
    for _ in range(dice.randrange(1, 5)):
        at = dice.randrange(len(out) or 1)
        match dice.randrange(3):
            case 0 if out:
                out[at] = dice.randrange(256)
            case 1:
                out[at:at] = dice.randbytes(dice.randrange(1, 9))
            case _:
                del out[at : at + dice.randrange(1, 9)]
    return bytes(out)


ODD = (
    None,
    True,
    -1,
    1 << 63,
    float("nan"),
    "",
    "r1",
    "é\x00",
    "x" * 5000,
    b"\xff",
    [],
    [[]] * 50,
    {},
    {"a": {"b": []}},
    "camera",
)


def twisted(body: Any, dice: random.Random) -> bytes:
    """A request whose fields are of other types, lacking, or too many."""
    fields = msgspec.to_builtins(body)
    for _ in range(dice.randrange(3)):
        inner = dice.choice([fields, *(value for value in fields.values() if isinstance(value, dict))])
        name = dice.choice([*inner, "type", "unheard"])
        if dice.random() < 0.8:
            inner[name] = deepcopy(dice.choice(ODD))
        else:
            inner.pop(name, None)
    return msgspec.msgpack.encode({"id": 1, "body": fields})


def resident() -> int:
    """Bytes of memory that this process holds."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Entries(logging.Handler):
    """What libraries log, from warnings on."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@asynccontextmanager
async def calm(entries: int = 10, megabytes: int = 24) -> AsyncIterator[None]:
    """What happens inside leaves no exception that nobody took, at most so many log entries, and no more memory."""
    unhandled: list[dict] = []
    loop, heard = asyncio.get_running_loop(), Entries()
    loop.set_exception_handler(lambda _, context: unhandled.append(context))
    logging.getLogger().addHandler(heard)
    before = resident()
    try:
        with structlog.testing.capture_logs() as ours:
            yield
            gc.collect()
            await asyncio.sleep(0)
    finally:
        logging.getLogger().removeHandler(heard)
        loop.set_exception_handler(None)
    assert unhandled == []
    assert len(ours) + len(heard.said) <= entries, (ours, heard.said)
    assert resident() - before < megabytes << 20
