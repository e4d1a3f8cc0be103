"""◎核保準則簡易彙整表 4~16: doubts, the agent's conduct, earlier policies (V is required, △ the underwriter chooses).

A △ row needs that a person has the doubt: `suspicion.<name>` states it. It gives one REVIEW that names the means, and
each means as a discretionary finding; it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.answers import call, doc, review
from underwriting.application import Application
from underwriting.checks import survey
from underwriting.dates import months_later, within_months
from underwriting.exams import exam, sampled
from underwriting.finance import family_income
from underwriting.model import Finding
from underwriting.rule import rule
from underwriting.rules.c10_sampling import MEDICAL, claims_abused, more_are_drawn, raised_for
from underwriting.rules.ca2_amounts import FORM, IN_SCOPE, PROOF

MEANS = {"F": "財務狀況告知書", "S": "生存調查", "P": "財務證明文件影本", "C": "電訪", "E": "體檢"}
ALL = "FSPCE"
CHOICE = {"strength": "discretionary", "subject": "insured"}
CHANGED = ("policy_loan", "surrender", "paid_up_reduced", "extended_term", "partial_withdrawal", "reduction", "lapse",
           "premium_loan")  # fmt: skip
INCOMES = ("work_income", "family_income", "assets")


@rule("UW-A2.4", applies=IN_SCOPE, when="suspicion")
def abnormal_application(application: Application) -> Iterator[Finding]:
    """異常投保紀錄經說明仍有疑慮者或投保動機有疑慮者."""
    yield from _doubt(application, "abnormal_application", "異常投保紀錄或投保動機有疑慮", ALL)


@rule("UW-A2.5", applies=IN_SCOPE, when="suspicion")
def perhaps_not_his_signature(application: Application) -> Iterator[Finding]:
    """與公司留存簽名資料不相符，或與他人簽名樣式雷同之疑慮者 (AMB-27)."""
    yield from _doubt(application, "signature_mismatch", "疑似非親簽", "SC")


@rule("UW-A2.6", applies=IN_SCOPE, when="suspicion")
def senior_out_of_proportion(application: Application) -> Iterator[Finding]:
    """65 歲以上被保險人，投保金額與財力說明顯不相當者."""
    yield from _doubt(application, "senior_out_of_proportion", "高齡案件：投保金額與財力顯不相當", "F")


@rule("UW-A2.7", applies=IN_SCOPE, when="suspicion")
def grave_illness(application: Application) -> Iterator[Finding]:
    """嚴重既往病症，為拒保且極有短期死亡風險者: records (病歷) and an examination."""
    if application.maybe_flag("suspicion.grave_illness"):
        yield review("重病案件：極有短期死亡風險", "grave_illness", items=("病歷", "體檢"), subject="insured")
        yield doc(application, "病歷", who="customer", **CHOICE)
        yield exam(application, ("一般體檢",), "重病案件：體檢", **CHOICE)


@rule("UW-A2.8", applies=IN_SCOPE, when="agent_report.known_client_months")
def client_hardly_known(application: Application) -> Iterator[Finding]:
    """一年期傷害險主約(不含微型)，業務人員告知認識未滿一個月者."""
    known = application.maybe_number("agent_report.known_client_months")
    if known is not None and known < application.parameter("a2_known_months") and _one_year_accident(application):
        yield from _means(application, "主動投保件：認識未滿一個月", "client_initiated", "FS")


@rule("UW-A2.9", applies=IN_SCOPE, when="suspicion")
def minor_out_of_proportion(application: Application) -> Iterator[Finding]:
    """未成年者，其投保金額與財力說明顯不相當者."""
    yield from _doubt(application, "minor_out_of_proportion", "未成年案件：投保金額與財力顯不相當", "FS")


@rule("UW-A2.10", applies=IN_SCOPE, when="finance.previous")
def income_has_jumped(application: Application) -> Iterator[Finding]:
    """一年內，收入/資產與前次差異達 30%且 30 萬者並未能合理說明."""
    jumped = tuple(name for name in INCOMES if _differs(application, name))
    if jumped and not application.stated("agent_report.income_explained"):
        yield from _means(application, "短期內收入告知異常", "income_changed", "F", jumped)


@rule("UW-A2.11", applies=IN_SCOPE, when="applications_3m")
def many_applications(application: Application) -> Iterator[Finding]:
    """3 個月內密集向二家公司投保 and out of proportion: the form is required."""
    companies = {entry.get("company", entry.get("title")) for entry in application.entries("applications_3m")}
    if len(companies) >= 2 and application.maybe_flag("suspicion.out_of_proportion"):
        yield doc(application, FORM, text=f"密集投保：檢附「{FORM}」", subject="insured", who="customer")


@rule("UW-A2.12", applies=IN_SCOPE, when="suspicion")
def unusual_beneficiary(application: Application) -> Iterator[Finding]:
    """身故受益人關係非直系親屬、配偶、公益團體經說明仍有疑慮者 (AMB-27)."""
    yield from _doubt(application, "beneficiary", "身故受益人關係有疑慮", ALL)


@rule("UW-A2.13.1", applies=IN_SCOPE, when=more_are_drawn)
def improper_solicitation(application: Application) -> Iterator[Finding]:
    """不當招攬，自停招屆滿或重新登錄一年內之招攬件，抽樣≥25%: an examination when drawn."""
    if "improper_solicitation" in raised_for(application):
        yield from _means(application, "業務員不當招攬", "improper_solicitation", "FSPC")
        yield from _drawn(application)


@rule("UW-A2.13.2", applies=IN_SCOPE, when=more_are_drawn)
def high_claim_ratio(application: Application) -> Iterator[Finding]:
    """理賠率偏高業務人員之案件，抽樣≥25%."""
    if "high_claim_ratio" in raised_for(application):
        yield from _drawn(application)


@rule("UW-A2.13.3", applies=IN_SCOPE, when=more_are_drawn)
def early_deaths(application: Application) -> Iterator[Finding]:
    """近一年有 2 位(含)以上被保險人短期因病身故: life cases of 3 months, 抽樣≥25%."""
    if "early_deaths" in raised_for(application):
        yield from _means(application, "業務員招攬案件短期因病身故", "early_deaths", "S")
        yield from _drawn(application)


@rule("UW-A2.13.4", applies=IN_SCOPE)
def claim_abuse(application: Application) -> Iterator[Finding]:
    """理賠浮濫或保戶串聯濫用理賠資源紀錄者，3 個月內招攬之醫療險: a survey is required."""
    if claims_abused(application) and any(product.line in MEDICAL for product in application.products()):
        yield survey(application, "業務員理賠浮濫紀錄：醫療險生存調查", subject="insured")


@rule("UW-A2.14", applies=IN_SCOPE, when="events")
def many_changed_policies(application: Application) -> Iterator[Finding]:
    """前 6 個月內借款、解約、減額繳清、展期、部分提領、縮額、停效、墊繳累計達 4 件: a survey is required."""
    limits = application.parameter("a2_changed_policies")
    kinds = [i for i, event in enumerate(application.entries("events")) if event.get("type") in CHANGED]
    day, months = application.day("application.date"), limits["months"]
    found = [i for i in kinds if within_months(application.day(f"events.{i}.date"), day, months)]
    if len(found) >= limits["cases"]:
        yield survey(application, f"6 個月內保單異動 {len(found)} 件：生存調查", subject="insured", value=len(found))


@rule("UW-A2.15", applies=IN_SCOPE, when="sampling.selected")
def drawn_exam_free_case(application: Application) -> Iterator[Finding]:
    """免體檢件 抽樣比率 4%."""
    if application.maybe_flag("sampling.selected"):
        yield from _means(application, "免體檢件抽樣", "sampling", "S")
        yield from _drawn(application)


@rule("UW-A2.16.1", applies=IN_SCOPE)
def call_was_impossible(application: Application) -> Iterator[Finding]:
    """因故未能完成電訪作業者: a survey is required."""
    failed = [entry for entry in application.entries("calls") if entry.get("outcome") == "failed"]
    if failed or application.maybe_flag("event.call_impossible"):
        yield survey(application, "未能完成電訪：生存調查", subject="insured")


@rule("UW-A2.16.2", applies=IN_SCOPE, when="suspicion")
def other_signs(application: Application) -> Iterator[Finding]:
    """其它異常表徵，經評估有必要者."""
    yield from _doubt(application, "other", "其它異常表徵", ALL)


def _doubt(application: Application, name: str, text: str, means: str) -> Iterator[Finding]:
    if application.maybe_flag(f"suspicion.{name}"):
        yield from _means(application, text, name, means)


def _means(
    application: Application, text: str, reason: str, means: str, about: tuple[str, ...] = ()
) -> Iterator[Finding]:
    yield review(text, reason, items=about or tuple(MEANS[key] for key in means), subject="insured")
    if "F" in means:
        yield doc(application, FORM, text=f"{text}：視個案檢附「{FORM}」", who="customer", **CHOICE)
    if "S" in means:
        yield survey(application, f"{text}：視個案生存調查", **CHOICE)
    if "P" in means:
        yield doc(application, PROOF, "財力證明", text=f"{text}：視個案檢附「{PROOF}」", who="customer", **CHOICE)
    if "C" in means:
        yield call(application, application.people(("insured",)), f"{text}（視個案）", **CHOICE)
    if "E" in means:
        yield exam(application, ("一般體檢",), f"{text}：視個案體檢", **CHOICE)


def _drawn(application: Application) -> Iterator[Finding]:
    """抽樣(體檢或生存調查): an examination unless the survey was drawn."""
    if items := sampled(application):
        yield exam(application, items, "抽樣體檢")


def _one_year_accident(application: Application) -> bool:
    return any(
        product.line == "accident"
        and not product.is_rider
        and application.maybe_flag(product.path("one_year"))
        and not application.maybe_flag(product.path("micro"))
        for product in application.products()
    )


def _differs(application: Application, name: str) -> bool:
    """達 30%且 30 萬 between the last declaration of the past year and this one."""
    before = application.maybe_number(f"finance.previous.{name}")
    now = application.maybe_number(f"finance.{name}")
    if now is None and name == "family_income" and before is not None:
        now = family_income(application, "insured")
    if before is None or now is None:
        return False
    declared = application.maybe_day("finance.previous.declared_on")
    recent = declared is None or declared >= months_later(application.day("application.date"), -12)
    limits = application.parameter("a2_income_change")
    change = abs(now - before)
    return recent and 100 * change >= limits["percent"] * before and change >= limits["amount"]
