import asyncio
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import wire
from media.errors import BadRequest, MediaError, RoomFull, all_errors
from media.messages import HeldFrames, ParticipantGone, ParticipantSpec, RoomOffer
from media.wire import (
    MAX_MESSAGE,
    Happened,
    Reply,
    Request,
    decode_body,
    decode_down,
    decode_request,
    frame,
    read_frame,
)


def reader(data: bytes) -> asyncio.StreamReader:
    stream = asyncio.StreamReader()
    stream.feed_data(data)
    stream.feed_eof()
    return stream


async def test_a_request_is_read_as_it_was_written():
    body = wire.Join("r1", ParticipantSpec(participant_id="p", person_id="x", role="host"))
    data = await read_frame(reader(frame(Request(7, body))))
    request_id, raw = decode_request(data)
    assert (request_id, decode_body(raw)) == (7, body)


@pytest.mark.parametrize("event", [RoomOffer("p", "v=0"), ParticipantGone("p", "left")])
def test_an_event_is_read_as_it_was_written(event):
    message = Happened("r1", event)
    assert decode_down(frame(message)[4:]) == message


def test_a_result_keeps_its_times():
    held = HeldFrames(3, 1.0, 20, datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 2, 0, 0, 1, tzinfo=UTC))
    reply = decode_down(frame(Reply(1, msgspec.Raw(msgspec.msgpack.encode(held))))[4:])
    assert msgspec.msgpack.decode(reply.result, type=HeldFrames) == held


async def test_the_end_of_the_stream_ends_the_messages():
    assert await read_frame(reader(b"")) is None
    assert await read_frame(reader(b"\0\0\0\5ab")) is None


async def test_a_length_that_is_too_long_is_refused_before_it_is_read():
    with pytest.raises(BadRequest):
        await read_frame(reader((MAX_MESSAGE + 1).to_bytes(4)))


def test_a_message_that_is_too_long_is_not_sent():
    with pytest.raises(BadRequest):
        frame(Request(1, wire.Mark("r", "x" * MAX_MESSAGE, {})))


@pytest.mark.parametrize(
    "body",
    [
        {"type": "join"},
        {"type": "unheard_of", "room_id": "r"},
        {"type": "status", "room_id": "r", "extra": 1},
        {"type": "mute", "room_id": "r", "participant_id": "p", "source": "nose", "muted": True},
        {"type": "join", "room_id": "r", "spec": {"participant_id": "../p", "person_id": "x", "role": "host"}},
    ],
)
def test_an_unknown_or_malformed_body_is_refused(body):
    with pytest.raises(BadRequest):
        decode_body(msgspec.Raw(msgspec.msgpack.encode(body)))


@given(st.binary(max_size=100))
def test_no_bytes_whatever_raise_anything_else(data):
    for decode in (decode_request, decode_down, lambda data: decode_body(msgspec.Raw(data))):
        try:
            decode(data)
        except BadRequest:
            continue


def test_each_error_has_a_code_of_its_own_and_is_found_by_it():
    errors = all_errors()
    assert errors["room_full"] is RoomFull
    assert all(issubclass(cls, MediaError) and cls.code == code for code, cls in errors.items())
