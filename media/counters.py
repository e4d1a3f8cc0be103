"""What a room counts of its packets, over all its connections."""


class Counters:
    """``nacks``: messages sent upstream, ``asked``: packets asked for in them, ``repaired``: those that came,
    ``given_up``: those that did not, ``late``: packets that came after newer ones, ``duplicates``: dropped at arrival,
    ``rtx_sent``: packets sent again to receivers, ``rtx_refused``: asked for too soon, too often, or gone,
    ``keyframe_requests``: sent upstream, ``unsent``: the socket was full or the connection not up,
    ``refused``: datagrams that were no media of the peer, ``strays``: of no track,
    ``limited``: packets of who sends far more than he is asked for (allowance.py)."""

    __slots__ = (
        "asked",
        "duplicates",
        "given_up",
        "keyframe_requests",
        "late",
        "limited",
        "nacks",
        "refused",
        "repaired",
        "rtx_refused",
        "rtx_sent",
        "strays",
        "unsent",
    )

    def __init__(self) -> None:
        for name in self.__slots__:
            setattr(self, name, 0)

    def snapshot(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.__slots__}
