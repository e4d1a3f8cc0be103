"""壹、一、(四) 「保險業務員協助身心障礙者投保機制」."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.answers import doc, note, pending, sign
from underwriting.application import Application, Person
from underwriting.evidence import documents, status
from underwriting.model import Finding
from underwriting.rule import rule
from underwriting.rules.c01_needs import REPORTS, SALE
from underwriting.rules.c06_decision import DECLINED, NOT_ACCEPTED, decision

COPIES = "身心障礙證明正反面影本"
TERMS = {"substandard": "承保條件變更同意書", "limited": "承保條件變更同意書", "exclusion": "批註通知書"}
CONDUCT_UNIT = "業務管理單位"


def perhaps_disabled(application: Application) -> bool:
    return application.stated("insured.disability_certificate") is not False


@rule("UW-01.1.4.1.1", each="insured", applies=SALE, when=perhaps_disabled)
def certificate_is_copied(application: Application, person: Person) -> Iterator[Finding]:
    """Disclosed on the form and both sides attached at acceptance, for every kind of product."""
    if disabled(application, person):
        yield doc(application, COPIES, subject=person.role, person=person.role, who="customer")
        if application.maybe_flag("insured.disability_disclosed") is False:
            yield pending("身心障礙須於要保書告知", False, subject=person.role, field="insured.disability_disclosed")


@rule("UW-01.1.4.1.2", each="insured", applies=SALE, when=perhaps_disabled)
def product_fits_his_need(application: Application, person: Person) -> Iterator[Finding]:
    """商品需求: the agent's statement of need and suitability is the solicitation report."""
    if disabled(application, person):
        yield agent_states(application, "瞭解身心障礙客戶需求並以可理解的方式溝通")


@rule("UW-01.1.4.1.3", each="insured", applies=SALE, when=perhaps_disabled)
def agent_helps_to_fill_in(application: Application, person: Person) -> Iterator[Finding]:
    """開始作業: 協助客戶據實填寫要保文件."""
    if disabled(application, person):
        yield agent_states(application, "協助身心障礙客戶據實填寫要保文件及提供資料")


@rule("UW-01.1.4.1.4", each="insured", applies=SALE, when="application.decision")
def terms_are_explained_and_signed(application: Application, person: Person) -> Iterator[Finding]:
    """loading or exclusion is signed by the client; 延期/婉拒 is written to the policyholder with a reason."""
    decided = decision(application)
    if not disabled(application, person) or decided is None:
        return
    for policyholder in application.people(("policyholder",)):
        if decided in TERMS:
            yield sign(application, TERMS[decided], policyholder, signers=("policyholder",))
    if decided in (*NOT_ACCEPTED, *DECLINED):
        yield note("NOTIFY", "以書面敘明未能承保原因通知要保人", to="policyholder", action="written_reason")


@rule("UW-01.1.4.2", each="insured", applies=SALE, when="event.refused_disabled_client")
def dissuading_is_disciplined(application: Application, person: Person) -> Iterator[Finding]:
    """逕行拒絕受理、拒絕協助送件或勸退者，依「保險業務員管理規則」予以處分 (AMB-45)."""
    if application.maybe_flag("event.refused_disabled_client") and disabled(application, person):
        yield note("NOTIFY", "業務員拒絕或勸退身心障礙客戶：通報業務管理單位", subject="agent", to=CONDUCT_UNIT)


@rule("UW-01.1.4.3", each="insured", applies=SALE, when=perhaps_disabled)
def missing_copies_are_reported(application: Application, person: Person) -> Iterator[Finding]:
    """未檢附身心障礙證明正反面影本: 通報業務管理單位進行招攬異常了解."""
    if disabled(application, person) and not documents(application, (COPIES,)):
        yield note("NOTIFY", f"未檢附{COPIES}：通報業務管理單位", subject="agent", to=CONDUCT_UNIT)


def disabled(application: Application, person: Person) -> bool:
    """領有身心障礙證明或手冊者."""
    return application.flag(application.about(person, "disability_certificate"))


def agent_states(application: Application, text: str) -> Finding:
    found = documents(application, REPORTS)
    return Finding("ATTEST", text, status(bool(found)), subject="agent", satisfied_by=found)
