"""The bodies of the roles: compose, serve until SIGTERM, drain. Each runs in a process of its own."""

import asyncio
import contextlib
import os
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import structlog

from server.processes import beat, until_stopped
from server.settings import Settings

DRAIN_SECONDS = 5.0

log = structlog.get_logger()


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


def media_loop() -> asyncio.AbstractEventLoop:
    """The loop that `run_media` runs on."""
    from media.loop import new_loop  # noqa: PLC0415 -- slow import: aiortc

    return new_loop()


async def run_jobs_role(settings: Settings, pulse: Path | None) -> None:
    """Make and sign documents, and run every other durable effect of the journal."""
    from server.app import build_jobs  # noqa: PLC0415 -- slow import: dbos, pyHanko

    async with build_jobs(settings), _pulse(pulse):
        await until_stopped()


NICE = 15


async def run_compose(settings: Settings) -> int:
    """One film, as standard input asks for it; see films.py for what is told. EX_TEMPFAIL when a store is away, and
    whoever started the process tries again; it dies of everything else that it did not foresee."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    from esign.fonts import font_files  # noqa: PLC0415 -- slow import
    from media.compose import compose  # noqa: PLC0415 -- slow import: av
    from media.compose_plan import Order  # noqa: PLC0415
    from media.recording_errors import RecordingError  # noqa: PLC0415
    from ports.blobs import OUTAGES  # noqa: PLC0415
    from ports.errors import BlobNotFound, KeyErased, PortError, Tampered  # noqa: PLC0415
    from server.adapters import open_adapters  # noqa: PLC0415 -- slow import

    os.nice(NICE)
    order = msgspec.json.decode(await asyncio.to_thread(sys.stdin.buffer.read), type=Order)
    try:
        async with open_adapters(settings) as adapters:
            font = font_files()[0]
            made = await compose(order, blobs=adapters.blobs, font=font, progress=lambda d, n: _tell(done=d, of=n))
    except (RecordingError, BlobNotFound, KeyErased, Tampered) as error:
        _tell(error=error.code)
        return 1
    except (PortError, DBAPIError, *OUTAGES) as error:
        log.warning("composer_without_store", error=type(error).__name__)
        return os.EX_TEMPFAIL
    _tell(made=msgspec.to_builtins(made))
    return 0


def run_look() -> int:
    """Look at one camera of a call while a card is shown, as standard input brings it (started by media)."""
    from capture.watch import Watch  # noqa: PLC0415 -- slow import
    from media.look_child import serve  # noqa: PLC0415 -- slow import: av

    serve(Watch)
    return 0


def _tell(**said: object) -> None:
    print(msgspec.json.encode(said).decode(), flush=True)


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
