"""壹、二 保戶簽名注意事項: who signs, by actual age and capacity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from underwriting.ages import attained_age, is_adult
from underwriting.application import PARTIES, Application, Person
from underwriting.evidence import ROLE_ZH, document_named, ids, named, signatures, status
from underwriting.model import Finding
from underwriting.rule import all_of, face_to_face, new_business, rule, telemarketing

REPRESENTATIVE_FIELDS = {"birth_date": "出生年月日", "id_no": "身分證字號", "relation": "關係", "mobile": "行動電話"}


def somebody_is_protected(application: Application) -> bool:
    """監護 or 輔助, or nobody has said."""
    return any(application.stated(f"{role}.guardianship", "?") != "none" for role in PARTIES)


def main_form(application: Application) -> str:
    return "保全變更申請書" if application.case_kind == "policy_service" else "要保書"


@rule("UW-01.2.1.1", each="signer", applies=face_to_face, before="submission")
def signs_every_document(application: Application, person: Person) -> Iterator[Finding]:
    """要保人、被保險人於其他要保文件上親自簽名: every document that names one of his roles as signer."""
    for document in application.entries("docs"):
        title, roles = str(document.get("title")), _roles_in(document, person)
        if roles and title != main_form(application):
            yield _own_signature(application, title, person, roles)


@rule("UW-01.2.1.2", applies=all_of(new_business, face_to_face))
def dependants_sign(application: Application) -> Iterator[Finding]:
    """若附加眷屬附約者則眷屬應於要保書上親自簽名: whoever a rider insures besides the main insured."""
    for product in application.products():
        insured = application.stated(product.path("insured"))
        if product.is_rider and insured not in (None, *PARTIES, "main_insured"):
            who = str(insured.get("id") if isinstance(insured, dict) else insured)
            signers = _dependant_signers(application, Person(who, product.path("insured"), (product.path("insured"),)))
            own = signatures(application, "要保書", who) if "dependant" in signers else ()
            theirs = _representative_signatures(application, "要保書") if signers != ("dependant",) else ()
            yield Finding(
                "SIGN",
                "眷屬親自簽名於「要保書」，未成年者由法定代理人簽名",
                status(bool(own or "dependant" not in signers) and bool(theirs or signers == ("dependant",))),
                doc="要保書",
                signers=signers,
                line=product.line,
                who="customer",
                satisfied_by=ids(own + theirs),
            )


@rule("UW-01.2.1.3", applies=telemarketing)
def closed_on_the_phone_needs_no_signature(application: Application) -> Iterator[Finding]:
    """透過電話銷售之線上成交案件 are excepted from signing."""
    if application.stated("application.channel") == "telemarketing_voice":
        text = "電話銷售線上成交：依電話行銷業務應注意事項辦理，免親自簽名"
        yield Finding("VALUE", text, "satisfied", strength="info", value="exempt")


@rule("UW-01.2.2.1", each="party", applies=face_to_face, before="submission")
def under_seven(application: Application, person: Person) -> Iterator[Finding]:
    """未滿 7 足歲: the legal representative signs for the party and as himself."""
    if attained_age(application, person) >= application.parameter("limited_capacity_age"):
        return
    title = main_form(application)
    given = _representative_signatures(application, title)
    for_party = tuple(s for s in given if s.get("for") in (person.id, *person.roles))
    own = tuple(s for s in given if not s.get("for"))
    yield Finding(
        "SIGN",
        f"{named(person)}未滿 7 足歲：法定代理人代簽並本人簽名於「{title}」",
        status(bool(for_party and own)),
        **_who_signs(person, title, ("legal_representative_for_party", "legal_representative")),
        satisfied_by=ids(for_party + own),
    )


@rule("UW-01.2.2.2", each="party", applies=face_to_face, before="submission")
def under_eighteen(application: Application, person: Person) -> Iterator[Finding]:
    """滿 7 足歲~未滿 18 足歲: the party signs and the legal representative signs."""
    young = attained_age(application, person) < application.parameter("limited_capacity_age")
    if young or is_adult(application, person):
        return
    title = main_form(application)
    own, theirs = signatures(application, title, person.id), _representative_signatures(application, title)
    yield Finding(
        "SIGN",
        f"{named(person)}未成年：本人及法定代理人均須簽名於「{title}」",
        status(bool(own and theirs)),
        **_who_signs(person, title, (*_party_roles(person), "legal_representative")),
        satisfied_by=ids(own + theirs),
    )


@rule("UW-01.2.2.3", each="party", applies=face_to_face, before="submission")
def adult_signs(application: Application, person: Person) -> Iterator[Finding]:
    """成年者: 當事人親自簽名."""
    if is_adult(application, person):
        yield _own_signature(application, main_form(application), person, _party_roles(person))


@rule("UW-01.2.3.1", each="party", applies=face_to_face, before="submission")
def who_is_a_minor(application: Application, person: Person) -> Iterator[Finding]:
    """未成年人：實際年齡未滿 18 足歲."""
    minor = not is_adult(application, person)
    text = f"{named(person)}{'未成年' if minor else '已成年'}"
    about = {"subject": person.role, "person": person.role}
    yield Finding("VALUE", text, "satisfied", value=minor, strength="info", **about)


@rule("UW-01.2.3.2", each="party", applies=face_to_face, before="submission")
def representative_is_identified(application: Application, person: Person) -> Iterator[Finding]:
    """未成年人: the form carries the legal representative's birth date, ID number, relationship and mobile."""
    if is_adult(application, person):
        return
    given = {name: application.stated(f"legal_representative.{name}") for name in REPRESENTATIVE_FIELDS}
    lacking = tuple(name for name, value in given.items() if value in (None, ""))
    text = "、".join(REPRESENTATIVE_FIELDS[name] for name in lacking) or "資料已填寫"
    yield Finding(
        "PENDING",
        f"{named(person)}未成年，法定代理人資料：{text}",
        status(not lacking),
        subject="legal_representative",
        person=person.role,
        field="legal_representative",
        items=lacking,
    )


@rule("UW-01.2.5", each="party", applies=face_to_face, before="submission", when=somebody_is_protected)
def guardian_signs(application: Application, person: Person) -> Iterator[Finding]:
    """受監護宣告尚未撤銷: 監護人應親自簽名同意."""
    yield from protector_signs(application, person, "guardianship", "guardian")


@rule("UW-01.2.6", each="party", applies=face_to_face, before="submission", when=somebody_is_protected)
def assistant_signs(application: Application, person: Person) -> Iterator[Finding]:
    """受輔助宣告: 輔助人簽名同意."""
    yield from protector_signs(application, person, "assistance", "assistant")


def protector_signs(application: Application, person: Person, measure: str, protector: str) -> Iterator[Finding]:
    if application.text(application.about(person, "guardianship")) != measure:
        return
    title = main_form(application)
    given = signatures(application, title, str(application.stated(f"{protector}.id", protector)))
    yield Finding(
        "SIGN",
        f"{named(person)}之{ROLE_ZH[protector]}須親自簽名同意於「{title}」",
        status(bool(given)),
        **_who_signs(person, title, (protector,)),
        satisfied_by=ids(given),
    )


def _own_signature(application: Application, title: str, person: Person, roles: tuple[str, ...]) -> Finding:
    """The person signs in each of these roles; a signature that names no role covers them all."""
    needed = _roles_in(document_named(application, title) or {}, person) or roles
    given = signatures(application, title, person.id)
    covered = {role for s in given for role in ([s["role"]] if s.get("role") else needed)}
    return Finding(
        "SIGN",
        f"{named(person)}親自簽名於「{title}」",
        status(covered >= set(needed)),
        **_who_signs(person, title, needed),
        satisfied_by=ids(s for s in given if s.get("role") in (None, *needed)),
    )


def _who_signs(person: Person, title: str, signers: tuple[str, ...]) -> dict[str, Any]:
    return {"subject": person.role, "person": person.role, "doc": title, "signers": signers, "who": "customer"}


def _roles_in(document: dict[str, Any], person: Person) -> tuple[str, ...]:
    """The roles under which the document has a signature field for the person."""
    wanted = document.get("signers")
    return tuple(role for role in person.roles if role in wanted) if isinstance(wanted, tuple) else ()


def _dependant_signers(application: Application, person: Person) -> tuple[str, ...]:
    """By (二) where his age is stated; below 7 his legal representative signs for him."""
    if not (application.says(f"{person.role}.age") or application.says(f"{person.role}.birth_date")):
        return ("dependant",)
    if attained_age(application, person) < application.parameter("limited_capacity_age"):
        return ("legal_representative_for_party", "legal_representative")
    return ("dependant",) if is_adult(application, person) else ("dependant", "legal_representative")


def _party_roles(person: Person) -> tuple[str, ...]:
    return tuple(role for role in person.roles if role in PARTIES)


def _representative_signatures(application: Application, title: str) -> tuple[dict[str, Any], ...]:
    representative = str(application.stated("legal_representative.id", "legal_representative"))
    return signatures(application, title, representative)
