"""What has to happen in the recorded meeting: OTP, consents, registration card, recording, its review."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.application import SIGNING_ROLES, Application, Person
from underwriting.evidence import ids, named, of_person, status
from underwriting.model import Finding
from underwriting.rule import rule
from underwriting.rules.cvx_identity import remote

SAID = {
    "consent_recording": "同意全程錄影，並由公司留存",
    "consent_video_signing": "同意以視訊代替親晤親簽",
    "consent_face": "臉部完整露出",
    "state_name": "於鏡頭前說明姓名",
    "confirm_application": "確認申請書由本人親簽",
    "confirm_others": "確認其他應備文件由本人親簽",
}


@rule("CVX-S32", each="signer", applies=remote, before="submission")
def phone_is_verified(application: Application, person: Person) -> Iterator[Finding]:
    """因應保險局要求，須進行「OTP簡訊驗證」."""
    done = of_person(application.entries("otp"), person.id)
    yield _attest(person, f"{named(person)}完成 OTP 簡訊驗證", bool(done), ids(done), "customer")


@rule("CVX-S48", each="signer", applies=remote, before="submission")
def consents_to_recording(application: Application, person: Person) -> Iterator[Finding]:
    """是否同意全程錄影，並由公司留存."""
    yield _said(application, person, "consent_recording")


@rule("CVX-S49", each="signer", applies=remote, before="submission")
def consents_to_video_signing(application: Application, person: Person) -> Iterator[Finding]:
    """是否同意以視訊代替親晤親簽."""
    yield _said(application, person, "consent_video_signing")


@rule("CVX-S50", each="signer", applies=remote, before="submission")
def shows_the_face(application: Application, person: Person) -> Iterator[Finding]:
    """錄影期間請將臉部完整露出，暫時將口罩取下."""
    yield _said(application, person, "consent_face")


@rule("CVX-S52", applies=remote, before="submission")
def agent_shows_registration_card(application: Application) -> Iterator[Finding]:
    """服務人員展示他的登錄證並與您確認."""
    shown = application.entries("registration_cards")
    yield Finding(
        "ATTEST", "服務人員展示登錄證並與客戶確認", status(bool(shown)), subject="agent", satisfied_by=ids(shown)
    )


@rule("CVX-S53.1", each="signer", applies=remote, before="submission")
def states_the_name(application: Application, person: Person) -> Iterator[Finding]:
    """請您在鏡頭前，說明姓名."""
    yield _said(application, person, "state_name")


@rule("CVX-S71", each="signer", applies=remote, before="submission")
def confirms_own_signatures(application: Application, person: Person) -> Iterator[Finding]:
    """申請書及其他應備文件是否由您本人親簽; after submission, while the recording runs."""
    for kind in ("confirm_application", "confirm_others"):
        yield _said(application, person, kind, before="acceptance")


@rule("CVX-S47", applies=remote, before="submission")
def meeting_is_recorded(application: Application) -> Iterator[Finding]:
    """The meeting is recorded from end to end, everybody who signs in it; a sealed recording closes this."""
    people = application.people(SIGNING_ROLES)
    sealed = [entry for entry in application.entries("recordings") if entry.get("sealed", True) is True]
    lacking = [person for person in people if not of_person(sealed, person.id)]
    yield Finding(
        "RECORD",
        "全程錄影並封存",
        status(bool(people) and not lacking),
        subject="recording",
        who="agent",
        before="acceptance",
        persons=tuple(role for p in people for role in p.roles),
        items=tuple(p.role for p in lacking),
        satisfied_by=ids(sealed),
    )


@rule("CVX-R9", applies=remote, before="submission")
def meeting_is_reviewed(application: Application) -> Iterator[Finding]:
    """Remote service: someone outside sales reviews the recording before the case is accepted."""
    passed = [entry for entry in application.entries("recordings") if entry.get("reviewed") is True]
    people = {person.id for person in application.people(SIGNING_ROLES)}
    done = bool(people) and {entry.get("person") for entry in passed} >= people
    yield Finding(
        "PENDING",
        "視訊錄影須由非業務單位人員覆核",
        status(done),
        subject="recording",
        who="reviewer",
        before="acceptance",
        action="review_recording",
        satisfied_by=ids(passed),
    )


def _said(application: Application, person: Person, kind: str, before: str = "submission") -> Finding:
    """The person's own last answer to a question of the meeting: a later no takes back an earlier yes."""
    answers = [e for e in of_person(application.entries("consents"), person.id) if e.get("kind") == kind]
    yes = bool(answers) and answers[-1].get("answer", True) is True
    return _attest(person, f"{named(person)}{SAID[kind]}", yes, ids(answers[-1:]) if yes else (), "customer", before)


def _attest(
    person: Person, text: str, done: bool, evidence: tuple[str, ...], who: str, before: str = "submission"
) -> Finding:
    return Finding(
        "ATTEST",
        text,
        status(done),
        subject=person.role,
        person=person.role,
        persons=person.roles,
        who=who,
        before=before,
        satisfied_by=evidence,
    )
