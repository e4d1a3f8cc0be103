"""參 要保文件送件時效, 肆 新契約報備規定: paper is delivered on its day, or reported and delivered the next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from underwriting.answers import note, pending
from underwriting.application import Application
from underwriting.dates import ONE_DAY, working_days_after
from underwriting.derived import derived
from underwriting.evidence import status
from underwriting.model import Finding
from underwriting.rule import all_of, new_business, perhaps, rule
from underwriting.scopes import says_of_a_product

ROUTES = {"broker": "保經代服務專區", "agency_company": "保經代服務專區", "bank": "保經代服務專區"}
E_PLATFORM = "e化網路報備專區"


def on_paper(application: Application) -> bool:
    """A mobile or remote application is delivered by the system that takes it."""
    return application.stated("application.medium", "paper") == "paper" and not application.remote


def on_mobile(application: Application) -> bool:
    return not on_paper(application)


PAPER, MOBILE = all_of(new_business, on_paper), all_of(new_business, on_mobile)


@perhaps
def not_on_the_day(application: Application) -> bool:
    return not on_the_day(application)


@rule("UW-03.1", applies=PAPER)
def delivered_on_the_day(application: Application) -> Iterator[Finding]:
    """完成簽署要保文件當日(要保日)送達所屬通訊處完成受理; what is reported has another day (UW-03.2)."""
    due = signed_on(application)
    done = on_the_day(application) or reported(application) is not None
    text = f"要保文件須於要保日 {due} 送達通訊處"
    yield pending(text, done, subject="agent", due=due.isoformat(), field="clock.delivered_at")


@rule("UW-03.2", applies=PAPER, when=not_on_the_day)
def reported_before_midnight(application: Application) -> Iterator[Finding]:
    """未及於當日送達: reported by midnight, delivered 翌日 (the next working day, AMB-07)."""
    if on_the_day(application):
        return
    day, report = signed_on(application), reported(application)
    in_time = report is not None and report <= day
    yield pending(
        "要保日當日午夜12時前完成報備", in_time, subject="agent", due=day.isoformat(), field="clock.reported_at"
    )
    due, next_day = deliver_by(application).isoformat(), (day + ONE_DAY).isoformat()
    delivered = delivered_on(application)
    done = delivered is not None and delivered <= deliver_by(application)
    text = f"報備之日翌日（{next_day}）送達通訊處，至遲次一工作天 {due}"
    yield pending(text, done, subject="agent", due=due, field="clock.delivered_at")


@rule("UW-03.3", applies=PAPER, when=says_of_a_product("discontinued_on"))
def discontinued_products_by_their_notice(application: Application) -> Iterator[Finding]:
    """停售商品之受理作業，應依停售公告辦理."""
    ended = [p.line for p in application.products() if application.stated(p.path("discontinued_on")) is not None]
    if ended:
        yield note("NOTIFY", "停售商品依停售公告受理", subject="products", line=ended[0], to="agent")


@rule("UW-04.1", applies=new_business)
def every_application_is_reported(application: Application) -> Iterator[Finding]:
    """填寫要保文件之日起期限內落實通報作業: by the system, by acceptance, or by a network report."""
    done = on_mobile(application) or delivered_on(application) is not None or reported(application) is not None
    yield pending("新契約收件通報", done, subject="agent", field="clock.reported_at")


@rule("UW-04.2.1", applies=MOBILE)
def mobile_reports_itself(application: Application) -> Iterator[Finding]:
    """行動保平台: 系統將逕行收件通報作業，無須再另外進行網路報備."""
    yield note("VALUE", "行動保平台由系統通報，無須網路報備", status="satisfied", subject="agent", value=False)


@rule("UW-04.2.2", applies=PAPER, when=not_on_the_day)
def paper_is_reported_the_same_day(application: Application) -> Iterator[Finding]:
    """無法於簽約當日送達: 當日進行網路報備(無傳真或語音報備)."""
    if not on_the_day(application):
        report, day = reported(application), signed_on(application)
        done = report is not None and report <= day
        yield pending("簽約當日進行網路報備", done, subject="agent", due=day.isoformat(), field="clock.reported_at")


@rule("UW-04.3", applies=PAPER, when=not_on_the_day)
def where_to_report(application: Application) -> Iterator[Finding]:
    """經代、銀保: 保經代服務專區; 業務一部、二部: e化網路報備專區."""
    if not on_the_day(application):
        route = ROUTES.get(str(application.stated("application.channel", "agency")), E_PLATFORM)
        yield note("VALUE", f"網路報備：{route}", status="satisfied", subject="agent", to=route, value=route)


@rule("UW-04.4", applies=PAPER, when="report")
def what_a_report_holds(application: Application) -> Iterator[Finding]:
    """報備內容應包括下列各款: eight."""
    report = application.stated("report")
    if isinstance(report, dict):
        wanted = application.parameter("network_report_fields")
        lacking = tuple(name for name in wanted if report.get(name) in (None, ""))
        yield pending("網路報備內容", not lacking, subject="agent", items=lacking, field="report")


@rule("UW-04.5", applies=PAPER, when=not_on_the_day)
def delivered_within_a_working_day(application: Application) -> Iterator[Finding]:
    """網路報備後 1 個工作天內."""
    if reported(application) is not None and not on_the_day(application):
        due, delivered = deliver_by(application), delivered_on(application)
        done = delivered is not None and delivered <= due
        yield pending(
            "網路報備後 1 個工作天內送達", done, subject="agent", due=due.isoformat(), field="clock.delivered_at"
        )


@rule("UW-04.6.1", applies=PAPER, when=not_on_the_day)
def late_and_not_reported_is_returned(application: Application) -> Iterator[Finding]:
    """延遲送件且未進行報備件，應予以退件."""
    late = delivered_on(application) is not None and not on_the_day(application)
    if late and reported(application) is None:
        yield Finding("RETURN", "延遲送件且未進行報備，予以退件", status(False), subject="agent", who="reviewer")


@rule("UW-04.6.2", applies=PAPER, when=not_on_the_day)
def late_though_reported_needs_a_reason(application: Application) -> Iterator[Finding]:
    """提報延遲原因並經業務管理單位同意，始可受理；若無合理原因，則予以退件."""
    delivered = delivered_on(application)
    if reported(application) is None or delivered is None or delivered <= deliver_by(application):
        return
    reason = application.stated("report.late_reason") or application.stated("clock.late_reason")
    approved = application.maybe_flag("report.late_approved") or application.maybe_flag("clock.late_approved")
    done = bool(reason) and approved is True
    text = "已報備但延遲受理：延遲原因須經業務管理單位同意，否則退件"
    yield Finding("RETURN", text, status(done), subject="agent", who="agent", field="report.late_approved")


@rule("UW-04.7", applies=new_business, when="event.type")
def rider_changes_are_reported(application: Application) -> Iterator[Finding]:
    """核保過程中附約新增或取消，亦應進行收件通報."""
    if application.stated("event.type") in ("add_rider", "cancel_rider"):
        yield note("NOTIFY", "附約新增或取消：進行收件通報", subject="agent", to="industry_report")


@derived
def signed_on(application: Application) -> date:
    """要保日."""
    return application.maybe_day("clock.application_date") or application.day("application.date")


@derived
def delivered_on(application: Application) -> date | None:
    return application.maybe_day("clock.delivered_at")


@derived
def reported(application: Application) -> date | None:
    """The day of the network report."""
    found = (application.maybe_day(path) for path in ("clock.reported_at", "report.time"))
    return next((day for day in found if day), None)


@derived
def on_the_day(application: Application) -> bool:
    delivered = delivered_on(application)
    return delivered is not None and delivered <= signed_on(application)


@derived
def deliver_by(application: Application) -> date:
    return working_days_after(application, signed_on(application), application.parameter("delivery_working_days"))
