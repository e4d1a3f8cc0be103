"""Pages of a form as PNG. A revision's page never changes, so the latest drawn are kept."""

import asyncio
from collections import OrderedDict

from esign.pages import render_page

KEPT = 64


class PageImages:
    """One page at a time: PDFium is not thread-safe."""

    def __init__(self) -> None:
        self._drawn: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()
        self._turn = asyncio.Lock()

    async def png(self, pdf: bytes, sha256: str, page: int, width: int) -> bytes:
        key = sha256, page, width
        async with self._turn:
            if key not in self._drawn:
                self._drawn[key] = await asyncio.to_thread(render_page, pdf, page, width)
                if len(self._drawn) > KEPT:
                    self._drawn.popitem(last=False)
            self._drawn.move_to_end(key)
            return self._drawn[key]
