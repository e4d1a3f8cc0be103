"""What is only true now: the recorder's state, which the media worker writes twice a second and which expires."""

import msgspec

from cases.desk import Desk

BOTH = {"camera", "microphone"}


class RecorderLive(msgspec.Struct, frozen=True):
    """`seconds` recorded so far; `age_ms` of the last frame, None before the first. `written`: by person id, which of
    camera and microphone reach the disk and are not muted."""

    writing: bool
    seconds: float
    age_ms: float | None = None
    gaps: int = 0
    stalled: bool = False
    written: dict[str, tuple[str, ...]] = {}

    @property
    def live(self) -> bool:
        return self.writing and not self.stalled

    def has(self, person_id: str) -> bool:
        """Whether this person is recorded now, face and voice."""
        return set(self.written.get(person_id, ())) >= BOTH


async def recorder_of(desk: Desk, room_id: str | None) -> RecorderLive | None:
    """None when nobody reported in the last 1.5 s: then nothing is signed."""
    found = await desk.keyvalue.get(f"recorder:{room_id}") if room_id else None
    return msgspec.json.decode(found, type=RecorderLive) if found else None
