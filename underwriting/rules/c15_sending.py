"""壹拾伍、四~七: what is uploaded, when it counts as received, the papers that follow, and the policy itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial

from underwriting.ages import attained_age, is_adult
from underwriting.answers import doc, note, pending, reject, review, sign
from underwriting.application import PARTIES, Application, Person, Unknown
from underwriting.dates import working_days_after
from underwriting.evidence import document_named, documents, ids, named, signatures, status
from underwriting.model import Finding, Value
from underwriting.rule import all_of, rule
from underwriting.rules.c15_medium import CHANGE, mobile
from underwriting.rules.c15_mobile import mode_1, mode_2, usable_photos
from underwriting.shapes import TAIPEI

TRANSFER = "自動轉帳付款授權書"
CARD = "保險費信用卡付款授權書"
RECEIPT = "保險單簽收回條"
CONSENT = "行動投保系統確認同意書"


def received_by_system(application: Application) -> bool:
    return application.stated("clock.system_received_at") is not None


def submitted(application: Application) -> bool:
    return application.stated("clock.submitted_at") is not None


def packaged(application: Application) -> bool:
    return application.stated("clock.packaged_at") is not None


section = partial(rule, applies=mobile)
paper_consent = partial(rule, applies=mode_1)


@section("UW-15.4.2.3")
def account_needs_a_photo(application: Application) -> Iterator[Finding]:
    """【加速核保時效】: an account number without a photo cannot be submitted; 【一般件】 may follow later."""
    if application.stated("application.payment_method") != "bank_transfer":
        return
    fast = application.stated("application.transfer_handling") == "fast"
    photos = [p for p in usable_photos(application) if p.get("document") == TRANSFER]
    if fast and application.stated("application.account_number") and not photos:
        yield reject("已輸入帳號但未拍照上傳自動轉帳付款授權書，無法完成遞交", scope="submit", doc=TRANSFER)


@section("UW-15.4.2.4", when="photos")
def photos_are_clear(application: Application) -> Iterator[Finding]:
    unclear = tuple(p["id"] for p in application.entries("photos") if p.get("clear") is False)
    if unclear:
        yield pending("上傳文件不清楚或不完整，照會補全", False, subject="photos", field="photos", items=unclear)


@section("UW-15.4.3")
def seniors_are_recorded(application: Application) -> Iterator[Finding]:
    yield note("VALUE", "錄音作業依「高齡者投保」（UW-01.5）", reason="see_senior_recording")


@rule("UW-15.4.4", applies=received_by_system)
def day_ends_at_midnight(application: Application) -> Iterator[Finding | Value]:
    """23:59 by the system's record, that minute included (AMB-20); a product off sale is refused after it."""
    received = _moment(application, "clock.system_received_at").date()
    yield Value("acceptance_date", received.isoformat())
    yield note("DATE", f"受理日 {received}", due=received.isoformat())
    for product in application.products():
        off = application.maybe_day(product.path("discontinued_on"))
        if off and received > off:
            yield reject("商品停售，逾時不予受理", subject="product", line=product.line, scope="product")


@rule("UW-15.4.5", applies=all_of(mobile, received_by_system))
def client_is_told_of_the_receipt(application: Application) -> Iterator[Finding]:
    yield note("NOTIFY", "寄送受理簡訊通知保戶", to="policyholder", reason="received")


@rule("UW-15.4.6.1", applies=all_of(mobile, submitted))
def papers_follow_in_one_working_day(application: Application) -> Iterator[Finding | Value]:
    """業務通路; for a product off sale its notice prevails."""
    sent = _moment(application, "clock.submitted_at").date()
    due = working_days_after(application, sent, application.parameter("paper_working_days"))
    yield Value("consent_original_deadline", due.isoformat())
    back = application.maybe_day("consent.original_received_at")
    if mode_1(application):
        text = f"「行動投保系統確認同意書」正本須於 {due} 前報繳"
        by = ("consent.original_received_at",) if back else ()
        yield Finding("PENDING", text, status(back is not None), due=due.isoformat(), satisfied_by=by, doc=CONSENT)
    text = "授權書正本、首期繳費憑證、FATCA 及 CRS 相關文件應於時限內報繳"
    yield note("DATE", text, due=due.isoformat(), to="agent")


@rule("UW-15.4.6.2", applies=mode_2)
def digital_consent_has_no_original(application: Application) -> Iterator[Finding]:
    yield note("VALUE", "數位簽署無紙本同意書需繳回", value="no_original")


@section("UW-15.4.7")
def policy_is_issued_when_all_is_done(application: Application) -> Iterator[Finding]:
    """核保通過, 完成繳費, and in mode 1 the consent's original."""
    if application.stated("clock.issue_date") is None:
        return
    lacking = []
    if application.stated("application.status") != "underwriting_done":
        lacking.append("application.status")
    if application.maybe_flag("application.premium_received") is not True:
        lacking.append("application.premium_received")
    if mode_1(application) and not application.stated("consent.original_received_at"):
        lacking.append("consent.original_received_at")
    text = "核保通過、完成繳費並繳回同意書正本，始可承保發單"
    yield pending(text, not lacking, field="clock.issue_date", items=tuple(lacking))


@section("UW-15.4.8", when="event.type")
def changes_have_their_form(application: Application) -> Iterator[Finding]:
    kind = application.stated("event.type")
    if kind == "content_changed":
        yield doc(application, CHANGE, who="customer")
    if kind == "card_changed":
        yield doc(application, CARD, who="customer")


@rule("UW-15.4.9", applies=packaged)
def offline_package_is_sent_in_twelve_hours(application: Application) -> Iterator[Finding]:
    packed = _moment(application, "clock.packaged_at")
    due = packed + timedelta(hours=application.parameter("package_hours"))
    sent = _moment(application, "clock.submitted_at")
    if _comparable(sent, due) > due:
        yield Finding("CANCEL", "離線封包逾 12 小時，註銷", due=due.isoformat(), field="clock.submitted_at")


@rule("UW-15.4.10", applies=all_of(mobile, received_by_system))
def receipt_says_how_it_was_signed(application: Application) -> Iterator[Finding]:
    if application.stated("clock.issue_date") is not None:
        text = "簽收回條含「本人係以 iPad 線上簽名方式要約投保」，保戶親自確認並簽名"
        yield doc(application, RECEIPT, text=text, who="customer")
        yield note("NOTIFY", "遞送保險單前簡訊通知保戶", to="policyholder", reason="delivery")


@rule("UW-15.4.11", when="sampling.call", applies=mode_2)
def sampled_call_asks_about_digital_signing(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("sampling.call"):
        yield note("VALUE", "抽樣電訪額外詢問採「數位簽署」方式投保之意願", scope="call", value="digital_signing_will")


@paper_consent("UW-15.5.1")
def missing_consent_is_queried_then_cancelled(application: Application) -> Iterator[Finding]:
    unclear = application.maybe_flag("consent.clear") is False
    if unclear:
        yield pending("同意書有誤或不清楚，照會補全", False, field="consent")
    if application.maybe_flag("consent.query_overdue"):
        yield Finding("CANCEL", "同意書逾期未回，註銷", field="consent.query_overdue")


@paper_consent("UW-15.5.2", when="consent")
def consent_names_the_contract(application: Application) -> Iterator[Finding]:
    if application.stated("consent") is None:
        return
    wanted = ("for_contract", "form_serial", "policy_no")
    lacking = tuple(f"consent.{name}" for name in wanted if not application.stated(f"consent.{name}"))
    text = "同意書需勾選「訂立保險契約」並註明要保書序號、保單號碼"
    yield pending(text, not lacking, field="consent", items=lacking)


@paper_consent("UW-15.5.3", when="consent.signature_matches")
def signatures_look_alike(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("consent.signature_matches") is False:
        yield review("同意書與電子要保書簽名樣式不一致", "signature_mismatch", subject="policyholder")


@paper_consent("UW-15.5.4", when="consent.policies")
def one_consent_a_policy(application: Application) -> Iterator[Finding]:
    """Two main contracts may share one."""
    policies = application.maybe_number("consent.policies")
    if policies is None:
        return
    shared = application.parameter("shared_consent_mains") if application.maybe_flag("consent.two_mains") else 1
    enough = (application.maybe_number("consent.count") or 0) * shared >= policies
    yield pending("每一張保單均需填寫一張同意書，雙主約得共填一張", enough, field="consent.count")


@section("UW-15.5.5", each="party")
def consent_is_signed_in_person(application: Application, person: Person) -> Iterator[Finding]:
    """親簽; for a child below 7 the legal representative alone (壹、二、(二))."""
    title = _consent(application)
    if attained_age(application, person) >= application.parameter("limited_capacity_age"):
        yield sign(application, title, person, signers=tuple(role for role in person.roles if role in PARTIES))
    if not is_adult(application, person):
        protector = str(application.stated("legal_representative.id", "legal_representative"))
        given = signatures(application, title, protector)
        about = {"subject": person.role, "person": person.role, "who": "customer", "doc": title}
        text = f"{named(person)}未成年，法定代理人一併簽名於「{title}」"
        signers = ("legal_representative",)
        yield Finding("SIGN", text, status(bool(given)), signers=signers, satisfied_by=ids(given), **about)


@section("UW-15.5.7")
def card_holder_signs_his_own_field(application: Application) -> Iterator[Finding]:
    """Even when he is the policyholder or the insured."""
    if application.stated("application.payment_method") != "card":
        return
    title = _consent(application)
    given = [
        s for s in application.entries("signatures") if (s.get("document"), s.get("role")) == (title, "card_holder")
    ]
    text = "授權人需於信用卡授權人簽名欄簽名"
    about = {"subject": "payer", "who": "customer", "doc": title, "field": "信用卡授權人"}
    yield Finding("SIGN", text, status(bool(given)), signers=("card_holder",), satisfied_by=ids(given), **about)


@section("UW-15.6")
def effective_date_by_method(application: Application) -> Iterator[Finding | Value]:
    """T-15.6; never before the application (AMB-05); a changed method has its own day (貳、三、(四))."""
    row = application.parameter("mobile_effective").get(str(application.stated("application.payment_method")))
    if row is None:
        return
    day = application.maybe_day(f"application.{row['date']}")
    if day and application.stated("payment_change") is None:
        start = max(day, application.day("application.date"))
        yield Value("effective_date", start.isoformat())
        yield note("DATE", f"生效日 {start}", due=start.isoformat())
    if row["paper"]:
        photographed = [p["id"] for p in usable_photos(application) if p.get("document") == row["paper"]]
        found = (*documents(application, (row["paper"],)), *photographed)
        yield Finding("DOC", f"檢附「{row['paper']}」", status(bool(found)), doc=row["paper"], satisfied_by=found)


@section("UW-15.7.1")
def system_numbers_and_tells(application: Application) -> Iterator[Finding]:
    if application.stated("clock.issue_date") is not None:
        yield note("NOTIFY", "發單簡訊通知保戶；保單號碼由系統直接給號", to="policyholder", reason="issued")


@section("UW-15.7.2")
def papers_to_hand_in(application: Application) -> Iterator[Finding]:
    wanted = [_consent(application)] if mode_1(application) else []
    if application.stated("application.payment_method") == "remittance":
        wanted.append("匯款憑證")
    if application.stated("application.payment_method") == "bank_transfer":
        wanted.append(TRANSFER)
    yield note("VALUE", f"應報繳之紙本文件：{'、'.join(wanted) or '無'}", items=tuple(wanted))


def _consent(application: Application) -> str:
    """The consent's title; of the two names in mode 2 (AMB-39) the one that lies in the case."""
    titles = application.parameter("mobile_consent_titles")[str(application.stated("application.medium"))]
    return next((title for title in titles if document_named(application, title)), titles[0])


def _moment(application: Application, path: str) -> datetime:
    try:
        found = datetime.fromisoformat(application.text(path))
    except ValueError:
        raise Unknown(path, "malformed") from None
    if not date(1800, 1, 2) <= found.date() < date(2299, 12, 31):
        raise Unknown(path, "malformed")
    return found.astimezone(TAIPEI) if found.tzinfo else found


def _comparable(moment: datetime, other: datetime) -> datetime:
    """A moment without a zone is read in the zone of the other."""
    if (moment.tzinfo is None) == (other.tzinfo is None):
        return moment
    return moment.replace(tzinfo=other.tzinfo)
