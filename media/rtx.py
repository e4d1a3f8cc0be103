"""Retransmission in a stream of its own (RFC 4588 section 4): packets into it and out of it. Pure over bytes."""

from media.extensions import HEADER_SIZE
from media.forwarding import payload_of


def unwrap(packet: bytes, payload_type: int, ssrc: int) -> bytes | None:
    """The original packet, with its header extensions and without padding; None when it holds none, as those that
    Chromium sends to probe for bandwidth."""
    payload = payload_of(packet)
    if len(payload) <= 2:
        return None
    end = HEADER_SIZE + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        end += 4 + 4 * int.from_bytes(packet[end + 2 : end + 4])
    head = bytes([packet[0] & 0xDF, packet[1] & 0x80 | payload_type]) + payload[:2] + packet[4:8] + ssrc.to_bytes(4)
    return head + packet[HEADER_SIZE:end] + payload[2:]


def wrap(header: bytes, payload_type: int, ssrc: int, sequence: int) -> bytes:
    """The header of a retransmission of the packet with this header: the payload follows it."""
    head = header[:1] + bytes([header[1] & 0x80 | payload_type]) + sequence.to_bytes(2) + header[4:8] + ssrc.to_bytes(4)
    return head + header[HEADER_SIZE:] + header[2:4]
