import asyncio
from datetime import timedelta

import pytest

from cases import errors, meeting, opening, signing, submission
from cases.reading import case_view
from cases.state import State
from esign.binding import Binding, open_ink
from esign.errors import InkEmpty, InkNotOpened
from tests.cases.stage import AGENT, ALONE, LIN, STRANGER, WANG, on_another_device
from tests.esign.hand import handwriting

FORM = "application_service"
FIELD = f"{FORM}.policyholder"


async def before_signing(stage, request=ALONE):
    """The notice is read, the application too: the next thing is the first signature."""
    await stage.meeting_for(request)
    await stage.finish(WANG, "notice")
    await stage.read(WANG, FORM)
    await stage.recording()


def challenge(stage, actor=WANG, document=FORM, revision=1, field=FIELD):
    return signing.begin_signature(stage.desk, actor, stage.case_id, document, revision, field)


def accept(stage, token, ink, actor=WANG, document=FORM, revision=1, field=FIELD, reason="customer_confirms"):
    return signing.accept_ink(stage.desk, actor, stage.case_id, document, revision, field, token, ink, reason)


async def test_a_signature_binds_document_field_signer_session_and_challenge(stage):
    await before_signing(stage)
    issued = (await stage.case()).document(FORM).issued
    token = await challenge(stage)
    assert token.expires_at == stage.clock.now() + timedelta(minutes=5)
    case, _ = await accept(stage, token.challenge, stage.ink(WANG))
    ink = case.document(FORM).inks[0]
    binding = Binding(issued.sha256, FIELD, WANG.id, WANG.session_id, token.challenge)
    key = await stage.desk.keys.data_key(stage.case_id)
    sealed = await stage.desk.blobs.get(ink.ink_blob, scope=stage.case_id)
    assert len(open_ink(key, sealed, binding).strokes) == 27
    with pytest.raises(InkNotOpened):
        open_ink(key, sealed, Binding(issued.sha256, FIELD, LIN.id, WANG.session_id, token.challenge))


async def test_a_challenge_is_good_once(stage):
    await before_signing(stage)
    token = await challenge(stage)
    await accept(stage, token.challenge, stage.ink(WANG))
    await opening.amend_document(stage.desk, AGENT, stage.case_id, FORM, {"remark": "更正"})
    await stage.issue()
    await stage.read(WANG, FORM)
    with pytest.raises(errors.ChallengeInvalid):
        await accept(stage, token.challenge, stage.ink(WANG), revision=2)


async def test_of_two_who_send_the_same_challenge_one_signs(stage):
    await before_signing(stage)
    token = (await challenge(stage)).challenge
    both = [accept(stage, token, stage.ink(WANG)) for _ in range(2)]
    answers = await asyncio.gather(*both, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], errors.ChallengeInvalid | errors.FieldSigned)
    assert len((await stage.case()).document(FORM).inks) == 1


async def test_a_challenge_lasts_five_minutes(stage):
    await before_signing(stage)
    token = (await challenge(stage)).challenge
    stage.clock.advance(299)
    await stage.recording()
    key = f"challenge:{stage.case_id}:{token}"
    assert await stage.desk.keyvalue.get(key) is not None
    stage.clock.advance(1)
    await stage.recording()
    with pytest.raises(errors.ChallengeInvalid):
        await accept(stage, token, stage.ink(WANG))


async def test_a_challenge_of_one_field_does_not_sign_another(stage):
    await before_signing(stage)
    token = (await challenge(stage)).challenge
    with pytest.raises(errors.ChallengeInvalid):
        await accept(stage, token, stage.ink(WANG), field=f"{FORM}.insured")


async def test_who_has_two_roles_signs_once_in_each(stage):
    await before_signing(stage)
    fields = [field.name for field in (await stage.case()).document(FORM).fields_of(WANG.id)]
    assert fields == [f"{FORM}.policyholder", f"{FORM}.insured"]
    await stage.sign(WANG, FORM, fields[0])
    await stage.recording()
    with pytest.raises(errors.FieldsUnsigned) as refused:
        await signing.complete_document(stage.desk, WANG, stage.case_id, FORM, 1)
    assert refused.value.details == {"fields": [fields[1]]}


async def test_the_same_strokes_twice_are_refused(stage):
    await before_signing(stage)
    ink = stage.ink(WANG)
    await stage.sign(WANG, FORM, f"{FORM}.policyholder", ink)
    with pytest.raises(errors.InkIdentical):
        await stage.sign(WANG, FORM, f"{FORM}.insured", ink)


async def test_strokes_of_another_case_are_refused(stage):
    await before_signing(stage)
    ink = stage.ink(WANG)
    await stage.sign(WANG, FORM, FIELD, ink)
    stage.clock.advance(61)
    await before_signing(stage)
    with pytest.raises(errors.InkIdentical):
        await stage.sign(WANG, FORM, FIELD, ink)


async def test_a_warning_leaves_the_challenge_good_and_a_reason_goes_on(stage):
    await before_signing(stage)
    token = (await challenge(stage)).challenge
    poor = handwriting(9, characters=1)
    with pytest.raises(errors.InkWarnings) as warned:
        await accept(stage, token, poor, reason=None)
    assert "ink_characters_joined" in warned.value.details["warnings"]
    case, warnings = await accept(stage, token, poor, reason="客戶慣用連筆簽名")
    assert list(warnings) == warned.value.details["warnings"]
    for viewer, shown in ((AGENT, warnings), (WANG, ())):
        documents = (await case_view(stage.desk, viewer, case)).documents
        fields = next(document.fields for document in documents if document.id == FORM)
        assert [field.warnings for field in fields if field.signed] == [shown]


async def test_empty_ink_is_refused_and_signs_nothing(stage):
    await before_signing(stage)
    token = (await challenge(stage)).challenge
    with pytest.raises(InkEmpty):
        await accept(stage, token, {"width": 900, "height": 300, "strokes": []})
    assert (await stage.case()).inks == ()


async def test_a_refused_signature_leaves_no_strokes_behind(stage):
    await before_signing(stage)
    token = (await challenge(stage)).challenge
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id, "中斷")
    with pytest.raises(errors.MeetingNotOpen):
        await accept(stage, token, stage.ink(WANG))
    assert await stage.desk.blobs.list(f"cases/{stage.case_id}/ink") == ()


async def test_nobody_signs_anothers_field(stage):
    await stage.meeting_for()
    await stage.finish(WANG, "notice")
    await stage.read(WANG, FORM)
    await stage.recording()
    with pytest.raises(errors.FieldNotYours):
        await challenge(stage, field=f"{FORM}.insured")
    with pytest.raises(errors.FieldUnknown):
        await challenge(stage, field=f"{FORM}.payer")


async def test_a_signed_field_is_signed(stage):
    await before_signing(stage)
    await stage.sign(WANG, FORM, FIELD)
    with pytest.raises(errors.FieldSigned):
        await challenge(stage)


async def test_every_page_is_read_before_anything_is_signed_or_completed(stage):
    await stage.meeting_for(ALONE)
    await stage.recording()
    with pytest.raises(errors.PagesUnread):
        await signing.complete_document(stage.desk, WANG, stage.case_id, "notice", 1)
    await stage.finish(WANG, "notice")
    await stage.recording()
    with pytest.raises(errors.PagesUnread) as refused:
        await challenge(stage)
    pages = (await stage.case()).document(FORM).issued.pages
    assert refused.value.details == {"pages": list(range(1, pages + 1))}
    with pytest.raises(errors.PageUnknown):
        await signing.read_page(stage.desk, WANG, stage.case_id, FORM, 1, pages + 1)


async def test_reading_a_page_again_is_no_second_event(stage):
    await stage.ready(ALONE)
    first = await signing.read_page(stage.desk, WANG, stage.case_id, "notice", 1, 1)
    again = await signing.read_page(stage.desk, WANG, stage.case_id, "notice", 1, 1)
    assert (again.version, first.documents[0].pages_read(WANG.id)) == (first.version, (1,))


async def test_documents_go_in_their_order(stage):
    await stage.meeting_for(ALONE)
    await stage.read(WANG, FORM)
    await stage.recording()
    with pytest.raises(errors.EarlierDocumentFirst) as refused:
        await challenge(stage)
    assert refused.value.details == {"document_id": "notice"}


async def test_a_document_that_is_being_made_or_is_gone_is_not_signed(stage):
    await before_signing(stage)
    case = await opening.amend_document(stage.desk, AGENT, stage.case_id, FORM, {"amount_label": "保額 NTD 20 萬元"})
    assert case.document(FORM).revision == 2
    with pytest.raises(errors.RevisionStale) as refused:
        await challenge(stage)
    assert refused.value.details == {"revision": 2}
    with pytest.raises(errors.DocumentPreparing):
        await challenge(stage, revision=2)


async def test_an_amendment_voids_only_the_signatures_of_its_document(stage):
    await stage.meeting_for()
    for actor in (WANG, LIN):
        await stage.finish_all(actor)
    before = await stage.case()
    case = await signing.return_case(stage.desk, LIN, stage.case_id, FORM, "保額有誤")
    assert case.state == State.READY
    case = await opening.amend_document(stage.desk, AGENT, stage.case_id, FORM, {"amount_label": "保額 NTD 20 萬元"})
    assert (case.document(FORM).inks, case.document(FORM).completions, case.document(FORM).returned) == ((), (), None)
    for document in case.documents:
        if document.document_id != FORM:
            assert document == before.document(document.document_id)
    assert case.document(FORM).issues == before.document(FORM).issues
    await stage.issue()
    for actor in (WANG, LIN):
        await stage.finish_all(actor)
    await stage.recording()
    assert (await submission.submit(stage.desk, WANG, stage.case_id)).state == State.SUBMITTED


async def test_a_returned_document_is_not_signed_and_the_case_not_submitted(stage):
    await stage.meeting_for(ALONE)
    await stage.finish_all(WANG)
    await signing.return_case(stage.desk, WANG, stage.case_id, FORM, "保額有誤")
    await stage.recording()
    with pytest.raises(errors.DocumentReturned):
        await challenge(stage)
    with pytest.raises(errors.SubmissionIncomplete):
        await submission.submit(stage.desk, WANG, stage.case_id)


async def test_after_the_submission_nothing_is_returned_amended_or_signed(stage):
    await stage.submitted(ALONE)
    with pytest.raises(errors.WrongState):
        await signing.return_case(stage.desk, WANG, stage.case_id, FORM, "想改")
    with pytest.raises(errors.WrongState):
        await opening.amend_document(stage.desk, AGENT, stage.case_id, FORM, {"remark": "x"})
    with pytest.raises(errors.FieldSigned):
        await challenge(stage)


async def test_the_discarded_attempts_are_written_down(stage):
    await before_signing(stage)
    case = await signing.discard_ink(stage.desk, WANG, stage.case_id, FORM, 1, FIELD, "confirm")
    assert case.history[-1].type == "InkDiscarded"
    with pytest.raises(errors.CaseNotFound):
        await signing.discard_ink(stage.desk, STRANGER, stage.case_id, FORM, 1, FIELD, "pad")


async def test_the_form_carries_the_day_of_the_first_signature(stage):
    """U10: a meeting on another day issues unsigned forms anew; past midnight nothing is signed under the old date."""
    await stage.ready(ALONE)
    stage.clock.advance(24 * 3600)
    case = await stage.meet(WANG)
    assert {document.revision for document in case.documents} == {2}
    assert {document.application_date.isoformat() for document in case.documents} == {"2026-03-03"}
    await stage.finish(WANG, "notice")
    await stage.read(WANG, FORM)
    stage.clock.advance(24 * 3600)
    await stage.recording()
    with pytest.raises(errors.ApplicationDateDiffers):
        await challenge(stage, revision=2)


async def test_the_consent_form_is_signed_on_the_application_date(stage):
    await stage.meeting_for(ALONE)
    await stage.finish(WANG, "notice")
    await stage.finish(WANG, FORM)
    await stage.read(WANG, "video_consent")
    stage.clock.advance(16 * 3600)
    await stage.recording()
    with pytest.raises(errors.ApplicationDateDiffers):
        await challenge(stage, document="video_consent", field="video_consent.policyholder")


async def test_a_session_that_did_not_begin_the_signature_does_not_finish_it(stage):
    await before_signing(stage)
    token = (await challenge(stage)).challenge
    other = on_another_device(WANG)
    await stage.verify_phone(other)
    await stage.recording()
    with pytest.raises(errors.ChallengeInvalid):
        await accept(stage, token, stage.ink(WANG), actor=other)
