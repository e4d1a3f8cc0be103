"""壹、五【註2】 聽語障或語障人士: a family member helps a client who cannot speak to be recorded."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.answers import attest, doc, pending
from underwriting.application import CLIENTS, Application
from underwriting.evidence import documents
from underwriting.model import Finding
from underwriting.rule import rule
from underwriting.rules.c01_needs import SALE
from underwriting.rules.c01_senior import clients_to_record

SPEECHLESS = ("hearing_speech", "speech")
FAMILY = ("parent", "spouse", "adult_child", "lives_together")
TEMPLATE, COPIES = "高齡錄音範本紙本", "身心障礙證明正反面影本"
STEPS = {
    "authority_said": "陪同家屬聲明經客戶授權協助錄音",
    "answers_written": "客戶逐題書寫回答，陪同家屬朗讀",
    "statement_written": "客戶書寫完整聲明文字，陪同家屬朗讀",
}


def somebody_cannot_speak(application: Application) -> bool:
    return any(application.stated(f"{role}.disability") in SPEECHLESS for role in CLIENTS)


@rule("UW-01.5.1.11", applies=SALE, when=somebody_cannot_speak)
def companion_is_authorised(application: Application) -> Iterator[Finding]:
    """客戶授權一名陪同家屬協助進行高齡錄音."""
    if speechless(application):
        yield attest("客戶授權陪同家屬協助錄音", application.maybe_flag("companion.authorised"), "companion.authorised")


@rule("UW-01.5.1.12", applies=SALE, when=somebody_cannot_speak)
def companion_is_family(application: Application) -> Iterator[Finding]:
    """(1)A 父母、配偶、成年子女或以永久共同生活為目的同居一家者; without one the report says why."""
    if speechless(application):
        family = application.stated("companion.relation") in FAMILY
        explained = bool(application.stated("agent_report.no_companion_reason"))
        text = "陪同家屬須為父母、配偶、成年子女或同居一家者，若無須於招攬報告書敘明原因"
        yield pending(text, family or explained, subject="recording", field="companion.relation")


@rule("UW-01.5.1.13", applies=SALE, when=somebody_cannot_speak)
def answers_are_written_and_read(application: Application) -> Iterator[Finding]:
    """(1)B, (2), (3): authority said, answers and closing statement written by the client and read by the companion."""
    if speechless(application):
        for name, text in STEPS.items():
            path = f"companion.{name}"
            yield attest(text, application.maybe_flag(path), path, subject="recording")


@rule("UW-01.5.1.14", applies=SALE, when=somebody_cannot_speak)
def template_is_handed_in(application: Application) -> Iterator[Finding]:
    """The signed template, both sides of the certificate, and the kind of disability in the report."""
    if speechless(application):
        yield doc(application, TEMPLATE, subject="recording", who="customer")
        yield doc(application, COPIES, subject="recording", who="customer")
        path = "agent_report.disability_kind"
        yield pending("業務人員招攬報告書敘明身心障礙類別", bool(application.stated(path)), subject="agent", field=path)
        if documents(application, (TEMPLATE,)):
            yield from _signed_by_both(application)


def speechless(application: Application) -> bool:
    """A recorded client with 聽語障 or 語障."""
    roles = (role for role, _ in clients_to_record(application))
    return any(application.stated(f"{role}.disability") in SPEECHLESS for role in roles)


def _signed_by_both(application: Application) -> Iterator[Finding]:
    lacking = tuple(name for name in ("id_no", "relation", "date") if not application.stated(f"companion.{name}"))
    text = "錄音範本紙本：陪同家屬簽名並載明身分證統一編號、關係及日期"
    yield pending(text, not lacking, subject="recording", items=lacking, field="companion")
