"""What customers are told by SMS: that their case was submitted (U11)."""

from cases.actor import SYSTEM
from cases.case import Case
from cases.desk import Desk
from cases.event import Event
from cases.events_review import NoticeSent
from cases.parts import CasePerson
from cases.workflow import load, record
from otp.challenge import mobile_number
from otp.errors import PhoneNotAllowed
from otp.sms import SmsGateway

SUBMITTED = "【視訊服務通知】您的受理編號{case_no}已送出申請，後續將有專人致電確認。如非本人辦理請立即與我們聯繫。"


async def notify_submitted(desk: Desk, gateway: SmsGateway, case_id: str, key: str) -> None:
    """One SMS a person. Repeated after a crash it goes on where it was; `key` de-duplicates at the gateway."""
    case = await load(desk, case_id)
    for person in case.persons:
        number = _mobile(person)
        if number and person.person_id not in case.noticed:
            text = SUBMITTED.format(case_no=case.case_no)
            message_id = await gateway.send(number, text, f"{key}-{person.person_id}")
            await _noticed(desk, case_id, person.person_id, message_id)


def _mobile(person: CasePerson) -> str | None:
    """As gateways want it; a person without a mobile number gets no SMS."""
    try:
        return mobile_number(person.profile.get("phone") or "")
    except PhoneNotAllowed:
        return None


async def _noticed(desk: Desk, case_id: str, person_id: str, message_id: str) -> None:
    def decide(case: Case) -> list[Event]:
        told = person_id in case.noticed
        return [] if told else [NoticeSent(notice="submission", person_id=person_id, message_id=message_id)]

    await record(desk, SYSTEM, case_id, decide)
