import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.errors import ProtocolError
from signaling.messages import REQUESTS, CaptureFrame, Message, RoomMute, RoomPublish, Watch, parse

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=20)
branches = lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=10), inner)  # noqa: E731
anything = st.recursive(leaves, branches, max_leaves=8)


@given(st.sampled_from(sorted(REQUESTS)) | st.text(max_size=12), st.lists(anything, max_size=3))
def test_whatever_arrives_is_a_message_or_a_protocol_error(event, arguments):
    try:
        message = parse(event, tuple(arguments))
    except ProtocolError:
        return
    assert isinstance(message, Message)


def test_messages_arrive_as_their_structs():
    assert parse("room.mute", ({"source": "camera", "muted": True},)) == RoomMute("camera", True)
    assert parse("watch", ({"case_ids": ["a", "b"]},)) == Watch(("a", "b"))
    assert parse("watch", ({"case_ids": "mine"},)) == Watch("mine")
    assert parse("capture.frame", ({"seq": 1, "jpeg": b"\xff"},)) == CaptureFrame(1, b"\xff")
    assert parse("room.publish", ({"sdp": "v=0", "sources": {"0": "camera"}},)) == RoomPublish("v=0", {"0": "camera"})


def test_a_message_without_argument_is_an_empty_one():
    assert parse("room.leave", ()) == REQUESTS["room.leave"]()


@pytest.mark.parametrize("size", [65_536, 65_537])
def test_a_description_has_at_most_64_kilobytes(size):
    body = {"sdp": "v" * size, "sources": {}}
    if size > 65_536:
        with pytest.raises(ProtocolError):
            parse("room.publish", (body,))
    else:
        assert len(parse("room.publish", (body,)).sdp) == size


def test_messages_cannot_be_changed_once_made():
    with pytest.raises(AttributeError):
        parse("room.leave", ()).room_id = "other"
