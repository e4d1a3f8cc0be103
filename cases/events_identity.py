"""What was read of identity documents, photographed or shown: a cross-check for the agent, which changes nothing."""

from cases.event import Event


class PhotoRead(Event):
    """`sha256` is of the picture that was read, `engine` who read it (empty: the machine has none), `verdicts` hold for
    each field of that side `agrees`, `differs` or `unread`. `read`, what was read for them, is personal. `hints` are
    for staff alone. `why` nothing could be read: no_engine, undecodable, timed_out, failed."""

    task_id: str
    photo_id: str
    sha256: str
    engine: str
    verdicts: dict[str, str]
    read: dict[str, str]
    hints: tuple[str, ...]
    why: str | None


class ShownCardRead(Event):
    """The still of a side that was shown in a call, as PhotoRead has it of a photo."""

    room_id: str
    person_id: str
    side: str
    sha256: str
    engine: str
    verdicts: dict[str, str]
    read: dict[str, str]
    why: str | None
