"""Asks the sender of a video track for what did not arrive, until it comes or is given up."""

import asyncio
from collections.abc import Callable

from media import rtcp
from media.loss import REORDER_S, Missing
from media.transport import Transport


class Repair:
    """Of one stream. Its timer runs only while packets are missing. `unrepaired()`: called when some are given up."""

    def __init__(self, transport: Transport, ssrc: int, unrepaired: Callable[[], None]):
        self._transport, self._ssrc, self._unrepaired = transport, ssrc, unrepaired
        self._missing = Missing()
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    def arrived(self, sequence: int, now: float, resent: bool) -> bool:
        """Whether the packet is newer than all before."""
        missing = self._missing
        if sequence == (missing.newest + 1) & 0xFFFF and not missing.gaps:  # nearly always
            missing.newest = sequence
            return True
        newer = missing.arrived(sequence, now, resent)
        if not newer:
            self._transport.counters.late += 1
        if missing.gaps and self._timer is None and not self._stopped:
            self._timer = asyncio.get_running_loop().call_later(REORDER_S, self._ask)
        return newer

    def waits_for(self, sequence: int) -> bool:
        return sequence in self._missing.gaps

    def stop(self) -> None:
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()

    def _ask(self) -> None:
        self._timer = None
        transport, missing = self._transport, self._missing
        given_up = missing.given_up
        asked = missing.due(transport.now())
        if asked:
            transport.counters.nacks += 1
            transport.counters.asked += len(asked)
            transport.send_rtcp(rtcp.packets_missing(transport.local_ssrc, self._ssrc, asked))
        if missing.gaps:
            self._timer = asyncio.get_running_loop().call_later(REORDER_S, self._ask)
        if missing.given_up > given_up:
            transport.counters.given_up += missing.given_up - given_up
            self._unrepaired()
