"""What a form of a case prints and whose its fields are: the bridge from a case to `esign.envelope`. Pure."""

from datetime import date
from typing import Any

from msgspec.structs import replace

from cases.case import Case
from cases.items import ITEMS
from cases.papers import Document
from cases.parts import CaseKind, CasePerson, Field, PlannedDocument, Role
from cases.statement import printed
from esign.envelope import QUESTIONS, TEMPLATES, SignatureField, Template, signer_keys

ROLES: tuple[Role, ...] = ("policyholder", "insured", "legal_representative", "payer")

# The title that the underwriting manual gives to a form, where ours differs.
MANUAL_TITLES = {"application_new": "要保書"}


def manual_title(code: str) -> str:
    return MANUAL_TITLES.get(code, TEMPLATES[code].title_zh)


# What 保全 that adds cover wants beside its own forms (UW-02.1.1).
OF_NEW_COVER = frozenset({"review_period"})
# Forms that are made when a rule or the underwriter asks for them, by the manual's title.
ON_DEMAND = {
    manual_title(each.code): each.code for each in TEMPLATES.values() if not each.case_kinds and not each.letter
}


def planned_documents(
    kind: CaseKind, persons: tuple[CasePerson, ...], *, adds_cover: bool = False
) -> tuple[PlannedDocument, ...]:
    """The envelope of a case in the order in which it is read and signed (S57)."""
    more = OF_NEW_COVER if adds_cover else frozenset()
    templates = (each for each in TEMPLATES.values() if kind in each.case_kinds or each.code in more)
    return tuple(
        PlannedDocument(template.code, template.code, template.task, _signers(template, persons))
        for template in templates
    )


def signers_on_demand(code: str, persons: tuple[CasePerson, ...]) -> tuple[str, ...]:
    return _signers(TEMPLATES[code], persons)


def _signers(template: Template, persons: tuple[CasePerson, ...]) -> tuple[str, ...]:
    """A form to read is read by everybody; one to sign is finished by whoever has a field on it."""
    everybody = template.task == "read"
    return tuple(person.person_id for person in persons if everybody or set(person.roles) & set(template.signs))


def bearers(persons: tuple[CasePerson, ...]) -> tuple[tuple[Role, CasePerson], ...]:
    """One entry for each role that a person bears: who has two roles signs once in each (S5)."""
    return tuple((role, person) for role in ROLES for person in persons if role in person.roles)


def masked_id(id_no: str) -> str:
    """`A123456789` -> `A12****789`."""
    return id_no[:3] + "*" * max(len(id_no) - 6, 0) + id_no[-3:] if len(id_no) > 6 else "*" * len(id_no)


def form_data(case: Case, document: Document, test_authority: bool = True) -> dict[str, Any]:
    """The data of this revision for `esign.envelope.render`."""
    item = ITEMS[case.item_code]
    return {
        "case_no": case.case_no,
        "kind": case.kind,
        "application_date": document.application_date.isoformat(),
        "item": {"label": item.label.zh, "amount_label": document.changes.get("amount_label", item.amount_label)},
        "persons": [
            {
                "role": role,
                "name": person.profile["name"],
                "id_no_masked": masked_id(person.profile["id_no"]),
                "birth_date": person.profile["birth_date"],
            }
            for role, person in bearers(case.persons)
        ],
        "agent": {"name": case.agent.name, "registration_no": case.agent.registration_no},
        "revision": document.revision,
        "amendments": document.changes,
        "answers": answers_of(case, document),
        "lines": document.lines,
        "stated": printed(case),
        "test_authority": test_authority,
    }


def letter_data(case: Case, lines: tuple[str, ...], due: date | None) -> dict[str, Any]:
    """The data of a letter about the case."""
    blank = Document("", "", "read", (), case.application_date, lines=lines)
    amended = {key: value for document in case.documents for key, value in document.changes.items()}
    data = form_data(case, replace(blank, changes=amended))
    return data | {"due": due.isoformat() if due else None}


def answers_of(case: Case, document: Document) -> dict[str, bool]:
    """What the insured stated to the form's questions (告知事項); what he did not state stays blank."""
    insured = case.holder("insured")
    stated = insured.profile.get("answers", {}) if insured else {}
    return {key: stated[key] for key in QUESTIONS.get(document.code, ()) if key in stated}


def signed_fields(case: Case, fields: tuple[SignatureField, ...]) -> tuple[Field, ...]:
    """The form's fields with the persons who sign them."""
    signers = bearers(case.persons)
    by_key = dict(zip(signer_keys(tuple(role for role, _ in signers)), signers, strict=True))
    return tuple(
        Field(field.name, field.page, field.rect, by_key[field.signer][0], by_key[field.signer][1].person_id)
        for field in fields
    )


def age_on(birth_date: str, day: date) -> int:
    """Full years attained (足歲) on a day."""
    birth = date.fromisoformat(birth_date)
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
