"""玖、三 財務核保規範: amount, premium and daily benefit against income; when the form or a survey is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.accumulation import life_and_accident_with_peers, own_totals, totals_with_peers
from underwriting.answers import doc, note, review
from underwriting.application import Application, Person
from underwriting.caps import CARE, hospital_income_cap, hospital_table_cap, identity, special_hospital_cap
from underwriting.checks import over, survey
from underwriting.evidence import calls_made
from underwriting.finance import by_parents, family_income, income_basis, multiple
from underwriting.model import Finding, Value
from underwriting.rule import all_of, new_cover, rule
from underwriting.rules.c10_sampling import MEDICAL, claims_abused, more_are_drawn, raised_for
from underwriting.scopes import applied_for, asks_about, if_known, lines_of, states

FORM = "財務狀況告知書"
DISCRETIONARY = {"subject": "insured", "strength": "discretionary"}
NOT_TELEMARKETING = "telemarketing_voice"


def surveyable(application: Application) -> bool:
    """(七)1(5): 電話行銷線上要約件 is exempt."""
    return application.stated("application.channel") != NOT_TELEMARKETING


section = partial(rule, applies=new_cover)
SUSPECTED = all_of(states("suspicion"), surveyable)
surveys = partial(rule, applies=all_of(new_cover, surveyable))


@section("UW-09.3.1.1")
@if_known
def amount_by_income_multiple(application: Application) -> Iterator[Finding | Value]:
    times = multiple(application)
    if times is None:
        return
    cap = times * income_basis(application)
    yield Value("multiple", times)
    yield Value("multiple_cap", cap)
    total = life_and_accident_with_peers(application)
    yield from over("累計保額（含同業）逾家庭年收入倍數", "life_and_accident", cap, total, scope="with_peers")


@section("UW-09.3.1.2")
@if_known
def what_is_accumulated(application: Application) -> Iterator[Value]:
    yield Value("accumulated", life_and_accident_with_peers(application))


@section("UW-09.3.1.3", each="insured")
@if_known
def parents_income_for_the_young(application: Application, person: Person) -> Iterator[Finding]:
    if by_parents(application, person) and applied_for(application):
        text = "未滿 20 歲或學生依父母或法定代理人之年收入評估（倍數未明定）"
        yield review(text, "parents_income", subject="insured", person="insured")


@section("UW-09.3.2.1", when="finance.ph_annualised_premium_own_and_peer")
def outlay_is_the_policyholders(application: Application) -> Iterator[Finding]:
    premium = application.maybe_number("finance.ph_annualised_premium_own_and_peer")
    if premium is not None:
        yield note("VALUE", "保險費總支出以要保人需交付之總保費計算", value=premium, subject="policyholder")


@section("UW-09.3.2.2", when="finance.insured_annualised_premium_own_and_peer")
def insured_within_a_third(application: Application) -> Iterator[Finding]:
    yield from _within(application, "insured", "insured")


@section("UW-09.3.2.3", when="finance.ph_annualised_premium_own_and_peer")
def policyholder_within_a_third(application: Application) -> Iterator[Finding]:
    yield from _within(application, "ph", "policyholder")


@section("UW-09.3.2.4")
def what_pays_premiums(application: Application) -> Iterator[Finding]:
    """Real estate and policy values do not."""
    if (
        application.stated("finance.movable_assets") is not None
        or application.stated("finance.real_estate") is not None
    ):
        text = "動產以現金、存款、股票、基金、債券為主；不動產及保單價值不列為保費繳納評估"
        yield note("VALUE", text, value=application.maybe_number("finance.movable_assets") or 0, subject="policyholder")


@section("UW-09.3.2.5")
def what_premiums_are_left_out(application: Application) -> Iterator[Finding]:
    flags = ("single_premium", "micro", "government_paid", "employer_paid", "renewal_unchanged")
    left = tuple(
        f"products.{i}"
        for i, p in enumerate(applied_for(application))
        if p.get("line") in ("travel", "micro") or any(p.get(flag) is True for flag in flags) or _yearly_accident(p)
    )
    if left:
        yield note("VALUE", "不含躉繳、一年期傷害、旅平、微型、政府/公費團險及未異動續保件", items=left)


@section("UW-09.3.3", when="finance.occupation_average")
def income_by_occupation(application: Application) -> Iterator[Finding]:
    average, income = (
        application.maybe_number("finance.occupation_average"),
        application.maybe_number("finance.work_income"),
    )
    if average and income is not None and income > average * application.parameter("occupation_average_multiple"):
        text = "收入大於該職業類別平均薪資 1.5 倍，核保人員判斷合理性"
        yield review(text, "income_over_average", subject="insured", value=income)


@rule("UW-09.3.4.1", applies=asks_about("hospital_daily"))
@if_known
def daily_by_income(application: Application) -> Iterator[Finding | Value]:
    """Beyond the table, here or with peers (AMB-49), 1/120 of the year's or 10 % of the month's income; never for
    special identities (AMB-30)."""
    own, both = (total(application, ("hospital_daily",)) for total in (own_totals, totals_with_peers))
    over_table = own > hospital_table_cap(application)
    beyond = over_table or both > application.parameter("hospital_with_peers")
    if not beyond and all(application.stated(f"finance.{n}") is None for n in ("work_income", "monthly_salary")):
        return
    income = hospital_income_cap(application)
    yield Value("hospital_daily_income_cap", income)
    if beyond and special_hospital_cap(application) is None:
        if over_table:
            yield from over("住院醫療日額逾額度表，以工作年收入 1/120 或月薪 10% 為限", "hospital_daily", income, own)
        text = "住院醫療日額逾「壽險主附約與醫療日額額度關係」，依收入評估"
        yield review(text, "daily_by_income", subject="insured", items=_forms_differ(application))


@rule("UW-09.3.5.1", applies=asks_about("disability_monthly"))
@if_known
def disability_by_income(application: Application) -> Iterator[Finding]:
    yield from _monthly(application, "disability_monthly", ("disability_monthly",), "每月失能扶助金")


@rule("UW-09.3.5.2", applies=asks_about(*CARE))
@if_known
def care_by_income(application: Application) -> Iterator[Finding]:
    yield from _monthly(application, "ltc_dementia", CARE, "長期照護系列每月給付")


@section("UW-09.3.6.2")
@if_known
def form_over_the_multiple(application: Application) -> Iterator[Finding]:
    """Over the multiple, or 20 times and more (AMB-42); a minor's or student's by the parents'."""
    total = life_and_accident_with_peers(application)
    if not total:
        return
    income, times = income_basis(application), multiple(application)
    if total >= income * application.parameter("statement_multiple") or (times and total > income * times):
        yield _form(application, "累計保額超過家庭年收入倍數或 20 倍以上", subject="insured", total=total)


@section("UW-09.3.6.3", when="finance.insured_annualised_premium_own_and_peer")
def form_at_a_third_of_the_insureds(application: Application) -> Iterator[Finding]:
    yield from _form_at_a_third(application, "insured", "insured")


@section("UW-09.3.6.4", when="finance.ph_annualised_premium_own_and_peer")
def form_at_a_third_of_the_policyholders(application: Application) -> Iterator[Finding]:
    yield from _form_at_a_third(application, "ph", "policyholder")


@rule("UW-09.3.6.5", applies=states("applications_3m"))
def form_for_dense_applications(application: Application) -> Iterator[Finding]:
    companies = {a.get("company", a.get("title")) for a in application.entries("applications_3m")}
    dense = len(companies) >= application.parameter("dense_application_months")["companies"]
    if dense and application.maybe_flag("suspicion.out_of_proportion"):
        yield _form(application, "3 個月內密集向 2 家公司(含)以上投保且顯不相當", subject="insured")


@section("UW-09.3.6.6")
def form_on_demand(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("suspicion.inconsistent_income") or application.maybe_flag("form_asked_by_underwriter"):
        yield _form(application, "核保員要求填答", **DISCRETIONARY)


@rule("UW-09.3.7.2", applies=all_of(states("client_initiated"), surveyable))
def survey_of_client_initiated(application: Application) -> Iterator[Finding]:
    kinds = ("high_sum_low_premium", "high_medical")
    risky = any(p.get(kind) is True for p in applied_for(application) for kind in kinds)
    if risky and application.maybe_flag("client_initiated"):
        yield survey(application, "主動投保件且為高保額低保費或高醫療保障：生存調查", subject="insured")


@rule("UW-09.3.7.3", applies=SUSPECTED)
def survey_of_doubtful_signatures(application: Application) -> Iterator[Finding]:
    """A person has the doubt first (AMB-27)."""
    doubts = ("signature_mismatch", "abnormal_application")
    if any(application.maybe_flag(f"suspicion.{name}") for name in doubts):
        yield survey(application, "疑似非親簽或異常投保紀錄：生存調查", **DISCRETIONARY)


@rule("UW-09.3.7.4", applies=SUSPECTED)
def survey_of_doubtful_beneficiaries(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("suspicion.beneficiary"):
        yield survey(application, "身故受益人關係有疑慮：生存調查", **DISCRETIONARY)


@rule("UW-09.3.7.5", applies=SUSPECTED)
def survey_of_abnormal_claims(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("suspicion.claims"):
        yield survey(application, "有異常理賠紀錄：生存調查", subject="insured")


@surveys("UW-09.3.7.6", when=more_are_drawn)
def survey_after_improper_solicitation(application: Application) -> Iterator[Finding]:
    """適當之確認機制之一: a survey, a call, an examination or a visit does."""
    if "improper_solicitation" not in raised_for(application):
        return
    if not (calls_made(application) or application.entries("visits")):
        yield survey(application, "業務人員不當招攬：採行適當之確認機制之一", subject="insured")


@surveys("UW-09.3.7.7")
def survey_after_claim_abuse(application: Application) -> Iterator[Finding]:
    if claims_abused(application) and set(lines_of(application)) & set(MEDICAL):
        yield survey(application, "業務人員理賠浮濫紀錄：醫療險生存調查", subject="insured")


@rule("UW-09.3.7.8", applies=SUSPECTED)
def survey_of_other_doubts(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("suspicion.other"):
        yield survey(application, "其他經評估有異常疑慮：生存調查", **DISCRETIONARY)


def _premium(application: Application, whose: str) -> float:
    return application.maybe_number(f"finance.{whose}_annualised_premium_own_and_peer") or 0


def _percent(application: Application, whose: str) -> float:
    """The yearly premium in per cent of the family income; 0 when no premium is stated."""
    premium = _premium(application, whose)
    if not premium:
        return 0
    income = family_income(application, whose)
    return 100 * premium / income if income else float("inf")


def _within(application: Application, whose: str, subject: str) -> Iterator[Finding]:
    """建議在 30% 以內: exactly 30 % still is (AMB-17)."""
    if _percent(application, whose) > application.parameter("premium_share_percent"):
        text = "年繳化保險費支出建議在家庭年收入 30% 以內"
        yield review(text, "premium_share", subject=subject, total=_premium(application, whose))


def _form_at_a_third(application: Application, whose: str, subject: str) -> Iterator[Finding]:
    """達到 30%: from 30 % on (AMB-17)."""
    if _percent(application, whose) >= application.parameter("premium_share_percent"):
        text = "年繳化保險費支出達家庭年收入之 30%"
        yield _form(application, text, subject=subject, total=_premium(application, whose))


def _form(application: Application, why: str, **more: object) -> Finding:
    return doc(application, FORM, text=f"{why}：填寫「{FORM}」", who="customer", **more)


def _monthly(application: Application, line: str, lines: tuple[str, ...], text: str) -> Iterator[Finding]:
    total, cap = own_totals(application, lines), application.parameter("monthly_benefit_cap")
    if not total:
        return
    yield from over(f"{text}累計限額", line, cap, total)
    if identity(application):
        return
    income = application.number("finance.monthly_income")
    if income < cap and total > income:
        yield from over(f"{text}以不超過被保險人個人月所得為原則", line, income, total)
        yield review(f"{text}超過個人月所得", "monthly_income", subject="insured", line=line)


def _forms_differ(application: Application) -> tuple[str, ...]:
    """The two forms of the income limit differ by more than a tenth (AMB-16)."""
    shares = application.parameter("hospital_income_shares")
    yearly, monthly = (
        application.maybe_number("finance.work_income"),
        application.maybe_number("finance.monthly_salary"),
    )
    if yearly is None or monthly is None:
        return ()
    by_year, by_month = yearly / shares["yearly"], monthly * shares["monthly"]
    differ = abs(by_year - by_month) > shares["differ"] * max(by_year, by_month)
    return ("finance.work_income", "finance.monthly_salary") if differ else ()


def _yearly_accident(product: object) -> bool:
    return isinstance(product, dict) and product.get("line") == "accident" and product.get("one_year") is True
