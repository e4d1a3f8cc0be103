"""A network of the benchmark's own: a Linux network namespace with one address that only this machine can reach.

Janus offers no loopback address, and no benchmark may talk to a real network: so both servers and the load generator
meet at an address of a virtual interface, whose packets the kernel passes from socket to socket as on loopback.
"""

import os
import shutil
import subprocess
import sys

ADDRESS = "198.18.0.1"  # RFC 2544: of benchmarks
INSIDE = "CVX_BENCH_LAB"


def inside() -> bool:
    return os.environ.get(INSIDE) == "1"


def available() -> bool:
    """Whether this machine lets us make a network namespace."""
    if not (shutil.which("unshare") and shutil.which("ip")):
        return False
    return subprocess.run([*_unshare(), "true"], capture_output=True).returncode == 0


def enter(arguments: list[str]) -> None:
    """Go on as `python -m bench ARGUMENTS` within a new network. Does not return."""
    sys.stdout.flush()
    os.environ[INSIDE] = "1"
    command = [*_unshare(), sys.executable, "-m", "bench", *arguments]
    os.execvp(command[0], command)


def set_up() -> None:
    """Within the new network: loopback and the address."""
    ip("link", "set", "lo", "up")
    ip("link", "add", "bench0", "type", "veth", "peer", "name", "bench1")
    ip("address", "add", f"{ADDRESS}/24", "dev", "bench0")
    ip("link", "set", "bench1", "up")
    ip("link", "set", "bench0", "up")


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def _unshare() -> list[str]:
    return ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
