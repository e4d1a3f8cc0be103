"""The event loop of a media worker: datagrams of connections that are up are taken while the loop waits.

asyncio turns a whole round for each socket that is readable: events to handles, handles to a queue, the queue to calls
in a context. In a room of three nearly every round is for one packet, and a tenth of the packet's price. This selector
calls an `Inlet` itself, waits on, and comes back to the loop as soon as there is anything else to do.

Private names of asyncio (`_ready`, `_scheduled`, a handle's `_callback`) are used; tests/media/test_loop.py names what
we rely on.
"""

import asyncio
import selectors
from select import EPOLLIN, EPOLLOUT

from media.srtp import Inlet

AT_ONCE = 64  # sockets; the rest is found by the next look


class MediaSelector(selectors.EpollSelector):
    """Only for the loop that `new_loop` made it for."""

    loop: asyncio.BaseEventLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        loop, look = self.loop, self._selector.poll
        ready, timers = loop._ready, len(loop._scheduled)
        until = None if timeout is None else loop.time() + timeout
        wait = -1 if timeout is None else max(timeout, 0)
        while True:
            others = self._sort(look(wait, AT_ONCE))
            if others or ready or wait == 0 or len(loop._scheduled) != timers:
                return others
            if until is not None and (wait := until - loop.time()) <= 0:
                return others

    def _sort(self, events: list[tuple[int, int]]) -> list[tuple[selectors.SelectorKey, int]]:
        """Serve the inlets; what is the loop's own."""
        others = []
        for file, event in events:
            key = self._fd_to_key.get(file)
            if key is None:  # closed by what came before
                continue
            reader = key.data[0]
            if event == EPOLLIN and reader is not None and type(reader._callback) is Inlet:
                self._serve(reader._callback)
            else:
                wanted = (event & ~EPOLLOUT and selectors.EVENT_READ) | (event & ~EPOLLIN and selectors.EVENT_WRITE)
                others.append((key, wanted & key.events))
        return others

    def _serve(self, inlet: Inlet) -> None:
        try:
            inlet()
        except Exception as error:  # noqa: BLE001 -- as the loop does with what a callback raises
            self.loop.call_exception_handler({"message": "a datagram was not dealt with", "exception": error})


def new_loop() -> asyncio.AbstractEventLoop:
    """For `asyncio.run(main(), loop_factory=new_loop)`."""
    selector = MediaSelector()
    selector.loop = asyncio.SelectorEventLoop(selector)
    return selector.loop
