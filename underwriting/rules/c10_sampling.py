"""壹拾、六 免體檢件隨機抽樣: how many are drawn, what they do, and whose cases are drawn more often."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.accumulation import LIFE
from underwriting.answers import note, pending, reject
from underwriting.application import Application
from underwriting.checks import survey
from underwriting.dates import within_months, years_later
from underwriting.derived import derived
from underwriting.exams import exam, sampled
from underwriting.model import Finding, Value
from underwriting.rule import new_cover, perhaps, rule
from underwriting.scopes import applied_for, lines_of, states

# 醫療險(含住院醫療及傷害醫療險)
MEDICAL = (
    "hospital_daily",
    "surgery",
    "reimb_hospital",
    "reimb_accident",
    "accident_medical_daily",
    "accident_medical",
)

RAISED = {
    "improper_solicitation": "業務員不當招攬，停招屆滿或重新登錄一年內，抽樣 ≥ 25%",
    "high_claim_ratio": "理賠率偏高業務人員，抽樣 ≥ 25%",
    "early_deaths": "近一年有 2 位以上被保險人短期因病身故，抽樣 ≥ 25%",
}
section = partial(rule, applies=new_cover)


@derived
def raised_for(application: Application) -> tuple[str, ...]:
    """Why this agent's cases are drawn more often (壹拾、六、(五))."""
    rates, found = application.parameter("sampling_rates"), []
    day = application.stated("application.date") and application.day("application.date")
    for index in range(len(application.entries("agents"))):
        path = f"agents.{index}"
        for name in ("suspension_ended", "re_registered"):
            ended = application.maybe_day(f"{path}.{name}")
            if ended and day and ended <= day <= years_later(ended, rates["years_after"]):
                found.append("improper_solicitation")
        if application.maybe_flag(f"{path}.high_claim_ratio"):
            found.append("high_claim_ratio")
        deaths = application.maybe_number(f"{path}.early_illness_deaths_last_year") or 0
        if deaths >= rates["deaths"] and set(lines_of(application)) & set(LIFE) and _recent(application, path):
            found.append("early_deaths")
    return tuple(dict.fromkeys(found))


@derived
def claims_abused(application: Application) -> bool:
    """理賠浮濫或保戶串聯濫用理賠資源紀錄者, 3 個月內招攬 (玖、三、(七)7, ◎ 13)."""
    agents = (f"agents.{index}" for index in range(len(application.entries("agents"))))
    return any(application.stated(f"{path}.claim_abuse") and _recent(application, path) for path in agents)


more_are_drawn = perhaps(raised_for)


@section("UW-10.6.1")
def cases_are_drawn(application: Application) -> Iterator[Finding | Value]:
    rates = application.parameter("sampling_rates")
    rate = 0 if exempt(application) else rates["raised"] if raised_for(application) else rates["usual"]
    yield Value("min_sampling_rate", rate)
    if application.maybe_flag("sampling.selected") and not sampled(application):
        yield survey(application, "抽樣生存調查", subject="insured")


@rule("UW-10.6.2", applies=states("sampling"))
def drawn_case_has_a_general_exam(application: Application) -> Iterator[Finding]:
    if items := sampled(application):
        yield exam(application, items, "抽樣體檢")


@rule("UW-10.6.3", applies=states("sampling"))
def drawn_insured_may_not_refuse(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("sampling.refused") or application.maybe_flag("sampling.overdue"):
        yield reject("被抽樣之被保險人逾期未完成或拒絕，無法承保", subject="insured", field="sampling")
    if application.maybe_flag("sampling.previous_unfinished"):
        yield pending("需完成前次未完成之抽樣程序", False, subject="insured", field="sampling.previous_unfinished")


@section("UW-10.6.4")
def some_cases_are_not_drawn(application: Application) -> Iterator[Finding]:
    if reason := exempt(application):
        yield note("VALUE", "不適用隨機抽樣體檢作業", reason=reason)


def drawn_more_often(application: Application, reason: str, text: str) -> Iterator[Finding]:
    """業務人員有以下情形，則提高其個人隨機抽樣比例."""
    if reason in raised_for(application):
        yield note("VALUE", text, value=application.parameter("sampling_rates")["raised"], reason=reason)


for _number, (_reason, _text) in enumerate(RAISED.items(), start=1):
    _check = partial(drawn_more_often, reason=_reason, text=_text)
    rule(f"UW-10.6.5.{_number}", applies=new_cover, when=more_are_drawn)(_check)


@derived
def exempt(application: Application) -> str:
    """微型, 借貸保險, unchanged renewals, telemarketing online; "" when it is none of them."""
    if application.stated("application.channel") == "telemarketing_voice":
        return "telemarketing_online"
    products = applied_for(application)
    for flag in ("micro", "credit", "renewal_unchanged"):
        if products and all(product.get(flag) is True or product.get("line") == flag for product in products):
            return flag
    return ""


def _recent(application: Application, path: str) -> bool:
    """三個月內招攬: the date of soliciting when one is stated, else this application is such a case."""
    solicited = application.stated(f"{path}.solicited")
    if not isinstance(solicited, str):
        return True
    months = application.parameter("sampling_rates")["months"]
    return within_months(application.day(f"{path}.solicited"), application.day("application.date"), months)
