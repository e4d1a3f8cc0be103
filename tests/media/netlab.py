"""Three hosts of our own in network namespaces: peer -- turn -- worker. The one in the middle forwards and filters.

    peer    10.77.1.2, 10.77.1.3
    turn    10.77.1.1 towards the peer, 10.77.2.1 towards the worker
    worker  10.77.2.2

Root makes them as it is; others in a user namespace of their own (`unshare -Ur`), where they are root. Nothing of it
outlives the processes.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

PEERS = ("10.77.1.2", "10.77.1.3")
TURN, WORKER = "10.77.1.1", "10.77.2.2"
TOOLS = {"turnserver": "coturn", "nft": "nftables", "ip": "iproute2", "unshare": "util-linux", "nsenter": "util-linux"}

RULES = """
flush ruleset
table inet lab {{
  chain forward {{ type filter hook forward priority 0; policy {forward}; {cut} }}
  chain input {{
    type filter hook input priority 0; policy drop
    iifname {{ "lo", "workers" }} accept
    iifname "peers" {turn} accept
  }}
}}
"""


def missing_tools() -> list[str]:
    """Debian's packages that this machine lacks."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"  # where Debian keeps ip and nft, and users have no path to
    return sorted({package for tool, package in TOOLS.items() if shutil.which(tool) is None})


class Child:
    """A Python process in a namespace that answers commands, a line of JSON each."""

    def __init__(self, process: subprocess.Popen):
        self.process = process

    def ask(self, **command: Any) -> Any:
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return self.hear()

    def hear(self) -> Any:
        line = self.process.stdout.readline()
        assert line, "the process ended"
        return json.loads(line)


class NetLab:
    """Opened and closed as a context."""

    def __init__(self) -> None:
        assert not missing_tools(), f"type: .ci/setup network (missing: {missing_tools()})"
        self._enter: dict[str, list[str]] = {}
        self._processes: list[subprocess.Popen] = []

    def __enter__(self) -> "NetLab":
        into_user: list[str] = []
        if os.geteuid() != 0:
            user = self._hold(["unshare", "-Ur"])
            into_user = ["nsenter", "-t", str(user.pid), "-U", "--preserve-credentials"]
        pids = {name: self._hold([*into_user, "unshare", "-n"]).pid for name in ("peer", "turn", "worker")}
        for name, pid in pids.items():
            flags = ["-U", "--preserve-credentials"] if into_user else []
            self._enter[name] = ["nsenter", "-t", str(pid), *flags, "-n", "--"]
            self.run(name, "ip", "link", "set", "lo", "up")
        self._wire("peers", pids["peer"], TURN, PEERS)
        self._wire("workers", pids["worker"], "10.77.2.1", (WORKER,))
        for name, gateway in (("peer", TURN), ("worker", "10.77.2.1")):
            self.run(name, "ip", "route", "add", "default", "via", gateway)
        # Written by a child: /proc/sys/net shows the namespace of who opens it.
        self.run("turn", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        return self

    def _hold(self, command: list[str]) -> subprocess.Popen:
        """A process that keeps a namespace, ready when it says so."""
        held = self._keep([*command, "sh", "-c", "echo; exec sleep 300"], stdout=subprocess.PIPE)
        assert held.stdout.readline() == "\n", "no network namespaces here: they need root or user namespaces"
        return held

    def _keep(self, command: list[str], **more: Any) -> subprocess.Popen:
        process = subprocess.Popen(command, text=True, **more)
        self._processes.append(process)
        return process

    def _wire(self, device: str, pid: int, gateway: str, addresses: tuple[str, ...]) -> None:
        self.run("turn", "ip", "link", "add", device, "type", "veth", "peer", "name", "up0", "netns", str(pid))
        self.run("turn", "ip", "addr", "add", f"{gateway}/24", "dev", device)
        self.run("turn", "ip", "link", "set", device, "up")
        other = "peer" if device == "peers" else "worker"
        for address in addresses:
            self.run(other, "ip", "addr", "add", f"{address}/24", "dev", "up0")
        self.run(other, "ip", "link", "set", "up0", "up")

    def run(self, name: str, *command: str, text: str | None = None) -> None:
        done = subprocess.run([*self._enter[name], *command], input=text, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr

    def child(self, name: str, module: str, **options: Any) -> Child:
        """Runs a module of the tests in the namespace; `options` are its first line."""
        environ = {**os.environ, **options.pop("environ", {})}
        command = [*self._enter[name], sys.executable, "-m", module]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        child = Child(self._keep(command, env=environ, cwd=Path(__file__).parents[2], **pipes))
        child.process.stdin.write(json.dumps(options) + "\n")
        child.process.stdin.flush()
        return child

    def start(self, name: str, *command: str) -> subprocess.Popen:
        return self._keep([*self._enter[name], *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def only_turn(self, *protocols: str) -> None:
        """Nothing passes from the peer but to the TURN server, and there only `protocols`: as nft says them."""
        allowed = ' accept; iifname "peers" '.join(protocols)
        self._rules(forward="drop", turn=allowed)

    def open_road(self, without: str | None = None) -> None:
        """Peer and worker reach each other; packets of the address `without` are lost both ways."""
        cut = f"ip saddr {without} drop; ip daddr {without} drop;" if without else ""
        self._rules(forward="accept", turn="icmp type echo-request", cut=cut)

    def _rules(self, forward: str, turn: str, cut: str = "") -> None:
        self.run("turn", "nft", "-f", "-", text=RULES.format(forward=forward, turn=turn, cut=cut))

    def __exit__(self, *failure: object) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in reversed(self._processes):
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
