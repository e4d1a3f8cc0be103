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
