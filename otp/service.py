"""Issuing and checking codes: the two verbs that a meeting needs."""

from datetime import datetime, timedelta, timezone

import msgspec

from otp.challenge import Binding, Challenge, mask_phone, mobile_number, new_challenge, phone_tag, tag_of, typed_code
from otp.errors import Cooldown, DailyLimit, Expired, OtpError, OtpLocked, SmsRefused, SmsTimeout, WrongCode
from otp.limits import DAY_TTL, GRACE_TTL, ISSUE, LIFT, VERIFY, Limits
from otp.sms import SmsGateway, SmsText
from ports.clock import Clock
from ports.keyvalue import KeyValue

__all__ = ["Binding", "Issued", "Limits", "OtpService", "Verified"]

TAIPEI = timezone(timedelta(hours=8))


class Issued(msgspec.Struct, frozen=True):
    """`retry_after` in seconds; `message_id` is None when the gateway did not answer: the SMS may still arrive."""

    expires_at: datetime
    retry_after: int
    phone_masked: str
    message_id: str | None


class Verified(msgspec.Struct, frozen=True):
    at: datetime


class OtpService:
    """`pepper` is at least 32 secret bytes that the store does not know."""

    def __init__(
        self,
        keyvalue: KeyValue,
        gateway: SmsGateway,
        clock: Clock,
        pepper: bytes,
        limits: Limits = Limits(),  # noqa: B008 -- frozen
        text: SmsText | None = None,
    ):
        if len(pepper) < 32:
            raise ValueError("the pepper needs 32 bytes")
        self._keyvalue, self._gateway, self._clock, self._pepper = keyvalue, gateway, clock, pepper
        self._limits = limits
        self._text = text or SmsText()

    async def issue(self, binding: Binding, phone: str, platform: str) -> Issued:
        """Send a code; an earlier one of this case, person and purpose dies (S34). Raises PhoneNotAllowed, Cooldown,
        DailyLimit, OtpLocked, SmsRefused."""
        number = mobile_number(phone)
        challenge = new_challenge(self._pepper, binding)
        now = self._clock.now()
        keys = self._issue_keys(binding, number, now)
        outcome, rest = await self._keyvalue.run(ISSUE, keys, self._issue_args(challenge, now))
        if outcome != b"issued":
            raise self._refusal(outcome, rest, now)
        message_id = await self._send(number, self._text.render(challenge.code, platform), challenge.nonce, keys)
        expires_at = now + timedelta(seconds=self._limits.validity)
        return Issued(expires_at, self._limits.cooldown, mask_phone(number), message_id)

    async def verify(self, binding: Binding, code: str) -> Verified:
        """A right code is used up. Raises MalformedCode (costs nothing), WrongCode, Expired, OtpLocked."""
        tag = tag_of(self._pepper, binding, typed_code(code))
        now = self._clock.now()
        limits = self._limits
        keys = [_live_key(binding), _wrong_key(binding, now)]
        args = [_milliseconds(now), tag, limits.tries_per_code, limits.wrong_per_day, DAY_TTL]
        outcome, left = await self._keyvalue.run(VERIFY, keys, args)
        if outcome != b"verified":
            raise self._refusal(outcome, left, now)
        return Verified(now)

    async def _send(self, phone: str, text: str, nonce: str, keys: list[str]) -> str | None:
        try:
            return await self._send_surely(phone, text, nonce)
        except SmsTimeout:
            return None  # the code stays alive and the cooldown stands: it may have been sent
        except SmsRefused:
            await self._keyvalue.run(LIFT, keys[:5], [nonce])
            raise

    async def _send_surely(self, phone: str, text: str, nonce: str) -> str:
        try:
            return await self._gateway.send(phone, text, nonce)
        except SmsTimeout:
            if not self._gateway.deduplicates:
                raise
        return await self._gateway.send(phone, text, nonce)

    def _issue_keys(self, binding: Binding, phone: str, now: datetime) -> list[str]:
        one_phone, one_person = phone_tag(self._pepper, phone), f"{binding.case_id}:{binding.person_id}"
        waits = [f"otp:wait:{who}" for who in (one_phone, one_person)]
        sent = [f"otp:sent:{who}:{_day(now)}" for who in (one_phone, one_person)]
        return [_live_key(binding), *waits, *sent, _wrong_key(binding, now)]

    def _issue_args(self, challenge: Challenge, now: datetime) -> list[str | int]:
        limits = self._limits
        times = [limits.cooldown * 1000, limits.validity * 1000]
        counts = [limits.wrong_per_day, limits.sent_per_day, DAY_TTL, GRACE_TTL * 1000]
        return [_milliseconds(now), challenge.tag, challenge.nonce, *times, *counts]

    def _refusal(self, outcome: bytes, number: int, now: datetime) -> OtpError:
        refusals = {
            b"cooldown": lambda: Cooldown(-(-number // 1000)),
            b"daily": lambda: DailyLimit("as many codes as a day allows were sent"),
            b"locked": lambda: OtpLocked(_next_day(now)),
            b"wrong": lambda: WrongCode(number),
            b"expired": lambda: Expired("no living code"),
        }
        return refusals[outcome]()


def _live_key(binding: Binding) -> str:
    return f"otp:live:{binding.case_id}:{binding.person_id}:{binding.purpose}"


def _wrong_key(binding: Binding, now: datetime) -> str:
    return f"otp:wrong:{binding.case_id}:{binding.person_id}:{_day(now)}"


def _milliseconds(now: datetime) -> int:
    return int(now.timestamp() * 1000)


def _day(now: datetime) -> str:
    return now.astimezone(TAIPEI).strftime("%Y%m%d")


def _next_day(now: datetime) -> datetime:
    midnight = now.astimezone(TAIPEI).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)
