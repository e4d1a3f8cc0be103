"""Events to journal records and back. Old shapes are read through `UPCASTERS`; nothing stored is ever rewritten."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from cases.actor import Actor
from cases.event import Event
from cases.events import EVENTS
from ports.journal import Entry, Record

_UNWATCHED = ("measured_s", "match", "looks", "override_reason", "still_blob", "still_sha256")

# (event type, stored version) -> the body one version later
UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("CaseAssessed", 1): lambda body: body | {"as_of": None, "values": {}, "sha256": None, "blob": None},
    ("PhotoAdded", 1): lambda body: body | {"crop": "detected" if body["card_sha256"] else None, "document": ""},
    ("IdentityShown", 1): lambda body: body | {"longest_gap_ms": None},
    ("IdentityShown", 2): lambda body: body | dict.fromkeys(_UNWATCHED),
    ("RecordingStarted", 1): lambda body: body | {"part": 1},
    ("RecordingStarted", 2): lambda body: body | {"began_at": None},
    ("RecordingSealed", 1): lambda body: body | {"part": 1},
    ("NoticeSent", 1): lambda body: body | {"about": ""},
    ("QueryAnswered", 1): lambda body: body | {"confirmed": False},
    ("RecordingViewed", 1): lambda body: body | {"recording_id": None},
}


class Happened(msgspec.Struct, frozen=True):
    """An event with its place in the journal: `id` is the entry's, which facts cite and workflows are named by."""

    id: str
    seq: int
    at: datetime
    actor: str
    event: Event


class EventUnknown(Exception):
    """The journal holds an event that this build does not know: an older build on a newer journal."""

    code = "event_unknown"


class EventUnreadable(Exception):
    """A value that JSON cannot carry, such as an infinite number."""

    code = "event_unreadable"


class CaseErased(Exception):
    """The key of this case was erased: what happened cannot be read any more."""

    code = "case_erased"


def to_record(event: Event, at: datetime, actor: Actor, subjects: tuple[str, ...] = ()) -> Record:
    """Raises EventUnreadable: an entry that no one could read back would end its case for good."""
    body = {"v": event.version, **msgspec.to_builtins(event)}
    name = type(event).__name__
    try:
        _decode(name, msgspec.json.decode(msgspec.json.encode(body)))
    except msgspec.ValidationError as error:
        raise EventUnreadable(f"{name}: {error}") from None
    return Record(name, at, actor.label, body, subjects)


def from_entry(entry: Entry) -> Happened:
    if entry.body is None:
        raise CaseErased(entry.case_id)
    return Happened(entry.id, entry.seq, entry.at, entry.actor, _decode(entry.type, entry.body))


def _decode(name: str, stored: dict[str, Any]) -> Event:
    kind = EVENTS.get(name)
    if kind is None:
        raise EventUnknown(name)
    body = dict(stored)
    version = body.pop("v")
    while version < kind.version:
        body = UPCASTERS[name, version](body)
        version += 1
    if version > kind.version:
        raise EventUnknown(f"{name} version {version}")
    return msgspec.convert(body, kind)
