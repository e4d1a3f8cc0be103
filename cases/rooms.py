"""Meetings and recordings of a case as they stand. Every fact keeps the id of the entry it comes from (`source`)."""

from datetime import datetime
from typing import Literal

import msgspec

from cases.parts import AgentRef, Permission, Track


class Answer(msgspec.Struct, frozen=True):
    """What somebody said on the recording: the span from the question to the answer holds it (S51)."""

    yes: bool
    asked_at: datetime
    at: datetime
    source: str
    recorded_s: float | None = None


class Shown(msgspec.Struct, frozen=True):
    """A side of the ID. `match`: whether it is like the uploaded photo; `override`: why the agent vouches for it, where
    it was not measured; `measured`: seconds of the card itself, None where nobody looked; `looks`: pictures by what
    they showed; `still`: blob of a picture of it."""

    seconds: float
    frames: int
    at: datetime
    source: str
    match: str | None = None
    override: str | None = None
    measured: float | None = None
    looks: dict[str, int] = {}
    still: str | None = None
    still_sha256: str | None = None
    verdicts: dict[str, str] | None = None  # of what was read of the still


class Party(msgspec.Struct, frozen=True):
    """One person in one meeting. `sessions` are the device sessions whose phone was verified there."""

    person_id: str
    sessions: tuple[str, ...] = ()
    verification: str | None = None
    verified_at: datetime | None = None
    locked_out: bool = False
    permissions: tuple[Permission, Permission] | None = None
    consents: dict[str, Answer] = {}
    name: Answer | None = None
    identity: dict[str, Shown] = {}
    confirmations: dict[str, Answer] = {}
    screen: Literal["capture", "pages"] | None = None  # that he shows the others


class Prompt(msgspec.Struct, frozen=True):
    step: str
    person_id: str
    asked_at: datetime


class Card(msgspec.Struct, frozen=True):
    registration_no: str
    at: datetime
    source: str


class Meeting(msgspec.Struct, frozen=True):
    room_id: str
    recording_id: str
    serial: str
    host: AgentRef
    opened_at: datetime
    parties: tuple[Party, ...]
    present: tuple[str, ...] = ()
    prompt: Prompt | None = None
    card: Card | None = None
    stalls: int = 0
    ended_at: datetime | None = None
    end_reason: str | None = None

    def party(self, person_id: str) -> Party:
        return next((party for party in self.parties if party.person_id == person_id), Party(person_id))


class Part(msgspec.Struct, frozen=True):
    """What one recorder wrote: from the opening of the room to its end, or to the loss of its worker. Offsets in
    `tracks` count from `started_at`."""

    part: int
    manifest_blob: str
    manifest_sha256: str
    started_at: datetime
    seconds: float
    tracks: tuple[Track, ...]


class Recording(msgspec.Struct, frozen=True):
    """One recording of a meeting, however many workers wrote it: `parts` in the order of time, and what they make
    together (see joining.py). `started`: when each part had its first frame; `missing`: those that were given up."""

    recording_id: str
    room_id: str
    serial: str
    started_at: datetime
    seconds: float = 0.0
    manifest_sha256: str = ""
    tracks: tuple[Track, ...] = ()
    source: str | None = None  # of the event that made it whole; None before
    started: dict[int, datetime] = {}
    parts: tuple[Part, ...] = ()
    missing: frozenset[int] = frozenset()

    @property
    def sealed(self) -> bool:
        return self.source is not None

    @property
    def outstanding(self) -> frozenset[int]:
        """The parts that were started and are neither sealed nor given up."""
        return frozenset(self.started) - {part.part for part in self.parts} - self.missing
