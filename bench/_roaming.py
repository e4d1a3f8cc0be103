"""A device that changes its network: a network namespace of its own with two virtual interfaces, one of which is up.

Its address is another one on each; both reach the address of the benchmark (see _lab), in whose network we are.
"""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench._lab import ip
from bench._process import running

NETWORKS = ("198.18.1", "198.18.2")


class Device:
    """`pid` names its network."""

    def __init__(self, pid: int):
        self.pid = pid
        self._on = 0

    def command(self, *command: str) -> list[str]:
        """The same command in the device's network."""
        return ["nsenter", "--target", str(self.pid), "--net", *command]

    def program(self, program: str, path: Path) -> str:
        """A program at `path` that starts `program` in the device's network."""
        path.write_text(f'#!/bin/sh\nexec {" ".join(self.command(program))} "$@"\n')
        path.chmod(0o755)
        return str(path)

    def roam(self) -> None:
        """The network that is up is lost, its address too; the other is there."""
        self._ip("link", "set", f"far{self._on}", "down")
        self._ip("address", "flush", "dev", f"far{self._on}")
        self._on = 1 - self._on
        self._up()

    def _up(self) -> None:
        self._ip("address", "add", f"{NETWORKS[self._on]}.2/24", "dev", f"far{self._on}")
        self._ip("link", "set", f"far{self._on}", "up")
        self._ip("route", "replace", "default", "via", f"{NETWORKS[self._on]}.1")

    def _ip(self, *arguments: str) -> None:
        subprocess.run(self.command("ip", *arguments), check=True)


@contextlib.contextmanager
def device() -> Iterator[Device]:
    with running(["unshare", "--net", "sleep", "infinity"]) as holder:
        _wait_for_own_network(holder)
        found = Device(holder.pid)
        found._ip("link", "set", "lo", "up")
        for number, network in enumerate(NETWORKS):
            ip("link", "add", f"near{number}", "type", "veth", "peer", "name", f"far{number}")
            ip("link", "set", f"far{number}", "netns", str(holder.pid))
            ip("address", "add", f"{network}.1/24", "dev", f"near{number}")
            ip("link", "set", f"near{number}", "up")
        found._up()
        yield found


def _wait_for_own_network(holder: subprocess.Popen) -> None:
    """Until the child has run `unshare`."""
    ours = Path("/proc/self/ns/net").readlink()
    while holder.poll() is None:
        if Path(f"/proc/{holder.pid}/ns/net").readlink() != ours:
            return
    raise RuntimeError("no network namespace for the device")
