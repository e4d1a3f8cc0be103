"""What is printed on a card, by the engine of the extra `readout`: a cross-check, never the record.

The engine is PP-OCR with the models inside rapidocr's package; nothing is loaded from anywhere else. Where the extra is
not installed, `engine()` is None, and nothing can be read: a fact, not an error.
"""

from __future__ import annotations

import importlib.metadata
import os
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.scale import at_most

LONG_SIDE = 1000  # pixels: more cost more and say no more
SURE = 0.6  # of a line, below which it is noise
FEW = 2  # lines: with fewer, a card is looked at upside down too


@dataclass(frozen=True, slots=True)
class Line:
    """Text as it was read, and how sure the engine is, 0..1; from the top of the card to its bottom."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Engine:
    """`name` with versions, for the record of who read."""

    name: str
    _run: Any

    def read(self, card: NDArray[np.uint8]) -> tuple[Line, ...]:
        """BGR pixels of an upright card, or one upside down: about a second of one core each way round."""
        card = at_most(card, LONG_SIDE)
        upright = self._lines(card)
        if len(upright) > FEW and _sure(upright) > SURE + 0.2:
            return upright
        turned = self._lines(cv2.rotate(card, cv2.ROTATE_180))
        return max(upright, turned, key=lambda lines: len(lines) * _sure(lines))

    def _lines(self, card: NDArray[np.uint8]) -> tuple[Line, ...]:
        found = self._run(card)
        if found.txts is None:
            return ()
        heights = [float(np.mean(box[:, 1])) for box in found.boxes]
        rows = sorted(zip(heights, found.txts, found.scores, strict=True), key=lambda row: row[0])
        return tuple(Line(text.strip(), float(score)) for _, text, score in rows if score >= SURE and text.strip())


@cache
def engine() -> Engine | None:
    """None on a machine without the extra. Loading takes a second or two and 400 MB: in a process of its own."""
    try:
        # Not at the top: the extra may be missing, and importing it costs more than all of capture.
        import onnxruntime  # noqa: PLC0415
        import rapidocr  # noqa: PLC0415
    except ImportError:
        return None
    onnxruntime.set_default_logger_severity(4)
    threads = {f"EngineConfig.onnxruntime.{which}_op_num_threads": 1 for which in ("intra", "inter")}
    cores = {"Global.log_level": "critical", "Global.use_cls": False, **threads}
    run = rapidocr.RapidOCR(params=cores)
    versions = (f"{name} {importlib.metadata.version(name)}" for name in ("rapidocr", "onnxruntime"))
    return Engine(" ".join(versions), run)


def offline() -> None:
    """Whatever a later version of the engine might want to fetch, it gets nothing."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ[name] = "http://127.0.0.1:9"


def _sure(lines: tuple[Line, ...]) -> float:
    return sum(line.score for line in lines) / len(lines) if lines else 0.0
