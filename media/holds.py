"""Cards that are shown to the camera (S53): the frames that arrive meanwhile are counted, and looked at if asked."""

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from media.errors import CameraMuted, HoldUnknown
from media.forwarding import FrameHold
from media.look import Looks
from media.messages import HeldFrames, Showing
from media.participant import Participant
from media.publication import Publication
from ports.clock import Clock


class Hold(NamedTuple):
    participant_id: str
    counting: dict[str, FrameHold]  # of the participant, whatever connection he has
    frames: FrameHold
    started_at: datetime


class Holds:
    """Of one room. `mark` writes into the timeline, `tell` goes to the watchers."""

    def __init__(
        self, clock: Clock, looks: Looks, mark: Callable[[str, dict[str, Any]], None], tell: Callable[[Showing], None]
    ):
        self._clock, self._looks, self._mark, self._tell = clock, looks, mark, tell
        self._holds: dict[str, Hold] = {}

    def begin(self, participant: Participant, label: str, order: bytes) -> str:
        """One at a time for each: a hold that nobody released, as of a page that was loaded anew, makes way.
        With an `order`, his camera is looked at meanwhile (look.py). Raises CameraMuted, LooksBusy."""
        self.drop(participant)
        if participant.muted("camera"):
            raise CameraMuted("a muted camera shows nothing")
        turn = self._looks.admit(order)
        own, hold_id = participant.spec.participant_id, secrets.token_urlsafe(12)
        frames = participant.holds[hold_id] = FrameHold(self._clock.monotonic())
        self._holds[hold_id] = Hold(own, participant.holds, frames, self._clock.now())
        self._mark("hold", {"participant_id": own, "label": label, "hold_id": hold_id})
        if turn is not None:
            camera = next((each for each in participant.publications if each.info.source == "camera"), None)
            tell = partial(self._showing, participant, hold_id)
            self._looks.start(hold_id, own, order, camera, tell, turn)
        return hold_id

    def _showing(self, participant: Participant, hold_id: str, data: dict[str, Any]) -> None:
        self._tell(Showing(participant.spec.participant_id, participant.spec.person_id, hold_id, data))

    def published(self, publication: Publication) -> None:
        self._looks.published(publication)

    async def looked(self, hold_id: str) -> bytes:
        """End the look of a hold, released or not: what it made of it, empty where there is none."""
        return await self._looks.finish(hold_id)

    def release(self, hold_id: str) -> HeldFrames:
        """Raises HoldUnknown."""
        hold = self._holds.pop(hold_id, None)
        if hold is None:
            raise HoldUnknown("no such hold")
        hold.counting.pop(hold_id, None)
        held = hold.frames.end(self._clock.monotonic())
        self._mark("release", {"participant_id": hold.participant_id, "hold_id": hold_id, "frames": held.frames})
        longest_gap_ms = round(held.longest_gap * 1000)
        return HeldFrames(held.frames, held.seconds, longest_gap_ms, hold.started_at, self._clock.now())

    def drop(self, participant: Participant) -> None:
        own = participant.spec.participant_id
        self._holds = {key: hold for key, hold in self._holds.items() if hold.participant_id != own}
        participant.holds.clear()
        self._looks.drop(own)
