"""The bodies of the roles: compose, serve until SIGTERM, drain. Each runs in a process of its own."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

from server.processes import beat, until_stopped
from server.settings import Settings

DRAIN_SECONDS = 5.0


async def run_web(settings: Settings, pulse: Path | None) -> None:
    """Serve HTTP and Socket.IO."""
    from aiohttp import web  # noqa: PLC0415 -- the other roles do without aiohttp's server

    from server.app import build_web  # noqa: PLC0415 -- slow import

    runner = web.AppRunner(build_web(settings), access_log=None, shutdown_timeout=DRAIN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port, ssl_context=_tls(settings)).start()
        async with _pulse(pulse):
            await until_stopped()
    finally:
        await runner.cleanup()


async def run_media(settings: Settings, index: int, pulse: Path | None) -> None:
    """Host rooms and record them."""
    from server.app import build_media  # noqa: PLC0415 -- slow import: aiortc and av

    async with build_media(settings, index) as worker, _pulse(pulse):
        await worker.run()


async def run_jobs_role(settings: Settings, pulse: Path | None) -> None:
    """Make and sign documents, and run every other durable effect of the journal."""
    from server.app import build_jobs  # noqa: PLC0415 -- slow import: dbos, pyHanko

    async with build_jobs(settings), _pulse(pulse):
        await until_stopped()


@contextlib.asynccontextmanager
async def _pulse(path: Path | None) -> AsyncIterator[None]:
    if path is None:
        yield
        return
    task = asyncio.create_task(beat(path), name="pulse")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.tls_cert, settings.tls_key)
    return context
