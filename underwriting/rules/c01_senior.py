"""壹、五 高齡者投保: the sales recording for clients of 65 and more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from underwriting.ages import is_senior
from underwriting.application import Application, Person, Unknown
from underwriting.evidence import ROLE_ZH, ids, of_person, status
from underwriting.model import Finding, Value
from underwriting.rule import rule
from underwriting.rules.c01_signing import face_to_face

CLIENTS = ("policyholder", "insured", "payer")
PROTECTORS = {"guardianship": "guardian", "assistance": "assistant"}


def seniors(application: Application) -> tuple[Person, ...]:
    return tuple(person for person in application.people(CLIENTS) if is_senior(application, person))


def product_needs_recording(application: Application) -> bool:
    """有解約金之商品 or 投資型商品; 小額終老, 團體年金 and accident insurance of three years or less are excepted."""
    answers = [_needs(application, index, product) for index, product in enumerate(application.listed("products"))]
    unknown = next((answer for answer in answers if isinstance(answer, Unknown)), None)
    if unknown and True not in answers:
        raise unknown
    return True in answers


def persons_to_record(application: Application) -> dict[str, str]:
    """Role -> person id of everybody of T-01.5.1; empty when the product or the ages ask for nothing."""
    old = seniors(application)
    if not old or not product_needs_recording(application):
        return {}
    return {role: person.id for person in old for role in person.roles}


@rule("UW-01.5.1.3", applies=face_to_face)
def who_is_recorded(application: Application) -> Iterator[Finding | Value]:
    """【註1】 T-01.5.1 by insurance age; different persons are recorded separately."""
    wanted = persons_to_record(application)
    riders, protectors = _rider_insured(application, wanted), _protectors(application, wanted)
    everybody = {**wanted, **riders, **protectors}
    yield Value("record", tuple(everybody))
    yield Value("recordings", len(set(everybody.values())))
    if wanted:
        yield _recorded(application, wanted)


@rule("UW-01.5.1.5", applies=face_to_face)
def rider_insured_is_recorded(application: Application) -> Iterator[Finding]:
    """【註1】3: 附約被保險人 of insurance age 65 and more."""
    riders = _rider_insured(application, {})
    if riders:
        yield _recorded(application, riders)


@rule("UW-01.5.1.6", applies=face_to_face)
def protector_is_recorded(application: Application) -> Iterator[Finding]:
    """【註1】4: the guardian or assistant of a recorded client."""
    protectors = _protectors(application, persons_to_record(application))
    if protectors:
        yield _recorded(application, protectors)


@rule("UW-01.5.1.7", applies=face_to_face)
def serial_is_written_down(application: Application) -> Iterator[Finding]:
    """錄音作業 3: the recording's serial on 業務人員招攬報告書 or an agreed document."""
    if persons_to_record(application):
        serial = application.stated("agent_report.recording_no")
        yield Finding(
            "PENDING", "錄音檔序碼須填寫於「業務人員招攬報告書」或約定文件", status(bool(serial)), subject="agent",
            field="agent_report.recording_no", satisfied_by=(str(serial),) if serial else (), before="acceptance",
        )  # fmt: skip


@rule("UW-01.5.1.9", applies=face_to_face)
def recording_is_reviewed(application: Application) -> Iterator[Finding]:
    """錄音作業 5: 須經覆審確認適當性後，始得承保; a review that fails or is withdrawn opens it again."""
    wanted = persons_to_record(application)
    if wanted:
        entries = [e for e in application.entries("recordings") if e.get("person") in wanted.values()]
        passed = [entry for entry in entries if entry.get("reviewed") is True]
        done = {entry["person"] for entry in passed} >= set(wanted.values())
        yield Finding(
            "PENDING", "高齡錄音須經覆審確認適當性後始得承保", status(done), subject="recording", who="reviewer",
            before="acceptance", action="review_recording", satisfied_by=ids(passed),
        )  # fmt: skip


def _recorded(application: Application, wanted: dict[str, str]) -> Finding:
    entries = application.entries("recordings")
    lacking = [role for role, person_id in wanted.items() if not of_person(entries, person_id)]
    text = "、".join(ROLE_ZH[role] for role in wanted)
    return Finding(
        "RECORD", f"65 歲(含)以上客戶須錄音：{text}", status(not lacking), subject="recording",
        persons=tuple(wanted), items=tuple(lacking), before="acceptance",
        satisfied_by=ids(e for e in entries if e.get("person") in wanted.values()),
    )  # fmt: skip


def _needs(application: Application, index: int, product: dict[str, Any]) -> bool | Unknown:
    line, term = product.get("line"), product.get("term_years")
    if line == "small_whole_life" or (product.get("group") and line in ("annuity", "investment_annuity")):
        return False
    if line == "accident" and isinstance(term, int | float) and term <= application.parameter("short_accident_years"):
        return False
    if product.get("is_investment") or str(line).startswith("investment_"):
        return True
    try:
        return application.flag(f"products.{index}.has_surrender_value")
    except Unknown as unknown:
        return unknown


def _rider_insured(application: Application, known: dict[str, str]) -> dict[str, str]:
    """附約被保險人 who is a person of his own: products[].insured is his object in place of a role's name."""
    for index, product in enumerate(application.listed("products")):
        rider = product.get("insured")
        if isinstance(rider, dict) and rider.get("id") not in known.values():
            path = f"products.{index}.insured"
            person = Person(str(rider.get("id", path)), path, (path,))
            if is_senior(application, person) and product_needs_recording(application):
                return {"rider_insured": person.id}
    return {}


def _protectors(application: Application, wanted: dict[str, str]) -> dict[str, str]:
    out = {}
    for role in wanted:
        protector = PROTECTORS.get(str(application.stated(f"{role}.guardianship", "none")))
        if protector:
            out[protector] = str(application.stated(f"{protector}.id", protector))
    return out
