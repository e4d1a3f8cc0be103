"""壹、一 需確認保戶需求、意願及意思表達能力 (the disabled, lapsed and unpaid policies are in files of their own)."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.accumulation import ACCIDENT, LIFE
from underwriting.answers import attest, doc, pending, reject, review, sign
from underwriting.application import PARTIES, Application, Person, Product
from underwriting.evidence import ROLE_ZH, documents, named, status
from underwriting.model import Finding
from underwriting.rule import all_of, face_to_face, new_business, new_cover, rule
from underwriting.rules.c01_signing import protector_signs, somebody_is_protected
from underwriting.scopes import lines_of, says_of_a_product

SALE = all_of(new_business, face_to_face)
COVER_SALE = all_of(new_cover, face_to_face)
REPORTS = ("業務人員招攬報告書", "業務人員招攬報告書(法人適用)")
RATES = "個人健康保險及傷害保險之費率可能調整告知書"
CAUSE = "監護宣告原因及證明文件"
ADJUSTED = ("health", "accident_type")


def an_annuity_is_bought(application: Application) -> bool:
    return not {"annuity", "investment_annuity"}.isdisjoint(lines_of(application))


def somebody_is_in_hospital(application: Application) -> bool:
    return any(application.says(f"{role}.{name}") for role in PARTIES for name in ("in_hospital_now", "unconscious"))


@rule("UW-01.1.1", applies=SALE)
def agent_confirms_need_and_identity(application: Application) -> Iterator[Finding]:
    """The solicitation report is the agent's statement of need, understanding, sum and identity."""
    found = documents(application, REPORTS)
    text = "業務員確認投保意願、瞭解商品、保額符合需求及本人身分"
    yield Finding("ATTEST", text, status(bool(found)), subject="agent", satisfied_by=found)


@rule("UW-01.1.2", each="party", applies=SALE)
def can_express_his_will(application: Application, person: Person) -> Iterator[Finding]:
    """不具有「明確意思表示能力」，不受理其投保."""
    if not application.flag(application.about(person, "capacity_of_expression")):
        yield reject(f"{named(person)}不具有明確意思表示能力", subject=person.role, person=person.role)


@rule("UW-01.1.3.1", each="insured", applies=SALE)
def asks_for_disability(application: Application, person: Person) -> Iterator[Finding]:
    """請確認被保險人是否為身心障礙者？"""
    path = application.about(person, "disability_certificate")
    disabled = application.flag(path)
    text = f"被保險人{'為身心障礙者，依身心障礙者投保機制辦理' if disabled else '非身心障礙者'}"
    yield Finding("ATTEST", text, "satisfied", subject=person.role, satisfied_by=(path,), value=disabled)


@rule("UW-01.1.3.2", each="party", applies=COVER_SALE, when=somebody_is_protected)
def asks_for_guardianship(application: Application, person: Person) -> Iterator[Finding]:
    """受監護宣告或受輔助宣告尚未撤銷: 應由監護人或輔助人辦理投保事宜."""
    measure = application.text(application.about(person, "guardianship"))
    protector = {"guardianship": "guardian", "assistance": "assistant"}.get(measure)
    if protector:
        stated = application.stated(f"{protector}.id") is not None
        text = f"{named(person)}受{'監護' if protector == 'guardian' else '輔助'}宣告：由{ROLE_ZH[protector]}辦理投保"
        yield pending(text, stated, subject=protector, person=person.role, field=protector)


@rule("UW-01.1.3.3", each="product", applies=SALE, when=says_of_a_product("nhi_linked"))
def insured_is_in_national_health_insurance(application: Application, product: Product) -> Iterator[Finding]:
    """連結「全民健康保險連結重大傷病範圍」: 被保險人已參加全民健康保險者始可投保."""
    if application.maybe_flag(product.path("nhi_linked")) and not application.flag("insured.nhi_enrolled"):
        yield reject("被保險人未參加全民健康保險", subject="insured", line=product.line)


@rule("UW-01.1.5", each="party", applies=SALE, when=somebody_is_protected)
def cause_of_guardianship(application: Application, person: Person) -> Iterator[Finding]:
    """Life or accident cover: the cause of 監護宣告 with its documents, and the guardian's signed consent."""
    if application.text(application.about(person, "guardianship")) != "guardianship":
        return
    if any(life_or_accident(application, product) for product in application.products()):
        yield doc(application, CAUSE, "監護宣告證明文件", subject=person.role, person=person.role, who="customer")
        yield from protector_signs(application, person, "guardianship", "guardian")


@rule("UW-01.1.6", each="party", applies=SALE, when=somebody_is_protected)
def assistant_consents(application: Application, person: Person) -> Iterator[Finding]:
    """投保時如受輔助宣告者應經輔助人簽名同意."""
    yield from protector_signs(application, person, "assistance", "assistant")


@rule("UW-01.1.7", applies=COVER_SALE, before="submission", when=says_of_a_product("adjustable_rate"))
def rates_may_change(application: Application) -> Iterator[Finding]:
    """可調整費率之個人健康保險及個人傷害保險 (also when 保全 adds it): explained, and the statement is signed."""
    adjustable = [product for product in application.products() if is_adjustable(application, product)]
    if adjustable:
        yield doc(application, RATES, subject="policyholder", line=adjustable[0].line, who="customer")
        for person in application.people(("policyholder",)):
            yield sign(application, RATES, person, signers=("policyholder",))


@rule("UW-01.1.10", each="product", applies=SALE, when=an_annuity_is_bought)
def annuity_of_the_severely_ill(application: Application, product: Product) -> Iterator[Finding]:
    """年金險: 已罹患重症或可能發生短期死亡之疾病，應婉拒其投保; the diseases named are examples."""
    if product.line not in ("annuity", "investment_annuity"):
        return
    told = {str(ill.get("name") or ill.get("title")) for ill in application.entries("insured.diseases")}
    listed = sorted(told & set(application.parameter("diseases_near_death")))
    if application.maybe_flag("insured.severe_illness") or listed:
        yield reject("被保險人罹患重症或可能短期死亡之疾病", subject="insured", line=product.line, items=tuple(listed))
    elif application.maybe_flag("insured.motive_doubtful"):
        yield review("年金險：投保動機及身體狀況須再行確認", "motive", subject="insured", line=product.line)


@rule("UW-01.1.11", each="party", applies=SALE, when=somebody_is_in_hospital)
def is_awake_and_out_of_hospital(application: Application, person: Person) -> Iterator[Finding]:
    """準保戶仍住院中或意識不清，不受理其投保."""
    for name, text in (("in_hospital_now", "仍住院中"), ("unconscious", "意識不清")):
        if application.maybe_flag(application.about(person, name)):
            yield reject(f"{named(person)}投保當時{text}", subject=person.role, person=person.role)


@rule("UW-01.7.4", applies=SALE, when="agent_report.promised_distribution")
def no_distribution_is_promised(application: Application) -> Iterator[Finding]:
    """不得於銷售時預先承諾保戶首次收益分配/資產撥回時間."""
    promised = application.maybe_flag("agent_report.promised_distribution")
    if promised is not None:
        path = "agent_report.promised_distribution"
        yield attest("未預先承諾首次收益分配/資產撥回時間", not promised, path, subject="agent")


def life_or_accident(application: Application, product: Product) -> bool:
    """具有人壽保險或傷害保險性質之保險商品."""
    return product.line in (*LIFE, *ACCIDENT) or application.maybe_flag(product.path("accident_type")) is True


def is_adjustable(application: Application, product: Product) -> bool:
    """個人健康保險及傷害保險 with 可調整費率; `individual` false is group business."""
    if not application.maybe_flag(product.path("adjustable_rate")):
        return False
    kind = product.line in application.parameter("health_lines") or product.line in application.parameter(
        "accident_lines"
    )
    flagged = any(application.maybe_flag(product.path(name)) for name in ADJUSTED)
    return (kind or flagged) and application.maybe_flag(product.path("individual")) is not False
