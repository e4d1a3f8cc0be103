"""How likely a figure is a card to a tenth of its area: a logistic sum of what was measured about it.

The weights were fitted on drawn scenes by `python -m bench._capture_fit`; whole figures and those that a border of the
picture completes have their own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from capture.features import NAMES

WEIGHTS = (  # what, weight for a whole figure, weight for one that is cut off
    ("side mean", 1.092, 3.388),
    ("side second", 1.325, -2.096),
    ("side least", -1.916, 0.074),
    ("overrun mean", -2.246, -6.277),
    ("overrun most", -3.355, 1.696),
    ("step mean", -0.715, 7.822),
    ("step second", 2.699, -5.445),
    ("step least", 5.119, 2.074),
    ("corner mean", 1.634, 1.118),
    ("corner least", -0.013, -1.374),
    ("off", -1.287, 0.000),
    ("off squared", -0.016, 0.000),
    ("skew", -2.077, -0.613),
    ("small", -5.628, -3.573),
    ("large", 1.421, 0.793),
    ("cut twice", 0.000, 0.812),
    ("print", 3.362, 3.662),
    ("blank", -2.303, -3.724),
    ("unrest inside", -10.514, -3.486),
    ("unrest outside", 1.633, 4.202),
    ("inside differs", -0.753, 0.182),
    ("sharp", -1.782, -1.949),
    ("round", 1.555, 1.753),
    ("outside", -2.405, -1.472),
    ("sides and steps", 0.134, 4.673),
    ("sides squared", 0.253, -2.611),
    ("corners and sides", 1.321, 4.333),
)
BIAS = (-6.751, -10.421)

if tuple(name for name, *_ in WEIGHTS) != NAMES:
    raise ValueError("the weights are not those of the features")
_MATRIX = np.array([weights for _, *weights in WEIGHTS])


def likelihood(features: NDArray[np.float64], cut: NDArray[np.bool_]) -> NDArray[np.float64]:
    """0..1 for each row of `features`; `cut` says which figures have a border of the picture for a side."""
    both = features @ _MATRIX + np.array(BIAS)
    return 1.0 / (1.0 + np.exp(-np.where(cut, both[:, 1], both[:, 0])))
