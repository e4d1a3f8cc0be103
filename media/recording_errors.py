"""What can go wrong with a recording. Each class has a stable ``code``."""

from typing import ClassVar

from media.errors import MediaError


class RecordingError(MediaError):
    code: ClassVar[str] = "recording_error"


class UnsupportedCodec(RecordingError):
    """No assembler, or no container, for this codec."""

    code = "recording_codec_unsupported"


class SpoolUnwritable(RecordingError):
    """The disk takes no recording."""

    code = "recording_spool_unwritable"


class MarkTooLarge(RecordingError):
    """What a mark carries is more than 64 KiB."""

    code = "recording_mark_too_large"


class RecorderClosed(RecordingError):
    """The recorder was not started yet, or is sealed."""

    code = "recorder_closed"


class SpoolBroken(RecordingError):
    """The spool's header cannot be read: there is nothing to recover from."""

    code = "recording_spool_broken"


class SegmentUnreadable(RecordingError):
    """The frames of a segment are no stream of their codec; no container takes them."""

    code = "recording_segment_unreadable"


class SegmentConflict(RecordingError):
    """A blob of this name holds other bytes than this segment."""

    code = "recording_segment_conflict"


class ManifestInvalid(RecordingError):
    """The manifest is malformed, or its signature does not fit."""

    code = "recording_manifest_invalid"


class CompositionBroken(RecordingError):
    """A part of the film cannot be made of what the segments hold."""

    code = "composition_broken"
