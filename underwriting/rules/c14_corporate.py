"""壹拾肆 要保人為法人: who may be policyholder, for what purpose, for whom, and with which products."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.accumulation import LIFE, is_investment, single_premium
from underwriting.answers import doc, note, pending, reject, review
from underwriting.application import Application
from underwriting.checks import over, reminder
from underwriting.currency import amount_in_twd
from underwriting.model import Finding
from underwriting.rule import all_of, new_cover, rule

KEY_MAN, BENEFIT = "key_man", "employee_benefit"  # 投保目的 A, B
MONEY_LAUNDERING = "防制洗錢及打擊資恐風險辨識問卷（法人及信託受託人適用）"


def corporate(application: Application) -> bool:
    return application.stated("policyholder.type") == "corporate"


def for_key_man(application: Application) -> bool:
    return application.stated("purpose") == KEY_MAN


def for_benefit(application: Application) -> bool:
    return application.stated("purpose") == BENEFIT


section = partial(rule, applies=all_of(new_cover, corporate))
section_a = partial(rule, applies=all_of(new_cover, corporate, for_key_man))
section_b = partial(rule, applies=all_of(new_cover, corporate, for_benefit))


@section("UW-14.1.1")
def registered_for_profit_with_personality(application: Application) -> Iterator[Finding]:
    lacking = tuple(
        f"policyholder.{name}"
        for name in ("registered", "for_profit", "legal_person")
        if not application.flag(f"policyholder.{name}")
    )
    if lacking:
        yield reject("要保人應為經合法登記註冊、具有法人人格之法人營利組織", subject="policyholder", items=lacking)


@section("UW-14.1.2")
def no_association(application: Application) -> Iterator[Finding]:
    kind = application.text("policyholder.kind")
    if kind in application.parameter("corporate_excluded_kinds"):
        yield reject(f"社團法人（{kind}）不得為要保人", subject="policyholder", field="policyholder.kind")


@section("UW-14.2")
def purpose_is_key_man_or_benefit(application: Application) -> Iterator[Finding]:
    if application.text("purpose") not in (KEY_MAN, BENEFIT):
        yield reject("投保目的須為重要關鍵員工或員工福利", field="purpose")


@section_a("UW-14.3.A.1")
def key_man_is_hard_to_replace(application: Application) -> Iterator[Finding]:
    yield reminder("被保險人是否擁有不可或缺之專業及技術能力且短期內難以取代", "key_man", subject="insured")


@section_a("UW-14.3.A.2")
def key_man_holds_a_paid_office(application: Application) -> Iterator[Finding]:
    office = application.text("insured.role_in_company")
    if office not in application.parameter("key_man_offices"):
        yield reject("被保險人限負責人、董監事、理(監)事或正職員工", subject="insured", field="insured.role_in_company")
    elif office == "employee":
        reason = bool(application.stated("insured.key_man_reason"))
        yield pending(
            "正職員工須有客觀合理說明為關鍵重要員工", reason, subject="insured", field="insured.key_man_reason"
        )


@section_a("UW-14.3.A.3")
def unpaid_offices_are_excluded(application: Application) -> Iterator[Finding]:
    if not application.flag("insured.paid_by_policyholder"):
        yield reject(
            "機構法人無給職顧問、董事、監事等不得投保", subject="insured", field="insured.paid_by_policyholder"
        )


@section_a("UW-14.3.A.4")
def key_man_cover_ends_with_the_term(application: Application) -> Iterator[Finding]:
    yield from _within_term_of_office(application)


@section_b("UW-14.3.B.1")
def insured_is_paid(application: Application) -> Iterator[Finding]:
    if not application.flag("insured.paid_by_policyholder"):
        yield reject("被保險人須為該法人組織有實質支領薪資者", subject="insured", field="insured.paid_by_policyholder")


@section_b("UW-14.3.B.2")
def not_for_one_person(application: Application) -> Iterator[Finding]:
    if application.number("insured_count") <= 1:
        yield reject("不受理為單一特定人士/員工投保", field="insured_count")


@section_b("UW-14.3.B.3")
def benefit_cover_ends_with_the_term(application: Application) -> Iterator[Finding]:
    yield from _within_term_of_office(application)


@section_a("UW-14.4.A")
def key_man_takes_protection_life(application: Application) -> Iterator[Finding]:
    least = application.parameter("protection_exam_factor")
    for product in application.products():
        if is_investment(application, product):
            yield _no_product(product.line, product.index, "不得投保投資型商品")
        elif not product.is_rider and (
            product.line not in LIFE or application.number(product.path("exam_factor")) < least
        ):
            yield _no_product(product.line, product.index, "須為保障型壽險商品（體檢係數達 50%以上）")


@section_b("UW-14.4.B")
def benefit_takes_no_single_premium(application: Application) -> Iterator[Finding]:
    for product in application.products():
        if is_investment(application, product):
            yield _no_product(product.line, product.index, "不得投保投資型商品")
        elif single_premium(application, product):
            yield _no_product(product.line, product.index, "不得投保躉繳型商品")


@section_a("UW-14.5.A")
def beneficiary_is_the_policyholder(application: Application) -> Iterator[Finding]:
    named = application.listed("beneficiaries")
    holder = application.stated("policyholder.id", "policyholder")
    wrong = tuple(b["id"] for b in named if b.get("type") != "policyholder" and b.get("person") != holder)
    yield pending("受益人應指定為要保人", not wrong, field="beneficiaries", items=wrong)


@section_b("UW-14.5.B")
def beneficiary_is_family(application: Application) -> Iterator[Finding]:
    family = application.parameter("family_relations")
    wrong = tuple(
        b["id"]
        for b in application.listed("beneficiaries")
        if b.get("type") != "legal_heirs" and b.get("relation") not in family
    )
    yield pending("受益人須為被保險人之家屬或其法定繼承人", not wrong, field="beneficiaries", items=wrong)


@section("UW-14.6.1")
def organisation_is_documented(application: Application) -> Iterator[Finding]:
    yield doc(application, "合法登記證明文件影本", "合法登記證明文件")
    yield doc(application, "公司章程影本", "公司章程", "類似之權力文件影本")
    yield doc(application, "要保人及被保險人關係證明文件影本", "勞工保險卡影本", "扣繳憑單影本")
    yield doc(application, MONEY_LAUNDERING)
    if application.flag("policyholder.has_shares"):
        yield doc(application, "股東名冊")


@section("UW-14.6.2")
def salary_is_proven(application: Application) -> Iterator[Finding]:
    """A always; B for protection products only."""
    protection = (application.maybe_flag(p.path("protection")) for p in application.products())
    if for_key_man(application) or (for_benefit(application) and any(protection)):
        yield doc(application, "被保險人薪資證明", subject="insured")


@section("UW-14.6.3")
def purpose_is_minuted(application: Application) -> Iterator[Finding]:
    yield doc(
        application, "法人之內部簽呈或會議紀錄", "內部簽呈", "會議紀錄", text="內部簽呈或會議紀錄記載本次投保意旨"
    )


@section("UW-14.6.4")
def plan_or_accounts(application: Application) -> Iterator[Finding]:
    if for_benefit(application):
        yield doc(application, "員工福利計畫書", "員工退休規劃之證明文件", "留才計畫書")
    elif for_key_man(application):
        yield review("依個案情形，提供會計或財務報表相關資料", "accounts")


@section("UW-14.7.1")
def ten_salaries_at_most(application: Application) -> Iterator[Finding]:
    stated = application.maybe_number("amount_total")
    total = sum(amount_in_twd(application, p) for p in application.products()) if stated is None else stated
    paid = application.maybe_number("insured.salary_in_group")
    salary = application.number("finance.work_income") if paid is None else paid
    cap = salary * application.parameter("corporate_salary_multiple")
    yield from over("投保額度以被保險人於該團體所領全年薪資的 10 倍為上限", "life", cap, total)


@section("UW-14.7.2")
def money_may_be_used(application: Application) -> Iterator[Finding]:
    yield reminder("要保人是否有被授權使用該筆資金為被保險人投保", "premium_source", subject="policyholder")


@section_b("UW-14.7.3")
def partial_staff_is_explained(application: Application) -> Iterator[Finding]:
    first = application.maybe_flag("first_application") is not False
    if first and application.number("insured_count") < application.number("staff_count"):
        yield doc(application, "投保計畫書", text="未替全數員工投保，於投保計畫書說明規劃理由")


@section("UW-14.8.1")
def organisation_is_identified_and_sealed(application: Application) -> Iterator[Finding]:
    wanted = application.parameter("corporate_fields")
    lacking = tuple(name for name in wanted if not application.stated(f"policyholder.{name}"))
    text = "要保人需填寫完整名稱、統一編號、公司地址及電話，簽章需含大章及小章"
    yield pending(text, not lacking, subject="policyholder", field="policyholder", items=lacking)


@section("UW-14.8.2", when="flags")
def relation_is_clear(application: Application) -> Iterator[Finding]:
    doubts = [name for name in ("unclear_relation", "investment_purpose") if application.maybe_flag(f"flags.{name}")]
    if doubts:
        yield review("要、被保險人關係不明確或顯然以投資為目的，將不予承保", "corporate_purpose", items=tuple(doubts))


@section("UW-14.8.3")
def agent_reports_the_evaluation(application: Application) -> Iterator[Finding]:
    done = bool(application.stated("agent_report.corporate_evaluation"))
    yield pending(
        "業務人員應於業務人員報告書詳實記錄評估", done, subject="agent", field="agent_report.corporate_evaluation"
    )
    yield note("NOTIFY", "核保人員應留存相關評估及審核紀錄供日後查核", to="underwriter")


def _within_term_of_office(application: Application) -> Iterator[Finding]:
    if application.stated("policyholder.kind") == "company":
        return
    term = application.maybe_number("insured.office_term_years")
    if term is None:
        return
    for product in application.products():
        if application.number(product.path("term_years")) > term:
            yield _no_product(product.line, product.index, f"保障期間不可大於任期 {term} 年")


def _no_product(line: str, index: int, text: str) -> Finding:
    return reject(text, subject="product", line=line, scope="product", field=f"products.{index}")
