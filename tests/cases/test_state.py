"""The state machine: whatever order events come in, a case is refused or stays whole."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.codec import UPCASTERS, EventUnknown, EventUnreadable, Happened, from_entry, to_record
from cases.errors import WrongState
from cases.event import Event
from cases.events import EVENTS
from cases.events_casework import ItemAnswer, QueryItem
from cases.events_papers import CaseOpened
from cases.events_review import RecordingViewed
from cases.fold import EFFECTS, apply, next_state, replay
from cases.parts import AgentRef, Field, PlannedDocument, PlannedPhotos, Segment, SubmittedDocument, Track
from cases.state import ASIDE, TRANSITIONS, State
from ports.journal import MemoryJournal
from ports.keys import MemoryKeys
from tests.cases.stage import AGENT, INSURED, POLICYHOLDER

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OPENED = CaseOpened(
    case_no="MC12345678",
    kind="service",
    item_code="reduce_hospital",
    application_date=date(2026, 3, 2),
    clause_received_date=None,
    agent=AgentRef("A1", "歐陽林林", "sales-1", "0102030405"),
    persons=(POLICYHOLDER, INSURED),
    documents=(PlannedDocument("form", "application_service", "sign", ("M1", "M2")),),
    photo_tasks=(PlannedPhotos("identity-1", "M1", "national_id"), PlannedPhotos("identity-2", "M2", "national_id")),
)

# Few values, so that events meet: the same room, person, document again and again.
VALUES = {
    "person_id": st.sampled_from(["M1", "M2"]),
    "room_id": st.sampled_from(["r1", "r2"]),
    "recording_id": st.sampled_from(["rec1", "rec2"]),
    "document_id": st.just("form"),
    "task_id": st.sampled_from(["identity-1", "identity-2"]),
    "photo_id": st.sampled_from(["p1", "p2", "p3"]),
    "revision": st.integers(1, 3),
    "page": st.integers(1, 3),
    "field": st.sampled_from(["form.policyholder", "form.insured"]),
    "asked_at": st.just(NOW),
    "started_at": st.just(NOW),
    "ended_at": st.just(NOW),
    "expires_at": st.just(NOW),
    "application_date": st.just(date(2026, 3, 2)),
    "host": st.just(AgentRef("A1", "歐陽林林", "sales-1", "0102030405")),
    "fields": st.just((Field("form.policyholder", 1, (0.0, 0.0, 1.0, 1.0), "policyholder", "M1"),)),
    "documents": st.just((SubmittedDocument("form", 1, "0" * 64, ()),)),
    "query_id": st.sampled_from(["query-1", "query-2"]),
    "attachment_id": st.sampled_from(["attachment-1", "attachment-2"]),
    "due": st.just(date(2026, 3, 16)),
    "as_of": st.just(date(2026, 3, 2)),
    "letter_due": st.sampled_from([None, date(2026, 3, 9)]),
    "items": st.just((QueryItem("item-1", "?", "agent", path="inforce"), QueryItem("item-2", "?", "customer"))),
    "answers": st.just((ItemAnswer("item-1", value=[]),)),
    "tracks": st.just((Track("t1", "M1", "policyholder", "video", "VP8", 1, 1.0, (Segment("b", "0", 0, 1, 1),)),)),
}


def event_of(kind):
    fields = msgspec.structs.fields(kind)
    given_fields = {field.name: VALUES.get(field.name, st.from_type(field.type)) for field in fields}
    return st.builds(kind, **given_fields)


st.register_type_strategy(str, st.sampled_from(["a", "b"]))
st.register_type_strategy(float, st.floats(0, 1e6))
st.register_type_strategy(dict, st.just({}))
any_event = st.one_of([event_of(kind) for name, kind in sorted(EVENTS.items()) if name != "CaseOpened"])


def happened(event, seq):
    return Happened(f"e{seq}", seq, NOW + timedelta(seconds=seq), "system:test", event)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(any_event, max_size=25), st.sampled_from(list(State)))
def test_any_order_of_events_is_refused_or_leaves_the_case_whole(drawn, start):
    first = apply(None, happened(OPENED, 1), "c1")
    case = msgspec.structs.replace(first, state=start)
    taken = []
    for event in drawn:
        before = case
        try:
            case = apply(case, happened(event, case.version + 1), "c1")
        except WrongState:
            assert type(event) not in TRANSITIONS[before.state]
            continue
        taken.append(event)
        assert case.version == before.version + 1 == len(case.history)
        assert case.state == TRANSITIONS[before.state].get(type(event), before.state)
        assert [document.document_id for document in case.documents if not document.added] == ["form"]
        assert {task.task_id for task in case.photo_tasks} == {"identity-1", "identity-2"}
        assert len({recording.recording_id for recording in case.recordings}) == len(case.recordings)
    again = replay("c1", (happened(event, seq) for seq, event in enumerate(taken, 2)), before_all(first, start))
    assert again == case


def before_all(first, start):
    return msgspec.structs.replace(first, state=start)


@settings(max_examples=100, deadline=None)
@given(any_event)
def test_every_event_survives_the_journal(event):
    record = to_record(event, NOW, AGENT)
    body = msgspec.json.decode(msgspec.json.encode(record.body))
    kind = EVENTS[record.type]
    version = body.pop("v")
    assert (version, msgspec.convert(body, kind)) == (kind.version, event)


def test_what_could_not_be_read_back_is_never_written():
    with pytest.raises(EventUnreadable):
        to_record(RecordingViewed(viewer_id="R1", recording_id="r", ranges=((0.0, float("inf")),)), NOW, AGENT)


def test_every_event_has_a_place_in_the_table_and_is_named_once():
    placed = {kind for row in TRANSITIONS.values() for kind in row} | ASIDE
    assert placed == set(EVENTS.values())
    assert set(EFFECTS) <= set(EVENTS.values())


def test_the_end_states_are_ends():
    assert [state for state, row in TRANSITIONS.items() if row == {}] == [
        State.ACCEPTED,
        State.DECLINED,
        State.WITHDRAWN,
        State.CANCELLED,
    ]
    assert set(TRANSITIONS) == {None, *State}


@pytest.mark.parametrize("state", [State.ACCEPTED, State.DECLINED])
def test_who_looked_is_written_down_even_after_the_end(state):
    assert next_state(state, RecordingViewed) == state


async def test_an_older_event_is_read_through_its_upcaster():
    class Renamed(Event):
        version = 2
        new_name: str

    journal = MemoryJournal(MemoryKeys())
    EVENTS["Renamed"] = Renamed
    UPCASTERS["Renamed", 1] = lambda body: {"new_name": body["old_name"]}
    try:
        record = msgspec.structs.replace(to_record(Renamed(new_name="x"), NOW, AGENT), body={"v": 1, "old_name": "x"})
        entries = await journal.append("c1", 0, [record])
        assert from_entry(entries[0]).event == Renamed(new_name="x")
    finally:
        del EVENTS["Renamed"], UPCASTERS["Renamed", 1]
    with pytest.raises(EventUnknown):
        from_entry(entries[0])
