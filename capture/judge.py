"""How likely a figure is a card to a tenth of its area: a logistic sum of what was measured about it.

The weights were fitted on drawn scenes by `python -m bench._capture_fit`; whole figures and those that a border of the
picture completes have their own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from capture.features import NAMES

WEIGHTS = (  # what, weight for a whole figure, weight for one that is cut off
    ("side mean", -0.149, 1.911),
    ("side second", 1.117, -0.209),
    ("side least", -0.802, -0.645),
    ("overrun mean", -2.036, 8.114),
    ("overrun most", -1.751, -3.159),
    ("step mean", 6.314, 4.064),
    ("step second", 2.835, -0.717),
    ("step least", 2.664, -11.064),
    ("corner mean", 1.059, -0.908),
    ("corner least", 0.132, 2.460),
    ("off", -1.405, 0.000),
    ("off squared", -0.037, 0.000),
    ("skew", -3.503, 1.459),
    ("small", -0.322, -6.107),
    ("large", 0.186, 0.690),
    ("cut twice", 0.000, 1.660),
    ("print", 1.468, -3.479),
    ("blank", -1.673, -0.620),
    ("unrest inside", -5.861, 2.245),
    ("unrest outside", 0.455, -0.733),
    ("inside differs", -0.255, -1.050),
    ("sharp", -1.384, -1.399),
    ("round", 1.207, 1.333),
    ("outside", -0.844, 0.524),
    ("sides and steps", 1.161, -1.745),
    ("sides squared", -1.269, -1.398),
    ("corners and sides", 0.918, 0.434),
    ("likely", -3.351, -0.569),
    ("spread", 7.701, 6.897),
    ("covered", 2.066, 2.142),
    ("around", -1.858, -5.574),
    ("edge covered", -3.428, 0.495),
    ("apart", -6.539, -10.934),
    ("apart squared", 4.422, 1.940),
    ("sides and covered", 0.703, 3.542),
    ("steps and covered", 2.340, 1.721),
)
BIAS = (-8.673, 2.404)

if tuple(name for name, *_ in WEIGHTS) != NAMES:
    raise ValueError("the weights are not those of the features")
_MATRIX = np.array([weights for _, *weights in WEIGHTS])


def likelihood(features: NDArray[np.float64], cut: NDArray[np.bool_]) -> NDArray[np.float64]:
    """0..1 for each row of `features`; `cut` says which figures have a border of the picture for a side."""
    both = features @ _MATRIX + np.array(BIAS)
    return 1.0 / (1.0 + np.exp(-np.where(cut, both[:, 1], both[:, 0])))
