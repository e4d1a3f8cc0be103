"""A system of the simulation's own: `cvx up` in a temporary folder, on a free port."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator

import aiohttp

from simulate.party import PartyError

READY_SECONDS = 120.0
STOP_SECONDS = 60.0


@contextlib.asynccontextmanager
async def own_system(**variables: str) -> AsyncIterator[str]:
    """Start `cvx up`, yield its origin, and stop it; its folder is removed. `variables` are further settings."""
    with tempfile.TemporaryDirectory(prefix="cvx-") as folder:
        port = _free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CVX_")}
        own = {"CVX_DATA_DIR": folder, "CVX_PORT": str(port), "CVX_MEDIA_WORKERS": "1", **variables}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server", "up", env=clean | own, stdout=sys.stderr, stdin=asyncio.subprocess.DEVNULL
        )
        try:
            origin = f"http://127.0.0.1:{port}"
            await until_ready(origin, process)
            yield origin
        finally:
            await _stop(process)


async def until_ready(origin: str, process: asyncio.subprocess.Process | None = None) -> None:
    """Return when `/readyz` answers 200. Raises `PartyError` when it takes too long or `process` ends."""
    deadline = time.monotonic() + READY_SECONDS
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        while time.monotonic() < deadline:
            if process is not None and process.returncode is not None:
                raise PartyError(f"the system ended with status {process.returncode}")
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with http.get(f"{origin}/readyz") as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.2)
    raise PartyError(f"nothing was ready at {origin} within {READY_SECONDS:.0f} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
