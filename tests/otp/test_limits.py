"""The two atomic steps: a model checks them over any history, and Lua and Python answer alike to the same history."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from otp.errors import Cooldown, DailyLimit, Expired, OtpLocked, SmsRefused, WrongCode
from otp.limits import ISSUE, LIFT, VERIFY, Limits
from otp.service import OtpService
from ports.clock import FrozenClock, SystemClock
from ports.keyvalue import KeyValue, MemoryKeyValue, open_keyvalue
from tests.otp.conftest import BINDING, PEPPER, PHONE, Outbox, wrong

LIMITS = Limits(sent_per_day=6, wrong_per_day=7, tries_per_code=3)
DAY = 86_400


class OtpHistory(RuleBasedStateMachine):
    """One person in one case. The model is what S34, S37 and S38 say, in plain Python."""

    @initialize()
    def start(self) -> None:
        self.clock, self.outbox = FrozenClock(), Outbox()
        self.service = OtpService(MemoryKeyValue(self.clock), self.outbox, self.clock, PEPPER, LIMITS)
        self.code: str | None = None
        self.since = self.tries = 0
        self.wait_until = 0.0
        self.sent = self.wrong = 0
        self.passed_with: set[int] = set()

    @property
    def now(self) -> float:
        return self.clock.monotonic()

    def ask(self, coroutine) -> object:
        try:
            return asyncio.run(coroutine)
        except (Cooldown, DailyLimit, Expired, OtpLocked, SmsRefused, WrongCode) as refused:
            return refused

    @rule(seconds=st.sampled_from([0.5, 1, 30, 59, 60, 61, 240, 299, 300, 301]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def the_next_day_comes(self) -> None:
        self.clock.advance(DAY)
        self.sent = self.wrong = 0

    @rule(refused=st.booleans())
    def a_code_is_asked_for(self, refused: bool) -> None:
        self.outbox.failures = [SmsRefused] if refused else []
        outcome = self.ask(self.service.issue(BINDING, PHONE, "web"))
        if self.wrong >= LIMITS.wrong_per_day:
            assert isinstance(outcome, OtpLocked)
        elif self.now < self.wait_until:
            assert isinstance(outcome, Cooldown)
            assert self.wait_until - self.now <= outcome.retry_after < self.wait_until - self.now + 1
        elif self.sent >= LIMITS.sent_per_day:
            assert isinstance(outcome, DailyLimit)
        elif refused:
            assert isinstance(outcome, SmsRefused)
            self.code = None
        else:
            assert outcome.retry_after == 60
            self.code, self.since, self.tries = self.outbox.code, self.now, 0
            self.wait_until, self.sent = self.now + 60, self.sent + 1

    def alive(self) -> bool:
        return self.code is not None and self.now - self.since <= 300 and self.tries < LIMITS.tries_per_code

    @precondition(lambda self: self.outbox.sent)
    @rule()
    def the_last_code_is_typed(self) -> None:
        outcome = self.ask(self.service.verify(BINDING, self.outbox.code))
        if self.wrong >= LIMITS.wrong_per_day:
            assert isinstance(outcome, OtpLocked)
        elif not self.alive():
            assert isinstance(outcome, Expired)
        else:
            assert outcome.at == self.clock.now()
            assert len(self.outbox.sent) not in self.passed_with
            self.passed_with.add(len(self.outbox.sent))
            self.code = None

    @rule()
    def a_wrong_code_is_typed(self) -> None:
        typed = wrong(self.outbox.code) if self.outbox.sent else "000000"
        outcome = self.ask(self.service.verify(BINDING, typed))
        if self.wrong >= LIMITS.wrong_per_day:
            assert isinstance(outcome, OtpLocked)
        elif not self.alive():
            assert isinstance(outcome, Expired)
        else:
            self.tries, self.wrong = self.tries + 1, self.wrong + 1
            left = min(LIMITS.tries_per_code - self.tries, LIMITS.wrong_per_day - self.wrong)
            self.code = self.code if left > 0 else None
            if self.wrong >= LIMITS.wrong_per_day:
                assert isinstance(outcome, OtpLocked)
            else:
                assert outcome.left == left

    @invariant()
    def no_more_is_sent_than_the_gateway_was_asked(self) -> None:
        assert self.sent <= LIMITS.sent_per_day


TestOtpHistory = OtpHistory.TestCase
TestOtpHistory.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)

ISSUE_KEYS = ["live", "wait-a", "wait-b", "sent-a", "sent-b", "wrong"]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("issue"), st.sampled_from("abc"), st.sampled_from("123456")),
        st.tuples(st.just("lift"), st.just(""), st.sampled_from("123456")),
        st.tuples(st.just("verify"), st.sampled_from("abcd"), st.just("")),
        st.tuples(st.just("wait"), st.sampled_from(["1", "60000", "150000", "300001"]), st.just("")),
    ),
    max_size=40,
)


async def _play(store: KeyValue, steps: list[tuple[str, str, str]]) -> list:
    """Time passes in the arguments only: Valkey's own clock cannot be moved, so neither store forgets by itself."""
    now, answers = 1_772_413_200_000, []
    for verb, tag, nonce in steps:
        if verb == "wait":
            now += int(tag)
        elif verb == "issue":
            arguments = [now, tag, nonce, 60_000, 300_000, 6, 5, 90_000, 5_000]
            answers.append(await store.run(ISSUE, ISSUE_KEYS, arguments))
        elif verb == "lift":
            answers.append(await store.run(LIFT, ISSUE_KEYS[:5], [nonce]))
        else:
            answers.append(await store.run(VERIFY, ["live", "wrong"], [now, tag, 3, 6, 90_000]))
    return answers


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_lua_and_its_twin_answer_alike_to_any_history(valkey_url: str, steps: list[tuple[str, str, str]]):
    async def both() -> tuple[list, list]:
        valkey = open_keyvalue(valkey_url, SystemClock())
        await valkey.delete(*ISSUE_KEYS)
        try:
            return await _play(MemoryKeyValue(FrozenClock()), steps), await _play(valkey, steps)
        finally:
            await valkey.close()

    twin, lua = asyncio.run(both())
    assert twin == lua


async def test_a_request_that_the_client_sent_twice_is_one_request():
    """A connection that broke after the script ran is tried again by the client with the same nonce."""
    store = MemoryKeyValue(FrozenClock())
    arguments = [0, "tag", "nonce", 60_000, 300_000, 10, 1, 90_000, 5_000]
    assert [await store.run(ISSUE, ISSUE_KEYS, arguments) for _ in range(2)] == [[b"issued", 0]] * 2
    assert await store.get("sent-a") == b"1"
