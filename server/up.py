"""`cvx up`: the embedded default, one command that prepares the data folder and supervises every role."""

import asyncio
import dataclasses
import signal
import sys
from functools import partial
from pathlib import Path

import redis.asyncio as redis

from ports.database import migrate
from server.lan import lan_address, qr_lines, serve_lan_certificate
from server.processes import PidLock
from server.settings import Settings
from server.supervisor import Role, StartFailed, Supervisor, beats
from server.valkey import find_valkey, valkey_command


async def run_up(settings: Settings, *, lan: bool) -> int:
    """Run until SIGTERM or SIGINT. Returns the exit status."""
    with PidLock(settings.run_dir / "cvx.pid"):
        settings = _for_lan(settings) if lan else settings
        for beat in settings.run_dir.glob("*.beat"):
            beat.unlink()
        await prepare(settings)
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        try:
            await Supervisor(*stages(settings)).run(stop, partial(_announce, settings, lan=lan))
        except StartFailed as failure:
            print(f"cvx: {failure}", file=sys.stderr)
            return 1
    return 0


async def prepare(settings: Settings) -> None:
    """Folders, schema, and in the embedded default the demo people and the local test authority."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.run_dir.mkdir(mode=0o700, exist_ok=True)
    await migrate(settings.database_url)
    if settings.embedded:
        from server.demo import seed_demo  # noqa: PLC0415 -- only the embedded default knows demo people

        await seed_demo(settings)


def stages(settings: Settings) -> tuple[tuple[Role, ...], ...]:
    """The roles in start order; they end in the reverse one, so that a recording is sealed before its stores go."""
    media = tuple(_media(settings, n) for n in range(settings.worker_count))
    stores = () if settings.redis_url else (_valkey(settings),)
    return (stores, (*media, _role(settings, "jobs", "jobs")), (_role(settings, "web", "web"),))


def _media(settings: Settings, index: int) -> Role:
    """A worker takes 25 s at most to seal its recordings, and a few more to hang up (media/host.py)."""
    return _role(settings, f"media-{index}", "media", "--index", str(index), stop_within=40.0)


def _role(settings: Settings, name: str, *arguments: str, stop_within: float = 30.0) -> Role:
    path = settings.run_dir / f"{name}.beat"
    command = (sys.executable, "-m", "server", *arguments, "--beat", str(path))
    return Role(name, command, partial(beats, path), stop_within=stop_within, environment=settings.environment())


def _valkey(settings: Settings) -> Role:
    socket = Path(settings.keyvalue_url.removeprefix("unix://"))
    folder = settings.data_dir / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    return Role("valkey", valkey_command(find_valkey(), socket, folder), partial(_answers, settings.keyvalue_url))


async def _answers(url: str) -> bool:
    async with redis.from_url(url, socket_timeout=2.0, socket_connect_timeout=2.0) as client:
        try:
            return await client.ping()
        except (redis.RedisError, OSError):
            return False


def _for_lan(settings: Settings) -> Settings:
    """A phone's camera and `__Host-` cookies need a secure context, so the network gets HTTPS."""
    address = lan_address()
    cert, key = serve_lan_certificate(settings.data_dir / "lan", address)
    return dataclasses.replace(
        settings,
        host="0.0.0.0",
        media_host=address,
        tls_cert=cert,
        tls_key=key,
        public_url=f"https://{address}:{settings.port}",
    )


def _announce(settings: Settings, *, lan: bool) -> None:
    print(f"\n  CVX is ready\n    客戶 customer   {settings.origin}/\n    業務員 agent     {settings.origin}/console")
    print(f"    覆核 reviewer    {settings.origin}/review\n    示範帳號 demo     {settings.origin}/demo\n", flush=True)
    if lan:
        print("\n".join(qr_lines(settings.origin + "/")))
        print("  The certificate is this machine's own: accept it once on the phone.\n", flush=True)
