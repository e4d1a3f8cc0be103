"""壹拾伍、一~三 行動投保: who may use it, what has to be sent in by it, and when paper is still allowed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.answers import doc, note, pending, reject
from underwriting.application import Application, Person
from underwriting.derived import derived
from underwriting.evidence import named
from underwriting.model import Finding, Value
from underwriting.rule import new_business, perhaps, rule

CHANGE = "新契約要保書內容變更申請書"


def mobile(application: Application) -> bool:
    return application.stated("application.medium") in ("mobile_1", "mobile_2")


def counts_stated(application: Application) -> bool:
    return application.stated("riders") is not None


section = partial(rule, applies=mobile)


@section("UW-15.1")
def form_is_electronic(application: Application) -> Iterator[Finding]:
    yield note("VALUE", "行動投保要保書類型：電子要保書(iPad 線上簽名)", value="electronic_application")


@section("UW-15.2")
def agent_is_trained(application: Application) -> Iterator[Finding]:
    agents = application.listed("agents")
    if not any(application.flag(f"agents.{index}.esign_authorised") for index in range(len(agents))):
        text = "限已完成教育訓練、測驗通過並經授權之業務人員使用"
        yield reject(text, subject="agent", scope="mobile", field="agents.esign_authorised")


@rule("UW-15.3.1", applies=new_business)
def products_online_are_sent_in_by_it(application: Application) -> Iterator[Finding | Value]:
    """Paper only for the exceptions of (二)."""
    allowed = paper_allowed(application)
    yield Value("paper_allowed", bool(allowed))
    if application.stated("application.medium") != "paper":
        return
    offered = [p for p in application.products() if application.maybe_flag(p.path("mobile_available"))]
    if offered and not allowed:
        text = "行動投保已上線之商品一律採用電子要保書受理"
        yield pending(text, False, field="application.medium", items=tuple(p.line for p in offered))


@perhaps
def on_paper_perhaps(application: Application) -> bool:
    return bool(paper_allowed(application))


@rule("UW-15.3.2.1", applies=new_business, when=on_paper_perhaps)
def company_may_use_paper(application: Application) -> Iterator[Finding]:
    yield from _paper(application, "corporate", "法人為要保人，可改以紙本送件")


@rule("UW-15.3.2.2", applies=counts_stated)
def many_riders_may_use_paper(application: Application) -> Iterator[Finding]:
    yield from _paper(application, "riders", "附約商品數超過，可改以紙本送件")


@rule("UW-15.3.2.3", applies=new_business, when=on_paper_perhaps)
def who_cannot_sign_may_use_paper(application: Application) -> Iterator[Finding]:
    yield from _paper(application, "cannot_sign", "無法簽名者，可改以紙本送件")


@section("UW-15.3.3", each="party")
def rare_character_is_corrected(application: Application, person: Person) -> Iterator[Finding]:
    if application.maybe_flag(application.about(person, "rare_character")):
        text = f"{named(person)}姓名有難字：要保書以方框代表並檢附「{CHANGE}」"
        yield doc(application, CHANGE, text=text, subject=person.role, person=person.role)


@derived
def paper_allowed(application: Application) -> tuple[str, ...]:
    """The exceptions that hold: 法人; more than 16 or 5 riders (AMB-46: strictly more); fingerprint or seal only."""
    reasons = []
    if application.stated("policyholder.type") == "corporate":
        reasons.append("corporate")
    limits = application.parameter("paper_riders")
    if any((application.maybe_number(f"riders.{who}") or 0) > limits[who] for who in limits):
        reasons.append("riders")
    marks = (application.stated(f"{role}.mark") for role in ("policyholder", "insured"))
    if any(mark in ("fingerprint", "seal") for mark in marks):
        reasons.append("cannot_sign")
    return tuple(reasons)


def _paper(application: Application, reason: str, text: str) -> Iterator[Finding]:
    if reason in paper_allowed(application):
        yield note("VALUE", text, value="paper_allowed", reason=reason)
