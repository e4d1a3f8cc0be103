"""What an upload in pieces is refused for."""

from cases.errors import CaseError


class UploadNotFound(CaseError):
    """Never begun, finished, given up, or older than a day."""

    code = "upload_not_found"


class UploadOffsetWrong(CaseError):
    """`offset` is where to go on."""

    code = "upload_offset_wrong"


class UploadPieceTooSmall(CaseError):
    """Fewer than `least` bytes, and not the last ones: nothing of them was kept."""

    code = "upload_piece_too_small"


class UploadIncomplete(CaseError):
    """`offset` is how far it has come."""

    code = "upload_incomplete"


class UploadCorrupt(CaseError):
    """What came is not what was announced: its digest differs. It was dropped."""

    code = "upload_corrupt"


class UploadConflict(CaseError):
    """The key names an upload of another file."""

    code = "upload_conflict"
