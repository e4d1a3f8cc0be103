"""Issuing and checking over memory and a real Valkey, on a clock that the tests move."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from otp.errors import (
    Cooldown,
    DailyLimit,
    Expired,
    MalformedCode,
    OtpLocked,
    PhoneNotAllowed,
    SmsRefused,
    SmsTimeout,
    WrongCode,
)
from otp.service import Binding, Issued, Limits, OtpService, Verified
from ports.clock import FrozenClock
from ports.keyvalue import KeyValue, MemoryKeyValue
from tests.otp.conftest import BINDING, PEPPER, PHONE, Outbox, wrong

OTHER_PERSON = msgspec.structs.replace(BINDING, person_id="member-2")
OTHER_PHONE = "0987654321"


async def test_a_code_is_sent_and_verifies_once(service: OtpService, outbox: Outbox, clock: FrozenClock):
    issued = await service.issue(BINDING, PHONE, "web")
    assert issued == Issued(clock.now() + timedelta(seconds=300), 60, "0912***678", "id-1")
    assert outbox.sent[0][0] == "+886912345678"
    clock.advance(10)
    assert await service.verify(BINDING, outbox.code) == Verified(clock.now())
    with pytest.raises(Expired):
        await service.verify(BINDING, outbox.code)


async def test_of_fifty_racers_with_the_right_code_one_succeeds(service: OtpService, outbox: Outbox):
    await service.issue(BINDING, PHONE, "web")
    racers = [service.verify(BINDING, outbox.code) for _ in range(50)]
    outcomes = await asyncio.gather(*racers, return_exceptions=True)
    assert sorted({type(outcome).__name__ for outcome in outcomes}) == ["Expired", "Verified"]
    assert sum(isinstance(outcome, Verified) for outcome in outcomes) == 1


async def test_of_fifty_racing_requests_one_sends(service: OtpService, outbox: Outbox):
    racers = [service.issue(BINDING, PHONE, "web") for _ in range(50)]
    outcomes = await asyncio.gather(*racers, return_exceptions=True)
    assert len(outbox.sent) == 1
    assert sum(isinstance(outcome, Cooldown) for outcome in outcomes) == 49


@pytest.mark.parametrize(("age", "living"), [(0, True), (299, True), (300, True), (300.002, False), (301, False)])
async def test_a_code_lives_three_hundred_seconds(
    service: OtpService, outbox: Outbox, clock: FrozenClock, age: float, living: bool
):
    await service.issue(BINDING, PHONE, "web")
    clock.advance(age)
    if living:
        assert await service.verify(BINDING, outbox.code) == Verified(clock.now())
    else:
        with pytest.raises(Expired):
            await service.verify(BINDING, outbox.code)


@pytest.mark.parametrize(("wait", "left"), [(0, 60), (0.2, 60), (59, 1), (59.5, 1)])
async def test_a_new_code_must_wait_a_minute(service: OtpService, clock: FrozenClock, wait: float, left: int):
    await service.issue(BINDING, PHONE, "web")
    clock.advance(wait)
    with pytest.raises(Cooldown) as refused:
        await service.issue(BINDING, PHONE, "web")
    assert refused.value.retry_after == left


async def test_after_a_minute_the_new_code_replaces_the_old_one(
    service: OtpService, outbox: Outbox, clock: FrozenClock
):
    await service.issue(BINDING, PHONE, "web")
    first = outbox.code
    clock.advance(60)
    await service.issue(BINDING, PHONE, "web")
    with pytest.raises(WrongCode):
        await service.verify(BINDING, first)
    await service.verify(BINDING, outbox.code)


@pytest.mark.parametrize(
    ("binding", "phone", "refused"),
    [(BINDING, OTHER_PHONE, True), (OTHER_PERSON, PHONE, True), (OTHER_PERSON, OTHER_PHONE, False)],
    ids=["same person, other phone", "other person, same phone", "other person, other phone"],
)
async def test_the_wait_holds_for_the_phone_and_for_the_person_in_the_case(
    service: OtpService, outbox: Outbox, binding: Binding, phone: str, refused: bool
):
    await service.issue(BINDING, PHONE, "web")
    if refused:
        with pytest.raises(Cooldown):
            await service.issue(binding, phone, "web")
    else:
        await service.issue(binding, phone, "web")
        await service.verify(binding, outbox.code)


@pytest.mark.parametrize("field", ["room_id", "session_id"])
async def test_a_code_of_another_room_or_session_is_a_wrong_one(service: OtpService, outbox: Outbox, field: str):
    await service.issue(BINDING, PHONE, "web")
    with pytest.raises(WrongCode):
        await service.verify(msgspec.structs.replace(BINDING, **{field: "other"}), outbox.code)
    await service.verify(BINDING, outbox.code)


@pytest.mark.parametrize("field", ["case_id", "person_id", "purpose"])
async def test_another_case_person_or_purpose_has_no_code_at_all(service: OtpService, outbox: Outbox, field: str):
    await service.issue(BINDING, PHONE, "web")
    with pytest.raises(Expired):
        await service.verify(msgspec.structs.replace(BINDING, **{field: "other"}), outbox.code)
    await service.verify(BINDING, outbox.code)


async def test_five_wrong_tries_kill_the_code(service: OtpService, outbox: Outbox):
    await service.issue(BINDING, PHONE, "web")
    left = []
    for _ in range(5):
        with pytest.raises(WrongCode) as refused:
            await service.verify(BINDING, wrong(outbox.code))
        left.append(refused.value.left)
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(Expired):
        await service.verify(BINDING, outbox.code)


async def test_a_malformed_code_costs_no_try(service: OtpService, outbox: Outbox):
    await service.issue(BINDING, PHONE, "web")
    for _ in range(20):
        with pytest.raises(MalformedCode):
            await service.verify(BINDING, "12345")
    with pytest.raises(WrongCode) as refused:
        await service.verify(BINDING, wrong(outbox.code))
    assert refused.value.left == 4


async def test_ten_wrong_tries_a_day_lock_whatever_is_sent_anew(
    service: OtpService, outbox: Outbox, clock: FrozenClock
):
    for _ in range(2):
        await service.issue(BINDING, PHONE, "web")
        outcomes = [await _outcome(service, wrong(outbox.code)) for _ in range(5)]
        clock.advance(60)
    assert outcomes == [WrongCode, WrongCode, WrongCode, WrongCode, OtpLocked]
    with pytest.raises(OtpLocked) as locked:
        await service.verify(BINDING, "000000")
    assert locked.value.until.astimezone(UTC) == datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    with pytest.raises(OtpLocked):
        await service.issue(BINDING, PHONE, "web")
    await service.issue(OTHER_PERSON, OTHER_PHONE, "web")
    await service.verify(OTHER_PERSON, outbox.code)
    clock.advance((locked.value.until - clock.now()).total_seconds())
    await service.issue(BINDING, PHONE, "web")
    await service.verify(BINDING, outbox.code)


async def _outcome(service: OtpService, code: str) -> type:
    try:
        return type(await service.verify(BINDING, code))
    except (WrongCode, OtpLocked) as refused:
        return type(refused)


async def test_a_right_code_spares_the_wrong_tries_of_the_day(service: OtpService, outbox: Outbox, clock: FrozenClock):
    for _ in range(3):
        await service.issue(BINDING, PHONE, "web")
        assert await _outcome(service, wrong(outbox.code)) == WrongCode
        await service.verify(BINDING, outbox.code)
        clock.advance(60)
    await service.issue(BINDING, PHONE, "web")
    outcomes = [await _outcome(service, wrong(outbox.code)) for _ in range(5)]
    assert outcomes == [WrongCode] * 5


async def test_a_day_has_ten_codes_for_a_phone(service: OtpService, outbox: Outbox, clock: FrozenClock):
    for number in range(10):
        await service.issue(msgspec.structs.replace(BINDING, case_id=f"case-{number}"), PHONE, "web")
        clock.advance(60)
    with pytest.raises(DailyLimit):
        await service.issue(BINDING, PHONE, "web")
    await service.issue(BINDING, OTHER_PHONE, "web")
    clock.advance(86_400)
    await service.issue(OTHER_PERSON, PHONE, "web")
    assert len(outbox.sent) == 12


async def test_a_gateway_that_certainly_refused_lifts_the_wait_and_kills_the_code(
    keyvalue: KeyValue, outbox: Outbox, clock: FrozenClock
):
    service = OtpService(keyvalue, outbox, clock, PEPPER, Limits(sent_per_day=1))
    outbox.failures = [SmsRefused]
    with pytest.raises(SmsRefused):
        await service.issue(BINDING, PHONE, "web")
    with pytest.raises(Expired):
        await service.verify(BINDING, "000000")
    assert (await service.issue(BINDING, PHONE, "web")).message_id == "id-1"
    await service.verify(BINDING, outbox.code)


async def test_a_gateway_that_timed_out_keeps_the_wait_and_the_code(service: OtpService, outbox: Outbox):
    outbox.failures = [SmsTimeout]
    assert (await service.issue(BINDING, PHONE, "web")).message_id is None
    assert outbox.sent == []
    with pytest.raises(Cooldown):
        await service.issue(BINDING, PHONE, "web")
    with pytest.raises(WrongCode):
        await service.verify(BINDING, "000000")


@pytest.mark.parametrize(("deduplicates", "sent"), [(True, 1), (False, 0)])
async def test_only_a_gateway_that_deduplicates_is_asked_again_after_a_time_out(
    service: OtpService, outbox: Outbox, deduplicates: bool, sent: int
):
    outbox.deduplicates, outbox.failures = deduplicates, [SmsTimeout]
    await service.issue(BINDING, PHONE, "web")
    assert len(outbox.sent) == sent


async def test_a_phone_that_we_do_not_send_to_costs_nothing(service: OtpService, outbox: Outbox):
    with pytest.raises(PhoneNotAllowed):
        await service.issue(BINDING, "+15005550006", "web")
    await service.issue(BINDING, PHONE, "web")
    assert len(outbox.sent) == 1


async def test_the_store_holds_neither_code_nor_phone(service: OtpService, outbox: Outbox, keyvalue: KeyValue):
    await service.issue(BINDING, PHONE, "web")
    keys = await keyvalue.scan("otp:")
    held = " ".join(keys).encode() + b" ".join([await keyvalue.get(key) or b"" for key in keys])
    assert len(keys) == 5
    words = {word for word in held.replace(b":", b" ").split() if len(word) != 13}  # 13 digits are a time
    assert not any(outbox.code.encode() in word or b"912345678" in word for word in words)


def test_a_short_pepper_is_refused(outbox: Outbox, clock: FrozenClock):
    with pytest.raises(ValueError, match="32 bytes"):
        OtpService(MemoryKeyValue(clock), outbox, clock, b"short")
