"""Descriptions by chance: read, or refused by name, whatever is in them."""

import random
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from media import sdp
from media.errors import BadDescription
from media.sections import parse, sending_sections
from tests.media import hostile

CANDIDATE = "a=candidate:1 1 udp 2130706431 192.0.2.1 {} typ host"


@cache
def offer() -> str:
    import asyncio

    from aiortc import RTCPeerConnection

    async def made() -> str:
        pc = RTCPeerConnection()
        for kind in ("video", "audio"):
            pc.addTransceiver(kind, "sendonly")
        text = (await pc.createOffer()).sdp
        await pc.close()
        return text

    return asyncio.run(made())


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 1 << 32))
def test_a_description_that_is_nearly_right_is_read_or_refused_by_name(seed):
    text = hostile.mutated(offer(), random.Random(seed))
    try:
        described = parse(text)
    except BadDescription:
        return
    assert 0 < len(described.media) <= 16
    assert set(sending_sections(text).values()) <= {"audio", "video"}


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(("v=0", "m=", "m=audio 9", "a=group:", "a=mid", "\r", "a="))).map("\n".join)
)
def test_a_text_that_is_no_description_is_refused_by_name(text):
    try:
        parse(text)
    except BadDescription:
        return
    raise AssertionError(text)


@given(st.integers(0, 100), st.integers(0, 30))
def test_a_description_keeps_its_first_candidates_and_all_other_lines(count, before):
    candidates = [CANDIDATE.format(1 + n) for n in range(count)]
    lines = ["v=0", *(f"a=x-{n}" for n in range(before)), *candidates, "a=last"]
    admitted = sdp.admit("\r\n".join(lines)).split("\r\n")
    assert [line for line in admitted if "candidate" in line] == candidates[: sdp.MAX_CANDIDATES]
    assert [line for line in admitted if "candidate" not in line] == [*lines[: 1 + before], "a=last", ""]
