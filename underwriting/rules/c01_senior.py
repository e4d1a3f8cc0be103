"""壹、五 高齡者投保: the sales recording for clients of 65 and more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from underwriting.ages import is_senior
from underwriting.application import Application, Person, Unknown
from underwriting.evidence import ROLE_ZH, ids, status
from underwriting.model import Finding, Value
from underwriting.rule import rule
from underwriting.rules.c01_signing import face_to_face

CLIENTS = ("policyholder", "insured", "payer")
PROTECTORS = {"guardianship": "guardian", "assistance": "assistant"}


Wanted = tuple[tuple[str, str], ...]  # (role, person id) of everybody to be recorded


def product_needs_recording(application: Application) -> bool:
    """有解約金之商品 or 投資型商品; 小額終老, 團體年金 and accident insurance of three years or less are excepted."""
    answers = [_needs(application, index, product) for index, product in enumerate(application.listed("products"))]
    unknown = next((answer for answer in answers if isinstance(answer, Unknown)), None)
    if unknown and True not in answers:
        raise unknown
    return True in answers


def clients_to_record(application: Application) -> Wanted:
    """T-01.5.1: the clients of 65 and more by insurance age, when a product asks for it.

    Either half alone can say no, so an unknown product does not matter when nobody is 65."""
    try:
        needed: bool | Unknown = product_needs_recording(application)
    except Unknown as unknown:
        needed = unknown
    if needed is False:
        return ()
    old = [person for person in application.people(CLIENTS) if is_senior(application, person)]
    if old and isinstance(needed, Unknown):
        raise needed
    return tuple((role, person.id) for person in old for role in person.roles)


def rider_insured_to_record(application: Application) -> Wanted:
    """附約被保險人 who are persons of their own: products[].insured is an object instead of a role's name."""
    parties = {person.id for person in application.people(CLIENTS)}
    riders: dict[tuple[str, str], None] = {}
    for index, product in enumerate(application.listed("products")):
        rider, path = product.get("insured"), f"products.{index}.insured"
        if isinstance(rider, dict) and str(rider.get("id", path)) not in parties:
            person = Person(str(rider.get("id", path)), path, (path,))
            if is_senior(application, person) and product_needs_recording(application):
                riders["rider_insured", person.id] = None
    return tuple(riders)


def protectors_to_record(application: Application) -> Wanted:
    measures = (application.stated(f"{role}.guardianship") for role, _ in clients_to_record(application))
    roles = dict.fromkeys(PROTECTORS[m] for m in measures if m in ("guardianship", "assistance"))
    return tuple((role, str(application.stated(f"{role}.id", role))) for role in roles)


@rule("UW-01.5.1.3", applies=face_to_face, before="submission")
def who_is_recorded(application: Application) -> Iterator[Finding | Value]:
    """【註1】 T-01.5.1 by insurance age; different persons are recorded separately."""
    wanted = clients_to_record(application)
    everybody = (*wanted, *rider_insured_to_record(application), *protectors_to_record(application))
    yield Value("record", tuple(role for role, _ in everybody))
    yield Value("recordings", len({person_id for _, person_id in everybody}))
    yield from _recorded(application, wanted)


@rule("UW-01.5.1.5", applies=face_to_face, before="submission")
def rider_insured_is_recorded(application: Application) -> Iterator[Finding]:
    """【註1】3: 附約被保險人 of insurance age 65 and more."""
    yield from _recorded(application, rider_insured_to_record(application))


@rule("UW-01.5.1.6", applies=face_to_face, before="submission")
def protector_is_recorded(application: Application) -> Iterator[Finding]:
    """【註1】4: the guardian or assistant of a recorded client."""
    yield from _recorded(application, protectors_to_record(application))


@rule("UW-01.5.1.7", applies=face_to_face, before="submission")
def serial_is_written_down(application: Application) -> Iterator[Finding]:
    """錄音作業 3: the recording's serial on 業務人員招攬報告書 or an agreed document."""
    if clients_to_record(application):
        serial = application.stated("agent_report.recording_no")
        yield Finding(
            "PENDING",
            "錄音檔序碼須填寫於「業務人員招攬報告書」或約定文件",
            status(bool(serial)),
            subject="agent",
            field="agent_report.recording_no",
            satisfied_by=(str(serial),) if serial else (),
            before="acceptance",
        )


@rule("UW-01.5.1.9", applies=face_to_face, before="submission")
def recording_is_reviewed(application: Application) -> Iterator[Finding]:
    """錄音作業 5: 須經覆審確認適當性後，始得承保; a review that fails or is withdrawn opens it again."""
    wanted = clients_to_record(application)
    if wanted:
        passed = [e for e in _recordings_of(application, wanted) if e.get("reviewed") is True]
        done = {person_id for _, person_id in wanted} <= {entry["person"] for entry in passed}
        yield Finding(
            "PENDING",
            "高齡錄音須經覆審確認適當性後始得承保",
            status(done),
            subject="recording",
            who="reviewer",
            before="acceptance",
            action="review_recording",
            satisfied_by=ids(passed),
        )


def _recorded(application: Application, wanted: Wanted) -> Iterator[Finding]:
    if not wanted:
        return
    found = _recordings_of(application, wanted)
    recorded = {entry["person"] for entry in found}
    lacking = tuple(role for role, person_id in wanted if person_id not in recorded)
    text = "、".join(ROLE_ZH[role] for role, _ in wanted)
    yield Finding(
        "RECORD",
        f"65 歲(含)以上客戶須錄音：{text}",
        status(not lacking),
        subject="recording",
        persons=tuple(role for role, _ in wanted),
        items=lacking,
        before="acceptance",
        satisfied_by=ids(found),
    )


def _recordings_of(application: Application, wanted: Wanted) -> list[dict[str, Any]]:
    """Recordings of these persons; each names one person, since different persons are recorded separately."""
    people = [person_id for _, person_id in wanted]
    return [entry for entry in application.entries("recordings") if entry.get("person") in people]


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
