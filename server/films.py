"""Films of meetings: made by a process of its own, which is nice to others and dies with this one.

The process gets what it shall make on its standard input (there are names in it, and arguments are for everybody to
see) and tells on its standard output, a JSON object a line: `{"done", "of"}` after each part, then `{"made"}` or
`{"error"}`. What it had finished when it died is there for the next one.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from subprocess import PIPE
from typing import Any

import msgspec

from cases.composition import Material, Pictured
from server.tether import tethered
from server.texts import texts

LINE_LIMIT = 1 << 16
COMMAND = (sys.executable, "-m", "server", "compose")


class FilmError(Exception):
    """`code` is the composer's own, and has a text."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


class ComposerDied(FilmError):
    """Without a word: killed, out of memory, a fault of its own, or it could not reach its stores."""

    def __init__(self, status: int):
        super().__init__("composer_died")
        self.status = status

    @property
    def counts(self) -> bool:
        """Against the film. A store that is away comes back."""
        return self.status != os.EX_TEMPFAIL


class Film(msgspec.Struct, frozen=True):
    blob: str
    sha256: str
    size: int
    seconds: float
    unopened: tuple[str, ...] = ()  # segments that are no files, and are plates or silence in it


class _Told(msgspec.Struct, frozen=True):
    done: int = 0
    of: int = 0
    made: Film | None = None
    error: str | None = None


class Composer:
    """Starts the processes. `environment` is theirs on top of ours."""

    def __init__(self, environment: Mapping[str, str], command: tuple[str, ...] = COMMAND):
        self._environment, self._command = {**os.environ, **environment}, command

    async def make(self, wanted: Material, told: Callable[[float], Awaitable[None]]) -> Film:
        """`told` hears the share that is done. Raises FilmError for what no further attempt mends, ComposerDied."""
        process = await asyncio.create_subprocess_exec(
            *tethered(self._command), env=self._environment, stdin=PIPE, stdout=PIPE, limit=LINE_LIMIT
        )
        try:
            process.stdin.write(msgspec.json.encode(order(wanted)))
            process.stdin.close()
            film = await _listen(process.stdout, told)
            status = await process.wait()
        finally:
            await _ended(process)
        if film is None:
            raise ComposerDied(status)
        return film


async def _listen(lines: asyncio.StreamReader, told: Callable[[float], Awaitable[None]]) -> Film | None:
    film = None
    async for line in lines:
        said = msgspec.json.decode(line, type=_Told)
        if said.error is not None:
            raise FilmError(said.error)
        film = said.made
        if said.of:
            await told(said.done / said.of)
    return film


async def _ended(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def order(wanted: Material) -> dict[str, Any]:
    """What `media.compose_plan.Order` reads."""
    return {
        "scope": wanted.case_id,
        "recording_id": wanted.recording_id,
        "started_at": wanted.started_at,
        "seconds": wanted.seconds,
        "manifests": [{"blob": blob, "sha256": digest} for blob, digest in wanted.manifests],
        "people": [{"person_id": each.person_id, "label": _label(each)} for each in wanted.people],
        "words": {
            "title": _text("title").format(case_no=wanted.case_no, serial=wanted.serial),
            **{name: _text(name) for name in ("clock", "camera_off", "interrupted", "absent", "screen", "unreadable")},
        },
    }


def _label(person: Pictured) -> str:
    roles = "、".join(texts()[f"role.{role}"].zh for role in person.roles)
    return f"{roles} {person.name}"


def _text(name: str) -> str:
    return texts()[f"film.{name}"].zh
