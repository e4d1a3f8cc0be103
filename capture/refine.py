"""A closer sight: the part round a roughly known card, laid straight, shows a second small net where its corners are.

The net sees each card in the same place, way round and size, so it can say where the corners are to about a fiftieth of
the card, and whether it is a card at all, more surely than a sight of the whole picture can.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.net import agreed, answers, centres
from capture.quad import ID1, side_lengths
from capture.scale import reduced
from capture.sight import Sight

MODEL = Path(__file__).with_name("refine.onnx")
FLAT = (160, 128)  # the net's picture, width and height
WIDE = 104  # pixels of the card's long side in it
SHARP = 1.15  # times as many pixels may show that side in what is laid straight
ON = 0.4  # a cell is on a card from this likelihood on
FEWEST = 6  # cells that make a card
MOST = 60  # of the likeliest cells that say how likely there is one

_half = np.array([WIDE, WIDE / ID1]) / 2
PLACE = (np.array(FLAT) - 1) / 2 + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * _half
"""Where the roughly known corners are laid, TL, TR, BR, BL."""


def laid(image: NDArray[np.uint8], corners: NDArray[np.float64]) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The part of a picture round a figure, its long sides across, and the homography that lays it so."""
    scale = min(1.0, SHARP * WIDE / max(float(side_lengths(corners).max()), 1.0))
    small = reduced(image, scale)
    rough = (corners + 0.5) * scale - 0.5
    lay = cv2.getPerspectiveTransform(rough.astype(np.float32), PLACE.astype(np.float32))
    flat = cv2.warpPerspective(small, lay, FLAT, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    reduce = np.array([[scale, 0, 0.5 * scale - 0.5], [0, scale, 0.5 * scale - 0.5], [0, 0, 1]])
    return flat, lay @ reduce


def refined(image: NDArray[np.uint8], sight: Sight) -> Sight:
    """A first sight of this picture with the corners that the closer one tells; `closer` is 0 and the corners are the
    first sight's where no card is seen there."""
    turned = int(upright(sight.corners))
    flat, lay = laid(image, np.roll(sight.corners, -turned, axis=0))
    on, votes = answers(MODEL, flat)
    seen = on > ON
    if seen.sum() < FEWEST:
        return sight
    found, spread = agreed(votes[seen], centres(on.shape)[seen], on[seen])
    corners = np.roll(cv2.perspectiveTransform(found[None], np.linalg.inv(lay))[0], turned, axis=0)
    return replace(sight, corners=corners, closer=float(np.sort(on[seen])[-MOST:].mean()), spread=spread)


def upright(corners: NDArray[np.float64]) -> bool:
    """Whether the figure's first side is a short one."""
    sides = side_lengths(corners)
    return bool(sides[0] + sides[2] < sides[1] + sides[3])
