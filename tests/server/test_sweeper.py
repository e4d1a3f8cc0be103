from server.sweeper import Sweeper
from tests.cases.stage import Stage


async def test_a_turn_clears_notes_and_uploads_away():
    stage = Stage()
    await stage.open()
    desk, case_id = stage.desk, stage.case_id
    await desk.blobs.put(f"unsettled/0.{case_id}.p.1", b"-", scope=case_id)
    await desk.blobs.put(f"cases/{case_id}/photos/p-card.jpg", b"-", scope=case_id)
    await desk.blobs.put(f"uploads/{case_id}/identity-1.{'0' * 32}.0000000000", b"-", scope=case_id)
    await Sweeper(desk).turn()
    assert [await desk.blobs.list(folder) for folder in ("unsettled/", "uploads/", "cases/")] == [(), (), ()]


async def test_what_cannot_be_settled_stays_and_keeps_nothing_else_waiting():
    stage = Stage()
    await stage.open()
    desk, case_id = stage.desk, stage.case_id
    odd = ("unsettled/0.odd", f"uploads/{case_id}/identity-1.{'0' * 32}.meta")
    await desk.blobs.put(odd[0], b"-", scope=case_id)
    await desk.blobs.put(odd[1], b"of another version", scope=case_id)
    await desk.blobs.put(f"unsettled/1.{case_id}.p.1", b"-", scope=case_id)
    await desk.blobs.put(f"uploads/{case_id}/identity-1.{'1' * 32}.0000000000", b"-", scope=case_id)
    await Sweeper(desk).turn()
    assert (await desk.blobs.list("unsettled/"), await desk.blobs.list("uploads/")) == (odd[:1], odd[1:])
