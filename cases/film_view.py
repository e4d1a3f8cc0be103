"""How far the film of a meeting is, as staff see it. Progress lives in the key-value store: losing it loses nothing."""

from cases.case import Case
from cases.desk import Desk
from cases.rooms import Recording
from cases.view_types import CompositionView

PROGRESS_SECONDS = 24 * 3600


async def tell_progress(desk: Desk, recording_id: str, share: float) -> None:
    """0..1, for whoever looks meanwhile."""
    await desk.keyvalue.set(_key(recording_id), str(round(share, 4)).encode(), ttl=PROGRESS_SECONDS)


async def composition_view(desk: Desk, case: Case, recording: Recording) -> CompositionView:
    film = case.compositions.get(recording.recording_id)
    if film is not None and film.failure is not None:
        return CompositionView("failed")
    if film is not None:
        return CompositionView("ready", 1.0, film.seconds, film.size, film.sha256)
    share = await desk.keyvalue.get(_key(recording.recording_id))
    return CompositionView("none") if share is None else CompositionView("making", float(share))


def _key(recording_id: str) -> str:
    return f"composition:{recording_id}"
