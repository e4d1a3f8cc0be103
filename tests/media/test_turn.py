"""Calls through Debian's TURN server with the configuration that compose gives it, where nothing else passes."""

import os
import re
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ports.clock import FrozenClock, SystemClock
from server.ice import LIFE_SECONDS, ice_servers
from server.settings import Settings
from signaling.peers import Peer
from tests.media.netlab import PEERS, TURN, WORKER, Child, NetLab
from tests.media.networker import STEP_SECONDS
from tests.media.plant import SECRET

COMPOSE = Path(__file__).parents[2] / "docker" / "compose.yaml"
TURN_SECRET = "the secret of coturn and the web"
UDP, TCP, TLS = f"turn:{TURN}:3478?transport=udp", f"turn:{TURN}:3478?transport=tcp", f"turns:{TURN}:443?transport=tcp"
DENIED = (
    "10.77.1.2", "10.77.2.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254",
    "0.0.0.0", "8.8.8.8", "224.0.0.1", "255.255.255.255", TURN,
)  # fmt: skip


def certificate(folder: Path) -> Path:
    """Of the TURN server's address, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "turn")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(TURN))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "turn_key").write_bytes(key.private_bytes(*plain))
    (folder / "turn_cert").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "turn_cert"


def configuration(folder: Path) -> Path:
    """What compose writes for coturn, with the values of this lab."""
    values = {"CVX_TURN_ADDRESS": TURN, "CVX_TURN_SECRET": TURN_SECRET, "CVX_MEDIA_ADDRESS": WORKER}
    text = yaml.safe_load(COMPOSE.read_text())["configs"]["turnserver"]["content"]
    text = re.sub(r"\$\{(\w+)[^}]*\}", lambda found: values[found[1]], text)
    path = folder / "turnserver.conf"
    path.write_text(text.replace("/run/secrets", str(folder)).replace("/tmp/turnserver.pid", f"{folder}/pid"))
    return path


class Site:
    """The lab with a TURN server, a media worker, and participants."""

    def __init__(self, lab: NetLab, folder: Path):
        self.lab, self.folder = lab, folder
        trust = certificate(folder)
        lab.open_road()
        self.turn = lab.start("turn", "turnserver", "-c", str(configuration(folder)))
        control = {"socket": str(folder / "w.sock"), "secret": SECRET.hex()}
        self.worker = lab.child("worker", "tests.media.networker", address=WORKER, spool=str(folder), **control)
        until(lambda: (folder / "w.sock").exists())
        environ = {"SSL_CERT_FILE": str(trust)}
        people = [
            lab.child("peer", "tests.media.netpeer", address=address, environ=environ, **control) for address in PEERS
        ]
        self.peers: list[Child] = [person for person in people if person.hear()]

    def close_room(self) -> dict:
        """Track -> the frames that can be decoded of its recording."""
        recorded = self.peers[0].ask(do="close_room")
        told = self.worker.hear()
        assert told["decoded"].keys() == recorded.keys()
        return told["decoded"]


def until(condition, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with NetLab() as lab:
        yield Site(lab, tmp_path_factory.mktemp("turn"))


def servers(*urls: str, clock=None) -> list[dict]:
    """As the page gets them when it enters a room."""
    settings = Settings(ice_urls=urls, turn_secret=TURN_SECRET)
    return ice_servers(settings, clock or SystemClock(), Peer("m1", "member", "", "", "0123456789abcdef0123"))


@pytest.mark.parametrize(
    ("way", "url", "open_ports"),
    [("udp", UDP, ("udp dport 3478",)), ("tcp", TCP, ("tcp dport 3478",)), ("tls", TLS, ("tcp dport 443",))],
)
def test_a_call_goes_through_turn_and_is_recorded_where_nothing_else_passes(site, way, url, open_ports):
    site.lab.only_turn(*open_ports)
    (peer, _) = site.peers
    peer.ask(do="enter", room=f"r-{way}", names=["host", "b"], servers=servers(url))
    received = peer.ask(do="frames", frames=15, seconds=12.0)
    decoded = site.close_room()
    peer.ask(do="leave")
    assert all(counts.get("video", 0) >= 15 <= counts.get("audio", 0) for counts in received.values()), received
    assert sorted(decoded) == ["b-camera", "b-microphone", "host-camera", "host-microphone"]
    assert min(decoded.values()) >= 15


def test_without_turn_or_with_a_credential_that_expired_nothing_comes(site):
    site.lab.only_turn("udp dport 3478")
    past = FrozenClock(datetime.now(UTC) - timedelta(seconds=LIFE_SECONDS + 60))
    for child, room, way in zip(site.peers, ("r-none", "r-late"), ([], servers(UDP, clock=past)), strict=True):
        child.ask(do="enter", room=room, names=["host", "b"], servers=way)
    for child, seconds in zip(site.peers, (1.5, 0.2), strict=True):
        assert child.ask(do="frames", frames=1, seconds=seconds) == {"host": {}, "b": {}}
        child.ask(do="leave")


def allocate(site: Site, username: str, credential: str, *peers: str | None) -> list:
    url = {"server": [TURN, 3478], "username": username, "credential": credential}
    ports = [[peer, 5000] if peer else None for peer in peers]
    return site.peers[0].ask(do="allocate", url=url, peers=ports)


def test_the_turn_server_refuses_what_is_forged_expired_or_made_with_another_secret(site):
    site.lab.only_turn("udp dport 3478")
    (now,) = servers(UDP)
    (late,) = servers(UDP, clock=FrozenClock(datetime.now(UTC) - timedelta(seconds=LIFE_SECONDS + 1)))
    longer = f"{int(now['username'].split(':')[0]) + 3600}:{now['username'].split(':')[1]}"
    assert allocate(site, now["username"], now["credential"], None) == [200]
    assert allocate(site, longer, now["credential"], None) == [401]
    assert allocate(site, late["username"], late["credential"], None) == [401]
    assert allocate(site, now["username"], "a guess", None) == [401]


def test_the_relay_reaches_the_media_worker_and_no_other_address(site):
    site.lab.only_turn("udp dport 3478")
    (now,) = servers(UDP)
    answers = allocate(site, now["username"], now["credential"], WORKER, *DENIED)
    assert dict(zip((WORKER, *DENIED), answers, strict=True)) == {WORKER: 200} | dict.fromkeys(DENIED, 403)


def test_a_participant_whose_packets_stop_is_shown_as_away_and_then_gone_and_the_others_go_on(site):
    site.lab.open_road()
    here, away = site.peers
    here.ask(do="enter", room="r-cut", names=["host", "b"], servers=[])
    away.ask(do="enter", room="r-cut", names=["c"], servers=[])
    assert away.ask(do="frames", frames=5, seconds=8.0)["c"]["video"] >= 5
    assert here.ask(do="roster") == {"host": True, "b": True, "c": True}
    site.lab.open_road(without=PEERS[1])
    shown = list(watched(site, here))
    assert {roster.get("c") for before, after, roster in shown if after < 6.0} == {True}
    assert {roster.get("c") for before, after, roster in shown if before > 7.5 and after < 18.0} == {False}
    assert {roster.get("c") for before, after, roster in shown if before > 21.5} == {None}
    assert all(roster["host"] and roster["b"] for _, _, roster in shown)
    counts = here.ask(do="frames", frames=0, seconds=0)
    after = here.ask(do="frames", frames=min(counts["host"].values()) + 10, seconds=4.0)
    assert after["host"]["video"] > counts["host"]["video"] and after["b"]["video"] > counts["b"]["video"]
    for child in (here, away):
        child.ask(do="leave")


def watched(site: Site, child: Child) -> Iterator[tuple[float, float, dict]]:
    """Who is connected while 24 s of the worker's time pass: from when to when it was asked, and the answer."""
    began, moved = time.monotonic(), 0.0
    while moved < 24.0:
        os.kill(site.worker.process.pid, signal.SIGUSR1)
        before = time.monotonic() - began + moved
        moved += STEP_SECONDS
        time.sleep(0.25)
        roster = child.ask(do="roster")
        yield before, time.monotonic() - began + moved, roster
