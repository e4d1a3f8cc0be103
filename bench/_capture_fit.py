"""The weights of capture/judge.py, fitted: `python -m bench._capture_fit FOLDER...` prints them.

A folder holds pictures and truth.json, a list of {"file", "kind": card | cut | none, "corners": four points or null}.
Both looks of capture.detect are taken at each picture; its figures count as right from 0.93 of the area on (cut-off
ones: 0.75 of what is seen), as wrong below 0.87 (0.6), and not in between. Each picture weighs the same, and wrong
figures that would win weigh more from round to round.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from capture.detect import SECOND_EACH, SECOND_SUPPORTED
from capture.edges import find_edges, level
from capture.features import NAMES, measure
from capture.lines import EACH, find_lines
from capture.quad import clockwise
from capture.search import SUPPORTED, find_quads

SIDE = 640
RIGHT, WRONG = {False: 0.93, True: 0.75}, {False: 0.87, True: 0.6}
ROUNDS, STEPS, HARD, RIDGE = 4, 12, 10.0, 3e-3


def main(folders: list[str]) -> int:
    seen = [found for folder in folders for found in pictures(Path(folder))]
    fitted = [fit(list(examples(seen, cut))) for cut in (False, True)]
    for name, whole, cut in zip((*NAMES, "bias"), *fitted, strict=True):
        print(f'    ("{name}", {whole:.3f}, {cut:.3f}),')
    return 0


def pictures(folder: Path) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    """(kind, features, which are cut, overlap with the truth) for each picture."""
    for entry in json.loads((folder / "truth.json").read_text()):
        image = cv2.imread(str(folder / entry["file"]))
        scale = min(1.0, SIDE / max(image.shape[:2]))
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
        truth = None if entry["corners"] is None else clockwise((np.array(entry["corners"]) + 0.5) * scale - 0.5)
        looks = [look(image, EACH, SUPPORTED, truth), look(level(image), SECOND_EACH, SECOND_SUPPORTED, truth)]
        yield entry["kind"], *(np.concatenate(parts) for parts in zip(*looks, strict=True))


def look(image, each: int, supported: float, truth) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = (image.shape[1], image.shape[0])
    edges = find_edges(image)
    found = find_quads(*find_lines(edges, size, each), size, supported)
    cut = found.virtual.any(axis=1)
    frame = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], float)
    seen = None if truth is None else meeting(truth, frame)
    right = np.array(
        [0.0 if truth is None else share(c, seen if v else truth) for c, v in zip(found.corners, cut, strict=True)]
    )
    return measure(image, edges, found), cut, right


def meeting(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return cv2.intersectConvexConvex(one.astype(np.float32), other.astype(np.float32))[1].reshape(-1, 2)


def share(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one.astype(np.float32), other.astype(np.float32)
    common, _ = cv2.intersectConvexConvex(one, other)
    return common / (abs(cv2.contourArea(one)) + abs(cv2.contourArea(other)) - common + 1e-9)


def examples(seen: list, cut: bool) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(features, which are right) of each picture's figures of this kind."""
    for kind, features, are_cut, right in seen:
        if cut and kind == "card":
            continue  # a border may well pass along a whole card: nothing to learn from
        told = (are_cut == cut) & ((right > RIGHT[cut]) | (right < WRONG[cut]))
        if told.any():
            yield features[told], (right[told] > RIGHT[cut]) & (kind == "cut" or not cut)


def fit(pictures: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Logistic weights and, last, the bias."""
    x = np.concatenate([features for features, _ in pictures])
    y = np.concatenate([right for _, right in pictures]).astype(float)
    even = np.concatenate([np.where(r, 1 / max(r.sum(), 1), 1 / max((~r).sum(), 1)) for _, r in pictures])
    middle, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread < 1e-4, 1e9, spread)
    z = np.column_stack([(x - middle) / spread, np.ones(len(x))])
    ridge = RIDGE * len(pictures) * np.append(np.ones(x.shape[1]), 0.0)
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
