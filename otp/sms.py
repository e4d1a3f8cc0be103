"""The SMS: its text (S35), the gateway that carries it, and the harmless gateway of a machine without one."""

import asyncio
import re
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from otp.challenge import DIGITS, mask_phone
from otp.errors import SmsTooLong
from ports.clock import Clock
from ports.keyvalue import KeyValue, Script, TwinStore

log = structlog.get_logger()

ONE_SMS_CHARACTERS = 70  # UCS-2, one segment
RETRIEVER_BYTES = 140  # the most that Android's SMS Retriever reads
APP_HASH = re.compile(r"[A-Za-z0-9+/]{11}")
HOST = re.compile(r"[a-z0-9.-]+")
OUTBOX = "sms:outbox"
OUTBOX_TTL = 86_400
OUTBOX_KEPT = 20


class SmsGateway(Protocol):
    """`deduplicates` says whether sending again with the same `dedup_key` is safe after a time-out."""

    deduplicates: bool

    async def send(self, phone: str, text: str, dedup_key: str) -> str:
        """Answers the vendor's message id. Raises SmsRefused (certainly not sent), SmsTimeout (nobody knows)."""
        ...


class SmsText:
    """The template of S35 with what lets a phone fill the code in: on the web the page's host (WebOTP), in an Android
    app its hash (SMS Retriever); both together would not fit. Raises SmsTooLong when made with too long a host."""

    def __init__(self, *, brand: str = "國泰人壽", host: str | None = None, app_hash: str | None = None):
        if host is not None and not HOST.fullmatch(host):
            raise ValueError("host is a bare host name")
        if app_hash is not None and not APP_HASH.fullmatch(app_hash):
            raise ValueError("an app hash has eleven base64 characters")
        self._brand, self._host, self._app_hash = brand, host, app_hash
        for platform in ("web", "android"):
            self.render("0" * DIGITS, platform)

    def render(self, code: str, platform: str) -> str:
        """`platform` is `web`, `ios` or `android`; without a host or hash the plain text."""
        text = f"<#>【{self._brand}服務驗證碼】驗證碼為{code}。僅限本交易使用並請於5分鐘內輸入。"
        if platform == "android":
            text += f"\n{self._app_hash}" if self._app_hash else ""
        elif self._host:
            text += f"\n@{self._host} #{code}"
        if len(text) > ONE_SMS_CHARACTERS or len(text.encode()) > RETRIEVER_BYTES:
            raise SmsTooLong(f"{len(text)} characters, {len(text.encode())} bytes")
        return text


class SentSms(msgspec.Struct, frozen=True):
    """What the demo page shows of a message; `at` is ISO 8601."""

    at: str
    phone_masked: str
    text: str


KEEP_LUA = """
local kept = cjson.decode('[' .. (redis.call('GET', KEYS[1]) or '') .. ']')
local parts = {ARGV[1]}
for i = 1, math.min(#kept, tonumber(ARGV[2]) - 1) do parts[i + 1] = cjson.encode(kept[i]) end
redis.call('SET', KEYS[1], table.concat(parts, ','), 'EX', ARGV[3])
return {#parts}
"""


def _keep_twin(store: TwinStore, keys: list[str], args: list[bytes]) -> list:
    kept = msgspec.json.decode(b"[" + (store.get(keys[0]) or b"") + b"]", type=list[msgspec.Raw])
    parts = [args[0], *(bytes(item) for item in kept[: int(args[1]) - 1])]
    store.set(keys[0], b",".join(parts), int(args[2]))
    return [len(parts)]


KEEP = Script(KEEP_LUA, _keep_twin)


class ConsoleSms:
    """The twin for a machine without a gateway: prints, appends to a file if told one, and keeps the last 20 for the
    demo page. The settings refuse it in production."""

    deduplicates = True

    def __init__(self, path: Path | None, keyvalue: KeyValue, clock: Clock):
        self._path, self._keyvalue, self._clock = path, keyvalue, clock
        log.warning("sms_goes_to_the_console", meaning="no message leaves this machine; not for production")

    async def send(self, phone: str, text: str, dedup_key: str) -> str:
        message = SentSms(self._clock.now().isoformat(timespec="seconds"), mask_phone(phone), text)
        print(f"SMS to {message.phone_masked}: {text}", flush=True)
        line = msgspec.json.encode(message)
        if self._path:
            await asyncio.to_thread(_append, self._path, line + b"\n")
        await self._keyvalue.run(KEEP, [OUTBOX], [line, OUTBOX_KEPT, OUTBOX_TTL])
        return f"console-{dedup_key}"


async def read_outbox(keyvalue: KeyValue) -> tuple[SentSms, ...]:
    """What ConsoleSms sent, the newest first."""
    return msgspec.json.decode(b"[" + (await keyvalue.get(OUTBOX) or b"") + b"]", type=tuple[SentSms, ...])


def _append(path: Path, line: bytes) -> None:
    with path.open("ab") as file:
        file.write(line)
