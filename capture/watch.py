"""Watching a card being shown in a call: pictures with their RTP times in, what is known so far out, stills at the end.

Whoever decodes the call (media) knows nothing of cards, and hands through what it does not read: an `Order` to begin
with, and a `Watched` in the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from capture.decode import decode, encode_jpeg
from capture.errors import PhotoError
from capture.likeness import Likeness, Seen
from capture.scale import at_most
from capture.showing import Side, Spans

KNOWN_WIDTH = 720  # pixels of a card that others are compared with
STILL_SIDE = 1280
SURE_LOOKS = 5  # of a card that is neither side: a second of it


class Order(msgspec.Struct, frozen=True):
    """`cards`: JPEG of the uploaded photos of that person."""

    side: Side
    cards: dict[Side, bytes]


class Watched(msgspec.Struct, frozen=True):
    """`longest`: seconds of each side in one span, by the clock of the camera. `looks`: pictures looked at, by what
    they showed. `still`: JPEG of the sharpest picture of the side that was asked for; where it was never seen, of a
    card that is like neither, or of whatever there was: that is what somebody may vouch for."""

    longest: dict[Side, float]
    looks: dict[Seen, int]
    still: bytes = b""
    mirrored: bool = False

    @property
    def match(self) -> str:
        """The uploaded photo and the card that was shown: same, differs, or unsure."""
        known, other = self.looks.get("front", 0) + self.looks.get("back", 0), self.looks.get("card", 0)
        if known >= SURE_LOOKS and known >= other:
            return "same"
        return "differs" if other >= SURE_LOOKS and other > 4 * known else "unsure"


def order(side: Side, photos: Mapping[Side, bytes]) -> bytes:
    """From JPEGs of any size. 0.1 s of a core; not for an event loop."""
    return msgspec.msgpack.encode(Order(side, {which: _known(photo) for which, photo in photos.items()}))


def watched(data: bytes) -> Watched | None:
    """None where nothing was watched: there was no decoder, or it died."""
    return msgspec.msgpack.decode(data, type=Watched) if data else None


class Watch:
    """One showing, in the process that decodes it."""

    def __init__(self, data: bytes):
        told = msgspec.msgpack.decode(data, type=Order)
        cv2.setNumThreads(1)
        self._side = told.side
        self._likeness = Likeness({side: decode(card) for side, card in told.cards.items()})
        self._spans = Spans()
        self._looks: Counter[Seen] = Counter()
        self._still: NDArray[np.uint8] | None = None
        self._best = (-1, 0.0)  # how much the still shows what was asked for, and how sharp it is

    def look(self, picture: NDArray[np.uint8], timestamp: int) -> dict[str, Any]:
        """BGR pixels. What the guided timer shows: seconds of the spans that go on, and what is seen now."""
        seen = self._likeness.see(picture)
        self._looks[seen] += 1
        self._spans.push(timestamp, seen if seen in ("front", "back") else None)
        self._keep(picture, 2 if seen == self._side else seen == "card")
        return {
            "side": self._side,
            "seen": seen,
            "front_s": round(self._spans.seconds("front"), 2),
            "back_s": round(self._spans.seconds("back"), 2),
            "done": self._spans.shown(self._side),
        }

    def restart(self) -> None:
        """Another stream of pictures begins."""
        self._spans.restart()

    def result(self) -> bytes:
        longest = {side: self._spans.longest(side) for side in ("front", "back")}
        still = b"" if self._still is None else encode_jpeg(self._still)
        return msgspec.msgpack.encode(Watched(longest, dict(self._looks), still, self._likeness.mirrored))

    def _keep(self, picture: NDArray[np.uint8], apt: int) -> None:
        if apt < self._best[0]:
            return
        sharp = float(cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.CV_32F).var())
        if (apt, sharp) > self._best:
            self._best, self._still = (apt, sharp), at_most(picture, STILL_SIDE).copy()


def _known(photo: bytes) -> bytes:
    try:
        return encode_jpeg(at_most(decode(photo), KNOWN_WIDTH))
    except PhotoError:  # nothing is like it
        return encode_jpeg(np.full((454, KNOWN_WIDTH, 3), 128, np.uint8))
