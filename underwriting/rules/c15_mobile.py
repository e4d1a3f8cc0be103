"""壹拾伍 行動投保: the two modes of signing on a device, and what each asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from underwriting.ages import is_adult
from underwriting.application import PARTIES, Application, Person
from underwriting.evidence import documents, ids, named, of_person, status
from underwriting.model import Finding, Value
from underwriting.rule import new_business, rule

SIDES = ("front", "back")


def medium(application: Application) -> str:
    return str(application.stated("application.medium", "paper"))


def mode_1(application: Application) -> bool:
    return medium(application) == "mobile_1"


def mode_2(application: Application) -> bool:
    return medium(application) == "mobile_2"


@rule("UW-15.4.0", applies=mode_2, before="submission")
def may_sign_digitally(application: Application) -> Iterator[Finding | Value]:
    """方式二: both parties adults with capacity who hold a ROC ID; not with riders for dependants."""
    reasons = [reason for person in application.people(PARTIES) for reason in _obstacles(application, person)]
    if _has_dependant_rider(application):
        reasons.append("附加眷屬附約")
    yield Value("mode2_ok", not reasons)
    if reasons:
        yield Finding(
            "REJECT",
            f"不適用數位簽署（方式二）：{'；'.join(reasons)}",
            subject="case",
            scope="mobile_2",
            items=tuple(reasons),
        )


@rule("UW-15.4.1", applies=lambda a: new_business(a) and (mode_1(a) or mode_2(a)), before="submission")
def consent_to_mobile_signing(application: Application) -> Iterator[Finding]:
    """The consent that comes before signing on the device: on paper in mode 1, signed digitally in mode 2."""
    titles = application.parameter("mobile_consent_titles")[medium(application)]
    found = documents(application, titles)
    yield Finding(
        "DOC",
        f"簽署「{titles[0]}」後始得以線上簽名方式簽要保文件",
        status(bool(found)),
        subject="case",
        doc=titles[0],
        who="customer",
        satisfied_by=found,
    )


@rule("UW-15.4.2.1", applies=mode_1, before="submission")
def paper_consent_is_photographed(application: Application) -> Iterator[Finding]:
    """方式一: the paper consent is photographed and sent with the application."""
    title = application.parameter("mobile_consent_titles")["mobile_1"][0]
    photos = [p for p in usable_photos(application) if p.get("document") == title]
    yield Finding(
        "DOC",
        f"「{title}」拍照上傳",
        status(bool(photos)),
        subject="case",
        doc=title,
        action="photograph",
        who="customer",
        satisfied_by=ids(photos),
    )


@rule("UW-15.4.2.2", each="party", applies=mode_2, before="submission")
def both_sides_of_the_id(application: Application, person: Person) -> Iterator[Finding]:
    """方式二: 要保人及被保險人均須拍攝其身分證正反面."""
    yield id_photos(application, person, ("national_id",), "身分證正反面")


@rule("UW-15.5.6", applies=lambda a: new_business(a) and (mode_1(a) or mode_2(a)), before="submission")
def consent_bears_the_application_date(application: Application) -> Iterator[Finding]:
    """The consent's date equals the application date, the day on which the first person signs."""
    titles = application.parameter("mobile_consent_titles")[medium(application)]
    for document in application.entries("docs"):
        if document.get("title") in titles and document.get("date"):
            same = str(document["date"])[:10] == application.day("application.date").isoformat()
            yield Finding(
                "PENDING",
                "同意書簽署日期須與要保書申請日期一致",
                status(same),
                subject="case",
                field="docs.date",
                doc=str(document["title"]),
                satisfied_by=(str(document["id"]),) if same else (),
            )


def usable_photos(application: Application) -> list[dict[str, Any]]:
    """Photos that the agent has approved, or that no review concerns; deleted and rejected ones prove nothing."""
    return [p for p in application.entries("photos") if p.get("status", "approved") == "approved"]


def id_photos(application: Application, person: Person, documents_ok: tuple[str, ...], title: str) -> Finding:
    """DOC for front and back of one person's ID; open to the agent while photos wait for his review."""
    every = of_person(application.entries("photos"), person.id)
    mine = [p for p in of_person(usable_photos(application), person.id) if p.get("document") in documents_ok]
    lacking = tuple(side for side in SIDES if side not in {p.get("side") for p in mine})
    waiting = {p.get("side") for p in every if p.get("status") == "uploaded" and p.get("document") in documents_ok}
    return Finding(
        "DOC",
        f"{named(person)}拍攝{title}",
        status(not lacking),
        subject=person.role,
        person=person.role,
        persons=person.roles,
        doc=title,
        items=lacking,
        who="agent" if waiting >= set(lacking) else "customer",
        satisfied_by=ids(p for p in mine if p.get("side") in SIDES),
    )


def _obstacles(application: Application, person: Person) -> Iterator[str]:
    if not is_adult(application, person):
        yield f"{named(person)}未成年"
    if application.text(application.about(person, "guardianship")) != "none":
        yield f"{named(person)}無完全行為能力"
    if not _holds_roc_id(application, person):
        yield f"{named(person)}非持中華民國身分證"


def _holds_roc_id(application: Application, person: Person) -> bool:
    """`roc_id`, else the kind of ID shown: 居留證 proves identity (S8) but does not open mode 2."""
    path = application.about(person, "id_type")
    if application.stated(application.about(person, "roc_id")) is None and application.stated(path) is not None:
        return application.text(path) == "national_id"
    return application.flag(application.about(person, "roc_id"))


def _has_dependant_rider(application: Application) -> bool:
    riders = (p.get("insured") for p in application.listed("products") if p.get("role") == "rider")
    return any(insured not in (None, "insured", "main_insured") for insured in riders)
