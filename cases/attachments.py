"""Documents from outside the envelope: added by agent, customer or underwriter, evidence once the underwriter accepts
them. What the underwriter adds himself (承保條件變更同意書) needs no second look, but what others signed on it does."""

import hashlib
from collections.abc import Sequence

from cases import gates
from cases.actor import Actor
from cases.case import Case
from cases.casework import Attachment
from cases.desk import Desk
from cases.errors import NotAllowed
from cases.errors_casework import AttachmentInvalid, AttachmentNotFound, TooManyAttachments
from cases.event import Event, Paper
from cases.events_casework import AttachmentAdded, AttachmentChecked
from cases.parts import Role
from cases.review import with_acceptance
from cases.workflow import load, record

MAX_BYTES = 20 * 1024 * 1024
MAX_ATTACHMENTS = 50
TITLE_LIMIT = 100
# First bytes -> media type: what is shown again is one of these and nothing else.
MAGIC = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


async def add_attachment(
    desk: Desk, actor: Actor, case_id: str, title: str, signed_by: Sequence[Role], data: bytes, idempotency_key: str
) -> tuple[Case, str]:
    """(case, attachment_id). The same key again adds nothing. Raises AttachmentInvalid, TooManyAttachments."""
    digest = hashlib.sha256(data).hexdigest()

    def decide(case: Case) -> list[Event | Paper]:
        _adding(case, actor)
        if _of_key(case, actor, idempotency_key):
            return []
        if len(case.attachments) >= MAX_ATTACHMENTS:
            raise TooManyAttachments(limit=MAX_ATTACHMENTS)
        if not all(case.holder(role) for role in signed_by):
            raise AttachmentInvalid(reason="signer_unknown")
        added = AttachmentAdded(
            attachment_id=f"attachment-{len(case.attachments) + 1}",
            title=_title(title),
            blob=f"cases/{case_id}/attachments/{digest}",
            sha256=digest,
            size=len(data),
            media_type=_media_type(data),
            signed_by=tuple(dict.fromkeys(signed_by)),
            person_id=actor.id,
            idempotency_key=idempotency_key,
        )
        own = [_checked(added.attachment_id, actor, True, "")] if actor.kind == "underwriter" else []
        return [Paper(added.blob, data), *with_acceptance(desk, actor, case, added, own)]

    case = await record(desk, actor, case_id, decide)
    found = _of_key(case, actor, idempotency_key)
    assert found is not None
    return case, found.attachment_id


async def check_attachment(
    desk: Desk, actor: Actor, case_id: str, attachment_id: str, accepted: bool, reason: str
) -> Case:
    """By the underwriter, who may change his mind: refused, it is evidence no more. A refusal says why."""

    def decide(case: Case) -> list[Event | Paper]:
        gates.underwriter_of(case, actor)
        attachment = _attachment(case, attachment_id)
        why = gates.text(reason, required=not accepted)
        if attachment.accepted is accepted:
            return []
        return with_acceptance(desk, actor, case, _checked(attachment_id, actor, accepted, why), [])

    return await record(desk, actor, case_id, decide)


async def read_attachment(desk: Desk, actor: Actor, case_id: str, attachment_id: str) -> tuple[bytes, str]:
    """(bytes, media type), for staff and for who added it. Raises AttachmentNotFound."""
    case = await load(desk, case_id)
    gates.related(case, actor)
    attachment = _attachment(case, attachment_id)
    if actor.kind == "member" and attachment.added_by != actor.label:
        raise AttachmentNotFound
    return await desk.blobs.get(attachment.blob, scope=case_id), attachment.media_type


def _adding(case: Case, actor: Actor) -> None:
    if actor.kind == "underwriter":
        gates.underwriter_of(case, actor)
        return
    gates.related(case, actor)
    if actor.kind not in ("member", "agent"):
        raise NotAllowed("only agent, customer or underwriter")


def _checked(attachment_id: str, actor: Actor, accepted: bool, reason: str) -> AttachmentChecked:
    return AttachmentChecked(attachment_id=attachment_id, accepted=accepted, reason=reason, underwriter_id=actor.id)


def _attachment(case: Case, attachment_id: str) -> Attachment:
    found = case.attachment(attachment_id)
    if found is None:
        raise AttachmentNotFound
    return found


def _of_key(case: Case, actor: Actor, key: str) -> Attachment | None:
    return next((a for a in case.attachments if (a.added_by, a.idempotency_key) == (actor.label, key)), None)


def _title(title: str) -> str:
    stripped = gates.text(title)
    if len(stripped) > TITLE_LIMIT:
        raise AttachmentInvalid(reason="title_too_long", limit=TITLE_LIMIT)
    return stripped


def _media_type(data: bytes) -> str:
    if not data:
        raise AttachmentInvalid(reason="empty")
    if len(data) > MAX_BYTES:
        raise AttachmentInvalid(reason="too_large", limit=MAX_BYTES)
    found = next((kind for magic, kind in MAGIC.items() if data.startswith(magic)), None)
    if found is None:
        raise AttachmentInvalid(reason="not_a_document")
    return found
