"""The card seen straight on."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.quad import ID1, side_lengths

WIDEST = 1600  # the card of a large photo; 1600 x 1009
NARROWEST = 320


def rectify(
    image: NDArray[np.uint8], corners: NDArray[np.float64], width: int | None = None, ratio: float = ID1
) -> NDArray[np.uint8]:
    """The figure TL, TR, BR, BL as a picture of `ratio` (ID1, or ID3 for a passport's page), `width` wide, or as wide
    as the photo gives pixels for.

    A card that stands upright in the photo comes out upright (its ratio turned round): nothing says here which way
    it is read, and a wrong guess would turn it upside down.
    """
    top, right, bottom, left = side_lengths(corners)
    upright = left + right > top + bottom
    long_side = width or int(np.clip(max(top, right, bottom, left), NARROWEST, WIDEST))
    short_side = round(long_side / ratio)
    out = (short_side, long_side) if upright else (long_side, short_side)
    target = np.array([[0, 0], [out[0] - 1, 0], [out[0] - 1, out[1] - 1], [0, out[1] - 1]], np.float32)
    homography = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    shrinks = max(top, right, bottom, left) > 1.5 * long_side
    flags = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.warpPerspective(image, homography, out, flags=flags, borderMode=cv2.BORDER_REPLICATE)
