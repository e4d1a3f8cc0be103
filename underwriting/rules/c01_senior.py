"""壹、五 高齡者投保: the sales recording for clients of 65 and more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from underwriting.ages import is_senior
from underwriting.answers import attest, pending
from underwriting.application import CLIENTS, Application, Person, Product, Unknown
from underwriting.derived import derived
from underwriting.evidence import ROLE_ZH, ids, status
from underwriting.model import Finding, Value
from underwriting.rule import face_to_face, perhaps, rule
from underwriting.rules.c01_funding import short_or_small

PROTECTORS = {"guardianship": "guardian", "assistance": "assistant"}


Wanted = tuple[tuple[str, str], ...]  # (role, person id) of everybody to be recorded


@derived
def product_needs_recording(application: Application) -> bool:
    """有解約金之商品 or 投資型商品; 小額終老, 團體年金 and accident insurance of three years or less are excepted."""
    answers = [_needs(application, index, product) for index, product in enumerate(application.listed("products"))]
    unknown = next((answer for answer in answers if isinstance(answer, Unknown)), None)
    if unknown and True not in answers:
        raise unknown
    return True in answers


@derived
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


@derived
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


@derived
def protectors_to_record(application: Application) -> Wanted:
    measures = (application.stated(f"{role}.guardianship") for role, _ in clients_to_record(application))
    roles = dict.fromkeys(PROTECTORS[m] for m in measures if m in ("guardianship", "assistance"))
    return tuple((role, str(application.stated(f"{role}.id", role))) for role in roles)


def everybody_to_record(application: Application) -> Wanted:
    riders, protectors = rider_insured_to_record(application), protectors_to_record(application)
    return (*clients_to_record(application), *riders, *protectors)


somebody_is_recorded = perhaps(everybody_to_record)


@rule("UW-01.5.1.1", applies=face_to_face, before="submission")
def product_and_age_ask_for_a_recording(application: Application) -> Iterator[Finding]:
    """有解約金之商品或投資型商品予 65 歲(含)以上之客戶."""
    needed = bool(clients_to_record(application))
    text = "須錄音：65 歲(含)以上客戶投保有解約金或投資型商品" if needed else "無須高齡錄音"
    yield Finding("VALUE", text, "satisfied", subject="recording", value=needed, strength="info")


@rule("UW-01.5.1.2", applies=face_to_face, when=somebody_is_recorded)
def client_agrees_to_be_recorded(application: Application) -> Iterator[Finding]:
    """應經客戶同意後將銷售過程以錄音方式保留紀錄; a recording that says nothing of consent is not refused."""
    wanted = clients_to_record(application)
    if wanted:
        made = _recordings_of(application, wanted)
        refused = [entry for entry in made if entry.get("consent") is False]
        done = bool(made) and not refused
        by = ids(made) if done else ()
        yield Finding(
            "ATTEST", "錄音經客戶同意", status(done), subject="recording", items=ids(refused), satisfied_by=by
        )


@rule("UW-01.5.1.3", applies=face_to_face, before="submission")
def who_is_recorded(application: Application) -> Iterator[Finding | Value]:
    """【註1】 T-01.5.1 by insurance age; different persons are recorded separately."""
    yield Value("record", tuple(role for role, _ in everybody_to_record(application)))
    yield from _recorded(application, clients_to_record(application))


@rule("UW-01.5.1.4", applies=face_to_face, before="submission")
def one_recording_a_person(application: Application) -> Iterator[Value]:
    """【註1】2: 錄音對象為同一人時可錄一通，非同一人時請分開錄音."""
    yield Value("recordings", len({person_id for _, person_id in everybody_to_record(application)}))


@rule("UW-01.5.1.5", applies=face_to_face, before="submission", when=somebody_is_recorded)
def rider_insured_is_recorded(application: Application) -> Iterator[Finding]:
    """【註1】3: 附約被保險人 of insurance age 65 and more."""
    yield from _recorded(application, rider_insured_to_record(application))


@rule("UW-01.5.1.6", applies=face_to_face, before="submission", when=somebody_is_recorded)
def protector_is_recorded(application: Application) -> Iterator[Finding]:
    """【註1】4: the guardian or assistant of a recorded client."""
    yield from _recorded(application, protectors_to_record(application))


@rule("UW-01.5.1.7", applies=face_to_face, before="submission", when=somebody_is_recorded)
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


@rule("UW-01.5.1.8", applies=face_to_face, when=somebody_is_recorded)
def both_agents_are_named(application: Application) -> Iterator[Finding]:
    """錄音作業 4: 共同招攬件 reads out both agents' names and 登錄證字號."""
    if len(application.entries("agents")) > 1 and clients_to_record(application):
        named_both = application.maybe_flag("agent_report.recording_names_both_agents")
        path = "agent_report.recording_names_both_agents"
        yield attest("錄音中唸出兩位共同招攬人員姓名及登錄證字號", named_both, path, subject="recording")


@rule("UW-01.5.1.10", applies=face_to_face, when=somebody_is_recorded)
def variable_universal_life_says_its_cost(application: Application) -> Iterator[Finding]:
    """錄音作業 6: 變額萬能壽險, 「第一年度之保險成本」 and 「所採用之報酬率」."""
    wanted = clients_to_record(application)
    if wanted and any(application.maybe_flag(product.path("vul")) for product in application.products()):
        said = {text for e in _recordings_of(application, wanted) for text in _contents(e)}
        lacking = tuple(text for text in application.parameter("vul_recording_contents") if text not in said)
        yield pending("變額萬能壽險錄音內容", not lacking, subject="recording", items=lacking, field="recordings")


@rule("UW-01.5.1.9", applies=face_to_face, before="submission", when=somebody_is_recorded)
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
    """Finished recordings of these persons; each names one person, since different persons are recorded separately."""
    people = [person_id for _, person_id in wanted]
    made = application.entries("recordings")
    return [entry for entry in made if entry.get("person") in people and entry.get("sealed") is not False]


def _needs(application: Application, index: int, product: dict[str, Any]) -> bool | Unknown:
    line = str(product.get("line"))
    if product.get("group") and line in ("annuity", "investment_annuity"):
        return False
    try:
        if short_or_small(application, Product(index, line, "")):
            return False
        if product.get("is_investment") or line.startswith("investment_"):
            return True
        return application.flag(f"products.{index}.has_surrender_value")
    except Unknown as unknown:
        return unknown


def _contents(recording: dict[str, Any]) -> tuple[str, ...]:
    contents = recording.get("contents", ())
    return contents if isinstance(contents, tuple) else (str(contents),)
