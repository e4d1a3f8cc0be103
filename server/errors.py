"""The whole error surface on one screen: exception class -> status. The stable code is the class's own `code`; a
class without a line of its own gets that of its nearest base. Whatever is not here is a 500 that says nothing."""

from collections.abc import Mapping
from typing import Any

import capture.errors as capture
import cases.errors as cases
import cases.errors_casework as casework
import cases.errors_uploads as uploads
import esign.errors as esign
import media.errors as media
import otp.errors as otp
import ports.errors as ports
import signaling.errors as signaling
import underwriting.errors as underwriting
from cases.codec import CaseErased


class ApiError(Exception):
    """Base of what the edge itself refuses. `details` goes into the problem's body."""

    code = "bad_request"

    def __init__(self, message: str = "", **details: object) -> None:
        super().__init__(message)
        self.details = details


class InvalidInput(ApiError):
    """A value of the path, query or body has the wrong shape; `reason` says where."""

    code = "invalid_input"

    def __init__(self, reason: str) -> None:
        super().__init__(reason, reason=reason)


class UnknownField(InvalidInput):
    code = "unknown_field"


class MalformedJson(ApiError):
    code = "malformed_json"


class NotJson(ApiError):
    code = "not_json"


class TooLarge(ApiError):
    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)

    code = "too_large"


class ConnectionLost(ApiError):
    """The client went while it was sending; there is nobody left to read this."""

    code = "connection_lost"


class RangeInvalid(ApiError):
    """The Range header asks for what is not there (RFC 9110, 15.5.17)."""

    code = "range_invalid"


class Unauthenticated(ApiError):
    code = "unauthenticated"


class BadCredentials(ApiError):
    """One answer for an unknown login, a wrong password and a wrong authenticator code."""

    code = "bad_credentials"


class TotpRequired(ApiError):
    code = "totp_required"


class TotpReused(ApiError):
    """This authenticator code was used; the next comes within 30 s."""

    code = "totp_reused"


class LoginLocked(ApiError):
    """Too many failed attempts. `retry_after` in seconds."""

    code = "login_locked"


class TooManyRequests(ApiError):
    """This session asks too fast. `retry_after` in seconds."""

    code = "too_many_requests"


class WrongRole(ApiError):
    """Nobody of this kind may do that, whatever the case."""

    code = "wrong_role"


class WrongOrigin(ApiError):
    code = "wrong_origin"


class UpgradeRequired(ApiError):
    """`minimum` version and `link` where to get it (S4)."""

    code = "upgrade_required"


class NoSuchRoute(ApiError):
    code = "no_such_route"


class WrongMethod(ApiError):
    code = "wrong_method"


class PersonUnknown(ApiError):
    """No such member."""

    code = "person_unknown"


class PagesNotBuilt(ApiError):
    code = "pages_not_built"


class NotReady(ApiError):
    """`missing` names the parts that do not answer."""

    code = "not_ready"


STATUS: Mapping[type[Exception], int] = {
    ApiError: 400,
    NotJson: 415,
    TooLarge: 413,
    RangeInvalid: 416,
    Unauthenticated: 401,
    BadCredentials: 401,
    TotpRequired: 401,
    TotpReused: 401,
    LoginLocked: 429,
    TooManyRequests: 429,
    WrongRole: 403,
    WrongOrigin: 403,
    UpgradeRequired: 426,
    NoSuchRoute: 404,
    WrongMethod: 405,
    PersonUnknown: 404,
    PagesNotBuilt: 503,
    NotReady: 503,
    cases.CaseError: 409,
    cases.CaseNotFound: 404,
    cases.NotAllowed: 403,
    cases.CaseBusy: 503,
    cases.PhotosBusy: 503,
    cases.OpeningInvalid: 400,
    cases.AmendmentInvalid: 400,
    cases.CaseTextInvalid: 400,
    cases.PhotoTaskNotFound: 404,
    cases.CasePhotoNotFound: 404,
    cases.PhoneNotVerified: 403,
    cases.StepUnknown: 400,
    cases.DocumentNotFound: 404,
    cases.PageUnknown: 404,
    cases.FieldUnknown: 404,
    cases.FieldNotYours: 403,
    cases.SigningLocked: 423,
    cases.SalesUnitReviewer: 403,
    cases.RecordingNotFound: 404,
    cases.CompositionNotReady: 404,
    cases.RangesInvalid: 400,
    cases.ReasonsMissing: 400,
    cases.EvidenceInvalid: 400,
    uploads.UploadNotFound: 404,
    uploads.UploadCorrupt: 400,
    uploads.UploadPieceTooSmall: 400,
    casework.SolicitedByYou: 403,
    casework.AssessmentNotFound: 404,
    casework.OverrideInvalid: 400,
    casework.QueryInvalid: 400,
    casework.QueryNotFound: 404,
    casework.AnswerInvalid: 400,
    casework.LetterNotFound: 404,
    casework.AttachmentNotFound: 404,
    casework.AttachmentInvalid: 400,
    casework.WhatIfInvalid: 400,
    CaseErased: 410,
    otp.OtpError: 400,
    otp.Cooldown: 429,
    otp.DailyLimit: 429,
    otp.OtpLocked: 429,
    otp.PhoneNotAllowed: 409,
    otp.SmsRefused: 502,
    otp.SmsTimeout: 504,
    esign.EsignError: 409,
    esign.InkError: 400,
    esign.UnknownAmendment: 400,
    esign.MissingGlyph: 400,
    esign.PageUnknown: 404,
    esign.AuthorityMissing: 503,
    esign.TimestampUnavailable: 503,
    capture.PhotoError: 400,
    capture.PhotoTooLarge: 413,
    media.MediaError: 503,
    media.RoomUnknown: 409,
    media.RoomEnded: 409,
    media.RoomFull: 409,
    media.ParticipantUnknown: 409,
    media.BadDescription: 400,
    media.WrongSource: 400,
    media.NothingOffered: 409,
    media.OfferReplaced: 409,
    media.HoldUnknown: 409,
    media.CameraMuted: 409,
    signaling.SignalingError: 400,
    signaling.SessionEnded: 401,
    signaling.TooManyMessages: 429,
    underwriting.FactsError: 400,
    ports.KeyValueUnavailable: 503,
    ports.KeyErased: 410,
    ports.JournalConflict: 503,
    ports.BlobNotFound: 404,
    ports.LoginTaken: 409,
}

# Attributes of exceptions that have no `details`, and that a client needs.
TOLD = ("retry_after", "left", "until", "keys", "characters")


def status_of(error: Exception) -> int | None:
    """By the nearest class in the table; None for what is not in it."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)


def details_of(error: Exception) -> dict[str, Any]:
    told = {name: getattr(error, name) for name in TOLD if hasattr(error, name)}
    return {**told, **getattr(error, "details", {})}
