"""The adapters that every role uses, opened from the settings and closed in reverse order."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from cases.desk import Desk, PhotoLimits
from otp.errors import SmsTooLong
from otp.gateways.mitake import MitakeSms
from otp.gateways.twilio import TwilioSms
from otp.service import Limits, OtpService
from otp.sms import ConsoleSms, SmsGateway, SmsText
from ports.blobs import Blobs, open_blobs
from ports.clock import Clock, SystemClock
from ports.database import check_protection, open_engine
from ports.journal import Journal
from ports.keys import Keys
from ports.keyvalue import KeyValue, open_keyvalue
from ports.people import PeopleStore
from ports.sealed import derive
from ports.sqljournal import SqlJournal
from ports.sqlkeys import SqlKeys, load_kek
from server.settings import Settings
from underwriting.load import load_rulebook

MEGABYTE = 1024 * 1024

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Adapters:
    """`secret(purpose)` derives a key for one purpose from the key-encryption key."""

    clock: Clock
    engine: AsyncEngine
    keyvalue: KeyValue
    keys: Keys
    blobs: Blobs
    journal: Journal
    people: PeopleStore
    sms: SmsGateway
    kek: bytes

    def secret(self, purpose: str) -> bytes:
        return derive(self.kek, purpose)


@asynccontextmanager
async def open_adapters(settings: Settings) -> AsyncIterator[Adapters]:
    clock = SystemClock()
    kek = load_kek(settings.kek_path)
    async with AsyncExitStack() as stack:
        engine = open_engine(settings.database_url)
        stack.push_async_callback(engine.dispose)
        await check_protection(engine)
        keyvalue = open_keyvalue(settings.keyvalue_url, clock)
        stack.push_async_callback(keyvalue.close)
        keys = SqlKeys(engine, kek)
        blobs = open_blobs(settings.blobs_url, keys)
        sms = await _gateway(settings, stack, keyvalue, clock)
        people = PeopleStore(engine, keys)
        yield Adapters(clock, engine, keyvalue, keys, blobs, SqlJournal(engine, keys), people, sms, kek)


async def _gateway(settings: Settings, stack: AsyncExitStack, keyvalue: KeyValue, clock: Clock) -> SmsGateway:
    if settings.sms == "console":
        return ConsoleSms(None, keyvalue, clock)
    session = await stack.enter_async_context(aiohttp.ClientSession())
    account = settings.sms_url, settings.sms_user, settings.sms_password
    if settings.sms == "mitake":
        return MitakeSms(session, *account)
    return TwilioSms(session, *account, settings.sms_sender)


def open_desk(settings: Settings, adapters: Adapters, journal: Journal | None = None) -> Desk:
    """What the use cases work with; `journal` may wrap the adapters' own."""
    pepper = adapters.secret("otp")
    # The demo people of one machine get as many codes a day as a whole branch would.
    limits = Limits(sent_per_day=200) if settings.embedded else Limits()
    otp = OtpService(adapters.keyvalue, adapters.sms, adapters.clock, pepper, limits, _sms_text(settings))
    return Desk(
        journal=journal or adapters.journal,
        keyvalue=adapters.keyvalue,
        blobs=adapters.blobs,
        keys=adapters.keys,
        clock=adapters.clock,
        otp=otp,
        rulebook=load_rulebook(),
        roots=_roots(settings),
        photo_limits=PhotoLimits(settings.photos_per_task, settings.photo_megabytes * MEGABYTE),
    )


def _roots(settings: Settings) -> tuple[bytes, ...]:
    """The certificate that verifies our signatures, for the evidence package (esign/authority.py writes it)."""
    root = settings.authority_path / "root.pem"
    return (root.read_bytes(),) if root.is_file() else ()


def _sms_text(settings: Settings) -> SmsText:
    """With the page's host the phone fills the code in by itself (WebOTP); a long host would cost a second SMS."""
    try:
        return SmsText(host=urlsplit(settings.origin).hostname)
    except SmsTooLong:
        log.warning("otp_autofill_off", meaning="the host name is too long for one SMS")
        return SmsText()


def machine_name() -> str:
    return socket.gethostname().split(".")[0] or "localhost"
