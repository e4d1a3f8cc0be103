"""RTP header extensions that a forwarder reads and writes, in the one-byte form (RFC 8285): MID (RFC 8843) and the
coordination of video orientation (CVO, 3GPP TS 26.114 section 7.4.5). Pure; malformed input gives None."""

import struct

HEADER_SIZE = 12
ONE_BYTE_EXTENSION = 0xBEDE


def element(packet: bytes, identifier: int) -> bytes | None:
    """What the packet carries under this identifier, if it does; what runs over the end is cut off."""
    start = HEADER_SIZE + 4 * (packet[0] & 0x0F)
    if not packet[0] & 0x10 or packet[start : start + 2] != b"\xbe\xde":
        return None
    at, end = start + 4, start + 4 + 4 * int.from_bytes(packet[start + 2 : start + 4])
    end = min(end, len(packet))
    while at < end:
        found, length = packet[at] >> 4, (packet[at] & 0x0F) + 1
        if found == identifier:
            return packet[at + 1 : min(at + 1 + length, end)]
        at += 1 if found == 0 else 1 + length
    return None


def block(elements: list[tuple[int, bytes]]) -> bytes:
    """The header extension with these elements; those not negotiated (id 0) or of no sendable size are left out."""
    sendable = [(identifier, value) for identifier, value in elements if identifier and 0 < len(value) <= 16]
    if not sendable:
        return b""
    body = b"".join(bytes([identifier << 4 | len(value) - 1]) + value for identifier, value in sendable)
    body += bytes(-len(body) % 4)
    return struct.pack("!HH", ONE_BYTE_EXTENSION, len(body) // 4) + body


def mid_of(packet: bytes, identifier: int) -> str | None:
    value = element(packet, identifier)
    return None if value is None else value.decode("ascii", "replace")


def orientation_of(packet: bytes, identifier: int) -> int | None:
    """The CVO byte: camera, flip and turn in its lowest four bits."""
    value = element(packet, identifier)
    return value[0] & 0x0F if value else None


def degrees(orientation: int) -> int:
    """The clockwise turn that makes the picture upright."""
    return (orientation & 3) * 90
