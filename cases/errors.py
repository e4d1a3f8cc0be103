"""What a case refuses, each with a stable code. server/errors.py gives each a status; texts are in the catalogue."""


class CaseError(Exception):
    """Base. The message is for developers and holds nothing personal. `details` goes into the problem's body."""

    code = "case_error"

    def __init__(self, message: str = "", **details: object):
        super().__init__(message or self.code)
        self.details = details


class CaseNotFound(CaseError):
    """Also said to who has no part in the case, so that case ids tell nothing."""

    code = "case_not_found"


class NotAllowed(CaseError):
    """The actor has a part in the case (or none is needed), but not this one."""

    code = "not_allowed"


class WrongState(CaseError):
    """The case's state does not allow this event."""

    code = "wrong_case_state"


class CaseBusy(CaseError):
    """Too many writers at once; asking again is safe."""

    code = "case_busy"


class OpeningInvalid(CaseError):
    """`reason` names what is wrong with the request to open a case."""

    code = "opening_invalid"


class AmendmentInvalid(CaseError):
    code = "amendment_invalid"


class CaseTextInvalid(CaseError):
    """A reason or note that is empty or too long."""

    code = "text_invalid"


class PhotoTaskNotFound(CaseError):
    code = "photo_task_not_found"


class CasePhotoNotFound(CaseError):
    code = "photo_not_found"


class NotAcknowledged(CaseError):
    """「我知道了」 comes before the first photo (S16)."""

    code = "photo_task_not_acknowledged"


class PhotoTaskClosed(CaseError):
    """The task is approved: nothing is added to it any more."""

    code = "photo_task_closed"


class PhotosMissing(CaseError):
    """`sides` names what is missing (S23, S26)."""

    code = "photos_missing"


class PhotosUnchanged(CaseError):
    """Rejected photos cannot be handed in again as they are (S28)."""

    code = "photos_unchanged"


class TooManyPhotos(CaseError):
    code = "too_many_photos"


class PhotosBusy(CaseError):
    """Too many photos are looked at already. `retry_after` in seconds."""

    code = "photos_busy"


class PhotoSameSide(CaseError):
    """The card shows what another photo shows already: `side` and `photo_id` of that one (S23)."""

    code = "photo_same_side"


class PhotoSamePicture(CaseError):
    """The very photo is there already, as `photo_id` for this `side`."""

    code = "photo_same_picture"


class PhotoDocumentRefused(CaseError):
    """`document` proves no identity by the manual: 戶籍謄本, 戶口名簿 (S8)."""

    code = "photo_document_refused"


class PhotosNotCompleted(CaseError):
    code = "photos_not_completed"


class DeletionNeedsReason(CaseError):
    code = "deletion_needs_reason"


class PhotosNotApproved(CaseError):
    """The photo stage precedes and gates the meeting (S9)."""

    code = "photos_not_approved"


class MeetingNotOpen(CaseError):
    code = "meeting_not_open"


class PhoneNotVerified(CaseError):
    """No verified code for this person, case, room and session (S32, S36)."""

    code = "phone_not_verified"


class StepUnknown(CaseError):
    code = "step_unknown"


class StepOutOfOrder(CaseError):
    """`first` names the step that comes first."""

    code = "step_out_of_order"


class NotAsked(CaseError):
    """An answer without its question, or to another one."""

    code = "not_asked"


class RegistrationCardInvalid(CaseError):
    """`reason`: not_the_host, expired, unknown."""

    code = "registration_card_invalid"


class IdentityTooShort(CaseError):
    """Each side needs 5.0 s of received frames (S53). `seconds` is what there was."""

    code = "identity_too_short"


class IdentityInterrupted(CaseError):
    """The picture stood still or was muted meanwhile: `longest_gap_ms` between two of the `frames` that came."""

    code = "identity_interrupted"


class NotInRoom(CaseError):
    """Who is recorded answers, and nobody else (S15)."""

    code = "not_in_room"


class EndNeedsReason(CaseError):
    """Ending before the closing step is an abort, which has a reason (S72)."""

    code = "end_needs_reason"


class DocumentNotFound(CaseError):
    code = "document_not_found"


class DocumentPreparing(CaseError):
    """This revision is being made; it takes about a second."""

    code = "document_preparing"


class RevisionStale(CaseError):
    """`revision` is the current one."""

    code = "revision_stale"


class DocumentReturned(CaseError):
    """Returned for amendment: nobody signs it until there is a new revision."""

    code = "document_returned"


class PageUnknown(CaseError):
    code = "page_unknown"


class FieldUnknown(CaseError):
    code = "field_unknown"


class FieldNotYours(CaseError):
    code = "field_not_yours"


class FieldSigned(CaseError):
    code = "field_signed"


class SigningLocked(CaseError):
    """`reasons` lists why: recorder, consents, registration card, identity, permissions (S15, S47-S53)."""

    code = "signing_locked"


class PagesUnread(CaseError):
    """`pages` are those left (S58)."""

    code = "pages_unread"


class EarlierDocumentFirst(CaseError):
    """Documents go in their order (S57, S64). `document_id` is the one to finish."""

    code = "earlier_document_first"


class FieldsUnsigned(CaseError):
    code = "fields_unsigned"


class ChallengeInvalid(CaseError):
    """Unknown, used, older than 5 minutes, or for another document, field, signer or session."""

    code = "challenge_invalid"


class InkWarnings(CaseError):
    """`warnings`: codes of esign.strokes. Signing again or an override reason goes on."""

    code = "ink_warnings"


class InkIdentical(CaseError):
    """Nobody signs the same way twice to the point and millisecond: replayed strokes."""

    code = "ink_identical"


class ApplicationDateDiffers(CaseError):
    """The document carries another date than the day of the first signature (U10): it must be issued anew."""

    code = "application_date_differs"


class SubmissionIncomplete(CaseError):
    """`missing`: [{person_id, document_id}] still to be finished."""

    code = "submission_incomplete"


class FindingsOpen(CaseError):
    """`findings`: what the manual requires before submission and is still open."""

    code = "findings_open"


class NotSubmitted(CaseError):
    code = "not_submitted"


class SalesUnitReviewer(CaseError):
    """The reviewer must be outside the sales unit."""

    code = "reviewer_of_sales_unit"


class RecordingNotSealed(CaseError):
    code = "recording_not_sealed"


class RecordingNotFound(CaseError):
    code = "recording_not_found"


class RecordingsUnopened(CaseError):
    """Nobody passes what he has not opened: `recordings` of earlier meetings are judged with the latest one."""

    code = "recordings_unopened"


class ReasonsMissing(CaseError):
    """Whatever is not passed says why."""

    code = "reasons_missing"


class CompositionNotReady(CaseError):
    """The film of this meeting is not made yet, or could not be made."""

    code = "composition_not_ready"


class RangesInvalid(CaseError):
    code = "ranges_invalid"


class EvidenceInvalid(CaseError):
    """The bytes are no evidence package, or too large to be one."""

    code = "evidence_invalid"
