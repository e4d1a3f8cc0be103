"""壹拾捌 OIU: who may take out an offshore policy, with which papers, and how it is paid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from underwriting.answers import doc, note, pending, reject, review
from underwriting.application import Application, Person
from underwriting.evidence import documents, named, status
from underwriting.model import Finding, Value
from underwriting.rule import rule
from underwriting.scopes import oiu

section = partial(rule, applies=oiu)
PASSPORTS = ("護照", "有效護照影本", "大陸居民往來台灣通行證", "台灣地區入出境許可證")
SECOND_IDS = ("身分證件", "駕駛執照", "原居地證件", "永久居留地證件")


@section("UW-18.1", each="party")
def foreigner_without_domicile(application: Application, person: Person) -> Iterator[Finding]:
    lacking = []
    if not application.flag(application.about(person, "foreign_passport")):
        lacking.append("foreign_passport")
    lacking += [n for n in ("household_registered", "arc") if application.need(application.about(person, n))]
    if lacking:
        text = f"{named(person)}須持有外國護照且在中華民國境內無戶籍、未取得外僑居留證"
        yield reject(text, subject=person.role, person=person.role, items=tuple(lacking))


@section("UW-18.2.1")
def signed_inside_the_country(application: Application) -> Iterator[Finding]:
    if application.text("application.signed_in") != "TW":
        yield reject("OIU 新契約保單限於境內簽約", field="application.signed_in")
    yield doc(application, "入境證明", "入境確認章頁面", who="customer")


@section("UW-18.2.2")
def finances_are_stated(application: Application) -> Iterator[Finding]:
    yield doc(application, "財務狀況告知書", who="customer")


@section("UW-18.2.3.1", each="party")
def passport_with_a_fresh_entry_stamp(application: Application, person: Person) -> Iterator[Finding]:
    yield _paper(application, person, PASSPORTS, "有效護照(含基本資料及入境確認章頁面)")
    entered, day = application.day(application.about(person, "entry_date")), application.day("application.date")
    fresh = entered <= day <= entered + timedelta(days=application.parameter("oiu_entry_days"))
    path = application.about(person, "entry_date")
    yield pending("入境確認章須在 180 天內", fresh, subject=person.role, person=person.role, field=path)


@section("UW-18.2.3.2", each="party")
def second_photo_id(application: Application, person: Person) -> Iterator[Finding]:
    yield _paper(application, person, SECOND_IDS, "附有照片之第二種有效身分證件影本")


@section("UW-18.2.4", when="flags")
def more_papers_on_demand(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("flags.identity_doubt"):
        yield review("核保單位得要求提供其他相關驗證身分證明文件", "identity")


@section("UW-18.3.1")
def first_premium_goes_to_the_offshore_account(application: Application) -> Iterator[Finding | Value]:
    accounts = application.parameter("oiu_accounts")
    number = _policy_number(application)
    yield Value("first_account_ctbc", accounts["ctbc_first"])
    yield Value("first_account_sinopac_prefix", f"{accounts['sinopac_prefix']}{number}")
    yield note("VALUE", "匯款須全額到匯（MT103+MT202 或 71A 選 OUR）", value=accounts["ctbc_first"])


@section("UW-18.3.2")
def renewal_goes_to_the_virtual_account(application: Application) -> Iterator[Finding | Value]:
    accounts = application.parameter("oiu_accounts")
    account = f"{accounts['ctbc_renewal_prefix']}{_policy_number(application)}{accounts['ctbc_renewal_suffix']}"
    yield Value("renewal_account_ctbc", account)
    yield note("VALUE", "第二期後匯款帳號（中國信託）", value=account)


@section("UW-18.3.3")
def transfer_in_four_currencies(application: Application) -> Iterator[Finding]:
    if application.stated("application.payment_method") != "bank_transfer":
        return
    currency = application.text("application.currency")
    if currency not in application.parameter("oiu_transfer_currencies"):
        yield reject(f"OIU 金融機構轉帳不開放 {currency}", scope="payment_method", field="application.currency")


def _policy_number(application: Application) -> str:
    """保單號碼不足 10 碼者於前頭補 0."""
    return str(application.need("policy_no")).zfill(application.parameter("oiu_policy_digits"))


def _paper(application: Application, person: Person, titles: tuple[str, ...], text: str) -> Finding:
    """A document of this person; one that names nobody counts for all."""
    owners = {d["id"]: d.get("person") for d in application.entries("docs")}
    found = tuple(i for i in documents(application, titles) if owners.get(i) in (None, person.id))
    about = {"subject": person.role, "person": person.role, "who": "customer"}
    return Finding("DOC", f"{named(person)}檢附{text}", status(bool(found)), doc=titles[0], satisfied_by=found, **about)
