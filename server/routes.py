"""All routes in one table: who may call what."""

from server.api import Route
from server.handlers import (
    about,
    assessments,
    cases,
    casework,
    catalog,
    documents,
    evidence,
    health,
    meetings,
    otp,
    photos,
    recordings,
    review,
    sessions,
    uploads,
)

EVERYBODY: frozenset[str] = frozenset()
MEMBER = frozenset({"member"})
AGENT = frozenset({"agent"})
REVIEWER = frozenset({"reviewer"})
UNDERWRITER = frozenset({"underwriter"})
STAFF = AGENT | REVIEWER | UNDERWRITER
VIEWER = REVIEWER | UNDERWRITER  # of recorded media: none of it goes to an agent's device (F37)
MEETING = MEMBER | AGENT
ANYONE = MEMBER | STAFF

PHOTO_BYTES = 20 * 1024 * 1024
INK_BYTES = 1024 * 1024
PNG, JPEG, WEBM, MP4, HTML = "image/png", "image/jpeg", "video/webm", "video/mp4", "text/html"
PDF, ZIP = "application/pdf", "application/zip"

CASE = "/api/cases/{case_id}"
TASK = CASE + "/photo-tasks/{task}"
MEET = CASE + "/meeting"
DOC = CASE + "/documents/{doc}"
QUERY = CASE + "/queries"
PAPER = CASE + "/attachments"


def _open(method: str, path: str, handler, summary: str, **more) -> Route:
    return Route(method, path, handler, EVERYBODY, summary, gated=False, **more)


ROUTES: tuple[Route, ...] = (
    _open("POST", "/api/sessions", sessions.log_in, "Log in; the answer sets the session cookie"),
    _open("GET", "/api/sessions/me", sessions.who_am_i, "Who is logged in"),
    _open("DELETE", "/api/sessions/me", sessions.log_out, "Log out", status=204),
    _open("GET", "/api/about", about.about, "What runs here (S10)"),
    _open("GET", "/api/openapi.json", about.openapi_document, "This API as OpenAPI 3.1"),
    _open("GET", "/api/docs", about.openapi_page, "This API as a page", answers=HTML),
    _open("GET", "/api/docs.css", about.openapi_style, "Style of that page", answers="text/css"),
    _open("GET", "/healthz", health.healthz, "The process is alive"),
    _open("GET", "/readyz", health.readyz, "Everything that it needs answers"),
    _open("GET", "/metrics", health.metrics, "For Prometheus, from nearby only", answers="text/plain"),
    Route("GET", "/api/catalog", catalog.catalog, ANYONE, "Items, and for agents the members"),
    Route("GET", "/api/cases", cases.list_cases, ANYONE, "My cases, newest first"),
    Route("POST", "/api/cases", cases.open_new_case, AGENT, "Open a case", status=201),
    Route("GET", CASE, cases.get_case, ANYONE, "One case as I may see it"),
    Route("POST", TASK + "/acknowledgement", photos.acknowledge_task, MEMBER, "我知道了 (S16)"),
    Route("POST", TASK + "/camera", photos.report_task_camera, MEMBER, "Whether the camera was allowed (S18)"),
    Route("POST", TASK + "/photos", photos.upload_photo, MEMBER, "Upload a photo", status=201, limit=PHOTO_BYTES),
    Route("POST", TASK + "/uploads", uploads.start_upload, MEMBER, "Begin a photo in pieces (S25)", status=201),
    Route("GET", TASK + "/uploads/{upload}", uploads.state_of_upload, MEMBER, "Where to go on; HEAD too"),
    Route("PATCH", TASK + "/uploads/{upload}", uploads.continue_upload, MEMBER, "Bytes from Upload-Offset on"),
    Route("POST", TASK + "/uploads/{upload}/completion", uploads.complete_upload, MEMBER, "The bytes become a photo",
          status=201),
    Route("DELETE", TASK + "/uploads/{upload}", uploads.cancel_upload, MEMBER, "Give it up", status=204),
    Route("DELETE", TASK + "/photos/{photo}", photos.delete_one_photo, MEMBER, "Delete a photo (S24)"),
    Route("POST", TASK + "/completion", photos.complete_task, MEMBER, "完成 (S25)"),
    Route("POST", TASK + "/review", photos.review_task, AGENT, "Approve or reject with a reason (S28)"),
    Route("GET", CASE + "/photos/{photo}", photos.get_photo, ANYONE, "A photo", answers=JPEG, gated=False),
    Route("GET", CASE + "/stills/{sha256}", photos.get_still, STAFF, "A card as it was shown in a call", answers=JPEG,
          gated=False),
    Route("POST", MEET, meetings.open_room, AGENT, "Open the meeting (S30)"),
    Route("DELETE", MEET, meetings.end_room, AGENT, "End the meeting (S72)"),
    Route("POST", CASE + "/otp", otp.send_otp, MEMBER, "Send a code to my registered phone (S34)"),
    Route("POST", CASE + "/otp/verification", otp.check_otp, MEMBER, "同意並繼續 (S38)"),
    Route("POST", MEET + "/permissions", meetings.report_permissions, MEETING, "Camera and microphone (S39)"),
    Route("POST", MEET + "/ticket", meetings.issue_ticket, MEETING, "A ticket for room.join (S31)"),
    Route("POST", MEET + "/prompts", meetings.ask, AGENT, "Ask the next question"),
    Route("POST", MEET + "/answers", meetings.reply, MEMBER, "Answer the question that was asked (S51)"),
    Route("POST", MEET + "/registration-card", meetings.registration_card, AGENT, "Show the registration card (S52)"),
    Route("POST", MEET + "/identity/hold", meetings.hold_identity, AGENT, "Begin to time a side of the ID (S53)"),
    Route("POST", MEET + "/identity/release", meetings.release_identity, AGENT, "End timing it"),
    Route("GET", DOC + "/pdf", documents.get_pdf, ANYONE, "The document", answers=PDF, gated=False),
    Route("GET", DOC + "/pages/{page}", documents.get_page, ANYONE, "One page", answers=PNG, gated=False),
    Route("POST", DOC + "/pages/{page}/read", documents.page_was_read, MEMBER, "I have read this page (S58)"),
    Route("POST", DOC + "/challenges", documents.challenge_signature, MEMBER, "Begin a signature"),
    Route("POST", DOC + "/signatures", documents.sign, MEMBER, "Sign a field (S61)", limit=INK_BYTES),
    Route("POST", DOC + "/discards", documents.discard, MEMBER, "Log a discarded attempt (S63)"),
    Route("POST", DOC + "/completion", documents.complete, MEMBER, "完成 this document (S64)"),
    Route("POST", DOC + "/amendment", documents.amend, AGENT, "Amend: a new revision (S65)"),
    Route("POST", CASE + "/return", cases.return_document, MEMBER, "退回本件 (S65)"),
    Route("POST", CASE + "/submission", cases.submit_case, MEMBER, "確認送出 (S67)"),
    Route("POST", CASE + "/withdrawal", cases.withdraw_case, AGENT, "撤件: before it is submitted"),
    Route("POST", CASE + "/agent-report", cases.report_of_agent, AGENT, "業務人員招攬報告書"),
    Route("GET", CASE + "/recording", recordings.get_recording, STAFF, "The recording's tracks and marks"),
    Route("GET", CASE + "/recording/segments/{track_id}/{n}", recordings.get_segment, VIEWER, "One segment, by range",
          answers=WEBM),
    Route("GET", CASE + "/recording/composition", recordings.get_composition, REVIEWER, "The film, by range",
          answers=MP4),
    Route("POST", CASE + "/recording/views", recordings.log_viewing, VIEWER, "What was really played"),
    Route("POST", CASE + "/review", review.review, REVIEWER, "Decide on the recording"),
    Route("POST", CASE + "/callback", review.callback, AGENT | REVIEWER, "Outcome of the follow-up call (S73)"),
    Route("GET", CASE + "/assessment", casework.get_assessment, STAFF, "By subject, to-do list, what decisions need"),
    Route("POST", CASE + "/assessment/what-if", casework.assess_what_if, STAFF, "What would change"),
    Route("GET", CASE + "/assessments/{sha256}", casework.get_recorded_assessment, STAFF, "One that was recorded"),
    Route("POST", QUERY, casework.new_query, UNDERWRITER, "照會: ask, and start its clock", status=201),
    Route("POST", QUERY + "/{query_id}/answer", casework.reply_to_query, MEETING, "Answer some or all items"),
    Route("POST", QUERY + "/{query_id}/withdrawal", casework.take_back_query, UNDERWRITER, "Take the query back"),
    Route("POST", PAPER, casework.upload_attachment, MEETING | UNDERWRITER, "Attach a document", status=201,
          limit=PHOTO_BYTES),
    Route("GET", PAPER + "/{attachment}", casework.get_attachment, ANYONE, "An attached document", answers=PDF,
          gated=False),
    Route("POST", PAPER + "/{attachment}/check", casework.check_one_attachment, UNDERWRITER, "Accept or refuse it"),
    Route("GET", CASE + "/letters/{letter}", casework.get_letter, ANYONE, "A letter of the company", answers=PDF,
          gated=False),
    Route("POST", CASE + "/decision", casework.decide_case, UNDERWRITER, "核保決定"),
    Route("GET", CASE + "/evidence", evidence.get_evidence, VIEWER, "The evidence package", answers=ZIP),
    Route("GET", CASE + "/journal", cases.journal_of_case, STAFF, "All that happened, and whether it is intact"),
    Route("POST", "/api/underwriting/assess", assessments.assess, STAFF, "Assess bare facts", limit=INK_BYTES),
)  # fmt: skip


def demo_route() -> Route:
    """Only the embedded default has it."""
    from server.handlers import demo  # noqa: PLC0415 -- production does not even import it

    return _open("GET", "/api/demo", demo.demo, "Demo logins, current codes and the last SMS")
