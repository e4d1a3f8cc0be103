"""What the remote service asks of identity and documents before and in the meeting (customer manual, S8-S54)."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.application import Application, Person
from underwriting.evidence import documents, ids, named, of_person, status
from underwriting.model import Finding
from underwriting.rule import rule
from underwriting.rules.c01_signing import main_form
from underwriting.rules.c15_mobile import SIDES, id_photos

VIDEO_CONSENT = "視訊簽署同意書"


def remote(application: Application) -> bool:
    return application.remote


@rule("CVX-S8", each="signer", applies=remote, before="submission")
def identity_document_is_accepted(application: Application, person: Person) -> Iterator[Finding]:
    """身分證/居留證擇一; 戶籍謄本 and 戶口名簿 prove no identity."""
    accepted = application.parameter("accepted_id_types")
    kind = application.text(application.about(person, "id_type"))
    photos = of_person(application.entries("photos"), person.id)
    refused = [p for p in photos if _refused(application, p.get("document"))]
    ok = kind in accepted and not refused
    yield Finding(
        "DOC",
        f"{named(person)}以身分證或居留證擇一證明身分（戶籍謄本、戶口名簿無法受理）",
        status(ok),
        subject=person.role,
        person=person.role,
        persons=person.roles,
        doc="身分證或居留證",
        who="customer",
        items=ids(refused),
        reason=None if ok else "id_type_not_accepted",
        satisfied_by=(application.about(person, "id_type"),) if ok else (),
    )


@rule("CVX-S23", each="signer", applies=remote, before="submission")
def identity_document_is_photographed(application: Application, person: Person) -> Iterator[Finding]:
    """Photos of both sides of the signer's ID, approved by the agent."""
    yield id_photos(application, person, tuple(application.parameter("accepted_id_types")), "身分證明文件正反面")


@rule("CVX-S54", applies=remote, before="submission")
def video_consent_is_signed(application: Application) -> Iterator[Finding]:
    """引導您簽署相關文件、及視訊簽署同意書."""
    yield _document(application, VIDEO_CONSENT, "customer", "submission")


@rule("CVX-S59", applies=remote, before="submission")
def main_form_is_complete(application: Application) -> Iterator[Finding]:
    """確認申請書內容, 電子簽名: the application form itself is in the case and complete."""
    yield _document(application, main_form(application), "customer", "submission")


@rule("CVX-S53", each="signer", applies=remote, before="submission")
def identity_is_shown_live(application: Application, person: Person) -> Iterator[Finding]:
    """說明姓名並展示您的身分證(正反面各5秒), on frames that the server received."""
    needed = application.parameter("identity_seconds")
    shown = [e for e in of_person(application.entries("identity"), person.id) if _seconds(e.get("seconds")) >= needed]
    lacking = tuple(side for side in SIDES if side not in {entry.get("side") for entry in shown})
    yield Finding(
        "ATTEST",
        f"{named(person)}於鏡頭前展示身分證件正反面各 {needed} 秒",
        status(not lacking),
        subject=person.role,
        person=person.role,
        persons=person.roles,
        items=lacking,
        who="agent",
        satisfied_by=ids(shown),
    )


def _document(application: Application, title: str, who: str, before: str) -> Finding:
    found = documents(application, (title,))
    return Finding(
        "DOC",
        f"檢附「{title}」",
        status(bool(found)),
        doc=title,
        who=who,
        before=before,
        satisfied_by=found,
        subject="agent" if who == "agent" else "case",
    )


def _refused(application: Application, document: object) -> bool:
    return document in application.parameter("refused_id_types")


def _seconds(value: object) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0
