"""One frozen `Settings`, read once from `CVX_*` variables; every problem is reported at once."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

ENVIRONMENTS = ("embedded", "production")
LOG_LEVELS = ("debug", "info", "warning", "error")
SMS_GATEWAYS = ("console", "mitake", "twilio")
_ADDRESS = r"([\w.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?"
ICE_URL = re.compile(rf"stuns?:{_ADDRESS}|turns?:{_ADDRESS}(\?transport=(udp|tcp))?")
TURN_SECRET_LENGTH = 16


class SettingsError(Exception):
    """The environment does not describe a system that can run; `problems` lists all that is wrong."""

    code = "bad_settings"

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may choose. A field `x_y` is read from the variable `CVX_X_Y`."""

    env: str = "embedded"
    host: str = "127.0.0.1"
    port: int = 8080
    data_dir: Path = Path("data")
    db_url: str = ""
    redis_url: str = ""
    blob_url: str = ""
    kek_file: Path | None = None
    media_workers: int = 0
    media_host: str = "127.0.0.1"
    media_listen: str = "127.0.0.1"
    public_url: str = ""
    ice_urls: tuple[str, ...] = ()
    turn_secret: str = ""
    minimum_client: str = "5.10.1"
    log_level: str = "info"
    sms: str = "console"
    sms_url: str = ""
    sms_user: str = ""
    sms_password: str = ""
    sms_sender: str = ""
    tsa_url: str = ""
    authority_dir: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    photos_per_task: int = 10
    photo_megabytes: int = 12

    @property
    def embedded(self) -> bool:
        return self.env == "embedded"

    @property
    def run_dir(self) -> Path:
        """Sockets, the pid lock and the spool; private to this machine."""
        return self.data_dir / "run"

    @property
    def database_url(self) -> str:
        return self.db_url or f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'cvx.sqlite'}"

    @property
    def keyvalue_url(self) -> str:
        return self.redis_url or f"unix://{self.run_dir.resolve() / 'valkey.sock'}"

    @property
    def blobs_url(self) -> str:
        return self.blob_url or f"file://{self.data_dir.resolve() / 'blobs'}"

    @property
    def kek_path(self) -> Path:
        return self.kek_file or self.data_dir / "kek"

    @property
    def authority_path(self) -> Path:
        """Folder of the signing authority: certificates and keys."""
        return self.authority_dir or self.data_dir / "authority"

    @property
    def worker_count(self) -> int:
        return self.media_workers or os.cpu_count() or 1

    @property
    def origin(self) -> str:
        """The origin that browsers must show on writes (scheme://host:port)."""
        scheme = "https" if self.tls_cert else "http"
        return self.public_url.rstrip("/") or f"{scheme}://{self.host}:{self.port}"

    def environment(self) -> dict[str, str]:
        """The variables that give a child process these same settings."""
        return {
            _variable(f.name): _text(getattr(self, f.name)) for f in fields(self) if getattr(self, f.name) != f.default
        }


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read every `CVX_*` variable; raise `SettingsError` with all problems when any is wrong or unknown."""
    known = {_variable(f.name): f for f in fields(Settings)}
    problems = [f"{name} is not a setting" for name in sorted(environ) if name.startswith("CVX_") and name not in known]
    values: dict[str, object] = {}
    for name, field in known.items():
        if name in environ:
            try:
                values[field.name] = _parse(field.type, environ[name])
            except ValueError as error:
                problems.append(f"{name}: {error}")
    if not problems:
        settings = Settings(**values)
        problems = list(_contradictions(settings))
    if problems:
        raise SettingsError(tuple(problems))
    return settings


def _contradictions(s: Settings):
    if s.env not in ENVIRONMENTS:
        yield f"CVX_ENV must be one of {', '.join(ENVIRONMENTS)}"
    if s.log_level not in LOG_LEVELS:
        yield f"CVX_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}"
    if s.sms not in SMS_GATEWAYS:
        yield f"CVX_SMS must be one of {', '.join(SMS_GATEWAYS)}"
    if not 0 < s.port < 65536:
        yield "CVX_PORT must be between 1 and 65535"
    if not 0 <= s.media_workers <= 64:
        yield "CVX_MEDIA_WORKERS must be between 0 (one a core) and 64"
    if not 2 <= s.photos_per_task <= 40:
        yield "CVX_PHOTOS_PER_TASK must be between 2 (both sides) and 40"
    if not 1 <= s.photo_megabytes <= 20:
        yield "CVX_PHOTO_MEGABYTES must be between 1 and 20"
    if (s.tls_cert is None) != (s.tls_key is None):
        yield "CVX_TLS_CERT and CVX_TLS_KEY go together"
    if s.public_url and urlsplit(s.public_url).scheme not in ("http", "https"):
        yield "CVX_PUBLIC_URL must be an http or https address"
    yield from _wrong_ice_addresses(s)
    if s.sms != "console" and not s.sms_url:
        yield f"CVX_SMS={s.sms} needs CVX_SMS_URL"
    if s.env == "production":
        yield from _missing_in_production(s)


def _wrong_ice_addresses(s: Settings):
    """A browser refuses the whole call for one address that it cannot read."""
    for url in s.ice_urls:
        if not ICE_URL.fullmatch(url):
            yield f"CVX_ICE_URLS: {url} is no stun:, turn: or turns: address (RFC 7064, RFC 7065)"
    if any(url.startswith("turn") for url in s.ice_urls) and len(s.turn_secret) < TURN_SECRET_LENGTH:
        yield f"CVX_TURN_SECRET must have at least {TURN_SECRET_LENGTH} characters where CVX_ICE_URLS names TURN"


def _missing_in_production(s: Settings):
    """A twin or a default that is right for a demonstration must not slip into production."""
    for name in ("db_url", "redis_url", "blob_url", "public_url", "kek_file", "authority_dir", "tsa_url"):
        if not getattr(s, name):
            yield f"{_variable(name)} must be set when CVX_ENV=production"
    if s.sms == "console":
        yield "CVX_SMS=console sends no SMS: choose a gateway when CVX_ENV=production"
    if s.public_url.startswith("http:"):
        yield "CVX_PUBLIC_URL must be https when CVX_ENV=production"


def _variable(field_name: str) -> str:
    return f"CVX_{field_name.upper()}"


def _parse(kind: object, text: str) -> object:
    if kind is int:
        try:
            return int(text)
        except ValueError:
            raise ValueError("must be a whole number") from None
    if kind is str:
        return text
    if kind == tuple[str, ...]:
        return tuple(part for part in text.split(",") if part)
    return Path(text)


def _text(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)
