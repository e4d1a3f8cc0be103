"""Documents from outside the envelope: evidence while the underwriter accepts them."""

import pytest

from cases import attachments, errors
from cases.assess import assess, requires
from cases.errors_casework import AttachmentInvalid, AttachmentNotFound, TooManyAttachments
from cases.state import State
from tests.cases.stage import AGENT, FATCA, LIN, NEW_BUSINESS, PDF, REVIEWER, STRANGER, UNDERWRITER, WANG


def lacks_fatca(stage, case):
    return FATCA in {f.doc for f in assess(case, stage.desk.rulebook).findings if requires(f)}


async def test_a_document_closes_its_finding_once_accepted_and_opens_it_again_when_refused(stage):
    await stage.under_review(NEW_BUSINESS)
    paper = await stage.attach(WANG, FATCA, "policyholder")
    assert lacks_fatca(stage, await stage.case())
    case = await stage.accept(paper)
    closing = [f for f in assess(case, stage.desk.rulebook).findings if f.doc == FATCA]
    assert {f.satisfied_by for f in closing} == {(case.attachments[0].source,)}
    assert lacks_fatca(stage, await stage.accept(paper, accepted=False))


async def test_only_the_underwriter_says_what_counts(stage):
    await stage.under_review(NEW_BUSINESS)
    paper = await stage.attach(AGENT, FATCA)
    for actor in (AGENT, WANG, REVIEWER):
        with pytest.raises(errors.NotAllowed):
            await attachments.check_attachment(stage.desk, actor, stage.case_id, paper, True, "")
    with pytest.raises(errors.CaseTextInvalid):
        await attachments.check_attachment(stage.desk, UNDERWRITER, stage.case_id, paper, False, "")
    with pytest.raises(AttachmentNotFound):
        await attachments.check_attachment(stage.desk, UNDERWRITER, stage.case_id, "attachment-9", True, "")


async def test_an_upload_repeated_is_there_once(stage):
    await stage.under_review(NEW_BUSINESS)
    assert await stage.attach(AGENT, FATCA) == await stage.attach(AGENT, FATCA) == "attachment-1"
    assert await stage.attach(AGENT, "存款證明") == "attachment-2"  # the same bytes under another title


@pytest.mark.parametrize(
    ("data", "signed_by", "reason"),
    [
        (b"", (), "empty"),
        (b"<html>", (), "not_a_document"),
        (PDF + bytes(attachments.MAX_BYTES), (), "too_large"),
        (PDF, ("payer",), "signer_unknown"),
    ],
)
async def test_what_is_no_document_of_the_case_is_refused(stage, data, signed_by, reason):
    await stage.under_review(NEW_BUSINESS)
    with pytest.raises(AttachmentInvalid) as refused:
        await stage.attach(AGENT, "x", *signed_by, data=data)
    assert refused.value.details["reason"] == reason


async def test_there_is_an_end_to_them(stage, monkeypatch):
    monkeypatch.setattr(attachments, "MAX_ATTACHMENTS", 1)
    await stage.under_review(NEW_BUSINESS)
    await stage.attach(AGENT, "一")
    with pytest.raises(TooManyAttachments):
        await stage.attach(AGENT, "二")


async def test_a_customer_reads_his_own_and_no_stranger_any(stage):
    case = await stage.under_review(NEW_BUSINESS)
    own, agents = await stage.attach(WANG, "我的"), await stage.attach(AGENT, "業務員的")
    assert await attachments.read_attachment(stage.desk, WANG, case.case_id, own) == (PDF, "application/pdf")
    assert await attachments.read_attachment(stage.desk, UNDERWRITER, case.case_id, own) == (PDF, "application/pdf")
    with pytest.raises(AttachmentNotFound):
        await attachments.read_attachment(stage.desk, WANG, case.case_id, agents)
    for actor in (STRANGER, LIN):
        with pytest.raises(errors.CaseNotFound):
            await attachments.read_attachment(stage.desk, actor, case.case_id, own)


async def test_nothing_is_attached_before_the_case_is_submitted(stage):
    case = await stage.open(NEW_BUSINESS)
    assert case.state == State.OPEN
    with pytest.raises(errors.WrongState):
        await stage.attach(AGENT, FATCA)
