"""After the meeting: the reviewer's decision and the follow-up call."""

from cases.review import complete_callback, review_recording
from cases.view_types import CaseView
from server.call import Call
from server.handlers.cases import view_of
from server.typedefs import Callback, Id, Review


async def review(call: Call, case_id: Id, body: Review) -> CaseView:
    return await view_of(
        call, await review_recording(call.desk, call.actor, case_id, body.outcome, list(body.reasons), body.note)
    )


async def callback(call: Call, case_id: Id, body: Callback) -> CaseView:
    return await view_of(call, await complete_callback(call.desk, call.actor, case_id, body.outcome))
