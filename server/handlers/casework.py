"""The underwriter's side of a case: assessment, queries, attachments, decision."""

import msgspec
from aiohttp import web

from cases.assessment import AssessmentView, WhatIfView, assessment_view, recorded_assessment, what_if
from cases.attachments import add_attachment, check_attachment, read_attachment
from cases.correspondence import read_letter
from cases.decision import decide
from cases.events_casework import ItemAnswer, Override
from cases.query import Asked, answer_query, issue_query, withdraw_query
from cases.view_types import CaseView
from server.call import Call
from server.handlers.cases import view_of
from server.handlers.photos import idempotency_key
from server.typedefs import (
    AttachmentCheck,
    AttachmentUpload,
    DecisionRequest,
    Id,
    NewQuery,
    QueryReply,
    Sha256,
    WhatIf,
    Withdrawal,
)

SAVED = {"Cache-Control": "private, no-store"}


class AttachmentKept(msgspec.Struct, frozen=True):
    attachment_id: str
    view: CaseView


async def get_assessment(call: Call, case_id: Id) -> AssessmentView:
    return await assessment_view(call.desk, call.actor, case_id)


async def get_recorded_assessment(call: Call, case_id: Id, sha256: Sha256) -> web.Response:
    """The canonical JSON as it was hashed."""
    data = await recorded_assessment(call.desk, call.actor, case_id, sha256)
    return web.Response(body=data, content_type="application/json", headers=SAVED)


async def assess_what_if(call: Call, case_id: Id, body: WhatIf) -> WhatIfView:
    return await what_if(call.desk, call.actor, case_id, body.set)


async def new_query(call: Call, case_id: Id, body: NewQuery) -> CaseView:
    asked = [Asked(item.text, item.to, item.title, item.path) for item in body.items]
    return await view_of(call, await issue_query(call.desk, call.actor, case_id, asked, body.note))


async def reply_to_query(call: Call, case_id: Id, query_id: Id, body: QueryReply) -> CaseView:
    answers = [ItemAnswer(a.item, a.statement, a.value, a.attachment_id) for a in body.answers]
    case = await answer_query(call.desk, call.actor, case_id, query_id, answers, confirmed=body.confirmed)
    return await view_of(call, case)


async def take_back_query(call: Call, case_id: Id, query_id: Id, body: Withdrawal) -> CaseView:
    return await view_of(call, await withdraw_query(call.desk, call.actor, case_id, query_id, body.reason))


async def upload_attachment(call: Call, case_id: Id, query: AttachmentUpload, data: bytes) -> AttachmentKept:
    """The same Idempotency-Key again answers the attachment that is there."""
    signed_by = tuple(query.signed_by.split(",")) if query.signed_by else ()
    case, attachment_id = await add_attachment(
        call.desk, call.actor, case_id, query.title, signed_by, data, idempotency_key(call)
    )
    return AttachmentKept(attachment_id, await view_of(call, case))


async def get_attachment(call: Call, case_id: Id, attachment: Id) -> web.Response:
    data, media_type = await read_attachment(call.desk, call.actor, case_id, attachment)
    return web.Response(body=data, content_type=media_type, headers=SAVED)


async def check_one_attachment(call: Call, case_id: Id, attachment: Id, body: AttachmentCheck) -> CaseView:
    case = await check_attachment(call.desk, call.actor, case_id, attachment, body.accepted, body.reason)
    return await view_of(call, case)


async def get_letter(call: Call, case_id: Id, letter: Id) -> web.Response:
    data = await read_letter(call.desk, call.actor, case_id, letter)
    return web.Response(body=data, content_type="application/pdf", headers=SAVED)


async def decide_case(call: Call, case_id: Id, body: DecisionRequest) -> CaseView:
    overrides = [Override(o.rule, o.section, o.reason) for o in body.overrides]
    case = await decide(call.desk, call.actor, case_id, body.outcome, body.reasons, body.note, overrides)
    return await view_of(call, case)
