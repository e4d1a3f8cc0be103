"""玖、一、二、四、六 財務核保資訊: what has to be known, what proves it, and seniors."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.ages import is_senior
from underwriting.answers import doc, note, pending, review
from underwriting.application import Application, Person
from underwriting.caps import identity
from underwriting.checks import reminder
from underwriting.dates import months_later, within_months
from underwriting.finance import family_income_of_items
from underwriting.model import Finding, Value
from underwriting.rule import all_of, new_cover, rule
from underwriting.rules.c02_premium import is_high_sum
from underwriting.scopes import applied_for, if_known, invests, states

REPORT_FIELDS = ("premium_source", "events")
STATEMENT_FIELDS = ("purpose", "company", "duties", "shareholder", "incomes", "assets", "fund_source", "three_months")
DOUBTS = ("out_of_proportion", "abnormal_application", "occupation_jump", "inconsistent_income", "company_not_found")


def covers(application: Application) -> bool:
    return bool(applied_for(application))


def income_stated(application: Application) -> bool:
    return application.stated("finance") is not None


def statement_given(application: Application) -> bool:
    return application.stated("financial_statement") is not None


section = partial(rule, applies=all_of(new_cover, covers))
money = partial(rule, applies=all_of(new_cover, income_stated))
senior = partial(rule, applies=all_of(new_cover, covers), each="insured")


@section("UW-09.1")
def everything_has_its_reason(application: Application) -> Iterator[Finding]:
    yield reminder("工作、收入、商品及保額、保險費資金來源是否具合理性", "purpose")


@section("UW-09.2.1", each="party")
def form_tells_of_the_work(application: Application, person: Person) -> Iterator[Finding]:
    if application.stated(application.about(person, "status")) != "employed":
        return
    known = ("occupation", "occupation_code", "occupation_class", "occupations")
    if all(application.stated(application.about(person, name)) is None for name in known):
        path = application.about(person, "occupation")
        yield pending(
            "要保書須載明職業、工作內容、服務單位及兼職", False, subject=person.role, person=person.role, field=path
        )


@section("UW-09.2.2")
def report_tells_of_the_money(application: Application) -> Iterator[Finding]:
    """Whose finances count, and what the report has to say."""
    lacking = tuple(name for name in REPORT_FIELDS if application.stated(name) is None)
    if application.stated("finance") is None:
        lacking = ("finance", *lacking)
    basis = {"homemaker": "spouse", "student": "legal_representative", "minor": "legal_representative"}
    who = identity(application)
    whose = "legal_representative" if who == "under_15" else basis.get(who, "insured")
    text = "業務人員招攬報告書須載明財務狀況、資金來源及投保前 3 個月解約/貸款/借款紀錄"
    yield pending(text, not lacking, subject="agent", field="agent_report", items=lacking, reason=f"basis_{whose}")


@rule("UW-09.2.3", applies=statement_given)
def statement_is_complete(application: Application) -> Iterator[Finding]:
    lacking = tuple(n for n in STATEMENT_FIELDS if application.stated(f"financial_statement.{n}") is None)
    text = "財務狀況告知書須填寫完整"
    yield pending(text, not lacking, subject="policyholder", field="financial_statement", items=lacking)


@rule("UW-09.2.4", applies=new_cover)
@if_known
def large_sums_are_proven(application: Application) -> Iterator[Finding]:
    """>6,000 萬且需洽再保臨分."""
    if is_high_sum(application):
        yield doc(application, "財力證明", "財務證明文件影本", subject="insured", who="customer")


@rule("UW-09.2.5", applies=states("suspicion"))
def proof_or_survey_on_demand(application: Application) -> Iterator[Finding]:
    doubts = tuple(name for name in DOUBTS if application.maybe_flag(f"suspicion.{name}"))
    if doubts:
        yield review("核保員得要求財力證明文件或生存調查", "financial_proof", subject="insured", items=doubts)


@section("UW-09.2.6", each="party")
def company_is_looked_up(application: Application, person: Person) -> Iterator[Finding]:
    """Shareholders, responsible persons, and titles that may control the company."""
    title = str(application.stated(application.about(person, "title"), ""))
    holder = application.maybe_flag(application.about(person, "shareholder"))
    if holder or any(one in title for one in application.parameter("controlling_titles")):
        about = {"subject": person.role, "person": person.role}
        yield doc(application, "工商登記查詢列印", "稅務入口網查詢列印", text="查詢公司登記資料並列印存查", **about)
        if application.maybe_flag("registry_found") is False:
            yield doc(application, "公司相關證明", "年收入證明", "財力證明", who="customer", **about)


@section("UW-09.2.7")
def public_sources_are_read(application: Application) -> Iterator[Finding]:
    adverse = application.maybe_flag("suspicion.adverse_news")
    text = "參考平均薪資、實價登錄及要/被保險人、受益人、繳費人負面報導"
    yield (review if adverse else reminder)(text, "public_sources")


@money("UW-09.4.1", when="finance.work_income")
def work_income_and_its_proof(application: Application) -> Iterator[Finding]:
    income = application.maybe_number("finance.work_income")
    if income is not None:
        text = "個人工作年收入；證明：薪資單、佣金、繳稅證明、財產總歸戶或二年財務報表"
        yield note("VALUE", text, value=income, subject="insured")


@money("UW-09.4.2", when="finance.other_income")
def other_income(application: Application) -> Iterator[Finding]:
    income = application.maybe_number("finance.other_income")
    if income is not None:
        text = "個人其他收入：利息、投資、租金、股利、保險給付、社會福利"
        yield note("VALUE", text, value=income, subject="insured")


@money("UW-09.4.3")
def income_of_the_family(application: Application) -> Iterator[Value]:
    income = family_income_of_items(application)
    if income is not None:
        yield Value("family_income", income)


@money("UW-09.4.4", when="finance.proofs")
def proofs_of_assets_are_recent(application: Application) -> Iterator[Finding]:
    ages = application.parameter("proof_months")
    for index, proof in enumerate(application.entries("finance.proofs")):
        months = ages.get(str(proof.get("kind")))
        if months is not None:
            issued = application.day(f"finance.proofs.{index}.date")
            fresh = issued >= months_later(application.day("application.date"), -months)
            text = f"財力證明須為最近 {months} 個月"
            yield pending(text, fresh, subject="finance", field=f"finance.proofs.{index}.date")


@senior("UW-09.6.1")
def senior_suits_the_product(application: Application, person: Person) -> Iterator[Finding]:
    if is_senior(application, person):
        text = "高齡者依資金來源、繳費年期及資產配置評估適合度及繳費能力"
        yield reminder(text, "senior_finance", subject="insured")


@rule("UW-09.6.2", applies=all_of(new_cover, invests), each="insured")
def senior_invests(application: Application, person: Person) -> Iterator[Finding]:
    if is_senior(application, person):
        text = "高齡者投保投資型商品：考量短期資金需求及資產配置適當性"
        yield review(text, "senior_investment", subject="insured")


@senior("UW-09.6.3")
def senior_borrows_or_surrenders(application: Application, person: Person) -> Iterator[Finding]:
    if not is_senior(application, person):
        return
    day, found = application.day("application.date"), []
    for index, event in enumerate(application.entries("events")):
        borrowed = event.get("type") in ("loan", "bank_loan", "policy_loan")
        surrendered = event.get("type") == "surrender"
        if borrowed or (surrendered and within_months(application.day(f"events.{index}.date"), day, 3)):
            found.append(f"events.{index}")
    if application.stated("premium_source") in ("bank_loan", "policy_loan", "surrender"):
        found.append("premium_source")
    if found:
        text = "高齡者有借款/貸款或 3 個月內解約：評估承保性，或要求財力證明"
        yield review(text, "senior_loan", subject="insured", items=tuple(found))
