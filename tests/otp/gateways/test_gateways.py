"""The vendors' adapters against a local server that speaks their shape."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from otp.errors import SmsRefused, SmsTimeout
from otp.gateways import http
from otp.gateways.mitake import MitakeSms
from otp.gateways.twilio import TwilioSms

PHONE, TEXT = "+886912345678", "驗證碼為338451。\n@cvx.example.tw #338451"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Vendor:
    """Answers as told, and remembers the last request."""

    def __init__(self) -> None:
        self.status, self.body = 200, ""
        self.delay = 0.0
        self.form: dict = {}
        self.request: web.Request | None = None

    async def answer(self, request: web.Request) -> web.Response:
        self.request, self.form = request, dict(await request.post())
        await asyncio.sleep(self.delay)
        return web.Response(status=self.status, text=self.body)


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
async def base_url(vendor: Vendor) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/{path:.*}", vendor.answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def mitake(session: aiohttp.ClientSession, base_url: str) -> MitakeSms:
    return MitakeSms(session, base_url, "user", "secret")


@pytest.fixture
def twilio(session: aiohttp.ClientSession, base_url: str) -> TwilioSms:
    return TwilioSms(session, base_url, "AC1", "token", "+15005550006")


async def test_mitake_gets_a_local_number_and_a_key_that_de_duplicates(mitake: MitakeSms, vendor: Vendor):
    vendor.body = "[1]\r\nmsgid=#000000013\r\nstatuscode=1\r\nAccountPoint=126\r\n"
    assert await mitake.send(PHONE, TEXT, "n" * 32) == "#000000013"
    assert vendor.request.path_qs == "/api/mtk/SmSend?CharsetURL=UTF8"
    assert vendor.form == {
        "username": "user",
        "password": "secret",
        "dstaddr": "0912345678",
        "smbody": TEXT.replace("\n", "\x06"),
        "clientid": "n" * 32,
    }


@pytest.mark.parametrize("status", ["e", "k", "v", "*", "5", ""])
async def test_mitake_s_refusals_are_certain(mitake: MitakeSms, vendor: Vendor, status: str):
    vendor.body = f"[1]\r\nstatuscode={status}\r\nError=刊登\r\n"
    with pytest.raises(SmsRefused):
        await mitake.send(PHONE, TEXT, "n")


async def test_an_answer_of_mitake_that_says_nothing_is_uncertain(mitake: MitakeSms, vendor: Vendor):
    vendor.body = "<html>maintenance</html>"
    with pytest.raises(SmsTimeout):
        await mitake.send(PHONE, TEXT, "n")


async def test_twilio_gets_an_international_number_and_basic_authentication(twilio: TwilioSms, vendor: Vendor):
    vendor.status, vendor.body = 201, '{"sid": "SM123", "status": "queued"}'
    assert await twilio.send(PHONE, TEXT, "n") == "SM123"
    assert vendor.request.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert vendor.request.headers["Authorization"] == "Basic " + base64.b64encode(b"AC1:token").decode()
    assert vendor.form == {"To": PHONE, "Body": TEXT, "From": "+15005550006"}


async def test_twilio_takes_a_messaging_service_for_a_sender(
    session: aiohttp.ClientSession, base_url: str, vendor: Vendor
):
    vendor.body = '{"sid": "SM1"}'
    await TwilioSms(session, base_url, "AC1", "token", "MG9").send(PHONE, TEXT, "n")
    assert vendor.form["MessagingServiceSid"] == "MG9"
    assert "From" not in vendor.form


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (400, '{"code": 21211}', SmsRefused),
        (401, "", SmsRefused),
        (302, "", SmsRefused),
        (500, "", SmsTimeout),
        (503, "", SmsTimeout),
        (201, "not json", SmsTimeout),
        (201, "{}", SmsTimeout),
    ],
)
async def test_what_the_status_says_about_the_message(
    twilio: TwilioSms, vendor: Vendor, status: int, body: str, outcome: type[Exception]
):
    vendor.status, vendor.body = status, body
    with pytest.raises(outcome):
        await twilio.send(PHONE, TEXT, "n")


async def test_silence_is_uncertain(twilio: TwilioSms, vendor: Vendor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http, "TIMEOUT", aiohttp.ClientTimeout(total=0.1))
    vendor.delay = 1
    with pytest.raises(SmsTimeout):
        await twilio.send(PHONE, TEXT, "n")


async def test_a_gateway_that_cannot_be_reached_certainly_sent_nothing(session: aiohttp.ClientSession):
    with pytest.raises(SmsRefused):
        await TwilioSms(session, "http://127.0.0.1:1", "AC1", "token", "+1").send(PHONE, TEXT, "n")
