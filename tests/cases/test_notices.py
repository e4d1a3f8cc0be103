from cases.notices import SUBMITTED, notify_submitted
from tests.cases.stage import Outbox, Stage


async def test_every_signer_is_told_once_at_the_number_as_gateways_want_it(stage: Stage):
    case = await stage.open()
    outbox = Outbox()
    for _ in range(2):
        await notify_submitted(stage.desk, outbox, case.case_id, "event-1")
    text = SUBMITTED.format(case_no=case.case_no)
    assert outbox.texts == [("+886912345678", text), ("+886987654321", text)]
