from aiortc.rtp import HeaderExtensionsMap, RtpPacket, unwrap_rtx, wrap_rtx
from hypothesis import given
from hypothesis import strategies as st

from media import rtx
from media.extensions import block, orientation_of
from media.forwarding import HEADER, Rewrite, payload_of

KNOWN = HeaderExtensionsMap()
PACKETS = st.builds(
    lambda marker, sequence, timestamp, payload: RtpPacket(
        payload_type=96, marker=marker, sequence_number=sequence, timestamp=timestamp, ssrc=5, payload=payload
    ),
    st.integers(0, 1),
    st.integers(0, 0xFFFF),
    st.integers(0, 2**32 - 1),
    st.binary(min_size=1, max_size=1200),
)


@given(PACKETS, st.sampled_from([0, 1, 200]))
def test_a_packet_that_aiortc_sends_again_is_the_original(packet, padding):
    again = wrap_rtx(packet, payload_type=97, sequence_number=9, ssrc=6)
    again.padding_size = padding
    assert rtx.unwrap(again.serialize(KNOWN), 96, 5) == packet.serialize(KNOWN)


@given(PACKETS, st.integers(0, 0xFFFF))
def test_a_packet_that_we_send_again_is_read_by_aiortc_as_the_original(packet, number):
    header = Rewrite(5, 96, b"", 0, 0).header(packet.marker << 7, packet.sequence_number, packet.timestamp)
    again = RtpPacket.parse(rtx.wrap(header, 97, 6, number) + packet.payload, KNOWN)
    assert (again.payload_type, again.ssrc, again.sequence_number) == (97, 6, number)
    assert unwrap_rtx(again, payload_type=96, ssrc=5).serialize(KNOWN) == header + packet.payload


@given(st.integers(0, 15), st.binary(min_size=1, max_size=50))
def test_the_header_extension_goes_both_ways(turn, payload):
    header = HEADER.pack(0x90, 0x80 | 96, 7, 8, 5) + block([(1, b"0"), (4, bytes([turn]))])
    original = rtx.unwrap(rtx.wrap(header, 97, 6, 1) + payload, 96, 5)
    assert original == header + payload
    assert (orientation_of(original, 4), payload_of(original)) == (turn, payload)


def test_probes_hold_no_packet():
    probe = RtpPacket(payload_type=97, sequence_number=1, timestamp=2, ssrc=6, payload=b"")
    probe.padding_size = 255
    assert rtx.unwrap(probe.serialize(KNOWN), 96, 5) is None
    assert rtx.unwrap(HEADER.pack(0x80, 97, 1, 2, 6) + b"\0\1", 96, 5) is None


@given(st.binary(min_size=12, max_size=60))
def test_no_packet_makes_the_unwrapping_raise(packet):
    assert rtx.unwrap(packet, 96, 5) is None or len(rtx.unwrap(packet, 96, 5)) >= 12
