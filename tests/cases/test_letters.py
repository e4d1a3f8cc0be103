"""Letters: made once, kept under their digest, read by whom they concern."""

import hashlib

import pytest

from cases import decision, letters, reading
from cases.correspondence import read_letter
from cases.deadlines import keep_deadlines
from cases.errors_casework import LetterNotFound
from cases.events_casework import LetterIssued
from cases.notices import notify_of
from esign.envelope import render
from server.effects import effects_of
from tests.cases.stage import AGENT, FATCA, NEW_BUSINESS, UNDERWRITER, WANG

DAY = 86_400


class Printer:
    """In the place of the press: real forms, no certification."""

    def __init__(self):
        self.printed = []

    async def issue(self, code, data, at):
        self.printed.append((code, data["lines"], data["due"]))
        form = render(code, data, at)
        return form, form.pdf


async def carry_out(stage, printer):
    """What the jobs do for the entries of this case, twice: as after a crash."""
    for entry in await stage.desk.journal.read(stage.case_id):
        for effect in effects_of(entry) * 2:
            if effect.kind == "letter":
                await letters.keep_letter(stage.desk, printer, *effect.arguments)
            if effect.kind == "tell":
                await notify_of(stage.desk, stage.outbox, *effect.arguments)


def sent(stage):
    return [text for _, text in stage.outbox.texts if "通知】" in text]


async def later(stage, days):
    stage.clock.advance(days * DAY)
    return await keep_deadlines(stage.desk, stage.case_id)


async def test_a_query_its_reminder_and_its_end_are_letters_and_messages_each_once(stage):
    await stage.under_review(NEW_BUSINESS)
    await stage.ask(title=FATCA)
    printer = Printer()
    for days in (0, 15, 8, 7):
        await later(stage, days)
        await carry_out(stage, printer)
    assert printer.printed == [
        ("letter_query", (f"請檢附{FATCA}",), "2026-03-16"),
        ("letter_reminder", (f"請檢附{FATCA}",), "2026-03-24"),
        ("letter_cancel", (f"請檢附{FATCA}",), "2026-04-01"),
        ("letter_refusal", ("照會事項逾期未補全",), None),
    ]
    case = await stage.case()
    assert [text[:6] for text in sent(stage)] == ["【照會通知】", "【催辦通知】", "【取消通知】", "【審查結果通"]
    data = await read_letter(stage.desk, WANG, stage.case_id, "letter-4")
    assert hashlib.sha256(data).hexdigest() == case.letters[3].sha256


async def test_the_policyholder_reads_the_refusal_and_not_what_is_asked_of_the_agent(stage):
    await stage.awaiting_decision()
    await stage.ask("inforce", title=FATCA)
    await decision.decide(stage.desk, UNDERWRITER, stage.case_id, "declined", ["體況"])
    await later(stage, 7)
    await carry_out(stage, Printer())
    case = await stage.case()
    seen = {
        actor: [letter.title.zh for letter in (await reading.case_view(stage.desk, actor, case)).letters]
        for actor in (AGENT, WANG)
    }
    assert seen[AGENT] == ["新契約照會單", "審查結果通知書", "未承保通知函"]
    assert seen[WANG] == ["未承保通知函"]
    with pytest.raises(LetterNotFound):
        await read_letter(stage.desk, WANG, stage.case_id, "letter-1")


async def test_nobody_is_told_of_what_was_answered_meanwhile(stage):
    await stage.under_review(NEW_BUSINESS)
    await stage.ask(title=FATCA)
    await stage.tell({}, await stage.attach(WANG, FATCA, "policyholder"))
    await carry_out(stage, Printer())
    assert sent(stage) == []


async def test_a_decision_that_accepts_asks_for_no_letter(stage):
    await stage.awaiting_decision()
    await decision.decide(stage.desk, UNDERWRITER, stage.case_id, "standard")
    entries = await stage.desk.journal.read(stage.case_id)
    assert [e.kind for entry in entries if entry.type == "CaseDecided" for e in effects_of(entry)] == []
    assert LetterIssued.__name__ not in {entry.type for entry in entries}
