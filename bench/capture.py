"""Finding the card: how well, how often wrongly, how fast, and the same for other ways of doing it, in one run.

Quality is measured on the pictures as they are, time on frames of 640 pixels, one thread. `fresh` are cards of seeds
that nothing was fitted on.
"""

import argparse
import time

import cv2
import numpy as np

from bench._capture_peers import peers
from bench._capture_scenes import drawn, given, simple
from bench._table import show
from capture.detect import detect
from capture.quad import area, clockwise

FRESH = {True: 10, False: 60}
GOOD = 0.9


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=2027, help="of the freshly drawn cards")
    parser.add_argument("--alone", action="store_true", help="leave out the peers")


def run(arguments: argparse.Namespace) -> dict:
    cv2.setNumThreads(1)
    scenes = [*given(8 if arguments.quick else 1)]
    scenes += [*drawn(FRESH[arguments.quick], arguments.seed)] if scenes else [*simple(24, arguments.seed)]
    result = figures(scenes, ours)
    others = {} if arguments.alone else {name: figures(scenes, find) for name, find in peers().items()}
    show([{"name": "ours", **result}, *({"name": name, **found} for name, found in others.items())])
    return {**result, "pictures": len(scenes), "peers": others}


def ours(image: np.ndarray) -> tuple[np.ndarray | None, bool]:
    found = detect(image)
    return found.corners, found.cut_off


def figures(scenes: list, find) -> dict:
    """`find` answers (corners or None, cut off)."""
    rows = [row(scene, find) for scene in scenes]
    find(scenes[0].frame)
    spent = [timed(scene.frame, find) for scene in scenes]
    real, made, fresh = (of(rows, kind) for kind in ("real_id1", "generated", "fresh"))
    none, past = of(rows, "none"), of(rows, "cut_off")
    right = [r["error"] for r in real + made + fresh if r["iou"] > GOOD]
    return {
        "real_id1_mean_iou": mean([r["iou"] for r in real]),
        "real_id1_over_90": mean([r["iou"] > GOOD for r in real]),
        "generated_over_90": mean([r["iou"] > GOOD for r in made]),
        "fresh_over_90": mean([r["iou"] > GOOD for r in fresh]),
        "false_positive_rate": mean([r["fires"] for r in none]),
        "wrong_accepted": mean([r["fires"] and r["iou"] <= GOOD for r in real]),
        "generated_wrong_accepted": mean([r["fires"] and r["iou"] <= GOOD for r in made + fresh]),
        "cut_off_flagged": mean([r["cut_off"] for r in past]),
        "whole_said_cut_off": mean([r["cut_off"] for r in real + made + fresh]),
        "nothing_said_cut_off": mean([r["cut_off"] for r in none]),
        "corner_error_percent": round(100 * float(np.median(right)), 3) if right else None,
        **{
            f"{clock}_{name}": round(float(np.percentile(ms, share)), 1)
            for clock, ms in zip(("ms", "cpu_ms"), np.transpose(spent), strict=True)
            for name, share in (("median", 50), ("p95", 95))
        },
    }


def row(scene, find) -> dict:
    corners, cut_off = find(scene.image)
    fires = corners is not None
    if not fires or scene.corners is None:
        return {"kind": scene.kind, "fires": fires, "cut_off": cut_off, "iou": 0.0, "error": None}
    truth = clockwise(scene.corners)
    found = clockwise(np.asarray(corners, float))
    error = np.linalg.norm(found - truth, axis=1).mean() / np.sqrt(area(truth))
    return {"kind": scene.kind, "fires": True, "cut_off": cut_off, "iou": overlap(found, truth), "error": error}


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
