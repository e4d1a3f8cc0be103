"""Documents of an envelope: templates, and the form that is issued from one (S54, S57, S65).

A form is PDF/A-2b and, for the same data and time, the same bytes. It is the version that a signer reads; signing
starts from these bytes.
"""

import hashlib
import json
import re
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typst

from .errors import InvalidFormData, MissingGlyph, UnknownAmendment, UnknownTemplate
from .fonts import load_fonts, missing_characters

Role = Literal["policyholder", "insured", "legal_representative", "payer"]
Kind = Literal["service", "new_business"]

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Text = Annotated[str, msgspec.Meta(max_length=1_000)]

_TAIPEI = timezone(timedelta(hours=8))
_FOLDER = Path(__file__).parent / "templates"
_ALL: tuple[Role, ...] = ("policyholder", "insured", "legal_representative", "payer")
_BOTH: tuple[Kind, ...] = ("service", "new_business")


class Template(msgspec.Struct, frozen=True):
    """`signs`: the roles that have a signature field on it, when the case has such a person. A form of no case kind is
    made on demand; `letter` names those of them that the company sends, and that nobody signs."""

    code: str
    title_zh: str
    title_en: str
    task: Literal["sign", "read"]
    case_kinds: tuple[Kind, ...]
    signs: tuple[Role, ...]
    letter: bool = False


def _on_demand(code: str, title_zh: str, title_en: str, signs: tuple[Role, ...]) -> Template:
    return Template(code, title_zh, title_en, "sign", (), signs)


def _letter(code: str, title_zh: str, title_en: str) -> Template:
    return Template(code, title_zh, title_en, "read", (), (), letter=True)


TEMPLATES: dict[str, Template] = {
    template.code: template
    for template in (
        Template("notice", "重要事項告知書", "Notice of important matters", "read", _BOTH, ()),
        Template("application_service", "保全變更申請書", "Policy change application", "sign", ("service",), _ALL),
        Template("application_new", "人身保險要保書", "Insurance application", "sign", ("new_business",), _ALL),
        Template("video_consent", "視訊簽署同意書", "Consent to signing by video", "sign", _BOTH, _ALL),
        Template("declaration", "個人聲明", "Personal declaration", "sign", _BOTH, _ALL[:3]),
        Template(
            "review_period",
            "個人保險契約審閱期間確認聲明書",
            "Confirmation of the review period",
            "sign",
            ("new_business",),
            ("policyholder", "legal_representative"),
        ),
        _on_demand("terms", "承保條件變更同意書", "Consent to changed terms", _ALL[:3]),
        _on_demand("exclusion", "批註通知書", "Notice of endorsement", _ALL[:3]),
        _on_demand("fatca", "FATCA暨CRS身分聲明書【個人適用】", "FATCA and CRS self-certification", (_ALL[0], _ALL[2])),
        _letter("letter_query", "新契約照會單", "Query about an application"),
        _letter("letter_reminder", "催辦通知書", "Reminder of a query"),
        _letter("letter_cancel", "要保文件取消通知函", "Notice of cancellation"),
        _letter("letter_result", "審查結果通知書", "Notice of the result"),
        _letter("letter_refusal", "未承保通知函", "Notice that cover is not given"),
    )
}

# What an agent may amend before submission (S65), as the forms print it.
AMENDABLE: dict[str, str] = {
    "amount_label": "保險金額",
    "payment_mode": "繳別",
    "payment_method": "繳費方式",
    "address": "通訊地址",
    "email": "電子郵件",
    "phone": "聯絡電話",
    "occupation": "職業及職務",
    "beneficiary": "身故受益人",
    "effective_date": "變更生效日",
    "remark": "備註",
}


# What 告知事項 ask, by form; `answers` of the form data gives them, and what is not answered stays blank.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "application_service": ("treated_2m", "serious_5y", "abnormal_1y", "disability"),
    "application_new": (
        "treated_2m",
        "abnormal_2y",
        "heart_5y",
        "brain_5y",
        "serious_5y",
        "disability",
        "pregnant",
        "declined_2y",
        "dangerous_activity",
        "borrowed_premium",
        "foreign_tax",
    ),
}


class Item(msgspec.Struct, frozen=True):
    label: Line
    amount_label: Line


class FormPerson(msgspec.Struct, frozen=True):
    role: Role
    name: Line
    id_no_masked: Line
    birth_date: date


class FormAgent(msgspec.Struct, frozen=True):
    name: Line
    registration_no: Line


class FormData(msgspec.Struct, frozen=True):
    """Everything that a form prints. Dates are ISO strings in the dict; `revision` counts from 1.

    `details` and `amendments` have the keys of AMENDABLE: first values, and changed ones (printed bold). `lines` is
    what a form on demand or a letter is about: terms, questions, reasons; `due` its last day.
    """

    case_no: Line
    kind: Kind
    application_date: date
    item: Item
    persons: tuple[FormPerson, ...]
    agent: FormAgent
    revision: int = 1
    details: dict[str, Text] = {}
    amendments: dict[str, Text] = {}
    answers: dict[str, bool] = {}
    stated: tuple[tuple[Line, Text], ...] = ()
    lines: tuple[Text, ...] = ()
    due: date | None = None
    test_authority: bool = True


class SignatureField(msgspec.Struct, frozen=True):
    """Where one signer signs: `page` from 1, `rect` (x0, y0, x1, y1) in PDF points from the page's bottom left."""

    name: str
    page: int
    rect: tuple[float, float, float, float]
    signer: str


class IssuedForm(msgspec.Struct, frozen=True):
    """`sha256` is hex, of `pdf`. Pages are A4."""

    pdf: bytes
    sha256: str
    pages: int
    fields: tuple[SignatureField, ...]


def signer_keys(roles: tuple[str, ...]) -> tuple[str, ...]:
    """The key of each person on a form: the role, and from its second bearer on a number before it (`2_insured`)."""
    seen: Counter[str] = Counter()
    keys = []
    for role in roles:
        seen[role] += 1
        keys.append(role if seen[role] == 1 else f"{seen[role]}_{role}")
    return tuple(keys)


def render(code: str, data: dict, issued_at: datetime) -> IssuedForm:
    """Issue the form `code`. Raises UnknownTemplate, InvalidFormData, UnknownAmendment, MissingGlyph, FontsMissing."""
    template = TEMPLATES.get(code)
    if template is None:
        raise UnknownTemplate(code)
    form = _parse(data)
    inputs = _inputs(template, form, issued_at)
    _refuse_missing_glyphs(inputs)
    pdf, marks = _compile(code, inputs, issued_at)
    return IssuedForm(pdf, hashlib.sha256(pdf).hexdigest(), marks["pages"], _fields(code, marks["fields"]))


def _parse(data: dict) -> FormData:
    try:
        form = msgspec.convert(data, FormData)
    except msgspec.ValidationError as error:
        raise InvalidFormData(str(error)) from None
    unknown = tuple(sorted({*form.amendments, *form.details} - set(AMENDABLE)))
    if unknown:
        raise UnknownAmendment(unknown)
    return form


def _inputs(template: Template, form: FormData, issued_at: datetime) -> str:
    keys = signer_keys(tuple(person.role for person in form.persons))
    signers = [
        {"key": key, "role": person.role, "name": person.name}
        for key, person in zip(keys, form.persons, strict=True)
        if person.role in template.signs
    ]
    if template.signs and not signers:
        raise InvalidFormData(f"nobody signs {template.code}")
    values = msgspec.to_builtins(form) | {
        "code": template.code,
        "title": template.title_zh,
        "title_en": template.title_en,
        "signers": signers,
        "labels": AMENDABLE,
        "issued_at": issued_at.astimezone(_TAIPEI).strftime("%Y-%m-%d %H:%M"),
    }
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def _refuse_missing_glyphs(inputs: str) -> None:
    missing = missing_characters(inputs)
    if missing:
        raise MissingGlyph(missing)


def _compile(code: str, inputs: str, issued_at: datetime) -> tuple[bytes, dict]:
    # A compiler of its own for each form: it keeps its inputs, and two threads would mix theirs.
    compiler = typst.Compiler(
        _FOLDER / ("letter.typ" if TEMPLATES[code].letter else f"{code}.typ"),
        root=_FOLDER,
        font_paths=load_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": inputs},
    )
    try:
        pdf = compiler.compile(format="pdf", pdf_standards="a-2b", timestamp=int(issued_at.timestamp()))
        marks = json.loads(compiler.query("<marks>", field="value", one=True))
    except typst.TypstError as error:
        raise _explain(error) from None
    return pdf, marks


def _explain(error: typst.TypstError) -> Exception:
    """PDF/A export refuses text that no font draws: the second net under `missing_characters`."""
    found = re.search(r'the text `?"(.+?)"`? could not be displayed', error.message)
    return MissingGlyph(tuple(dict.fromkeys(found[1]))) if found else error


def _fields(code: str, marks: list[dict]) -> tuple[SignatureField, ...]:
    return tuple(
        SignatureField(
            name=f"{code}.{mark['key']}",
            page=mark["page"],
            rect=(mark["x"], mark["y"] - mark["height"], mark["x"] + mark["width"], mark["y"]),
            signer=mark["key"],
        )
        for mark in marks
    )
