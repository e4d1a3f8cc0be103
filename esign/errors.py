"""What this package refuses, each with a stable code."""


class EsignError(Exception):
    code = "esign_error"


class UnknownTemplate(EsignError):
    code = "unknown_template"


class InvalidFormData(EsignError):
    code = "invalid_form_data"


class UnknownAmendment(EsignError):
    """A change to something that no form prints; `keys` names it."""

    code = "unknown_amendment"

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__(keys)  # args as the constructor takes them: the error pickles, out of the process pool
        self.keys = keys

    def __str__(self) -> str:
        return f"no form prints {', '.join(self.keys)}"


class MissingGlyph(EsignError):
    """No installed font draws these characters, so the form is not issued (never tofu on a contract)."""

    code = "missing_glyph"

    def __init__(self, characters: tuple[str, ...]) -> None:
        super().__init__(characters)
        self.characters = characters

    def __str__(self) -> str:
        return f"no font draws {' '.join(f'{c} U+{ord(c):04X}' for c in self.characters)}"


class FontsMissing(EsignError):
    code = "fonts_missing"


class InkError(EsignError):
    code = "ink_refused"


class InkMalformed(InkError):
    code = "ink_malformed"


class InkEmpty(InkError):
    code = "ink_empty"


class InkTooLarge(InkError):
    code = "ink_too_large"


class InkTimeBackwards(InkError):
    code = "ink_time_backwards"


class InkNotOpened(InkError):
    """The sealed strokes do not belong to this binding, or were altered."""

    code = "ink_not_opened"


class AuthorityMissing(EsignError):
    code = "authority_missing"


class FieldUnknown(EsignError):
    code = "signature_field_unknown"


class FieldAlreadySigned(EsignError):
    code = "signature_field_signed"


class SealingRefused(EsignError):
    """The document is not in the state that this signature needs: not certified, a field empty, sealed before."""

    code = "sealing_refused"


class TimestampUnavailable(EsignError):
    """The timestamp authority did not answer: the signature waits, it is never made without a timestamp."""

    code = "timestamp_unavailable"


class PageUnknown(EsignError):
    code = "page_unknown"
