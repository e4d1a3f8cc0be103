"""What customers are told by SMS: that their case was submitted (U11), that something is asked of them or they are
reminded of it, that a letter has come."""

from collections.abc import Iterable

from cases.actor import SYSTEM
from cases.case import Case
from cases.codec import from_entry
from cases.desk import Desk
from cases.event import Event
from cases.events_casework import LetterIssued, QueryCancelNoticed, QueryIssued, QueryReminded
from cases.events_review import Notice, NoticeSent
from cases.parts import CasePerson
from cases.workflow import load, record
from otp.challenge import mobile_number
from otp.errors import PhoneNotAllowed
from otp.sms import SmsGateway

SUBMITTED = "【視訊服務通知】您的受理編號{case_no}已送出申請，後續將有專人致電確認。如非本人辦理請立即與我們聯繫。"
TEXTS: dict[Notice, str] = {
    "query": "【照會通知】您的受理編號{case_no}尚有事項待補全，請於{due}前登入會員專區回覆。",
    "reminder": "【催辦通知】您的受理編號{case_no}照會事項尚未補全，請於{due}前登入會員專區回覆。",
    "cancel_notice": "【取消通知】您的受理編號{case_no}照會逾期，{due}仍未補全將取消申請，請速登入會員專區回覆。",
    "letter": "【審查結果通知】您的受理編號{case_no}已寄發未承保通知函，請登入會員專區查看。",
}
STAGES: dict[type[Event], Notice] = {
    QueryIssued: "query",
    QueryReminded: "reminder",
    QueryCancelNoticed: "cancel_notice",
    LetterIssued: "letter",
}
SPEAKING = frozenset({"policyholder", "legal_representative"})


async def notify_submitted(desk: Desk, gateway: SmsGateway, case_id: str, key: str) -> None:
    """One SMS a person. Repeated after a crash it goes on where it was; `key` de-duplicates at the gateway."""
    case = await load(desk, case_id)
    text = SUBMITTED.format(case_no=case.case_no)
    await _notify(desk, gateway, case, case.persons, "submission", "", text, key)


async def notify_of(desk: Desk, gateway: SmsGateway, case_id: str, seq: int) -> None:
    """The policyholder, and who acts for him, of what the journal's entry `seq` asks of them. What was answered or
    taken back meanwhile is not told any more."""
    happened = from_entry((await desk.journal.read(case_id, seq - 1))[0])
    case = await load(desk, case_id)
    notice, event = STAGES[type(happened.event)], happened.event
    query = case.open_query
    asked = query is not None and any(item.to == "customer" for item in query.unanswered)
    if isinstance(event, LetterIssued) or (asked and query.query_id == event.query_id):
        due = "" if isinstance(event, LetterIssued) else f"{event.due.month}月{event.due.day}日"
        text = TEXTS[notice].format(case_no=case.case_no, due=due)
        persons = [person for person in case.persons if SPEAKING & set(person.roles)]
        await _notify(desk, gateway, case, persons, notice, happened.id, text, happened.id)


async def _notify(
    desk: Desk,
    gateway: SmsGateway,
    case: Case,
    persons: Iterable[CasePerson],
    notice: Notice,
    about: str,
    text: str,
    key: str,
) -> None:
    for person in persons:
        number = _mobile(person)
        if number and about + person.person_id not in case.noticed:
            message_id = await gateway.send(number, text, f"{key}-{person.person_id}")
            sent = NoticeSent(notice=notice, about=about, person_id=person.person_id, message_id=message_id)
            await _noticed(desk, case.case_id, sent)


def _mobile(person: CasePerson) -> str | None:
    """As gateways want it; a person without a mobile number gets no SMS."""
    try:
        return mobile_number(person.profile.get("phone") or "")
    except PhoneNotAllowed:
        return None


async def _noticed(desk: Desk, case_id: str, sent: NoticeSent) -> None:
    def decide(case: Case) -> list[Event]:
        return [] if sent.about + sent.person_id in case.noticed else [sent]

    await record(desk, SYSTEM, case_id, decide)
