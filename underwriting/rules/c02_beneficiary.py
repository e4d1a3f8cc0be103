"""貳、四、(四) beneficiaries: who they are, for 洗錢防制."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from underwriting.answers import doc, pending, review
from underwriting.application import Application
from underwriting.model import Finding
from underwriting.rule import new_business, perhaps, rule

HEIRS = "legal_heirs"
WANTED = ("id_no", "address", "phone")
ID_TYPES = ("national_id", "arc", "residence_permit", "passport", "other")
ARTICLES = ("法人章程", "類似之權利文件影本")
QUESTIONNAIRE = "防制洗錢及打擊資恐風險辨識問卷（法人及信託受託人適用）"


@perhaps
def somebody_is_named(application: Application) -> bool:
    return bool(named(application))


@rule("UW-02.4.4.1", applies=new_business, when=somebody_is_named)
def each_beneficiary_is_identified(application: Application) -> Iterator[Finding]:
    """除指定為「法定繼承人」外，逐一填寫身分證明文件號碼，並留存聯絡地址及電話."""
    for index, entry in named(application):
        lacking = tuple(name for name in WANTED if not entry.get(name) and not (name == "id_no" and registered(entry)))
        yield pending(
            f"受益人 {index + 1}：身分證明文件號碼、聯絡地址及電話",
            not lacking,
            subject="beneficiaries",
            items=lacking,
            field=f"beneficiaries.{index}",
        )


@rule("UW-02.4.4.2", applies=new_business, when=somebody_is_named)
def natural_beneficiaries(application: Application) -> Iterator[Finding]:
    """身分證、居留證統一證號、護照號碼或其他身分證明文件號碼."""
    for index, entry in named(application):
        kind = entry.get("id_type")
        if entry.get("type") == "natural" and kind is not None and kind not in ID_TYPES:
            yield pending(
                "受益人身分證明文件種類", False, subject="beneficiaries", field=f"beneficiaries.{index}.id_type"
            )


@rule("UW-02.4.4.3", applies=new_business, when=somebody_is_named)
def corporate_beneficiaries(application: Application) -> Iterator[Finding]:
    """以合法登記之法人為限: number, articles, questionnaire; judged by the rules for corporate policyholders."""
    for index, entry in named(application):
        if entry.get("type") == "corporate":
            yield pending(
                "法人受益人須合法登記並註明名稱及統一編號或登記字號",
                registered(entry) and entry.get("registered") is not False,
                subject="beneficiaries",
                field=f"beneficiaries.{index}",
            )
            yield doc(application, *ARTICLES, subject="beneficiaries", who="customer")
            yield doc(application, QUESTIONNAIRE, subject="beneficiaries", who="customer")
            yield review("法人為受益人：評估與投保目的是否相符", "corporate_beneficiary", subject="beneficiaries")


@rule("UW-02.4.4.4", applies=new_business, when=somebody_is_named)
def welfare_beneficiaries(application: Application) -> Iterator[Finding]:
    """社福團體: registration number and date, articles, questionnaire; the 實質受益人 may be named at the claim."""
    for index, entry in named(application):
        if entry.get("type") == "welfare":
            lacking = tuple(name for name in ("registration_no", "registered_on") if not entry.get(name))
            text = "社福團體註冊設立字號及日期"
            yield pending(text, not lacking, subject="beneficiaries", items=lacking, field=f"beneficiaries.{index}")
            yield doc(application, *ARTICLES, subject="beneficiaries", who="customer")
            yield doc(application, QUESTIONNAIRE, subject="beneficiaries", who="customer")


def named(application: Application) -> list[tuple[int, dict[str, Any]]]:
    """Beneficiaries other than 法定繼承人, of every benefit."""
    return [(i, e) for i, e in enumerate(application.listed("beneficiaries")) if e.get("type") != HEIRS]


def registered(entry: dict[str, Any]) -> bool:
    return any(entry.get(name) for name in ("tax_id", "registration_no", "id_no"))
