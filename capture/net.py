"""Running the small nets of this package: pictures in, what each cell of eight pixels says out.

A cell says whether it is on a card (a logit), and where the card's four corners are from here. The nets were
learnt from drawn scenes alone (`python -m bench._capture_learn`).
"""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

STRIDE, UNIT = 8, 32.0  # pixels of the input: a cell, the unit of the corners' offsets
WHOLE = 32  # the input's sides are multiples of this
NEAR = 0.5  # of the unit: nearer than this a corner is not known more exactly

_local = threading.local()  # a net holds the state of one run


def answers(model: Path, image: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """How likely each cell (rows, columns) of a BGR picture is on a card, and where it says that the corners are,
    (rows, columns, 4, 2) in pixels of the picture."""
    height, width = image.shape[:2]
    mean, spread = cv2.meanStdDev(image)
    middle = float(mean.mean())
    deviation = float(np.sqrt((spread**2 + (mean - middle) ** 2).mean()))
    padded = cv2.copyMakeBorder(image, 0, -height % WHOLE, 0, -width % WHOLE, cv2.BORDER_REPLICATE)
    net = _net(model)
    net.setInput(cv2.dnn.blobFromImage(padded, 1 / (deviation + 8.0), mean=(middle,) * 3))
    cells = net.forward()[0, :, : -(-height // STRIDE), : -(-width // STRIDE)]
    on = 1 / (1 + np.exp(-cells[0]))
    votes = cells[1:9].transpose(1, 2, 0).reshape(*on.shape, 4, 2).astype(np.float64) * UNIT
    return on, votes + centres(on.shape)[:, :, None]


def centres(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Where the cells' centres are, (rows, columns, 2) in pixels."""
    return np.stack(np.meshgrid(*(np.arange(n) for n in shape[::-1])), axis=-1) * STRIDE + (STRIDE - 1) / 2


def agreed(
    votes: NDArray[np.float64], at: NDArray[np.float64], share: NDArray[np.float32]
) -> tuple[NDArray[np.float64], float]:
    """The corners (4, 2) that most cells agree on, and how far the others are off, as a share of the card's size.
    `votes` (n, 4, 2) of cells at `at` (n, 2), each with its likelihood."""
    far = np.linalg.norm(votes - at[:, None], axis=2) / UNIT  # cells near a corner know more exactly where it is
    sure = share[:, None] / (NEAR + far) ** 2
    corners = (votes * sure[..., None]).sum(axis=0) / sure.sum(axis=0)[:, None]
    for _ in range(2):
        off = np.linalg.norm(votes - corners, axis=2)
        weight = sure / (1.0 + (off / 6.0) ** 2)
        corners = (votes * weight[..., None]).sum(axis=0) / weight.sum(axis=0)[:, None]
    size = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).mean()
    return corners, float(np.median(np.linalg.norm(votes - corners, axis=2)) / max(size, 1e-6))


def _net(model: Path) -> cv2.dnn.Net:
    nets = _local.__dict__.setdefault("nets", {})
    if model not in nets:
        nets[model] = cv2.dnn.readNetFromONNX(str(model))
    return nets[model]
