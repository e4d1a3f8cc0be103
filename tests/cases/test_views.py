import msgspec
import pytest

from cases import errors, meeting, reading, steps
from cases.views import masked_name
from tests.cases.stage import AGENT, ALONE, LIN, OTHER_AGENT, REVIEWER, WANG, on_another_device


async def view(stage, actor):
    return await reading.case_view(stage.desk, actor, await stage.case())


@pytest.mark.parametrize(
    ("name", "masked"), [("王大陸", "王○陸"), ("王明", "王○"), ("歐陽林林", "歐○○林"), ("王", "王")]
)
def test_names_are_masked_in_the_middle(name, masked):
    assert masked_name(name) == masked


async def test_others_names_are_masked_for_customers_and_in_full_for_staff(stage):
    await stage.open()
    assert [person.name for person in (await view(stage, WANG)).people] == ["王大陸", "林○芸"]
    assert [person.name for person in (await view(stage, LIN)).people] == ["王○陸", "林小芸"]
    assert [person.name for person in (await view(stage, AGENT)).people] == ["王大陸", "林小芸"]
    assert [card.policyholder for card in await reading.cards(stage.desk, LIN)] == ["王○陸"]


async def test_no_view_holds_an_id_number_a_phone_or_a_birth_date(stage):
    await stage.under_review()
    for actor in (WANG, LIN, AGENT, REVIEWER):
        text = msgspec.json.encode(await view(stage, actor)).decode()
        for secret in ("A123456789", "B223456789", "0912345678", "0987654321", "1989-03-10"):
            assert secret not in text


async def test_a_customer_sees_his_own_photo_task_and_no_history(stage):
    await stage.open()
    mine = await view(stage, WANG)
    assert ([task.person_id for task in mine.photo_tasks], mine.history, mine.me) == (["M1"], (), "M1")
    theirs = await view(stage, AGENT)
    assert ([task.person_id for task in theirs.photo_tasks], theirs.me) == (["M1", "M2"], None)
    assert [entry.type for entry in theirs.history] == ["CaseOpened"]


async def test_actions_follow_the_case(stage):
    await stage.open(ALONE)
    assert (await view(stage, WANG)).actions == ("acknowledge",)
    assert (await view(stage, AGENT)).actions == ("amend", "withdraw")
    await stage.photograph(WANG)
    assert (await view(stage, WANG)).actions == ()
    assert (await view(stage, AGENT)).actions == ("review_photos", "amend", "withdraw")


async def test_the_invitation_appears_when_the_meeting_opens_and_goes_when_it_ends(stage):
    await stage.ready()
    assert (await reading.cards(stage.desk, LIN))[0].invited is False
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    card = (await reading.cards(stage.desk, LIN))[0]
    assert (card.invited, card.room_open, (await view(stage, LIN)).actions) == (True, True, ("join", "return"))
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id, "改期")
    assert (await reading.cards(stage.desk, LIN))[0].invited is False


async def test_the_phone_counts_as_verified_on_its_own_device_only(stage):
    await stage.ready()
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    await stage.verify_phone(WANG)
    assert (await view(stage, WANG)).people[0].phone_verified is True
    assert (await view(stage, AGENT)).people[0].phone_verified is True
    assert (await view(stage, on_another_device(WANG))).people[0].phone_verified is False


async def test_the_script_says_whose_turn_it_is(stage):
    await stage.ready()
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    await stage.enter(WANG)
    await stage.enter(LIN)
    await stage.say(WANG, "consent_recording")
    await steps.prompt(stage.desk, AGENT, stage.case_id, "consent_video_signing", WANG.id)
    seen = await view(stage, LIN)
    current = next(step for step in seen.script if step.status == "current")
    assert (current.id, current.person_id, current.who) == ("consent_video_signing", "M1", "customer")
    assert (seen.meeting.prompt.step, seen.meeting.prompt.person_id) == ("consent_video_signing", "M1")
    assert seen.meeting.present == ("M1", "M2")


async def test_a_members_lock_is_his_own_and_the_recorder_shows(stage):
    await stage.meeting_for()
    seen = (await view(stage, WANG)).meeting
    assert (seen.signing.unlocked, seen.recording.writing, seen.recording.serial) == (
        True,
        True,
        (await stage.case()).meeting.serial,
    )
    stage.clock.advance(2)
    seen = (await view(stage, WANG)).meeting
    assert (seen.signing.unlocked, seen.signing.reasons, seen.recording) == (False, ("recorder_not_writing",), None)


async def test_fields_say_whose_they_are_and_documents_how_far_they_are(stage):
    await stage.meeting_for()
    await stage.finish(WANG, "notice")
    seen = await view(stage, WANG)
    form = next(document for document in seen.documents if document.id == "application_service")
    assert [(field.signer, field.mine, field.signed) for field in form.fields] == [
        ("M1", True, False),
        ("M2", False, False),
    ]
    assert [(document.status, document.my_status) for document in seen.documents[:2]] == [
        ("todo", "done"),
        ("todo", "to_sign"),
    ]
    assert (seen.people[0].documents_done, seen.people[0].documents_total, seen.people[0].complete) == (1, 4, False)


async def test_who_has_finished_sees_it_among_the_signed_while_the_other_has_not(stage):
    await stage.meeting_for()
    await stage.finish_all(WANG)
    assert [(card.signed, card.signed_count, card.total_count) for card in await reading.cards(stage.desk, WANG)] == [
        (True, 1, 2)
    ]
    assert [card.signed for card in await reading.cards(stage.desk, LIN)] == [False]


async def test_open_findings_are_the_to_do_list_of_whoever_has_to_act(stage):
    await stage.open(ALONE)
    mine, theirs = await view(stage, WANG), await view(stage, AGENT)
    assert {finding.who for finding in mine.findings} == {"customer"}
    assert {finding.who for finding in theirs.findings} == {"customer", "agent", "reviewer"}
    open_at_first = (await reading.cards(stage.desk, AGENT))[0].open_findings
    assert [finding.status for finding in theirs.findings[:open_at_first]] == ["open"] * open_at_first
    await stage.under_review(ALONE)
    card = (await reading.cards(stage.desk, AGENT))[0]
    assert card.open_findings == 1  # the review itself


async def test_a_satisfied_finding_cites_the_journal(stage):
    case = await stage.under_review(ALONE)
    ids = {entry.id for entry in await stage.desk.journal.read(case.case_id)}
    signed = [finding for finding in (await view(stage, AGENT)).findings if finding.kind == "SIGN"]
    assert signed
    for finding in signed:
        assert finding.status == "satisfied"
        assert set(finding.satisfied_by) <= ids


async def test_the_journal_is_shown_to_staff_with_its_verification(stage):
    await stage.open(ALONE)
    shown = await reading.journal_view(stage.desk, AGENT, stage.case_id)
    assert ([entry.type for entry in shown.entries], shown.verification["ok"]) == (["CaseOpened"], True)
    with pytest.raises(errors.NotAllowed):
        await reading.journal_view(stage.desk, WANG, stage.case_id)
    with pytest.raises(errors.CaseNotFound):
        await reading.journal_view(stage.desk, OTHER_AGENT, stage.case_id)


async def test_the_issued_pdf_is_served_by_revision(stage):
    await stage.open(ALONE)
    with pytest.raises(errors.DocumentPreparing):
        await reading.document_issued_pdf(stage.desk, WANG, stage.case_id, "notice")
    await stage.issue()
    pdf, revision, sha256 = await reading.document_pdf(stage.desk, WANG, stage.case_id, "notice")
    assert (pdf[:5], revision, sha256) == (b"%PDF-", 1, (await stage.case()).documents[0].issued.sha256)
    with pytest.raises(errors.DocumentNotFound):
        await reading.document_issued_pdf(stage.desk, WANG, stage.case_id, "notice", 7)


async def test_newer_cases_that_were_not_submitted_hide_none_from_a_reviewer(stage, monkeypatch):
    monkeypatch.setattr(reading, "LIST_LIMIT", 1)
    await stage.submitted()
    waiting = stage.case_id
    newer = await stage.open()
    assert [case.case_id for case in await reading.list_cases(stage.desk, REVIEWER)] == [waiting]
    assert [case.case_id for case in await reading.list_cases(stage.desk, AGENT)] == [newer.case_id]
