"""The underwriter's part of a new contract: assessment and to-do, 照會 and answers, terms signed in a further call."""

import datetime
from typing import Any

from simulate import flow
from simulate.flow import TAIPEI, Play
from simulate.party import Party, PartyError

FATCA = "FATCA暨CRS身分聲明書【個人適用】"
TERMS = ["主契約保險費加費 25%", "其餘依要保書所載"]
# What a query asks for, with answers that raise no further question (FACTS.md).
ANSWERS: dict[str, Any] = {
    "insured.capacity_of_expression": True,
    "insured.disability_certificate": False,
    "insured.occupation_class": 1,
    "insured.status": "employed",
    "inforce": [],
    "premium_source": "salary",
    "beneficiaries": [{"benefit": "death", "type": "legal_heirs"}],
    "application.first_premium_before_discount": 36_000,
    "application.payment_method": "remittance",
    "application.remittance_date": datetime.datetime.now(TAIPEI).date().isoformat(),
    "agents.0.grade": "normal",
    "finance.family_income": 1_200_000,
    "events": [],
}
QUESTIONS = {
    "insured.capacity_of_expression": "被保險人是否具明確意思表示能力？",
    "insured.disability_certificate": "被保險人是否領有身心障礙證明？",
    "beneficiaries": "請說明受益人",
    "application.first_premium_before_discount": "請說明折扣前首期保險費",
    "application.payment_method": "請說明首期保險費繳費方式",
    "application.remittance_date": "請說明匯款日",
    "agents.0.grade": "請說明業務員等級",
}
ROUNDS = 4


async def underwrite(play: Play, underwriter: Party, reviewer: Party, seconds: float) -> dict[str, Any]:
    """From the review of the first recording to acceptance; what was asked and done, for the report."""
    play.say("the agent files his report, the reviewer passes the recording")
    await play.agent.post(f"{play.path}/agent-report", {"statement": "已親自說明商品並確認需求"})
    await flow.pass_recording(play, reviewer)
    assessment = await underwriter.get(f"{play.path}/assessment")
    play.say(f"the underwriter finds {len(assessment['to_do'])} things to do ({assessment['outcome']})")
    asked = await _ask_and_answer(play, underwriter)
    await _ask_for_form(play, underwriter)
    play.say("substandard: the terms are a form to be signed")
    await underwriter.post(f"{play.path}/decision", {"outcome": "substandard", "reasons": TERMS, "note": ""})
    await _sign_in_a_further_call(play, seconds)
    play.say("the reviewer passes the second recording")
    await flow.pass_recording(play, reviewer)
    await _settle(play, underwriter)
    view = await play.until("the letters are kept", lambda v: len(v["letters"]) >= len(v["queries"]))
    return {
        "queries": len(view["queries"]),
        "questions": asked,
        "letters": [letter["title"]["zh"] for letter in view["letters"]],
        "decision": view["decision"]["outcome"],
        "assessments": [r["moment"] for r in (await underwriter.get(f"{play.path}/assessment"))["recorded"]],
    }


async def _ask_and_answer(play: Play, underwriter: Party) -> int:
    """Until the rules lack nothing that somebody can state: what is asked first brings out further questions."""
    asked = 0
    for number in range(1, ROUNDS + 1):
        items = _items(await underwriter.get(f"{play.path}/assessment"))
        if not items:
            break
        asked += len(items)
        play.say(f"照會 {number}: {len(items)} items, answered by agent and customer")
        view = await underwriter.post(f"{play.path}/queries", {"items": items, "note": "核保照會"})
        await _answer(play, view["queries"][-1])
    return asked


async def _ask_for_form(play: Play, underwriter: Party) -> None:
    """The document that the customer signs in the further call; that answers the query."""
    play.say("照會 for a document: it will be signed in a further call")
    item = {"text": f"請簽署「{FATCA}」", "to": "customer", "title": FATCA}
    await underwriter.post(f"{play.path}/queries", {"items": [item], "note": ""})


def _items(assessment: dict) -> list[dict]:
    """Facts that the rules lack."""
    found = [f for subject in assessment["subjects"] for f in subject["findings"] if f["status"] == "open"]
    paths = dict.fromkeys(f["missing"] for f in found if f.get("missing") in ANSWERS)
    return [{"text": QUESTIONS.get(path, f"請說明 {path}"), "to": _to(path), "path": path} for path in paths]


def _to(path: str) -> str:
    return "customer" if path in ("inforce", "premium_source", "events", "finance.family_income") else "agent"


async def _answer(play: Play, query: dict) -> None:
    """Each answers what is asked of him; a form waits for the call."""
    for party, to in ((play.agent, "agent"), (play.customers[0], "customer")):
        mine = [item for item in query["items"] if item["to"] == to and item["path"]]
        answers = [{"item": item["id"], "value": ANSWERS[item["path"]]} for item in mine]
        if answers:
            reply = {"answers": answers, "confirmed": True}
            await party.post(f"{play.path}/queries/{query['id']}/answer", reply)


async def _sign_in_a_further_call(play: Play, seconds: float) -> None:
    await play.until("the forms are made", lambda v: all(d["status"] != "preparing" for d in v["documents"]))
    await flow.meet(play)
    await flow.identify(play)
    await flow.sign_documents(play)
    await flow.confirm(play)
    await flow.end_meeting(play, seconds)


async def _settle(play: Play, underwriter: Party) -> None:
    """Facts that came up late: asked, answered, until the case is accepted by itself."""
    if (await play.agent.get(play.path))["state"] == "under_review":
        await _ask_and_answer(play, underwriter)
    view = await play.agent.get(play.path)
    if view["state"] != "accepted":
        left = [todo["text"] for todo in (await underwriter.get(f"{play.path}/assessment"))["to_do"]]
        raise PartyError(f"the case is {view['state']} and waits for: {left}")
