"""壹、二、(四) 保戶無法親自簽名者: how many witnesses, and who may be one (table T-01.2.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from underwriting.answers import pending
from underwriting.application import PARTIES, Application, Person, Unknown
from underwriting.evidence import calls_made, ids, named, of_persons, status
from underwriting.model import Finding, Value
from underwriting.rule import face_to_face, rule

RELATIVES = ("parent", "spouse", "adult_child")
NOT_CLOSE = ("stranger", "welfare_staff")


@dataclass(frozen=True, slots=True)
class Situation:
    """How the person makes his mark: row and column of T-01.2.4. `number` of witnesses comes from the table."""

    reason: str
    mark: str
    at_counter: bool
    number: int

    @property
    def away_from_counter(self) -> bool:
        return self.reason == "visual_impairment" and not self.at_counter


def somebody_cannot_sign(application: Application) -> bool:
    return any(
        application.stated(f"{role}.cannot_sign_reason") is not None or application.stated(f"{role}.illiterate") is True
        for role in PARTIES
    )


def situation(application: Application, person: Person) -> Situation | None:
    """None when the person signs in the ordinary way. Only a stated reason puts him here."""
    table = application.parameter("witness_numbers")
    reason = application.stated(application.about(person, "cannot_sign_reason"))
    illiterate = application.stated(application.about(person, "illiterate")) is True
    if reason is None and not illiterate:
        return None
    if reason is None and application.flag(application.about(person, "can_sign_name")):
        return Situation("illiterate", "signature", True, table["illiterate_signs"])
    reason = str(reason or "illiterate")
    at_counter = reason == "visual_impairment" and application.flag(application.about(person, "at_counter"))
    mark = application.text(application.about(person, "mark"))
    row = "visual_away" if reason == "visual_impairment" and not at_counter else "other"
    if mark not in table[row]:
        raise Unknown(application.about(person, "mark"), "malformed")
    return Situation(reason, mark, at_counter, table[row][mark])


@rule("UW-01.2.4.1", each="party", applies=face_to_face, before="submission", when=somebody_cannot_sign)
def visually_impaired_away_from_counter(application: Application, person: Person) -> Iterator[Finding | Value]:
    """視覺障礙且非臨櫃辦理: 按指印或蓋印章, 2 witnesses."""
    found = situation(application, person)
    if found and found.away_from_counter:
        yield from _number(application, person, found)


@rule("UW-01.2.4.2", each="party", applies=face_to_face, before="submission", when=somebody_cannot_sign)
def other_reason_by_fingerprint(application: Application, person: Person) -> Iterator[Finding | Value]:
    """Other reasons by fingerprint: 2 witnesses."""
    found = situation(application, person)
    if found and found.mark == "fingerprint" and not found.away_from_counter:
        yield from _number(application, person, found)


@rule("UW-01.2.4.3", each="party", applies=face_to_face, before="submission", when=somebody_cannot_sign)
def other_reason_by_seal(application: Application, person: Person) -> Iterator[Finding | Value]:
    """Other reasons by seal: 1 witness."""
    found = situation(application, person)
    if found and found.mark == "seal" and not found.away_from_counter:
        yield from _number(application, person, found)


@rule("UW-01.2.4.4", each="party", applies=face_to_face, before="submission", when=somebody_cannot_sign)
def witnesses_are_adults(application: Application, person: Person) -> Iterator[Finding]:
    """條件 1: 須為成年人."""
    if situation(application, person):
        adult = application.parameter("adult_age")
        young = _ids_where(application, person, lambda i, w: application.years(f"witnesses.{i}.age") < adult)
        yield _condition(person, "見證人須為成年人", not young, young)


@rule("UW-01.2.4.5", each="party", applies=face_to_face, before="submission", when=somebody_cannot_sign)
def one_witness_is_a_relative(application: Application, person: Person) -> Iterator[Finding]:
    """條件 2(1): 至少 1 位須為父母、配偶或成年子女; without one the reason is stated."""
    if situation(application, person):
        ok = bool(_related(application, person)) or bool(application.stated("no_relative_reason"))
        yield _condition(person, "至少 1 位見證人為父母、配偶或成年子女，若無須敘明原因", ok, ())


@rule("UW-01.2.4.6", each="party", applies=face_to_face, before="submission", when=somebody_cannot_sign)
def both_witnesses_are_close(application: Application, person: Person) -> Iterator[Finding]:
    """條件 2(2): 視覺障礙且非臨櫃辦理, both are relatives or friends."""
    found = situation(application, person)
    if found and found.away_from_counter:
        far = _ids_where(application, person, lambda i, w: w.get("relation") in (None, *NOT_CLOSE))
        yield _condition(person, "2 位見證人均須為保戶之親友", not far, far)


@rule("UW-01.2.4.7", each="party", applies=face_to_face, before="submission", when=somebody_cannot_sign)
def counter_fingerprint_without_relative(application: Application, person: Person) -> Iterator[Finding]:
    """條件 2(3), 視覺障礙且臨櫃並按指印 without a relative: one friend or welfare worker of a named institution."""
    found = situation(application, person)
    if not found or (found.reason, found.mark, found.at_counter) != ("visual_impairment", "fingerprint", True):
        return
    if not _related(application, person):
        good = [w for _, w in _witnesses(application, person) if _close(w) or _welfare(w)]
        yield _condition(person, "須有 1 位見證人為親友或社福機構人員（敘明單位名稱）", bool(good), ())


@rule("UW-01.2.4.8", each="party", applies=face_to_face, before="submission", when=somebody_cannot_sign)
def witness_is_not_the_agent(application: Application, person: Person) -> Iterator[Finding]:
    """條件 3: 不得為招攬業務員及現任/送件之服務人員."""
    if situation(application, person):
        agents = _ids_where(
            application,
            person,
            lambda i, w: application.flag(f"witnesses.{i}.is_soliciting_agent") or w.get("is_service_agent"),
        )
        yield _condition(person, "見證人不得為招攬業務員或服務人員", not agents, agents)


@rule("UW-01.2.4.9", each="party", applies=face_to_face, before="submission", when=somebody_cannot_sign)
def witness_is_identified(application: Application, person: Person) -> Iterator[Finding]:
    """應記載事項 1: ID number and relationship beside the witness's signature."""
    if situation(application, person):
        bare = _ids_where(application, person, lambda i, w: not w.get("id_no") or not w.get("relation"))
        yield _condition(person, "見證人須載明身分證統一編號及與要保人/被保險人之關係", not bare, bare)


@rule("UW-01.2.4.10", each="party", applies=face_to_face, when=somebody_cannot_sign)
def agent_says_why_he_cannot_sign(application: Application, person: Person) -> Iterator[Finding]:
    """應記載事項 2: the reason stands in 業務人員招攬報告書."""
    if situation(application, person):
        path = "agent_report.cannot_sign_reason"
        said = bool(application.stated(path))
        text = f"業務人員招攬報告書說明{named(person)}無法親自簽名原因"
        yield pending(text, said, subject="agent", person=person.role, field=path)


@rule("UW-01.2.4.11", each="party", applies=face_to_face, before="submission", when=somebody_cannot_sign)
def illiterate_is_called(application: Application, person: Person) -> Iterator[Finding]:
    """其它 1: 不識字 (also when he can sign his name): a call or a survey confirms his will."""
    if application.stated(application.about(person, "illiterate")) is not True:
        return
    done = of_persons(calls_made(application), person) + of_persons(application.entries("surveys"), person)
    yield Finding(
        "CALL_OR_SURVEY",
        f"{named(person)}不識字：須電訪或生存調查確認投保意願",
        status(bool(done)),
        subject=person.role,
        person=person.role,
        persons=person.roles,
        who="reviewer",
        before="acceptance",
        satisfied_by=ids(done),
    )


@rule("UW-01.2.4.12", each="party", applies=face_to_face, before="submission", when=somebody_cannot_sign)
def illiterate_signs_own_name(application: Application, person: Person) -> Iterator[Finding | Value]:
    """其它 2: 不識字但可簽署自己姓名, 1 witness."""
    found = situation(application, person)
    if found and found.mark == "signature":
        yield from _number(application, person, found)


def _number(application: Application, person: Person, found: Situation) -> Iterator[Finding | Value]:
    """WITNESS is closed by the witnesses' signatures beside the mark; `witnesses_ok` also weighs the conditions."""
    witnesses = [w for _, w in _witnesses(application, person)]
    yield Value("witnesses_required", found.number)
    yield Value("witnesses_ok", len(witnesses) >= found.number and _conditions_hold(application, person))
    yield Finding(
        "WITNESS",
        f"{named(person)}無法親自簽名：須有 {found.number} 位見證人簽名",
        status(len(witnesses) >= found.number),
        subject=person.role,
        person=person.role,
        value=found.number,
        who="customer",
        satisfied_by=ids(witnesses[: found.number]),
    )


def _conditions_hold(application: Application, person: Person) -> bool:
    conditions = (
        witnesses_are_adults,
        one_witness_is_a_relative,
        both_witnesses_are_close,
        counter_fingerprint_without_relative,
        witness_is_not_the_agent,
        witness_is_identified,
    )
    return all(f.status == "satisfied" for condition in conditions for f in condition(application, person))


def _condition(person: Person, text: str, ok: bool, wrong: tuple[str, ...]) -> Finding:
    return Finding("PENDING", text, status(ok), subject=person.role, person=person.role, field="witnesses", items=wrong)


def _witnesses(application: Application, person: Person) -> list[tuple[int, dict[str, Any]]]:
    """Witnesses of this person's mark; one that names nobody in `for` stands for all."""
    found = enumerate(application.entries("witnesses"))
    return [(i, w) for i, w in found if w.get("for") in (None, person.id, *person.roles)]


def _ids_where(application: Application, person: Person, test: Any) -> tuple[str, ...]:
    return tuple(str(w["id"]) for i, w in _witnesses(application, person) if test(i, w))


def _related(application: Application, person: Person) -> list[dict[str, Any]]:
    return [w for _, w in _witnesses(application, person) if w.get("relation") in RELATIVES]


def _close(witness: dict[str, Any]) -> bool:
    return witness.get("relation") not in (None, *NOT_CLOSE)


def _welfare(witness: dict[str, Any]) -> bool:
    return witness.get("relation") == "welfare_staff" and bool(witness.get("institution"))
