"""A first sight of the whole picture: a small net of our own says where a card is and where its corners should be.

It was learnt from drawn scenes alone (`python -m bench._capture_learn`), runs in OpenCV on a picture of 160 pixels and
answers for cells of eight pixels. What it says is rough, some hundredths of the picture; a look at that part is exact.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

MODEL = Path(__file__).with_name("sight.onnx")
LONG, STRIDE, UNIT = 160, 8, 32.0  # pixels of its input: the long side, a cell, the unit of the corners' offsets
WHOLE = 32  # the input's sides are multiples of this
ON = 0.4  # a cell is on a card from this likelihood on
FEWEST = 3  # cells that make a card
NEAR = 0.5  # of the unit: nearer than this a corner is not known more exactly


@dataclass(frozen=True, slots=True)
class Sight:
    """`corners` (4, 2) in pixels, may lie outside the picture; TL, TR, BR, BL as the card is read, as far as that could
    be seen. `likelihood` that there is a card; `spread` is how far the cells disagree about the corners, as a share of
    the card's size;  `on` (rows, columns) is how likely each cell is
    on a card; the first cell's centre is at `origin`, and cells are `pitch` pixels apart."""

    corners: NDArray[np.float64]
    likelihood: float
    spread: float
    on: NDArray[np.float32]
    origin: NDArray[np.float64]
    pitch: float

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


_local = threading.local()  # a net holds the state of one run


def see(image: NDArray[np.uint8]) -> Sight | None:
    """The likeliest card of a BGR picture, or None where no cell is on one."""
    scale = min(1.0, LONG / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    cells = _run(small)
    on = 1 / (1 + np.exp(-cells[0]))
    count, labels = cv2.connectedComponents((on > ON).astype(np.uint8), connectivity=4)
    if count < 2:
        return None
    weight = np.bincount(labels.ravel(), on.ravel(), count)
    weight[0] = 0
    best = int(weight.argmax())
    y, x = np.nonzero(labels == best)
    if len(x) < FEWEST:
        return None
    at = np.stack([x, y], axis=1) * STRIDE + (STRIDE - 1) / 2
    votes = cells[1:9, y, x].T.reshape(-1, 4, 2).astype(np.float64) * UNIT + at[:, None]
    share = on[y, x]
    corners, spread = _agreed(votes, at, share)
    likelihood = float(np.sort(share)[-9:].mean())
    origin = np.full(2, STRIDE / 2 / scale - 0.5)
    return Sight((corners + 0.5) / scale - 0.5, likelihood, spread, on, origin, STRIDE / scale)


def _run(small: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(9, rows, columns): on a card (logit), and eight offsets."""
    height, width = small.shape[:2]
    mean, spread = cv2.meanStdDev(small)
    middle = float(mean.mean())
    deviation = float(np.sqrt((spread**2 + (mean - middle) ** 2).mean()))
    padded = cv2.copyMakeBorder(small, 0, -height % WHOLE, 0, -width % WHOLE, cv2.BORDER_REPLICATE)
    blob = cv2.dnn.blobFromImage(padded, 1 / (deviation + 8.0), mean=(middle,) * 3)
    if not hasattr(_local, "net"):
        _local.net = cv2.dnn.readNetFromONNX(str(MODEL))
    _local.net.setInput(blob)
    return _local.net.forward()[0, :, : -(-height // STRIDE), : -(-width // STRIDE)]


def _agreed(votes: NDArray[np.float64], at: NDArray, share: NDArray) -> tuple[NDArray[np.float64], float]:
    """The corners most cells agree on, and how far the others are off."""
    reference = votes[share.argmax()]
    way = reference[1] - reference[0] + reference[2] - reference[3]
    flipped = ((votes[:, 1] - votes[:, 0] + votes[:, 2] - votes[:, 3]) @ way) < 0
    votes = np.where(flipped[:, None, None], np.roll(votes, 2, axis=1), votes)
    far = np.linalg.norm(votes - at[:, None], axis=2) / UNIT  # cells near a corner know more exactly where it is
    sure = share[:, None] / (NEAR + far) ** 2
    corners = (votes * sure[..., None]).sum(axis=0) / sure.sum(axis=0)[:, None]
    for _ in range(2):
        off = np.linalg.norm(votes - corners, axis=2)
        weight = sure / (1.0 + (off / 6.0) ** 2)
        corners = (votes * weight[..., None]).sum(axis=0) / weight.sum(axis=0)[:, None]
    size = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).mean()
    off = np.median(np.linalg.norm(votes - corners, axis=2))
    return _turned(corners), float(off / max(size, 1e-6))


def _turned(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Begun so that the first side runs to the right or down: which way up a card is, is not seen here."""
    along = corners[1] - corners[0] + corners[2] - corners[3]
    return np.roll(corners, 2, axis=0) if along.sum() < 0 else corners
