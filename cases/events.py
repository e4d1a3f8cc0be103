"""Everything that can happen to a case. The set is closed: what is in no file named here does not happen."""

from cases import (
    events_casework,
    events_composition,
    events_identity,
    events_meeting,
    events_papers,
    events_review,
)
from cases.event import Event

EVENTS: dict[str, type[Event]] = {
    name: kind
    for place in (
        events_papers,
        events_meeting,
        events_review,
        events_composition,
        events_casework,
        events_identity,
    )
    for name, kind in vars(place).items()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}
