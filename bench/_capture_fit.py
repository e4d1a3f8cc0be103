"""The weights of capture/judge.py, fitted on drawn scenes alone: `python -m bench._capture_fit` prints them.

Every look of capture.detect is taken at each scene; its figures count as right from 0.93 of the area on (cut-off
ones: 0.75 of what is seen), as wrong below 0.87 (0.6), and not in between. Each scene weighs the same, and wrong
figures that would win weigh more from round to round. Run it again whenever capture/sight.onnx was learnt anew.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from bench._capture_draw import Drawn, draw
from capture.detect import FIRST, SECOND, Part, looks, measured
from capture.features import NAMES
from capture.quad import clockwise
from capture.sight import see

FROM, SCENES = 5_000_000, 1000  # seeds apart from those that the sight was learnt on
RIGHT, WRONG = {False: 0.93, True: 0.75}, {False: 0.87, True: 0.6}
ROUNDS, STEPS, HARD, RIDGE = 4, 12, 10.0, 3e-3


@dataclass(frozen=True)
class Looked:
    """What all looks found in one scene: features (n, f), which figures are cut, their overlap with the truth."""

    kind: str
    features: np.ndarray
    cut: np.ndarray
    overlap: np.ndarray


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=SCENES)
    given = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    seen = [found for seed in range(FROM, FROM + given.scenes) if (found := looked(draw(seed)))]
    for name, whole, cut in zip((*NAMES, "bias"), *(fit([*examples(seen, cut)]) for cut in (False, True)), strict=True):
        print(f'    ("{name}", {whole:.3f}, {cut:.3f}),')
    return 0


def looked(scene: Drawn) -> Looked | None:
    """None where nothing was sighted."""
    sight = see(scene.image)
    if sight is None:
        return None
    rows = [_told(scene, part, SECOND if evened else FIRST) for part, evened in looks(scene.image, sight)]
    return Looked(scene.kind, *(np.concatenate(values) for values in zip(*rows, strict=True)))


def _told(scene: Drawn, part: Part, how: tuple[int, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    found, features = measured(part, *how)
    cut = found.virtual.any(axis=1)
    if scene.corners is None:
        return features, cut, np.zeros(len(cut))
    edge = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * scene.image.shape[1::-1] - 0.5
    truth, frame = ((points - part.corner + 0.5) * part.scale - 0.5 for points in (clockwise(scene.corners), edge))
    seen = cv2.intersectConvexConvex(truth.astype(np.float32), frame.astype(np.float32))[1].reshape(-1, 2)
    return (
        features,
        cut,
        np.array([share(figure, seen if past else truth) for figure, past in zip(found.corners, cut, strict=True)]),
    )


def share(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one.astype(np.float32), other.astype(np.float32)
    common, _ = cv2.intersectConvexConvex(one, other)
    return common / (abs(cv2.contourArea(one)) + abs(cv2.contourArea(other)) - common + 1e-9)


def examples(seen: list[Looked], cut: bool) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(features, which are right) of each scene's figures of this kind."""
    for scene in seen:
        if cut and scene.kind == "card":
            continue  # a border may well pass along a whole card: nothing to learn from
        told = (scene.cut == cut) & ((scene.overlap > RIGHT[cut]) | (scene.overlap < WRONG[cut]))
        if told.any():
            yield scene.features[told], (scene.overlap[told] > RIGHT[cut]) & (scene.kind == "cut" or not cut)


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
