"""Documents: read page by page, sign, complete, amend."""

from datetime import datetime

import msgspec
from aiohttp import web

from cases.opening import amend_document
from cases.reading import document_issued_pdf, document_pdf
from cases.signing import accept_ink, begin_signature, complete_document, discard_ink, read_page
from cases.view_types import CaseView
from server.call import Call
from server.handlers.cases import view_of
from server.typedefs import (
    Amendment,
    ChallengeRequest,
    Discard,
    Id,
    Number,
    OfRevision,
    PageImage,
    Revision,
    SignatureRequest,
)

IMMUTABLE = "private, max-age=31536000, immutable"


class SignatureChallenge(msgspec.Struct, frozen=True):
    challenge: str
    expires_at: datetime


class Signed(msgspec.Struct, frozen=True):
    """`warnings`: codes about the ink that the signer or agent waved through."""

    warnings: tuple[str, ...]
    view: CaseView


async def get_pdf(call: Call, case_id: Id, doc: Id, query: Revision) -> web.Response:
    pdf, _, sha256 = await document_pdf(call.desk, call.actor, case_id, doc, query.revision)
    headers = {"ETag": f'"{sha256}"', "Content-Disposition": f'inline; filename="{doc}.pdf"'}
    return web.Response(body=pdf, content_type="application/pdf", headers=headers)


async def get_page(call: Call, case_id: Id, doc: Id, page: Number, query: PageImage) -> web.Response:
    """Always of the issued form, so that the image of a revision's page never changes."""
    pdf, _, sha256 = await document_issued_pdf(call.desk, call.actor, case_id, doc, query.revision)
    png = await call.services.pages.png(pdf, sha256, page, query.width)
    caching = IMMUTABLE if query.revision else "private, no-store"
    return web.Response(body=png, content_type="image/png", headers={"Cache-Control": caching})


async def page_was_read(call: Call, case_id: Id, doc: Id, page: Number, body: OfRevision) -> CaseView:
    return await view_of(call, await read_page(call.desk, call.actor, case_id, doc, body.revision, page))


async def challenge_signature(call: Call, case_id: Id, doc: Id, body: ChallengeRequest) -> SignatureChallenge:
    made = await begin_signature(call.desk, call.actor, case_id, doc, body.revision, body.field)
    return SignatureChallenge(made.challenge, made.expires_at)


async def sign(call: Call, case_id: Id, doc: Id, body: SignatureRequest) -> Signed:
    case, warnings = await accept_ink(
        call.desk, call.actor, case_id, doc, body.revision, body.field, body.challenge, body.ink, body.override_reason
    )
    return Signed(tuple(warnings), await view_of(call, case))


async def discard(call: Call, case_id: Id, doc: Id, body: Discard) -> CaseView:
    return await view_of(
        call, await discard_ink(call.desk, call.actor, case_id, doc, body.revision, body.field, body.level)
    )


async def complete(call: Call, case_id: Id, doc: Id, body: OfRevision) -> CaseView:
    return await view_of(call, await complete_document(call.desk, call.actor, case_id, doc, body.revision))


async def amend(call: Call, case_id: Id, doc: Id, body: Amendment) -> CaseView:
    return await view_of(
        call, await amend_document(call.desk, call.actor, case_id, doc, dict(body.changes), body.reason)
    )
