"""The code by SMS before anybody joins (S32-S38)."""

from datetime import datetime

import msgspec

from cases.phone import issue_otp, verify_otp
from cases.view_types import CaseView
from otp.errors import OtpError
from server.call import Call
from server.errors import InvalidInput
from server.handlers.cases import view_of
from server.typedefs import Id, OtpCode, OtpRequest


class OtpIssued(msgspec.Struct, frozen=True):
    expires_at: datetime
    retry_after: int
    phone_masked: str


async def send_otp(call: Call, case_id: Id, body: OtpRequest) -> OtpIssued:
    """The number is the member's registered one, never one from the request."""
    person = await call.services.people.by_id(call.actor.id)
    phone = person.profile["phone"] if person else ""
    try:
        issued = await issue_otp(call.desk, call.actor, case_id, phone, body.platform)
    except OtpError as error:
        call.services.metrics.otp.labels("issue", error.code).inc()
        raise
    call.services.metrics.otp.labels("issue", "sent").inc()
    return OtpIssued(issued.expires_at, issued.retry_after, issued.phone_masked)


async def check_otp(call: Call, case_id: Id, body: OtpCode) -> CaseView:
    if not body.agreed:
        raise InvalidInput("$.agreed: must be true")
    try:
        case = await verify_otp(call.desk, call.actor, case_id, body.code, body.text_version)
    except OtpError as error:
        call.services.metrics.otp.labels("verify", error.code).inc()
        raise
    call.services.metrics.otp.labels("verify", "verified").inc()
    return await view_of(call, case)
