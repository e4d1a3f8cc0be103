"""貳、五 「業務人員招攬報告書」填寫注意事項."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.answers import doc, note, pending
from underwriting.application import Application
from underwriting.evidence import documents, status
from underwriting.model import Finding
from underwriting.rule import all_of, new_business, rule, telemarketing

REPORT, CORPORATE_REPORT = "業務人員招攬報告書", "業務人員招攬報告書(法人適用)"


@rule("UW-02.5.1.1", applies=new_business, before="acceptance")
def agent_report_is_attached(application: Application) -> Iterator[Finding]:
    """要保人為自然人，請填寫「業務人員招攬報告書」."""
    if application.stated("policyholder.type", "natural") == "natural":
        yield doc(application, REPORT, subject="agent")


@rule("UW-02.5.1.2", applies=new_business)
def corporate_report_is_attached(application: Application) -> Iterator[Finding]:
    """要保人為法人/公司行號."""
    if application.stated("policyholder.type") == "corporate":
        yield doc(application, CORPORATE_REPORT, subject="agent")


@rule("UW-02.5.1.3", applies=all_of(new_business, telemarketing))
def the_call_proves_suitability(application: Application) -> Iterator[Finding]:
    """電話行銷線上招攬: the recording proves the suitability analysis; its data stand in 「業務人員報告書」."""
    if application.stated("application.channel") == "telemarketing_voice":
        found = documents(application, ("業務人員報告書", REPORT))
        text = "電話錄音資料記載於「業務人員報告書」"
        yield Finding("ATTEST", text, status(bool(found)), subject="agent", satisfied_by=found)


@rule("UW-02.5.2", applies=new_business, when="agent_report")
def report_is_signed_and_dated(application: Application) -> Iterator[Finding]:
    """親自簽名及書寫填寫日期，並填寫登錄證字號; asked of a report that somebody has read."""
    lacking = unfilled(application, "signature")
    if lacking is not None:
        yield pending(
            "招攬報告書簽名、填寫日期及登錄證字號", not lacking, subject="agent", items=lacking, field="agent_report"
        )


@rule("UW-02.5.3.1", applies=new_business, when="agent_report")
def report_names_the_policy(application: Application) -> Iterator[Finding]:
    """第一部份: 保單基本資訊."""
    lacking = unfilled(application, "part_1")
    if lacking is not None:
        yield pending("招攬報告書第一部份", not lacking, subject="agent", items=lacking, field="agent_report")


@rule("UW-02.5.3.2", applies=new_business, when="agent_report")
def report_carries_the_numbers(application: Application) -> Iterator[Finding]:
    """第二部份, 有符合情境須填寫: the network report's and the recordings' numbers."""
    if unfilled(application, "part_1") is None:
        return
    filled = application.stated("agent_report.filled", ())
    needs = {"report_no": application.stated("clock.reported_at"), "recording_no": application.entries("recordings")}
    lacking = tuple(name for name, happened in needs.items() if happened and name not in filled)
    yield pending("招攬報告書第二部份", not lacking, subject="agent", items=lacking, field="agent_report")


@rule("UW-02.5.3.3", applies=new_business, when="agent_report")
def report_gives_its_account(application: Application) -> Iterator[Finding]:
    """第三部份 1~4 必填: left out is asked for, contradicted or concealed is reported."""
    lacking = unfilled(application, "part_3")
    if lacking is not None:
        yield pending("招攬報告書第三部份必填項目", not lacking, subject="agent", items=lacking, field="agent_report")
    if application.maybe_flag("agent_report.inconsistent"):
        text = "招攬報告書資訊不一致或隱匿：通知業務管理單位"
        yield note("NOTIFY", text, subject="agent", to="業務管理單位")


@rule("UW-02.5.3.4", applies=new_business, when="agent_report")
def report_tells_what_else_matters(application: Application) -> Iterator[Finding]:
    """第三部份 5~8: disability and its kind, illiteracy or no signature, where they are so."""
    if unfilled(application, "part_3") is None:
        return
    filled = application.stated("agent_report.filled", ())
    insured = "insured"
    needs = {
        "disability_kind": application.stated(f"{insured}.disability_certificate") is True,
        "other_information": application.stated(f"{insured}.illiterate") is True
        or application.stated(f"{insured}.cannot_sign_reason") is not None,
    }
    lacking = tuple(name for name, happened in needs.items() if happened and name not in filled)
    yield pending("招攬報告書第三部份其他項目", not lacking, subject="agent", items=lacking, field="agent_report")


def unfilled(application: Application, part: str) -> tuple[str, ...] | None:
    """What `agent_report.filled` does not name of this part; None while nobody has read the report."""
    filled = application.stated("agent_report.filled")
    if not isinstance(filled, list | tuple):
        return None
    return tuple(name for name in application.parameter("report_fields")[part] if name not in filled)
