"""`cvx capture detect --json IMAGE...`: the card in each picture, as one JSON object."""

import dataclasses
import json
import time
from pathlib import Path
from typing import Any

from capture.decode import decode
from capture.detect import Detection, detect
from capture.errors import PhotoError
from capture.quality import assess


def run_capture(images: list[str], *, as_json: bool) -> int:
    """Exit status 1 when a picture could not be read; the others are answered."""
    answers = {path: _look(Path(path)) for path in images}
    if as_json:
        print(json.dumps(answers, ensure_ascii=False))
    else:
        for path, answer in answers.items():
            print(path, _told(answer), sep="\t")
    return 1 if any("error" in answer for answer in answers.values()) else 0


def _look(path: Path) -> dict[str, Any]:
    """`corners` TL, TR, BR, BL in pixels of the upright picture, or null; `ms` is the search without decoding."""
    try:
        image = decode(path.read_bytes())
    except PhotoError as error:
        return {"corners": None, "error": error.code}
    except OSError as error:
        return {"corners": None, "error": "unreadable", "detail": error.strerror or type(error).__name__}
    began = time.perf_counter()
    found = detect(image)
    spent = (time.perf_counter() - began) * 1000
    return {
        "corners": _corners(found),
        "score": round(found.score, 4),
        "ms": round(spent, 2),
        "cut_off": found.cut_off,
        "quality": _plain(dataclasses.asdict(assess(image, found, live=False))),
    }


def _corners(found: Detection) -> list[list[float]] | None:
    return None if found.corners is None else [[round(float(x), 2), round(float(y), 2)] for x, y in found.corners]


def _plain(quality: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in quality.items()}


def _told(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return answer["error"]
    found = "no card" if answer["corners"] is None else " ".join(f"{x:.1f},{y:.1f}" for x, y in answer["corners"])
    return f"{found}  score {answer['score']:.2f}  {answer['ms']:.0f} ms" + ("  cut off" if answer["cut_off"] else "")
