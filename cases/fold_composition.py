"""What events about the film of a meeting do to a case. Pure."""

from msgspec.structs import replace

from cases.case import Case
from cases.codec import Happened
from cases.events_composition import CompositionFailed, CompositionMade
from cases.films import Composition


def _made(case: Case, event: CompositionMade, happened: Happened) -> Case:
    film = Composition(event.blob, event.sha256, event.size, event.seconds, event.manifests)
    return replace(case, compositions=case.compositions | {event.recording_id: film})


def _failed(case: Case, event: CompositionFailed, happened: Happened) -> Case:
    film = Composition(manifests=event.manifests, failure=event.reason)
    return replace(case, compositions=case.compositions | {event.recording_id: film})


COMPOSITION_EFFECTS = {CompositionMade: _made, CompositionFailed: _failed}
