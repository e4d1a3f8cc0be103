"""The pictures of the capture benchmark: those of ../shared/capture where it exists, and drawn ones.

Cut-off frames are made from whole pictures too: a crop through the card leaves 5 to 25 % of it outside.
"""

import importlib.util
import json
import random
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from bench._capture_draw import KINDS, draw
from capture.scale import at_most

SHARED = Path(__file__).resolve().parents[2] / "shared" / "capture"
LEVELS = ("easy", "medium", "medium", "hard", "hard", "low_contrast", "easy", "medium", "hard", "low_contrast")
SIDE = 640


@dataclass(frozen=True)
class Scene:
    """`kind`: real_id1, passport, generated, fresh, own, none, cut_off, other.

    `corners` (4, 2) or None; `frame` is the picture at 640."""

    name: str
    kind: str
    image: np.ndarray
    corners: np.ndarray | None

    @property
    def frame(self) -> np.ndarray:
        return at_most(self.image, SIDE)


def given(every: int):
    """The stored pictures, each `every`-th of its kind; none where they are not there."""
    if not (SHARED / "ground_truth.json").exists():
        return
    counts: dict[str, int] = {}
    for entry in json.loads((SHARED / "ground_truth.json").read_text())["images"]:
        kind = kind_of(entry)
        counts[kind] = counts.get(kind, -1) + 1
        if counts[kind] % every:
            continue
        image = cv2.imread(str(SHARED / entry["file"]))
        corners = None if entry["corners"] is None else np.array(entry["corners"])
        yield Scene(entry["file"], kind, image, corners)
        if kind == "real_id1":
            yield cut(Scene(entry["file"], kind, image, corners), random.Random(counts[kind]))


def kind_of(entry: dict) -> str:
    if entry["corners"] is None:
        return "none"
    if "cut_off" in entry["tags"]:
        return "cut_off"
    if entry["category"] != "id1":
        return "passport" if entry["category"] == "passport" else "other"
    return "generated" if "synthetic" in entry["tags"] else "real_id1"


def cut(scene: Scene, chance: random.Random) -> Scene:
    """The same picture, cropped on one side so that a part of the card is outside."""
    low, high = scene.corners.min(axis=0), scene.corners.max(axis=0)
    axis, share = chance.randrange(2), chance.uniform(0.05, 0.25)
    at = int(low[axis] + share * (high[axis] - low[axis]))
    image = scene.image[at:] if axis else scene.image[:, at:]
    moved = scene.corners - np.array([0, at] if axis else [at, 0])
    return Scene(scene.name, "cut_off", np.ascontiguousarray(image), moved)


def drawn(count: int, seed: int):
    """`count` cards of fresh seeds from the generator of ../shared/capture."""
    source = SHARED / "make_synth.py"
    if not source.exists():
        return
    spec = importlib.util.spec_from_file_location("make_synth", source)
    synth = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(synth)
    for number in range(count):
        image, corners, *_ = synth.make(seed * 1000003 + number, LEVELS[number % len(LEVELS)], [])
        yield Scene(f"drawn {number}", "fresh", image, corners)


def own(count: int, seed: int, kind: str):
    """Cards of this project's own generator, which needs no ../shared: whole ones of `kind`, cut off, and none."""
    beside = {"card": "own", "cut": "own_cut", "none": "own_none"}
    kinds = beside if kind == "own" else {"card": kind, "cut": "cut_off", "none": "none"}
    for number in range(count):
        scene = draw(seed * 1000003 + number, KINDS[number % len(KINDS)])
        yield Scene(f"own {number}", kinds[scene.kind], scene.image, scene.corners)
