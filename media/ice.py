"""How peers are reached: chosen once at start, no aiortc in it."""

import msgspec


class IceSettings(msgspec.Struct, frozen=True):
    """`addresses`: the local addresses to offer, empty for every address of this machine except loopback.
    `urls`: STUN and TURN servers that the worker itself uses (none is needed where it is reachable)."""

    addresses: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    username: str = ""
    credential: str = ""


LOOPBACK = IceSettings(addresses=("127.0.0.1",))
