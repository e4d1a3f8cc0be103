"""壹拾貳 新契約集體彙繳: who may pay together, and what the group sends in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.answers import doc, note, reject, sign
from underwriting.application import Application
from underwriting.checks import the
from underwriting.model import Finding, Value
from underwriting.rule import rule

FORM = "新契約集體彙繳申請書"
TRANSFER = "保險費暨保險單借款利息自動轉帳付款授權書"
IN_SERVICE = "在職證明文件"
KINSHIP = ("家屬之身分證明文件", "身分證影本", "戶口名簿影本", "戶籍謄本影本")
EMPLOYED = ("regular", "hired")  # 正式員工, 軍方一級單位之雇用人員


def collective(application: Application) -> bool:
    return application.stated("group.insured_count") is not None


section = partial(rule, applies=collective)


@section("UW-12.1.1")
def at_least_five_insured(application: Application) -> Iterator[Finding | Value]:
    count = _count(application)
    yield Value("collective_count", count)
    if count < application.parameter("collective_minimum"):
        yield reject(f"集體彙繳須 5 人(含)以上為被保險人，現為 {count} 人", scope="group", field="group.insured_count")


@section("UW-12.1.2")
def first_by_remittance_renewal_by_transfer(application: Application) -> Iterator[Finding | Value]:
    methods = application.parameter("collective_methods")
    wrong = [
        path
        for path, allowed in (("payment_method", methods["first"]), ("renewal_method", methods["renewal"]))
        if application.text(f"application.{path}") not in allowed
    ]
    enough = _count(application) >= application.parameter("collective_minimum")
    yield Value("collective_ok", enough and not wrong)
    if wrong:
        yield reject(
            "集體彙繳首期限匯款或金融機構轉帳，續期限金融機構轉帳",
            scope="group",
            items=tuple(f"application.{path}" for path in wrong),
        )


@section("UW-12.1.3", when="group.inforce_counted")
def in_force_insured_are_counted(application: Application) -> Iterator[Finding]:
    """合併有效契約被保險人, without 旅平險, 團險, 一年期人身保險; the rate is for new contracts only."""
    merged = application.stated("group.inforce_counted", 0)
    if merged:
        yield note("VALUE", f"合併有效契約被保險人 {merged} 人", value=merged, scope="new_contracts")


@section("UW-12.2.1", when="group.kind")
def group_has_an_employer_or_is_registered(application: Application) -> Iterator[Finding]:
    kind = application.stated("group.kind")
    if kind is not None and kind not in application.parameter("collective_group_kinds"):
        yield reject(
            "須為有一定雇主之員工團體或具有法人資格或依法設立登記有案之團體", scope="group", field="group.kind"
        )


@section("UW-12.2.2", when="group.kind")
def government_unit_stands_alone(application: Application) -> Iterator[Finding]:
    yield from _own_group(application, "government", "政府機構依人事、會計獨立單位個別成立集體彙繳團體")


@section("UW-12.2.3", when="group.kind")
def affiliate_stands_alone(application: Application) -> Iterator[Finding]:
    yield from _own_group(application, "affiliate", "金控/集團/關係企業依人事會計獨立單位個別成立集體彙繳團體")


@section("UW-12.2.4", when="group.members")
def conscripts_are_no_members(application: Application) -> Iterator[Finding]:
    excluded = application.parameter("collective_excluded_members")
    wrong = tuple(m["id"] for m in _members(application, "employee") if m.get("employment") in excluded)
    if wrong:
        yield reject("義務役、替代役官兵或軍校學生非一般集體彙繳件適用對象", scope="member", items=wrong)


@section("UW-12.2.5", when="group.members")
def employees_are_regular_and_paid(application: Application) -> Iterator[Finding]:
    excluded = application.parameter("collective_excluded_members")
    wrong = tuple(
        m["id"]
        for m in _members(application, "employee")
        if m.get("paid_regularly") is False or m.get("employment", "regular") not in (*EMPLOYED, *excluded)
    )
    if wrong:
        yield reject("員工以正式僱用且定期支領薪資者為限", scope="member", items=wrong)


@section("UW-12.2.6", when="group.members")
def family_is_close_or_lives_together(application: Application) -> Iterator[Finding]:
    close = application.parameter("collective_family")
    wrong = tuple(
        m["id"]
        for m in _members(application, "family")
        if m.get("relation") not in close and m.get("lives_together") is not True
    )
    if wrong:
        yield reject("家屬須為員工之父母、配偶、子女及其他共同居住之親屬", scope="member", items=wrong)


@section("UW-12.3.2", when="payment_change.renewal_to")
def discount_ends_with_the_transfer(application: Application) -> Iterator[Finding | Value]:
    to = application.stated("payment_change.renewal_to")
    if to is not None and to not in application.parameter("collective_methods")["renewal"]:
        due = application.stated("payment_change.next_due")
        yield Value("collective_discount", False)
        yield note("VALUE", "自最近一期應繳保險費起取消集體彙繳保費折扣", due=due, value=False)


@section("UW-12.4.1")
def form_is_signed_by_the_policyholder(application: Application) -> Iterator[Finding]:
    yield doc(application, FORM)
    holder = the(application, "policyholder")
    if holder:
        yield sign(application, FORM, holder, signers=("policyholder",))


@section("UW-12.4.2")
def employee_proves_the_job(application: Application) -> Iterator[Finding]:
    if _members(application, "employee") or not _members(application, "family"):
        yield doc(application, IN_SERVICE, "服務證", "工作證", "扣繳憑單", text="員工檢附在職證明文件影本")


@section("UW-12.4.3", when="group.members")
def family_proves_the_kinship(application: Application) -> Iterator[Finding]:
    family = _members(application, "family")
    if family:
        yield doc(application, IN_SERVICE, "服務證", "工作證", "扣繳憑單", text="家屬檢附員工之在職證明文件影本")
    close = application.parameter("collective_family")
    unclear = [m for m in family if m.get("relation") not in close or m.get("relation_on_application") is not True]
    if unclear:
        yield doc(application, *KINSHIP, text="家屬檢附身分證、戶口名簿或戶籍謄本影本為關係佐證")


@section("UW-12.4.4")
def transfer_is_authorised(application: Application) -> Iterator[Finding]:
    yield doc(application, TRANSFER)


@section("UW-12.5.1", when="group.inforce_counted")
def in_force_insured_are_declared(application: Application) -> Iterator[Finding]:
    if application.stated("group.inforce_counted", 0) and application.stated("group.new") is not False:
        yield doc(application, FORM, text="於申請書聲明有效契約被保險人的加入資格及與員工的關係", field="group.inforce")


@section("UW-12.5.2", when="group.fictitious")
def fictitious_group_loses_the_rate(application: Application) -> Iterator[Finding | Value]:
    if application.stated("group.fictitious") is True:
        yield Value("collective_discount", False)
        yield note("VALUE", "集體彙繳團體係虛設，取消集體彙繳費率", value=False, scope="group")


def _count(application: Application) -> int:
    return int(application.number("group.insured_count") + (application.maybe_number("group.inforce_counted") or 0))


def _own_group(application: Application, kind: str, text: str) -> Iterator[Finding]:
    if application.stated("group.kind") == kind and application.flag("group.independent_unit") is False:
        yield reject(text, scope="group", field="group.independent_unit", action="split")


def _members(application: Application, role: str) -> list[dict]:
    return [m for m in application.entries("group.members") if m.get("role") == role]
