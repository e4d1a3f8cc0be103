import asyncio
from datetime import date

import pytest
from msgspec.structs import replace

from cases import errors, signing, submission
from cases.events_papers import CaseSubmitted
from cases.state import State
from cases.workflow import load
from tests.cases.stage import ALONE, LIN, NEW_BUSINESS, SERVICE, WANG, on_another_device


async def signed(stage, request=SERVICE):
    case = await stage.meeting_for(request)
    for person in case.persons:
        await stage.finish_all({"M1": WANG, "M2": LIN}[person.person_id])
    await stage.recording()


async def test_a_hundred_submissions_at_once_submit_once(stage):
    await signed(stage)
    presses = [submission.submit(stage.desk, (WANG, LIN)[n % 2], stage.case_id) for n in range(100)]
    cases = await asyncio.gather(*presses)
    assert {case.submission.package_sha256 for case in cases} == {cases[0].submission.package_sha256}
    entries = await stage.desk.journal.read(stage.case_id)
    assert [entry.type for entry in entries].count(CaseSubmitted.__name__) == 1
    assert (await load(stage.desk, stage.case_id)).state == State.SUBMITTED


async def test_a_hundred_different_writers_lose_nothing(stage):
    """Every conflict is decided again on the case as it then is."""
    await stage.ready(SERVICE)
    case = await stage.case()
    pages = [
        (actor, document.document_id, page)
        for actor in (WANG, LIN)
        for document in case.documents
        for page in range(1, document.issued.pages + 1)
    ] * 5
    writers = [
        signing.read_page(stage.desk, actor, stage.case_id, document, 1, page) for actor, document, page in pages
    ]
    await asyncio.gather(*writers)
    case = await stage.case()
    assert sum(len(document.reads) for document in case.documents) == len(set(pages))
    assert case.version == len(await stage.desk.journal.read(stage.case_id))


async def test_what_was_assessed_at_the_submission_is_written_down_with_its_edition(stage):
    await signed(stage, ALONE)
    case = await submission.submit(stage.desk, WANG, stage.case_id)
    last = (await stage.desk.journal.read(stage.case_id))[-1]
    assert (last.type, last.body["moment"], last.body["edition"]) == ("CaseAssessed", "submission", "113-07")
    assert case.version == last.seq


async def test_the_package_hash_covers_revisions_and_ink(stage):
    await signed(stage, ALONE)
    case = await submission.submit(stage.desk, WANG, stage.case_id)
    documents = submission.submitted_documents(case)
    assert case.submission.package_sha256 == submission.package_sha256(documents)
    assert submission.package_sha256(documents[1:]) != case.submission.package_sha256
    assert [len(document.bindings) for document in documents] == [len(document.inks) for document in case.documents]


async def test_without_a_live_recording_nothing_is_submitted(stage):
    await signed(stage, ALONE)
    stage.clock.advance(2)
    with pytest.raises(errors.SigningLocked) as refused:
        await submission.submit(stage.desk, WANG, stage.case_id)
    assert refused.value.details == {"reasons": ["recorder_not_writing"]}


async def test_another_device_does_not_submit(stage):
    await signed(stage, ALONE)
    with pytest.raises(errors.PhoneNotVerified):
        await submission.submit(stage.desk, on_another_device(WANG), stage.case_id)


async def test_an_open_finding_of_the_manual_stops_the_submission(stage):
    """審閱期: the clauses were received three days before, one day too few."""
    await signed(stage, replace(NEW_BUSINESS, clause_received_date=date(2026, 2, 27)))
    with pytest.raises(errors.FindingsOpen) as refused:
        await submission.submit(stage.desk, WANG, stage.case_id)
    assert [finding["rule"] for finding in refused.value.details["findings"]] == ["UW-02.1.2.2"]
