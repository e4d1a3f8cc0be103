import pytest
from aiortc.rtp import unpack_header_extensions
from hypothesis import given
from hypothesis import strategies as st

from media.extensions import block, degrees, element, mid_of, orientation_of
from media.forwarding import payload_of

HEADER = bytes([0x90, 96]) + bytes(10)
VALUES = st.lists(
    st.tuples(st.integers(1, 14), st.binary(min_size=1, max_size=16)), max_size=8, unique_by=lambda e: e[0]
)


@given(VALUES, st.binary(max_size=40))
def test_what_was_packed_is_found_and_is_what_aiortc_reads(elements, payload):
    packed = block(elements)
    assert len(packed) % 4 == 0
    if not elements:
        assert packed == b""
        return
    packet = HEADER + packed + payload
    assert unpack_header_extensions(0xBEDE, packed[4:]) == elements
    assert [element(packet, identifier) for identifier, _ in elements] == [value for _, value in elements]
    assert payload_of(packet) == payload


@given(st.binary(min_size=12, max_size=80), st.integers(1, 15))
def test_no_packet_makes_the_reader_raise(packet, identifier):
    assert element(packet, identifier) is None or len(element(packet, identifier)) <= 16
    assert orientation_of(packet, identifier) in (None, *range(16))


def test_what_was_not_negotiated_is_left_out():
    assert block([(0, b"0"), (4, b"\x01")]) == block([(4, b"\x01")])
    assert block([(0, b"0"), (3, b""), (2, bytes(17))]) == b""


@pytest.mark.parametrize(("turn", "expected"), [(0, 0), (1, 90), (2, 180), (3, 270), (8 | 1, 90), (4 | 2, 180)])
def test_the_turn_is_read_from_its_two_bits_beside_camera_and_flip(turn, expected):
    packet = HEADER + block([(1, b"0"), (4, bytes([turn]))])
    assert (mid_of(packet, 1), degrees(orientation_of(packet, 4))) == ("0", expected)
