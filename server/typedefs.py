"""What the HTTP API takes: one frozen struct a body or query. An unknown field is an error, never ignored."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
Short = Annotated[str, Meta(min_length=1, max_length=200)]
Long = Annotated[str, Meta(max_length=2000)]
Kind = Literal["member", "agent", "reviewer", "underwriter"]
Role = Literal["policyholder", "insured", "legal_representative", "payer"]
Side = Literal["front", "back", "other"]
PhotoDocument = Literal[
    "", "national_id", "residence_permit", "passport", "other", "household_transcript", "household_register"
]
Share = Annotated[float, Meta(ge=0, le=1)]
Corner = tuple[Share, Share]
_SHARE = r"(0(\.[0-9]{1,9})?|1(\.0{1,9})?)"
QUAD = rf"^({_SHARE}(,{_SHARE}){{7}})?$"
Permission = Literal["granted", "denied", "absent"]
Title = Annotated[str, Meta(min_length=1, max_length=100)]
FactPath = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
_ROLE = "(policyholder|insured|legal_representative|payer)"
SIGNED_BY = rf"^({_ROLE}(,{_ROLE}){{0,3}})?$"
SegmentNumber = Annotated[int, Meta(ge=0, le=100_000)]
Number = Annotated[int, Meta(ge=1, le=10_000)]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what a client sends."""


class Nothing(Body, frozen=True):
    """An empty object, or no body at all."""


class Login(Body, frozen=True):
    """`totp`: the six digits of the authenticator; agents, reviewers and underwriters need them."""

    kind: Kind
    login: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    totp: Annotated[str, Meta(pattern=r"^[0-9]{6}$")] | None = None


class PersonRoles(Body, frozen=True):
    person_id: Id
    roles: Annotated[tuple[Role, ...], Meta(min_length=1, max_length=4)]


class NewCase(Body, frozen=True):
    kind: Literal["service", "new_business"]
    item_code: Id
    application_date: date
    persons: Annotated[tuple[PersonRoles, ...], Meta(min_length=1, max_length=6)]
    clause_received_date: date | None = None


class Upload(Body, frozen=True):
    """`document`: what the photo shows, where that is not what its task asks for. `quad`: corners that the customer
    dragged, x,y of TL, TR, BR, BL as shares 0..1 of the upright photo."""

    side: Side
    detection: Literal["on", "off"] = "on"
    document: PhotoDocument = ""
    quad: Annotated[str, Meta(pattern=QUAD)] = ""


class NewUpload(Body, frozen=True):
    """`size` and `sha256` (hex) are of the file as it will be sent; the rest as in Upload."""

    side: Side
    size: Annotated[int, Meta(ge=1)]
    sha256: Sha256
    detection: Literal["on", "off"] = "on"
    document: PhotoDocument = ""
    quad: tuple[Corner, Corner, Corner, Corner] | None = None


class CameraReport(Body, frozen=True):
    """What came of asking for the camera; `blocked`: refused for good, the browser does not ask again."""

    outcome: Literal["granted", "denied", "blocked", "busy", "absent"]


class PhotoReview(Body, frozen=True):
    approved: bool
    reason: Long | None = None


class Deletion(Body, frozen=True):
    """`reason` is needed once the task had been completed (S24)."""

    reason: Long | None = None


class Variant(Body, frozen=True):
    variant: Literal["card", "original"] = "card"


class Ending(Body, frozen=True):
    """`reason` makes an abort of it (S72)."""

    reason: Long | None = None


class OtpRequest(Body, frozen=True):
    platform: Literal["web", "android", "ios"] = "web"


class OtpCode(Body, frozen=True):
    """同意並繼續: the code and the agreement to the text of this version, in one click (S38)."""

    code: Annotated[str, Meta(min_length=1, max_length=32)]
    agreed: bool
    text_version: Id


class Permissions(Body, frozen=True):
    camera: Permission
    microphone: Permission


class PromptRequest(Body, frozen=True):
    step: Id
    person_id: Id


class Answer(Body, frozen=True):
    """`how`: of the screen alone (S47)."""

    step: Id
    answer: bool
    how: Literal["", "capture", "pages", "unsupported"] = ""


class HoldRequest(Body, frozen=True):
    """`watch` false: the card is not looked for, as where the agent will vouch for what he sees."""

    person_id: Id
    side: Literal["front", "back"]
    watch: bool = True


class HoldRelease(Body, frozen=True):
    """`override_reason`: the agent saw the card himself, and the measure did not reach five seconds."""

    hold_id: Id
    override_reason: Annotated[str, Meta(max_length=500)] | None = None


class OfRevision(Body, frozen=True):
    revision: Number


class Revision(Body, frozen=True):
    revision: Number | None = None


class PageImage(Body, frozen=True):
    """`width` in pixels."""

    revision: Number | None = None
    width: Annotated[int, Meta(ge=100, le=2400)] = 1000


class ChallengeRequest(Body, frozen=True):
    field: Short
    revision: Number


class SignatureRequest(Body, frozen=True):
    """`ink`: {width, height, strokes: [[[x, y, t_ms, p], ...], ...]}, see docs/protocol.md."""

    field: Short
    revision: Number
    challenge: Short
    ink: dict[str, Any]
    override_reason: Short | None = None


class Discard(Body, frozen=True):
    field: Short
    revision: Number
    level: Literal["pad", "confirm"]


class Return(Body, frozen=True):
    document_id: Id
    reason: Long


class Withdrawal(Body, frozen=True):
    reason: Long


class Amendment(Body, frozen=True):
    changes: Annotated[dict[Id, Annotated[str, Meta(max_length=200)]], Meta(min_length=1, max_length=20)]
    reason: Long = ""


class OfRecording(Body, frozen=True):
    """Of which meeting; the latest when left out."""

    recording: Id | None = None


class Viewed(Body, frozen=True):
    """Seconds of the recording that were really played."""

    ranges: Annotated[tuple[tuple[float, float], ...], Meta(max_length=500)]


class Review(Body, frozen=True):
    outcome: Literal["passed", "correct", "redo", "failed"]
    reasons: Annotated[tuple[Short, ...], Meta(max_length=20)] = ()
    note: Long = ""


class Callback(Body, frozen=True):
    outcome: Literal["reached", "unreachable", "denied"]


class Assess(Body, frozen=True):
    """`facts` as in docs/underwriting.md; `as_of` is the date whose manual applies, today when left out."""

    facts: dict[str, Any]
    as_of: date | None = None


class AgentReport(Body, frozen=True):
    """業務人員招攬報告書: what the agent states."""

    statement: Long


class WhatIf(Body, frozen=True):
    """`set`: fact path -> value, as in docs/underwriting.md."""

    set: Annotated[dict[FactPath, Any], Meta(min_length=1, max_length=20)]


class QueryQuestion(Body, frozen=True):
    """A document by its `title`, a fact by its `path`, else a statement."""

    text: Long
    to: Literal["agent", "customer"] = "agent"
    title: Title | None = None
    path: FactPath | None = None


class NewQuery(Body, frozen=True):
    items: Annotated[tuple[QueryQuestion, ...], Meta(min_length=1, max_length=20)]
    note: Long = ""


class QueryItemReply(Body, frozen=True):
    """`value` for a path, `attachment_id` for a title, else `statement`."""

    item: Id
    statement: Long = ""
    value: Any = None
    attachment_id: Id | None = None


class QueryReply(Body, frozen=True):
    """A customer confirms that what he answers is true and his own."""

    answers: Annotated[tuple[QueryItemReply, ...], Meta(min_length=1, max_length=20)]
    confirmed: bool = False


class AttachmentUpload(Body, frozen=True):
    """`signed_by`: roles of the case, separated by commas, whose signatures are on it."""

    title: Title
    signed_by: Annotated[str, Meta(pattern=SIGNED_BY)] = ""


class AttachmentCheck(Body, frozen=True):
    """A refusal needs a reason."""

    accepted: bool
    reason: Long = ""


class OverrideRequest(Body, frozen=True):
    """The findings of `rule` are set aside by the manual's `section`."""

    rule: Id
    section: Id
    reason: Long


class DecisionRequest(Body, frozen=True):
    """Every outcome but standard needs reasons."""

    outcome: Literal["standard", "borderline", "substandard", "postponed", "declined", "exclusion", "limited"]
    reasons: Annotated[tuple[Short, ...], Meta(max_length=20)] = ()
    note: Long = ""
    overrides: Annotated[tuple[OverrideRequest, ...], Meta(max_length=50)] = ()
