"""What queries, attachments and decisions refuse, each with a stable code."""

from cases.errors import CaseError


class SolicitedByYou(CaseError):
    """Who solicited a case, or hosted its meeting, does not decide it."""

    code = "solicited_by_you"


class DecisionNotNeeded(CaseError):
    """The manual asks for no underwriting decision of this case (保全 that adds no cover)."""

    code = "decision_not_needed"


class DecisionRefused(CaseError):
    """`findings` [{rule, cite, kind, text}] forbid this decision: another one, or an override of each, is needed."""

    code = "decision_refused"


class OverrideInvalid(CaseError):
    """`reason`: rule_unknown (nothing of it is open), section_unknown (not in the manual). `rule` names which."""

    code = "override_invalid"


class QueryInvalid(CaseError):
    """`reason`: items_missing, path_invalid, path_stated, title_and_path."""

    code = "query_invalid"


class QueryOpen(CaseError):
    """One query at a time: `query_id` is to be answered or withdrawn first."""

    code = "query_open"


class QueryNotFound(CaseError):
    code = "query_not_found"


class QueryClosed(CaseError):
    """Answered, withdrawn or lapsed: `stage` says which."""

    code = "query_closed"


class AnswerInvalid(CaseError):
    """`reason`: answers_missing, item_unknown, item_not_yours, value_missing, value_malformed (not
    what the rules can read), attachment_missing, statement_missing, unconfirmed. `item` names which."""

    code = "answer_invalid"


class LetterNotFound(CaseError):
    code = "letter_not_found"


class AttachmentNotFound(CaseError):
    code = "attachment_not_found"


class AttachmentInvalid(CaseError):
    """`reason`: not_a_document (PDF, JPEG and PNG are taken), too_large, empty, signer_unknown."""

    code = "attachment_invalid"


class TooManyAttachments(CaseError):
    code = "too_many_attachments"


class WhatIfInvalid(CaseError):
    """A path leads nowhere in the facts; `path` names it."""

    code = "what_if_invalid"


class AssessmentNotFound(CaseError):
    """None with this digest was recorded."""

    code = "assessment_not_found"
