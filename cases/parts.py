"""Values that events and the case share."""

from typing import Any, Literal

import msgspec

Role = Literal["policyholder", "insured", "legal_representative", "payer"]
CaseKind = Literal["service", "new_business"]
Side = Literal["front", "back", "other"]
Permission = Literal["granted", "denied", "absent"]
CameraOutcome = Literal["granted", "denied", "blocked", "busy", "absent"]  # blocked: denied for good
Consent = Literal["recording", "video_signing", "face"]
Confirmation = Literal["application", "others"]
ReviewOutcome = Literal["passed", "correct", "redo", "failed"]
CallbackOutcome = Literal["reached", "unreachable", "denied"]


class AgentRef(msgspec.Struct, frozen=True):
    id: str
    name: str
    unit: str | None
    registration_no: str


class CasePerson(msgspec.Struct, frozen=True):
    """One human being with all the roles he has in the case (S5). `profile` as in `ports.people.Person.profile`."""

    person_id: str
    roles: tuple[Role, ...]
    profile: dict[str, Any]


class PlannedDocument(msgspec.Struct, frozen=True):
    """`signers`: the persons who must finish it: sign their fields, or read it to the end."""

    document_id: str
    code: str
    task: Literal["sign", "read"]
    signers: tuple[str, ...]


class PlannedPhotos(msgspec.Struct, frozen=True):
    task_id: str
    person_id: str
    id_type: Literal["national_id", "residence_permit"]


class Field(msgspec.Struct, frozen=True):
    """A signature field: `rect` is (x0, y0, x1, y1) in PDF points from the bottom left, `page` counts from 1."""

    name: str
    page: int
    rect: tuple[float, float, float, float]
    role: str
    person_id: str


class SubmittedDocument(msgspec.Struct, frozen=True):
    document_id: str
    revision: int
    sha256: str
    bindings: tuple[str, ...]


class Segment(msgspec.Struct, frozen=True):
    """`rotation`: the clockwise turn, in degrees, that makes its picture upright."""

    blob: str
    sha256: str
    start_ms: int
    duration_ms: int
    frames: int
    rotation: int = 0


class Track(msgspec.Struct, frozen=True):
    track_id: str
    person_id: str
    role: str
    kind: str
    codec: str
    frames: int
    seconds: float
    segments: tuple[Segment, ...]
    participant_id: str = ""
