from collections.abc import AsyncIterator

import pytest

from otp.errors import SmsRefused, SmsTimeout
from otp.service import Binding, OtpService
from ports.clock import FrozenClock
from ports.keyvalue import KeyValue, open_keyvalue

PEPPER = bytes(range(32))
PHONE = "0912-345-678"
BINDING = Binding("case-1", "member-1", "room-1", "join", "session-1")


class Outbox:
    """A gateway that keeps what it sends and fails as it is told to."""

    def __init__(self) -> None:
        self.deduplicates = False
        self.failures: list[type[SmsRefused] | type[SmsTimeout]] = []
        self.sent: list[tuple[str, str, str]] = []

    async def send(self, phone: str, text: str, dedup_key: str) -> str:
        if self.failures:
            raise self.failures.pop(0)("told to")
        self.sent.append((phone, text, dedup_key))
        return f"id-{len(self.sent)}"

    @property
    def code(self) -> str:
        """The code of the last SMS."""
        return self.sent[-1][1].partition("驗證碼為")[2][:6]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture(params=["memory", "valkey"])
def store_url(request: pytest.FixtureRequest) -> str:
    return "memory:" if request.param == "memory" else request.getfixturevalue("valkey_url")


@pytest.fixture
async def keyvalue(store_url: str, clock: FrozenClock) -> AsyncIterator[KeyValue]:
    store = open_keyvalue(store_url, clock)
    yield store
    await store.close()


@pytest.fixture
def service(keyvalue: KeyValue, outbox: Outbox, clock: FrozenClock) -> OtpService:
    return OtpService(keyvalue, outbox, clock, PEPPER)
