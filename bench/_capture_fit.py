"""The weights of capture/judge.py, fitted on drawn scenes alone: `python -m bench._capture_fit` prints them.

Every look of capture.detect is taken at each scene; its figures count as right from 0.94 of the area on, as
wrong below 0.89, and not in between. Each scene weighs the same, and wrong figures that would win weigh more from round
to round. Run it again whenever capture/sight.onnx or capture/refine.onnx was learnt anew.
"""

import argparse
import sys

import cv2
import numpy as np

from bench._capture_draw import Drawn, draw
from capture.detect import Part, looks, measured
from capture.features import NAMES
from capture.quad import clockwise

FROM, SCENES = 5_000_000, 1500  # seeds apart from those that the sight was learnt on
RIGHT, WRONG = 0.94, 0.89
ROUNDS, STEPS, HARD, RIDGE = 4, 12, 10.0, 3e-3


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=SCENES)
    given = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    told = [found for seed in range(FROM, FROM + given.scenes) if len((found := looked(draw(seed)))[0])]
    for name, weight in zip((*NAMES, "bias"), fit(told), strict=True):
        print(f'    ("{name}", {weight:.3f}),')
    return 0


def looked(scene: Drawn) -> tuple[np.ndarray, np.ndarray]:
    """(features, which are right) of the figures that all looks found and that are right or wrong."""
    rows = [_told(scene, *look) for look in looks(scene.image)]
    nothing = (np.zeros((0, len(NAMES))), np.zeros(0, bool))
    features, right = (np.concatenate(values) for values in zip(nothing, *rows, strict=True))
    return features, right


def _told(scene: Drawn, part: Part, each: int, supported: float) -> tuple[np.ndarray, np.ndarray]:
    found, features = measured(part, each, supported)
    if scene.corners is None:
        return features, np.zeros(len(features), bool)
    truth = (clockwise(scene.corners) - part.corner + 0.5) * part.scale - 0.5
    overlap = np.array([share(figure, truth) for figure in found.corners])
    known = (overlap > RIGHT) | (overlap < WRONG)
    return features[known], overlap[known] > RIGHT


def share(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one.astype(np.float32), other.astype(np.float32)
    common, _ = cv2.intersectConvexConvex(one, other)
    return common / (abs(cv2.contourArea(one)) + abs(cv2.contourArea(other)) - common + 1e-9)


def fit(scenes: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Logistic weights and, last, the bias."""
    x = np.concatenate([features for features, _ in scenes])
    y = np.concatenate([right for _, right in scenes]).astype(float)
    even = np.concatenate([np.where(r, 1 / max(r.sum(), 1), 1 / max((~r).sum(), 1)) for _, r in scenes])
    middle, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread < 1e-4, 1e9, spread)
    z = np.column_stack([(x - middle) / spread, np.ones(len(x))])
    ridge = RIDGE * len(scenes) * np.append(np.ones(x.shape[1]), 0.0)
    weights, weigh = np.zeros(z.shape[1]), even
    for _ in range(ROUNDS):
        for _ in range(STEPS):
            p = 1 / (1 + np.exp(-z @ weights))
            slope = z.T @ (weigh * (p - y)) + ridge * weights
            bend = (z * (weigh * p * (1 - p) + 1e-9)[:, None]).T @ z + np.diag(ridge + 1e-9)
            weights = weights - np.linalg.solve(bend, slope)
        p = 1 / (1 + np.exp(-z @ weights))
        weigh = even * (1 + HARD * np.where(y > 0, 0, p))
    scaled = weights[:-1] / spread
    return np.append(scaled, weights[-1] - scaled @ middle)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
