"""The weights of capture/sight.onnx and capture/refine.onnx, learnt from drawn scenes alone.

`python -m bench._capture_learn FOLDER sight` and then `refine`; needs torch and onnx, which the project itself does not
(docs/architecture.md has the commands). Scenes are drawn into FOLDER where they are not there yet, and a run that was
stopped goes on from its last fifty steps.
"""

import argparse
import sys
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional

from bench._capture_net import BATCH, Batch, learn, recoloured
from bench._capture_store import drawn, some
from capture import refine, sight
from capture.quad import area
from capture.refine import PLACE, laid, upright
from capture.sight import see

PARTS, OFTEN = 28, 100  # thousands of scenes at the most; a thousand more in so many steps
STEPS = {"sight": 9000, "refine": 7200}
BREAK, UNSURE = -45.0, 5.0  # degrees: from where a card counts as turned round, and how near that nothing is taught


def whole_pictures(folder: Path, step: int) -> Batch:
    """For the first sight: whole scenes, turned, enlarged, recoloured. Which end of a card is up is not taught."""
    rng = np.random.default_rng(step)
    shape = "wide" if rng.random() < 0.6 else "slim"
    pictures, quads, has = some(folder, min(PARTS, 2 + step // OFTEN), shape, BATCH, rng)
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
    if rng.random() < 0.35:  # a part of each, larger
        height, width = x.shape[2:]
        share = rng.uniform(0.75, 1.0)
        h, w = round(height * share), round(width * share)
        top, left = int(rng.integers(0, height - h + 1)), int(rng.integers(0, width - w + 1))
        x = functional.interpolate(x[:, :, top : top + h, left : left + w], (height, width), mode="bilinear")
        quads = (quads - [left, top] + 0.5) * [width / w, height / h] - 0.5
    for _ in range(int(rng.integers(0, 4))):
        x = torch.rot90(x, -1, (2, 3))
        quads = np.stack([x.shape[3] - 1 - quads[..., 1], quads[..., 0]], axis=-1)
    x = functional.pad(recoloured(x, rng), (0, -x.shape[3] % 32, 0, -x.shape[2] % 32), mode="replicate")
    reading = quads[:, 1] - quads[:, 0] + quads[:, 2] - quads[:, 3]
    angle = (np.rad2deg(np.arctan2(reading[:, 1], reading[:, 0])) - BREAK) % 360
    quads = np.where((angle >= 180)[:, None, None], np.roll(quads, 2, axis=1), quads)
    known = np.minimum(angle % 180, 180 - angle % 180) > UNSURE
    return x, torch.from_numpy(quads).float(), torch.from_numpy(has), torch.from_numpy(known)


def laid_straight(folder: Path, step: int) -> Batch:
    """For the closer sight: the parts round figures that are about as wrong as a first sight is."""
    rng = np.random.default_rng(step)
    chosen = [one(folder, min(PARTS, 2 + step // OFTEN), rng) for _ in range(BATCH)]
    pictures, quads, has = (np.array(values) for values in zip(*chosen, strict=True))
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
    every = torch.ones(BATCH, dtype=torch.bool)
    return recoloured(x, rng), torch.from_numpy(quads).float(), torch.from_numpy(has), every


def one(folder: Path, parts: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.bool_]:
    part = int(rng.integers(0, parts))
    name = "wide" if rng.random() < 0.6 else "slim"
    pictures, corners, has = drawn(folder, part)[name]
    at = int(rng.integers(0, len(pictures)))
    rough = guess(folder, part, name, at, rng)
    flat, lay = laid(pictures[at], rough)
    if not has[at]:
        return flat, np.zeros((4, 2)), has[at]
    truth = cv2.perspectiveTransform(corners[at][None], lay)[0]
    away = [np.linalg.norm(np.roll(truth, shift, axis=0) - PLACE, axis=1).sum() for shift in range(4)]
    return flat, np.roll(truth, int(np.argmin(away)), axis=0), has[at]


def guess(folder: Path, part: int, name: str, at: int, rng: np.random.Generator) -> np.ndarray:
    """What the first sight said, or the truth (where there is no card: another scene's) with errors of all sizes."""
    _, corners, has = drawn(folder, part)[name]
    rough = sights(folder, part)[name][at]
    if not np.isnan(rough[0, 0]) and rng.random() < 0.4:
        return rough
    truth = corners[at] if has[at] else corners[rng.choice(np.flatnonzero(has))]
    truth = np.roll(truth, int(rng.choice((0, 2))), axis=0)
    middle, size = truth.mean(axis=0), np.sqrt(area(truth))
    much = np.exp(rng.normal(0, 0.6))
    turn = np.deg2rad(rng.normal(0, 5 * much))
    turned = (truth - middle) @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    moved = turned * np.exp(rng.normal(0, 0.09 * much)) + middle + rng.normal(0, 0.06 * much, 2) * size
    rough = moved + rng.normal(0, 0.05 * much, (4, 2)) * size
    return rough if cv2.isContourConvex(rough.astype(np.float32)) else truth


@cache
def sights(folder: Path, part: int) -> dict[str, np.ndarray]:
    """The first sight's corners of each of a part's scenes, a long side first; nan where it sees no card."""
    return {
        name: np.array([_sighted(image) for image in pictures]) for name, (pictures, *_) in drawn(folder, part).items()
    }


def _sighted(image: np.ndarray) -> np.ndarray:
    seen = see(image)
    if seen is None:
        return np.full((4, 2), np.nan)
    return np.roll(seen.corners, -int(upright(seen.corners)), axis=0)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("net", choices=("sight", "refine"))
    parser.add_argument("--steps", type=int, help="of them all, where that is not what was shipped")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after these, to go on in another run")
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    batch, out = {"sight": (whole_pictures, sight.MODEL), "refine": (laid_straight, refine.MODEL)}[given.net]
    kept = given.folder / f"{given.net}.pt"
    return 0 if learn(partial(batch, given.folder), kept, out, given.steps or STEPS[given.net], given.seconds) else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
