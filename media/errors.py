"""What can go wrong in the media plane. Each class has a stable `code`; nobody here knows HTTP."""

from typing import ClassVar


class MediaError(Exception):
    """Base of all errors that a caller of the media plane may see."""

    code: ClassVar[str] = "media_error"


class MediaUnavailable(MediaError):
    """No worker answers, or the connection to it was lost."""

    code = "media_unavailable"


class WorkerGone(MediaUnavailable):
    """Nobody listens where the worker did: its process has ended."""


class MediaTimeout(MediaUnavailable):
    """The worker did not answer in time."""

    code = "media_timeout"


class WorkerFull(MediaError):
    """Every worker has as many rooms, or as much load, as it takes."""

    code = "worker_full"


class WorkerDraining(MediaError):
    """The worker is ending and opens no more rooms."""

    code = "worker_draining"


class RoomElsewhere(MediaError):
    """Another worker holds the lease of this room."""

    code = "room_elsewhere"


class RoomUnknown(MediaError):
    code = "room_unknown"


class RoomEnded(MediaError):
    """The room is closing or closed."""

    code = "room_ended"


class RoomFull(MediaError):
    code = "room_full"


class ParticipantUnknown(MediaError):
    code = "participant_unknown"


class BadDescription(MediaError):
    """An SDP that cannot be used: too long, malformed, or without a codec in common."""

    code = "bad_description"


class WrongSource(MediaError):
    """`sources` names a section that is not there, of another kind, or a source twice."""

    code = "wrong_source"


class NothingOffered(MediaError):
    """An answer without an outstanding offer."""

    code = "nothing_offered"


class OfferReplaced(MediaError):
    """The answer is to an offer that a newer one replaced; nothing was done."""

    code = "stale_offer"


class HoldUnknown(MediaError):
    code = "hold_unknown"


class CameraMuted(MediaError):
    """Nothing is shown to a camera that its owner has muted."""

    code = "camera_muted"


class LooksBusy(MediaError):
    """The worker looks at as many cameras as it can: soon it has time again, or the agent vouches."""

    code = "looks_busy"


class BadRequest(MediaError):
    """A message of the worker protocol that is malformed, too long or unknown."""

    code = "bad_media_request"


class RecorderFailed(MediaError):
    """The recording could not be started or sealed."""

    code = "recorder_failed"


def all_errors() -> dict[str, type[MediaError]]:
    """By code, so that an error crosses the worker's socket as its code."""
    found: dict[str, type[MediaError]] = {MediaError.code: MediaError}
    waiting = [MediaError]
    while waiting:
        for cls in waiting.pop().__subclasses__():
            found[cls.code] = cls
            waiting.append(cls)
    return found
