"""貳、六 保單類型, 七 電子保單."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.ages import is_adult
from underwriting.answers import attest, doc, note, pending, reject
from underwriting.application import PARTIES, Application, Person
from underwriting.evidence import named
from underwriting.model import Finding
from underwriting.rule import all_of, new_business, rule


def on_screen(application: Application) -> bool:
    return application.stated("application.policy_form") == "electronic"


def out(application: Application) -> bool:
    return application.stated("clock.issue_date") is not None


electronic = all_of(new_business, on_screen)
issued = all_of(new_business, on_screen, out)


@rule("UW-02.6", applies=new_business)
def form_of_the_policy(application: Application) -> Iterator[Finding]:
    """電子保單、紙本保單."""
    form = application.maybe_text("application.policy_form")
    if form:
        text = "電子保單" if form == "electronic" else "紙本保單"
        yield note("VALUE", f"保單類型：{text}", status="satisfied", value=form)


@rule("UW-02.7.1", each="policyholder", applies=electronic)
def electronic_for_capable_adults(application: Application, person: Person) -> Iterator[Finding]:
    """要保人需成年且具行為能力始可申請; 監護 takes the capacity, 輔助 does not (壹、一、(三)2)."""
    adult = is_adult(application, person)
    capable = application.text(application.about(person, "guardianship")) != "guardianship"
    if not (adult and capable):
        yield reject(
            f"{named(person)}須成年且具行為能力始可申請電子保單", subject=person.role, scope="electronic_policy"
        )


@rule("UW-02.7.2", applies=electronic)
def application_for_it(application: Application) -> Iterator[Finding]:
    """銀行保險及電話行銷通路請填寫「電子保單申請書」; others tick it on the form."""
    channel = str(application.stated("application.channel", "agency"))
    if channel == "bank" or channel.startswith("telemarketing"):
        yield doc(application, "電子保單申請書", subject="policyholder", who="customer")


@rule("UW-02.7.3", applies=electronic)
def mobile_numbers_of_both(application: Application) -> Iterator[Finding]:
    """務必提供要保人及被保險人之行動電話."""
    lacking = tuple(role for role in PARTIES if not application.stated(f"{role}.mobile"))
    text = "電子保單：提供要保人及被保險人之行動電話"
    yield pending(text, not lacking, subject="policyholder", items=lacking, field="policyholder.mobile")


@rule("UW-02.7.4", applies=issued)
def issue_is_told(application: Application) -> Iterator[Finding]:
    """以簡訊發送電子保單發單通知; e-mail too when it is given."""
    ways = ("sms", "email") if application.stated("policyholder.email") else ("sms",)
    yield note("NOTIFY", "發送電子保單發單通知", subject="policyholder", to="policyholder", items=ways)


@rule("UW-02.7.5", applies=issued)
def signed_for_online(application: Application) -> Iterator[Finding]:
    """身分證號+OTP 一次性密碼進行身分認證後簽收; the paper 「電子保單投保說明書」 goes out too."""
    path = "receipt.online"
    text = "要保人線上簽收電子保單（身分證號＋OTP）"
    yield attest(text, application.maybe_flag(path), path, subject="policyholder", who="customer")
    yield doc(application, "電子保單投保說明書", subject="policyholder", who="reviewer")
