"""What insured and policyholder state on the application about occupation, income and other insurance: printed on the
form that they sign, and facts for the rules where cover is added. Pure.

`profile["statement"]` = {"status", "occupation_class", "occupation", "premium_source", "work_income", "family_income",
"inforce", "events"}, in the words of FACTS.md; what somebody leaves out is not stated.
"""

from typing import Any

from cases.case import Case
from cases.items import ITEMS
from cases.parts import CasePerson, Role

OF_PERSON = ("status", "occupation_class")
STATUS = {
    "employed": "受僱或自營",
    "student": "學生",
    "homemaker": "家庭管理",
    "retired": "退休",
    "unemployed": "無業",
}
SOURCES = {
    "salary": "薪資",
    "savings": "存款",
    "bank_loan": "銀行貸款",
    "policy_loan": "保單借款",
    "surrender": "解約金",
    "partial_withdrawal": "部分提領",
}
LINES = {"life": "壽險", "accident": "傷害險", "hospital_daily": "住院日額"}
INSURERS = {"own": "本公司", "peer": "其他公司"}


def of_person(case: Case, person: CasePerson) -> dict[str, Any]:
    """For `insured`, `policyholder`: status and class of occupation."""
    stated = _statement(case, person)
    return {name: stated[name] for name in OF_PERSON if name in stated}


def of_application(case: Case) -> dict[str, Any]:
    """`inforce` and income from work are the insured's; premium source, events and family income the policyholder's."""
    insured, holder = _of(case, "insured"), _of(case, "policyholder")
    facts = {"inforce": insured["inforce"]} if "inforce" in insured else {}
    facts |= {name: holder[name] for name in ("premium_source", "events") if name in holder}
    means = {name: of[name] for of, name in ((insured, "work_income"), (holder, "family_income")) if name in of}
    return facts | ({"finance": means} if means else {})


def printed(case: Case) -> tuple[tuple[str, str], ...]:
    """The same for the form: label and words."""
    insured, holder = _of(case, "insured"), _of(case, "policyholder")
    rows = {
        "被保險人職業": _occupation(insured),
        "被保險人有效保險契約": _policies(insured),
        "保險費來源": SOURCES.get(holder.get("premium_source", ""), ""),
        "被保險人工作年收入": _money(insured.get("work_income")),
        "家庭年收入": _money(holder.get("family_income")),
        "近三個月內貸款、解約或停效": _events(holder.get("events")),
    }
    return tuple((label, words) for label, words in rows.items() if words)


def _of(case: Case, role: Role) -> dict[str, Any]:
    person = case.holder(role)
    return _statement(case, person) if person else {}


def _statement(case: Case, person: CasePerson) -> dict[str, Any]:
    return person.profile.get("statement", {}) if ITEMS[case.item_code].adds_cover else {}


def _money(amount: int | None) -> str:
    return "" if amount is None else f"NTD {amount:,} 元"


def _events(events: list[Any] | None) -> str:
    return "" if events is None else f"{len(events)} 筆" if events else "無"


def _occupation(stated: dict[str, Any]) -> str:
    grade = f"第 {stated['occupation_class']} 類" if "occupation_class" in stated else ""
    return "，".join(filter(None, (STATUS.get(stated.get("status", "")), stated.get("occupation"), grade)))


def _policies(stated: dict[str, Any]) -> str:
    if "inforce" not in stated:
        return ""
    each = (
        f"{INSURERS[policy['insurer']]} {LINES[policy['line']]} NTD {policy['amount']:,} 元"
        for policy in stated["inforce"]
    )
    return "；".join(each) or "無"
