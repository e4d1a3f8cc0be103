"""The newest packets of one video publication, for all who receive it: each payload is kept once."""

SIZE = 512  # packets, a power of two: 1.7 s at 3 Mbps

Kept = tuple[int, int, int, bytes, int | None]


class Recent:
    __slots__ = ("_slots",)

    def __init__(self) -> None:
        self._slots: list[Kept | None] = [None] * SIZE

    def put(self, sequence: int, marker: int, time: int, payload: bytes, orientation: int | None) -> None:
        self._slots[sequence & SIZE - 1] = (sequence, marker, time, payload, orientation)

    def get(self, sequence: int) -> Kept | None:
        """As it was put: (sequence, marker, time, payload, orientation)."""
        kept = self._slots[sequence & SIZE - 1]
        return kept if kept is not None and kept[0] == sequence else None
