"""Which showing of a side of the ID counts: what was measured of the card, or the agent's word (S53, F39)."""

from hashlib import sha256

import pytest

from capture.reader import Told
from capture.watch import Watched
from cases import errors
from cases.assess import assess
from cases.codec import CaseErased
from cases.facts import facts_of
from cases.reading import case_view
from cases.readout import read_shown
from cases.stills import read_still
from ports.errors import KeyErased
from server.effects import effects_of
from tests.cases.stage import AGENT, OTHER_AGENT, REVIEWER, STRANGER, WANG, Stage


@pytest.fixture
async def stage():
    stage = Stage()
    await stage.to_the_card()
    return stage


def seen(measured: float, /, **looks: int) -> Watched:
    return Watched({"front": measured, "back": 0.0}, looks or {"front": 25}, b"a picture")


async def body(stage) -> dict:
    return (await stage.desk.journal.read(stage.case_id))[-1].body


async def test_the_card_must_have_been_seen_however_long_frames_came(stage):
    with pytest.raises(errors.IdentityTooShort) as refused:
        await stage.show(WANG, "front", 30.0, 450, watched=seen(4.9))
    assert refused.value.details == {"seconds": 4.9}
    await stage.show(WANG, "front", 30.0, 450, watched=seen(5.0))
    shown = await body(stage)
    assert (shown["seconds"], shown["measured_s"], shown["match"], shown["override_reason"]) == (5.0, 5.0, "same", None)


async def test_the_other_side_does_not_count(stage):
    with pytest.raises(errors.IdentityTooShort):
        await stage.show(WANG, "front", watched=Watched({"front": 0.0, "back": 9.0}, {"back": 45}))


async def test_staff_of_the_case_see_the_still_and_how_it_was_measured_and_nobody_else_does(stage):
    case = await stage.show(WANG, "front", watched=seen(5.2, front=24, card=2))
    shown = (await case_view(stage.desk, AGENT, case)).people[0].identity.shown["front"]
    assert (shown.measured_s, shown.looks) == (5.2, {"front": 24, "card": 2})
    assert shown.still == sha256(b"a picture").hexdigest()
    assert await read_still(stage.desk, AGENT, stage.case_id, shown.still) == b"a picture"
    assert (await case_view(stage.desk, WANG, case)).people[0].identity.shown == {}
    unseen = errors.CaseNotFound
    for who, refusal in ((WANG, errors.NotAllowed), (STRANGER, unseen), (OTHER_AGENT, unseen), (REVIEWER, unseen)):
        with pytest.raises(refusal):
            await read_still(stage.desk, who, stage.case_id, shown.still)
    with pytest.raises(errors.CasePhotoNotFound):
        await read_still(stage.desk, AGENT, stage.case_id, "0" * 64)


async def test_a_side_that_nobody_could_look_at_has_no_still_and_says_so(stage):
    case = await stage.show(WANG, "front", watched=None, override="已目視")
    shown = (await case_view(stage.desk, AGENT, case)).people[0].identity.shown["front"]
    assert (shown.measured_s, shown.looks, shown.still) == (None, {}, None)


async def test_a_still_goes_with_the_key_of_its_case(stage):
    await stage.show(WANG, "front", watched=seen(5.2))
    blob = (await stage.case()).meeting.party(WANG.id).identity["front"].still
    await stage.desk.keys.erase(stage.case_id)
    with pytest.raises(KeyErased):
        await stage.desk.blobs.get(blob, scope=stage.case_id)
    with pytest.raises((KeyErased, CaseErased)):
        await read_still(stage.desk, AGENT, stage.case_id, sha256(b"a picture").hexdigest())


async def test_a_still_is_kept_sealed_and_named_by_its_digest(stage):
    case = await stage.show(WANG, "front", watched=seen(5.2))
    blob = case.meeting.party(WANG.id).identity["front"].still
    assert await stage.desk.blobs.get(blob, scope=stage.case_id) == b"a picture"
    shown = await body(stage)
    assert (shown["still_blob"], shown["still_sha256"][:16] in blob) == (blob, True)


@pytest.mark.parametrize("watched", [None, seen(1.2, card=20, front=3)], ids=["nobody looked", "another card"])
async def test_the_agent_vouches_for_what_was_not_measured_with_a_reason(stage, watched):
    with pytest.raises(errors.CaseTextInvalid):
        await stage.show(WANG, "front", watched=watched, override="  ")
    case = await stage.show(WANG, "front", 6.0, 90, watched=watched, override="反光，業務員已目視核對")
    view = await case_view(stage.desk, AGENT, case)
    mine = await case_view(stage.desk, WANG, case)
    match = {"front": watched.match} if watched else {}
    assert view.people[0].identity.overrides == {"front": "反光，業務員已目視核對"}
    assert (view.people[0].identity.match, view.people[0].identity.front_s) == (match, 6.0)
    assert (mine.people[0].identity.overrides, mine.people[0].identity.match) == ({}, {})
    (fact,) = facts_of(case)["identity"]
    assert (fact["by"], fact["seconds"], fact.get("like_photo")) == ("agent", 6.0, match.get("front"))


async def test_a_reason_that_was_not_needed_is_not_kept(stage):
    await stage.show(WANG, "front", watched=seen(5.4), override="已目視")
    assert (await body(stage))["override_reason"] is None


@pytest.mark.parametrize(
    ("looks", "match"),
    [
        ({"front": 25}, "same"),
        ({"front": 25, "nothing": 40, "card": 3}, "same"),
        ({"card": 25, "front": 2}, "differs"),
        ({"card": 4}, "unsure"),
        ({"nothing": 30}, "unsure"),
        ({"front": 6, "card": 9}, "unsure"),
    ],
)
def test_a_card_is_like_the_uploaded_photo_by_most_of_its_pictures(looks, match):
    assert Watched({}, looks).match == match


async def test_the_still_of_a_shown_card_is_read_once_against_the_case(stage):
    asked = []

    async def reader(task):
        asked.append(task)
        return Told("engine 1", {"number": "differs"}, {"number": "B123456780"})

    case = await stage.show(WANG, "front", watched=seen(5.2))
    for _ in range(2):  # once more after a crash
        await read_shown(stage.desk, reader, stage.case_id, case.meeting.room_id, WANG.id, "front")
    case = await stage.case()
    (task,) = asked
    assert (task.picture, task.expected.number) == (b"a picture", case.persons[0].profile["id_no"])
    assert facts_of(case)["identity"][0]["read_number"] == "differs"
    assert [f for f in assess(case, stage.desk.rulebook).findings if "malformed" in str(f)] == []
    views = [(await case_view(stage.desk, who, case)).people[0].identity.read for who in (AGENT, WANG)]
    assert views == [{"front": {"number": "differs"}}, {}]


async def test_a_showing_with_a_still_asks_for_its_reading(stage):
    await stage.show(WANG, "front", watched=seen(5.2))
    (effect,) = effects_of((await stage.desk.journal.read(stage.case_id))[-1])
    assert (effect.kind, effect.queue, effect.line) == ("still", "readings", "readings")
