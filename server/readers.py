"""Reading what is printed on a photo, in a process of its own: nice to others, bounded, and dead with this one."""

import asyncio
import contextlib
import os
from collections.abc import Sequence
from subprocess import PIPE

import msgspec
import structlog

from capture.reader import COMMAND, Task, Told
from capture.verdict import unread
from server.tether import tethered

OURS = "CVX_"  # settings, and secrets among them: it needs none
SECONDS = 90.0  # a loaded machine needs ten times what an idle one does

log = structlog.get_logger()


class Readers:
    """One photo a process: the engine's 500 MB are there only while something is read."""

    def __init__(self, command: Sequence[str] = COMMAND, seconds: float = SECONDS):
        self._command, self._seconds = tuple(command), seconds

    async def read(self, task: Task) -> Told:
        """A process that dies or takes too long could not read it: a fact like any other."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        command = tethered(self._command)
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=environment)
        why = "failed"
        try:
            async with asyncio.timeout(self._seconds):
                said, _ = await process.communicate(msgspec.msgpack.encode(task))
            if process.returncode == os.EX_OK:
                return msgspec.json.decode(said, type=Told)
        except TimeoutError:
            why = "timed_out"
        except msgspec.DecodeError:
            why = "failed"
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        log.warning("photo_not_read", why=why, status=process.returncode)
        return Told("", unread(task.expected).verdicts, why=why)
