"""The base of what can happen to a case.

A stored body is `{"v": version, ...fields}`. Changing the shape of an event means a new `version` and an upcaster in
`codec.py`; old entries are never rewritten. Times are the journal's (`Entry.at`, UTC).
"""

from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Named in the past tense."""

    version: ClassVar[int] = 1


class Paper(msgspec.Struct, frozen=True):
    """A blob that an event names by its digest: `record` puts it, under the case's scope, before the event."""

    blob: str
    data: bytes
