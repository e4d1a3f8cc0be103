"""A process that reads one photo and ends: `python -m capture.reader`. It holds no key and reaches no store.

It gets a `Task` (msgpack) on its standard input, since there are names in it, and tells a `Told` (JSON) on its standard
output. It is nice to others and bounded in time and memory; whoever starts it kills it when it takes too long.
"""

from __future__ import annotations

import os
import sys
from datetime import date

import cv2
import msgspec

from capture.decode import decode
from capture.errors import PhotoError
from capture.readout import engine, offline
from capture.screen import looks_like_a_screen
from capture.verdict import Expected, Field, Verdict, compare, unread

NICE = 15
CPU_SECONDS = 60
MEMORY = 3 << 30  # bytes of address space: the engine's own is 1.5 GB, most of it never touched
COMMAND = (sys.executable, "-m", "capture.reader")


class Task(msgspec.Struct, frozen=True):
    """`picture`: the card as it was rectified, or the whole photo where none was found. `today`: in Taipei."""

    picture: bytes
    expected: Expected
    today: date


class Told(msgspec.Struct, frozen=True):
    """`engine` is empty where there is none; `why`: no_engine, undecodable. `read` is personal."""

    engine: str
    verdicts: dict[Field, Verdict]
    read: dict[Field, str] = {}
    hints: tuple[str, ...] = ()
    why: str | None = None


def answer(task: Task) -> Told:
    reader = engine()
    nothing = unread(task.expected).verdicts
    try:
        picture = decode(task.picture)
    except PhotoError:
        return Told(reader.name if reader else "", nothing, why="undecodable")
    hints = ("screen",) if looks_like_a_screen(picture) else ()
    if reader is None:
        return Told("", nothing, hints=hints, why="no_engine")
    found = compare(reader.read(picture), task.expected, task.today)
    return Told(reader.name, found.verdicts, found.read, hints)


def main() -> None:
    import resource  # noqa: PLC0415 -- of Unix alone, and this module is imported for its messages

    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    offline()
    cv2.setNumThreads(1)
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Task)
    sys.stdout.buffer.write(msgspec.json.encode(answer(task)))


if __name__ == "__main__":
    main()
