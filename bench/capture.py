"""Finding the card: how well, how often wrongly, how fast, and the same for other ways of doing it, in one run.

Quality is measured on the pictures as they are, time on frames of 640 pixels, one thread. `generated` are the stored
drawn cards, `fresh` such of seeds that nothing was ever fitted on, `own` fresh ones of this project's generator (the
only ones where ../shared is not there, and then they are what `generated` says). The peers are installed on demand.
"""

import argparse
import time

import cv2
import numpy as np

from bench._capture_peers import peers
from bench._capture_scenes import drawn, given, own
from bench._table import show
from capture.detect import detect
from capture.quad import area, clockwise

FRESH = {True: 10, False: 100}
GOOD = 0.9


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=2027, help="of the freshly drawn cards")
    parser.add_argument("--alone", action="store_true", help="leave out the peers")


def run(arguments: argparse.Namespace) -> dict:
    cv2.setNumThreads(1)
    scenes = [*given(8 if arguments.quick else 1)]
    kind = "own" if scenes else "generated"
    scenes += [*drawn(FRESH[arguments.quick], arguments.seed), *own(FRESH[arguments.quick], arguments.seed, kind)]
    result = figures(scenes, ours)
    others, missing = ({}, {}) if arguments.alone else compared(scenes)
    show([{"name": "ours", **result}, *({"name": name, **found} for name, found in others.items())])
    for name, reason in missing.items():
        print(f"not compared: {name}: {reason}")
    return {**result, "pictures": len(scenes), "peers": others, "peers_missing": missing}


def ours(image: np.ndarray) -> tuple[np.ndarray | None, bool]:
    found = detect(image)
    return found.corners, found.cut_off


def compared(scenes: list) -> tuple[dict, dict]:
    with peers() as (found, missing):
        return {name: figures(scenes, find) for name, find in found.items()}, missing


def figures(scenes: list, find) -> dict:
    """`find` answers (corners or None, cut off); one that works in another process counts its own `spent` time."""
    rows = [row(scene, find) for scene in scenes]
    find(scenes[0].frame)
    spent = [(ms, ms) for ms in find.spent[1:]] if hasattr(find, "spent") else [timed(s.frame, find) for s in scenes]
    real, made, fresh, drawn_here = (of(rows, kind) for kind in ("real_id1", "generated", "fresh", "own"))
    none, past = of(rows, "none"), of(rows, "cut_off")
    right = [r for r in real + made + fresh + drawn_here if r["iou"] > GOOD]
    return {
        "real_id1_mean_iou": mean([r["iou"] for r in real]),
        "real_id1_over_90": mean([r["iou"] > GOOD for r in real]),
        "passport_over_90": mean([r["iou"] > GOOD for r in of(rows, "passport")]),
        "generated_over_90": mean([r["iou"] > GOOD for r in made]),
        "fresh_over_90": mean([r["iou"] > GOOD for r in fresh]),
        "own_over_90": mean([r["iou"] > GOOD for r in drawn_here]),
        "false_positive_rate": mean([r["fires"] for r in none]),
        "own_false_positive_rate": mean([r["fires"] for r in of(rows, "own_none")]),
        "wrong_accepted": mean([r["fires"] and r["iou"] <= GOOD for r in real]),
        "generated_wrong_accepted": mean([r["fires"] and r["iou"] <= GOOD for r in made + fresh + drawn_here]),
        "cut_off_flagged": mean([r["cut_off"] for r in past]),
        "own_cut_off_flagged": mean([r["cut_off"] for r in of(rows, "own_cut")]),
        "whole_said_cut_off": mean([r["cut_off"] for r in real + made + fresh + drawn_here]),
        "nothing_said_cut_off": mean([r["cut_off"] for r in none]),
        "corner_error_percent": round(100 * float(np.median([r["error"] for r in right])), 3) if right else None,
        "real_read_upright": mean([r["upright"] for r in real if r["iou"] > GOOD]),
        **{
            f"{clock}_{name}": round(float(np.percentile(ms, share)), 1)
            for clock, ms in zip(("ms", "cpu_ms"), np.transpose(spent), strict=True)
            for name, share in (("median", 50), ("p95", 95))
        },
    }


def row(scene, find) -> dict:
    """`error` of the corners over the card's size; `upright`: the first corner is the one it is read from."""
    corners, cut_off = find(scene.image)
    nothing = {"kind": scene.kind, "fires": corners is not None, "cut_off": cut_off, "iou": 0.0, "error": None}
    if corners is None or scene.corners is None:
        return nothing
    truth, found = clockwise(scene.corners), clockwise(np.asarray(corners, float))
    away = np.linalg.norm(np.asarray(corners, float) - scene.corners, axis=1)
    size = np.sqrt(area(truth))
    error = np.linalg.norm(found - truth, axis=1).mean() / size
    return {**nothing, "iou": overlap(found, truth), "error": error, "upright": bool(away.mean() < 0.2 * size)}


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Intersection over union; 0 for a figure that is not convex."""
    if not cv2.isContourConvex(first.astype(np.float32).reshape(-1, 1, 2)):
        return 0.0
    common, _ = cv2.intersectConvexConvex(first.astype(np.float32), second.astype(np.float32))
    return float(common / max(area(first) + area(second) - common, 1e-9))


def timed(frame: np.ndarray, find) -> tuple[float, float]:
    """Milliseconds by the clock, and of the processor (the same on an idle machine)."""
    began, cpu = time.perf_counter(), time.thread_time()
    find(frame)
    return (time.perf_counter() - began) * 1000, (time.thread_time() - cpu) * 1000


def of(rows: list[dict], kind: str) -> list[dict]:
    return [row for row in rows if row["kind"] == kind]


def mean(values: list) -> float | None:
    return round(float(np.mean(values)), 4) if values else None
