"""How likely a figure is a card to a tenth of its area: a logistic sum of what was measured about it.

The weights were fitted on drawn scenes by `python -m bench._capture_fit`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from capture.features import NAMES

WEIGHTS = (
    ("side mean", 4.234),
    ("side second", 1.372),
    ("side least", 0.894),
    ("overrun mean", -1.320),
    ("overrun most", -1.806),
    ("step mean", 6.730),
    ("step second", 4.058),
    ("step least", 1.264),
    ("corner mean", 4.130),
    ("corner least", 0.112),
    ("off", -1.146),
    ("off squared", 0.068),
    ("skew", 1.974),
    ("small", -0.000),
    ("large", 2.106),
    ("print", 4.624),
    ("blank", 0.755),
    ("unrest inside", -8.597),
    ("unrest outside", 1.511),
    ("inside differs", -0.415),
    ("sharp", -1.752),
    ("round", 1.097),
    ("outside", -0.315),
    ("sides and steps", 1.574),
    ("sides squared", -2.258),
    ("corners and sides", -4.433),
    ("likely", 1.083),
    ("closer", 3.147),
    ("spread", 24.591),
    ("covered", 1.672),
    ("around", -2.085),
    ("edge covered", -4.291),
    ("apart", -39.659),
    ("apart squared", -5.981),
    ("sides and covered", 0.165),
    ("steps and covered", -0.121),
)
BIAS = -17.512

if tuple(name for name, _ in WEIGHTS) != NAMES:
    raise ValueError("the weights are not those of the features")
_VECTOR = np.array([weight for _, weight in WEIGHTS])


def likelihood(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """0..1 for each row of `features`."""
    return 1.0 / (1.0 + np.exp(-(features @ _VECTOR + BIAS)))
