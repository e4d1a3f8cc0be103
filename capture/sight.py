"""A first sight of the whole picture: a small net of our own says where a card is and where its corners should be.

It takes a picture of 160 pixels. What it says is rough, some hundredths of the picture; a look at that part is exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.net import STRIDE, agreed, answers, centres
from capture.scale import reduced

MODEL = Path(__file__).with_name("sight.onnx")
LONG = 160  # pixels of its input's long side
ON = 0.4  # a cell is on a card from this likelihood on,
FAINT = 0.2  # where no cell is so likely, from 0.7 of the likeliest one on if that one is more likely than this
FEWEST = 3  # cells that make a card


@dataclass(frozen=True, slots=True)
class Sight:
    """`corners` (4, 2) in pixels, may lie outside the picture; TL, TR, BR, BL as the card is read, as far as that could
    be seen. `likelihood` that there is a card; `on` (rows, columns) is how likely each cell is on a card; the first
    cell's centre is at `origin`, and cells are `pitch` pixels apart. `spread` is how far the cells disagree about the
    corners, as a share of the card's size. `closer` is the likelihood that a closer sight gives (`capture.refine`)."""

    corners: NDArray[np.float64]
    likelihood: float
    spread: float
    on: NDArray[np.float32]
    origin: NDArray[np.float64]
    pitch: float
    closer: float = 0.0

    def within(self, corner: NDArray, scale: float) -> Sight:
        """The same in pixels of a part of the picture that begins at `corner` and was enlarged by `scale`."""
        moved = ((at - corner + 0.5) * scale - 0.5 for at in (self.corners, self.origin))
        corners, origin = moved
        return replace(self, corners=corners, origin=origin, pitch=self.pitch * scale)

    def covered(self, points: NDArray[np.float64]) -> NDArray[np.float32]:
        """How likely each of the points (..., 2) is on the card."""
        cells = ((points - self.origin) / self.pitch).astype(np.float32)
        flat = cells.reshape(len(cells), -1, 2)
        return cv2.remap(self.on, flat, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).reshape(
            points.shape[:-1]
        )


def see(image: NDArray[np.uint8]) -> Sight | None:
    """The likeliest card of a BGR picture, or None where no cell is on one."""
    scale = min(1.0, LONG / max(image.shape[:2]))
    small = reduced(image, scale)
    on, votes = answers(MODEL, small)
    most = float(on.max())
    if most < FAINT:
        return None
    count, labels = cv2.connectedComponents((on > min(ON, 0.7 * most)).astype(np.uint8), connectivity=4)
    weight = np.bincount(labels.ravel(), on.ravel(), count)
    weight[0] = 0
    one = labels == int(weight.argmax())
    if one.sum() < FEWEST:
        return None
    share = on[one]
    corners, spread = agreed(_one_way(votes[one], share), centres(on.shape)[one], share)
    likelihood = float(np.sort(share)[-9:].mean())
    origin = np.full(2, STRIDE / 2 / scale - 0.5)
    return Sight((_turned(corners) + 0.5) / scale - 0.5, likelihood, spread, on, origin, STRIDE / scale)


def _one_way(votes: NDArray[np.float64], share: NDArray[np.float32]) -> NDArray[np.float64]:
    """The votes of cells that take the card the other way up, turned round."""
    reference = votes[share.argmax()]
    way = reference[1] - reference[0] + reference[2] - reference[3]
    flipped = ((votes[:, 1] - votes[:, 0] + votes[:, 2] - votes[:, 3]) @ way) < 0
    return np.where(flipped[:, None, None], np.roll(votes, 2, axis=1), votes)


def _turned(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Begun so that the first side runs to the right or down: which way up a card is, is not seen here."""
    along = corners[1] - corners[0] + corners[2] - corners[3]
    return np.roll(corners, 2, axis=0) if along.sum() < 0 else corners
