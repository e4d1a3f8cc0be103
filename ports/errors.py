"""What a port refuses, as plain exceptions with a stable code; server/errors.py turns them into responses."""


class PortError(Exception):
    """Base of all errors of the ports. `code` is stable; the message is for developers and holds no personal data."""

    code = "port_error"


class KeyValueUnavailable(PortError):
    """The key-value store did not answer in time. What was asked may or may not have happened."""

    code = "key_value_unavailable"


class JournalConflict(PortError):
    """Somebody else appended first: read again and decide again."""

    code = "journal_conflict"

    def __init__(self, case_id: str, expected: int, actual: int):
        super().__init__(f"{case_id} has {actual} entries, not {expected}")
        self.case_id, self.expected, self.actual = case_id, expected, actual


class SubjectTaken(PortError):
    """A subject that names one case only (see ports/chain.py) already names another; nothing was appended."""

    code = "subject_taken"


class JournalUnprotected(PortError):
    """The database would let somebody change or delete journal rows; we do not start on it."""

    code = "journal_unprotected"


class KeyErased(PortError):
    """The key of this scope was erased on request, and with it everything it encrypted."""

    code = "key_erased"

    def __init__(self, scope: str):
        super().__init__(f"the key of {scope} was erased")
        self.scope = scope


class KekInvalid(PortError):
    """The key-encryption key is missing, malformed, readable by others, or not the one that wrapped our keys."""

    code = "kek_invalid"


class Tampered(PortError):
    """Sealed bytes do not open: a byte, the name or the key differs from what was sealed."""

    code = "tampered"


class BlobExists(PortError):
    """Blobs are written once; this name is taken."""

    code = "blob_exists"

    def __init__(self, name: str):
        super().__init__(f"{name} exists")
        self.name = name


class BlobNotFound(PortError):
    code = "blob_not_found"

    def __init__(self, name: str):
        super().__init__(f"{name} does not exist")
        self.name = name


class BlobNameInvalid(PortError):
    """A blob's name is segments of letters, digits, dot, dash and underscore, joined by slashes."""

    code = "blob_name_invalid"


class LoginTaken(PortError):
    """Another person of this kind has that login."""

    code = "login_taken"
