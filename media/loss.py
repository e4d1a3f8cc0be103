"""Which packets of a stream are missing, and when to ask its sender for them (RFC 4585 section 6.2.1). Pure: sequence
numbers and times in seconds that the caller passes in."""

REORDER_S = 0.01  # a packet that is only late comes by itself
RETRY_S = 0.02  # at least between two requests for one packet
FIRST_ROUND_TRIP_S = 0.1  # until one was measured
GIVE_UP_S = 1.0
LIMIT = 512  # packets: more than a sender keeps
AT_ONCE = 128  # in one message
FAR_BEHIND = 2048  # a sender that began anew


class Gap:
    __slots__ = ("asked", "at", "noticed", "retry")

    def __init__(self, noticed: float):
        self.noticed = self.at = noticed
        self.retry = noticed + REORDER_S
        self.asked = 0


class Missing:
    """Call `arrived` for each packet, and `due` every few milliseconds while there are any `gaps`."""

    __slots__ = ("gaps", "given_up", "newest", "round_trip")

    def __init__(self) -> None:
        self.gaps: dict[int, Gap] = {}
        self.newest = -1
        self.round_trip = FIRST_ROUND_TRIP_S
        self.given_up = 0

    def arrived(self, sequence: int, now: float, resent: bool = False) -> bool:
        """Whether the packet is newer than all before. `resent`: in answer to a request."""
        ahead = (sequence - self.newest) & 0xFFFF
        if ahead == 1 or self.newest < 0:
            self.newest = sequence
        elif 1 < ahead < 0x8000:
            self._skipped(ahead - 1, now)
            self.newest = sequence
        elif 0x8000 <= ahead < 0x10000 - FAR_BEHIND:
            self._forget()
            self.newest = sequence
        else:
            self._came_late(self.gaps.pop(sequence, None), now, resent)
            return False
        return True

    def due(self, now: float) -> list[int]:
        """The packets to ask for now; what was asked for in vain for a second is given up."""
        asked: list[int] = []
        for sequence, gap in list(self.gaps.items()):
            if now - gap.noticed > GIVE_UP_S:
                del self.gaps[sequence]
                self.given_up += 1
            elif now >= gap.retry and len(asked) < AT_ONCE:
                gap.at, gap.retry, gap.asked = now, now + max(RETRY_S, self.round_trip), gap.asked + 1
                asked.append(sequence)
        return asked

    def _skipped(self, count: int, now: float) -> None:
        if count > LIMIT:
            self._forget()
            self.given_up += count
            return
        for ahead in range(1, count + 1):
            self.gaps[(self.newest + ahead) & 0xFFFF] = Gap(now)
        while len(self.gaps) > LIMIT:
            del self.gaps[next(iter(self.gaps))]
            self.given_up += 1

    def _came_late(self, gap: Gap | None, now: float, resent: bool) -> None:
        if gap is not None and resent and gap.asked == 1:  # of more requests it is not known which one was answered
            self.round_trip += (now - gap.at - self.round_trip) / 8

    def _forget(self) -> None:
        self.given_up += len(self.gaps)
        self.gaps.clear()
