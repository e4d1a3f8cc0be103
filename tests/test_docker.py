"""docker/compose.yaml describes roles that start: their settings are valid, their commands exist."""

import re
import shutil
import subprocess
from pathlib import Path

import yaml

from server.__main__ import _parser
from server.settings import Settings, load_settings

COMPOSE = Path(__file__).parent.parent / "docker" / "compose.yaml"
SAMPLE = {
    "CVX_DB_PASSWORD": "p",
    "CVX_BLOB_URL": "s3://cvx",
    "CVX_PUBLIC_URL": "https://cvx.example",
    "CVX_TSA_URL": "https://tsa.example",
    "CVX_SMS_URL": "https://sms.example",
    "CVX_TURN_HOST": "turn.example",
    "CVX_TURN_SECRET": "a secret of sixteen or more",
    "CVX_TURN_ADDRESS": "192.0.2.2",
    "CVX_TURN_CERT": "/dev/null",
    "CVX_TURN_KEY": "/dev/null",
    "CVX_MEDIA_ADDRESS": "192.0.2.1",
    "CVX_KEK_PATH": "/dev/null",
}
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


def substituted(text: str) -> str:
    """As compose does it; a variable that must be set and is not in SAMPLE is a KeyError."""

    def value(found: re.Match) -> str:
        return SAMPLE.get(found["name"], found["rest"]) if found["kind"] == "-" else SAMPLE[found["name"]]

    return VARIABLE.sub(value, text)


def roles() -> dict[str, dict]:
    services = yaml.safe_load(substituted(COMPOSE.read_text(encoding="utf-8")))["services"]
    return {name: service for name, service in services.items() if service["image"].startswith("cvx:")}


def settings_of(service: dict) -> Settings:
    return load_settings({name: str(value) for name, value in service["environment"].items()})


def test_every_role_of_production_has_settings_that_are_valid():
    assert {name: settings_of(service).env for name, service in roles().items()} == {
        "migrate": "production",
        "web": "production",
        "media": "production",
        "jobs": "production",
    }


def test_every_role_starts_a_command_that_there_is():
    assert {name: _parser().parse_args(service["command"]).command for name, service in roles().items()} == {
        name: name for name in roles()
    }


def test_the_roles_share_the_stores_and_media_reaches_them_by_the_loopback():
    settings = {name: settings_of(service) for name, service in roles().items()}
    assert settings["web"] == settings["jobs"] == settings["migrate"]
    media = settings["media"]
    assert (media.db_url, media.redis_url) == ("postgresql+asyncpg://cvx:p@127.0.0.1/cvx", "redis://127.0.0.1:6379/0")
    assert (media.media_host, media.media_listen) == ("192.0.2.1", "10.77.7.1")
    assert (media.blob_url, media.kek_file) == (settings["web"].blob_url, settings["web"].kek_file)


def test_compose_itself_accepts_the_file_where_it_is_installed():
    """Where it is not, that the file names each variable that it needs (compose would warn and go on)."""
    text = COMPOSE.read_text(encoding="utf-8")
    must = {found["name"] for found in VARIABLE.finditer(text) if found["kind"] == "?"}
    assert {found["name"] for found in VARIABLE.finditer(text) if found["kind"] is None} <= must
    if compose_works():
        command = ["docker", "compose", "-f", str(COMPOSE), "config", "-q"]
        checked = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)
        assert (checked.returncode, checked.stderr) == (0, "")


def compose_works() -> bool:
    command = ["docker", "compose", "version"]
    return bool(shutil.which("docker")) and subprocess.run(command, capture_output=True, timeout=60).returncode == 0


def environment() -> dict[str, str]:
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", **SAMPLE}
