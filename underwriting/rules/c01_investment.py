"""壹、七 投資型商品銷售注意事項: the client's risk profile, the proposal, who is declined, calls after issue."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.accumulation import is_investment
from underwriting.ages import is_senior
from underwriting.answers import doc, note, pending, reject, review, sign
from underwriting.application import PARTIES, Application, Person, Product
from underwriting.checks import unlicensed
from underwriting.derived import derived
from underwriting.model import Finding, Value
from underwriting.rule import rule
from underwriting.rules.c01_needs import SALE
from underwriting.rules.c06_decision import PROPOSAL, TERMS, decision
from underwriting.scopes import invests

ILLUSTRATION = "建議書"


@derived
def investment(application: Application) -> tuple[Product, ...]:
    """投資型商品 applied for."""
    return tuple(product for product in application.products() if is_investment(application, product))


@rule("UW-01.7.1.1", applies=SALE, when=invests)
def client_holds_his_own_profile(application: Application) -> Iterator[Finding]:
    """要保人應於投保前取得投資風險屬性, 招攬人員不得為要保人辦理投資屬性分析."""
    if not investment(application):
        return
    on_time = application.day("kyc.date") <= application.day("application.date")
    by_agent = application.stated("kyc.done_by") == "agent"
    yield pending("要保人投保前取得投資風險屬性", on_time, subject="policyholder", field="kyc.date")
    if by_agent:
        yield pending("招攬人員不得為要保人辦理投資屬性分析", False, subject="agent", field="kyc.done_by")


@rule("UW-01.7.1.2", applies=SALE, when=invests)
def targets_match_the_profile(application: Application) -> Iterator[Finding]:
    """要保人投資風險屬性與所選擇之投資標的風險收益等級應相符; else 重新規劃."""
    if investment(application) and application.entries("funds"):
        allowed = application.parameter("rr_by_profile").get(application.text("kyc.profile"))
        wrong = tuple(
            str(fund["id"]) for fund in application.entries("funds") if allowed and fund.get("rr") not in allowed
        )
        done = allowed is not None and not wrong
        yield pending(
            "投資標的風險收益等級與投資風險屬性相符", done, subject="policyholder", items=wrong, field="funds"
        )


@rule("UW-01.7.1.3", applies=SALE, when=invests)
def proposal_is_signed(application: Application) -> Iterator[Finding]:
    """一律須提供建議書: one of two copies attached at acceptance, read and signed by the client."""
    if investment(application):
        yield doc(application, ILLUSTRATION, subject="policyholder")
        for person in application.people(("policyholder",)):
            yield sign(application, ILLUSTRATION, person, signers=("policyholder",))


@rule("UW-01.7.1.4", applies=SALE, when="application.decision")
def substandard_proposal(application: Application) -> Iterator[Finding]:
    """投資型商品次標準體件: 「承保條件變更同意書」 and 「次標準體建議書」."""
    if investment(application) and decision(application) == "substandard":
        yield doc(application, TERMS, subject="policyholder")
        yield doc(application, PROPOSAL, subject="policyholder")


@rule("UW-01.7.1.5", each="party", applies=SALE, when=invests)
def illiterate_both_roles(application: Application, person: Person) -> Iterator[Finding]:
    """不識字者 who is policyholder and insured in one is declined."""
    both = person.roles == PARTIES
    if both and investment(application) and application.maybe_flag(application.about(person, "illiterate")):
        yield reject(
            "不識字者同時為要保人及被保險人，婉拒投保投資型商品",
            subject="insured",
            line=investment(application)[0].line,
        )


@rule("UW-01.7.2.1", applies=SALE, when=invests)
def risk_notice_is_refused(application: Application) -> Iterator[Finding]:
    """65 at application or at the maturity of a linked structured product, and one of them refuses to sign."""
    if investment(application) and any(senior_then(application, person) for person in application.people(("insured",))):
        refusing = tuple(role for role in PARTIES if application.maybe_flag(f"{role}.refuses_important_notice"))
        if refusing:
            yield reject("拒絕於「重要事項告知書」簽名", subject="policyholder", persons=refusing)


@rule("UW-01.7.2.2", applies=SALE, when=invests)
def information_is_refused(application: Application) -> Iterator[Finding]:
    """拒絕提供前述相關資訊或風險屬性與其投資型商品不符，應婉拒其投保."""
    if investment(application):
        if application.maybe_flag("policyholder.refuses_information"):
            yield reject("保戶拒絕提供財務目標及風險容忍度資訊", subject="policyholder")
        if application.maybe_flag("kyc.product_mismatch"):
            yield reject("風險屬性與投資型商品不符", subject="policyholder")


@rule("UW-01.7.2.3", applies=SALE, when=invests)
def agent_may_sell_it(application: Application) -> Iterator[Finding]:
    """業務人員無銷售投資型商品資格者."""
    if investment(application):
        lacking = unlicensed(application, "investment_licence")
        if lacking:
            yield reject("業務人員無銷售投資型商品資格", subject="agent", items=lacking)


@rule("UW-01.7.2.4", applies=SALE, when=invests)
def health_or_finances_do_not_suit(application: Application) -> Iterator[Finding]:
    """被保險人體況及財務狀況不適宜承保者: the underwriter's judgement."""
    for name in ("health_unsuitable", "finances_unsuitable"):
        if investment(application) and application.maybe_flag(f"insured.{name}"):
            yield review("被保險人體況或財務狀況是否適宜承保", name, subject="insured")


@rule("UW-01.7.2.5", applies=SALE, when=invests)
def insurable_interest(application: Application) -> Iterator[Finding]:
    """不具備保險利益者; one has it in oneself, a doubt about others is the underwriter's."""
    if investment(application) and application.maybe_flag("policyholder.insurable_interest") is False:
        yield reject("不具備保險利益", subject="policyholder")


@rule("UW-01.7.3.1", applies=SALE, when=invests)
def called_after_issue(application: Application) -> Iterator[Finding]:
    """發單後於契約撤銷期間屆滿前，以抽樣方式電話及錄音."""
    if investment(application):
        text = "發單後、契約撤銷期間屆滿前抽樣電訪要保人或法定代理人"
        yield note("CALL", text, subject="policyholder", persons=("policyholder",))


@rule("UW-01.7.3.2", applies=SALE, when=invests)
def structured_products_are_all_called(application: Application) -> Iterator[Finding | Value]:
    """連結結構型商品電訪比率為 100%."""
    if any(application.maybe_flag(product.path("structured")) for product in investment(application)):
        ratio = application.parameter("structured_call_ratio")
        yield Value("post_issue_call_ratio", ratio)
        yield note(
            "CALL", "連結結構型商品：發單後一律電訪", subject="policyholder", persons=("policyholder",), value=ratio
        )


@rule("UW-01.7.5", applies=SALE, when="investment")
def top_ups_keep_the_ratio(application: Application) -> Iterator[Finding]:
    """死亡給付÷保單帳戶價值 with this payment below the age's minimum: the regular top-up is not debited this time."""
    benefit, account = (application.maybe_number(f"investment.{name}") for name in ("death_benefit", "account_value"))
    if benefit is None or account is None or account <= 0:
        return
    age = application.years("investment.issue_age") + application.years("investment.policy_year") - 1
    rows = application.parameter("benefit_to_account_percent")
    percent = next(percent for oldest, percent in rows if age <= oldest)
    if 100 * benefit < percent * account:
        text = f"死亡給付÷保單帳戶價值低於 {percent}%，當次不進行定期(超額)保險費扣款"
        yield reject(text, subject="insured", scope="top_up_premium", action="skip_debit")


def senior_then(application: Application, person: Person) -> bool:
    at_maturity = application.maybe_number("investment.structured_maturity_age")
    return is_senior(application, person) or (at_maturity or 0) >= application.parameter("senior_age")
