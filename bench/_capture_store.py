"""Drawn scenes, kept in a folder for learning: a thousand a part, seeds from 0."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from bench._capture_draw import draw
from capture.sight import LONG

DRAWN = 256  # pixels of the kept scenes' long side
PART = 1000  # scenes a part

Group = tuple[np.ndarray, np.ndarray, np.ndarray]  # pictures, corners, which have a card


@cache
def drawn(folder: Path, part: int) -> dict[str, Group]:
    """A thousand scenes by shape (wide 4:3, slim 16:9), portrait ones turned."""
    path = folder / f"scenes_{part:03}.npz"
    if not path.exists():
        groups = {name: ([], [], []) for name in ("wide", "slim")}
        for seed in range(part * PART, (part + 1) * PART):
            image, corners = _small(draw(seed, long=DRAWN * 3 // 2))
            group = groups["wide" if image.shape[0] == DRAWN * 3 // 4 else "slim"]
            for kept, value in zip(
                group, (image, np.zeros((4, 2)) if corners is None else corners, corners is not None), strict=True
            ):
                kept.append(value)
        np.savez(
            path,
            **{f"{name}_{i}": np.array(values) for name, group in groups.items() for i, values in enumerate(group)},
        )
    with np.load(path) as kept:
        return {name: tuple(kept[f"{name}_{i}"] for i in range(3)) for name in ("wide", "slim")}


@cache
def scenes(folder: Path, part: int) -> dict[str, Group]:
    """A part's scenes as large as the net takes them."""
    scale = LONG / DRAWN
    return {
        name: (_reduced(images, scale), (corners + 0.5) * scale - 0.5, has)
        for name, (images, corners, has) in drawn(folder, part).items()
    }


def some(folder: Path, parts: int, name: str, count: int, rng: np.random.Generator) -> Group:
    """So many scenes of one shape out of so many parts."""
    chosen = []
    for part in rng.integers(0, parts, count):
        group = scenes(folder, int(part))[name]
        at = rng.integers(0, len(group[0]))
        chosen.append([values[at] for values in group])
    return tuple(np.array(values) for values in zip(*chosen, strict=True))


def _reduced(images: np.ndarray, scale: float) -> np.ndarray:
    size = (round(images.shape[2] * scale), round(images.shape[1] * scale))
    return np.stack([cv2.resize(image, size, interpolation=cv2.INTER_AREA) for image in images])


def _small(scene) -> tuple[np.ndarray, np.ndarray | None]:
    scale = DRAWN / max(scene.image.shape[:2])
    image = cv2.resize(scene.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    corners = None if scene.corners is None else (scene.corners + 0.5) * scale - 0.5
    if image.shape[0] > image.shape[1]:
        image = cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE)
        corners = None if corners is None else np.stack([image.shape[1] - 1 - corners[:, 1], corners[:, 0]], axis=1)
    return image, corners
