"""Other ways of finding a document, as peers: the tutorials' contours here, real packages installed on demand.

Packages go into a folder of their own (CVX_PEERS, else in the temporary folder), outside the project's locks, by the
clients of their registries; one that cannot be installed or started is named with the reason, never made up. None of
them knows of cards that are cut off. Some have networks whose weights are in no package: they cannot take part.
"""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from capture.quad import clockwise

HERE = Path(__file__).parent
SIDE = 640
PATIENCE = 240  # seconds for an installation
PYTHON_PACKAGES = {
    "id2pdf": ["id2pdf==0.3.0", "opencv-python-headless==5.0.0.93"],
    "document-cropper": ["document-cropper==0.0.1"],
}
JSCANIFY = "jscanify@1.4.3"
WITHOUT = {
    "OpenCV-Document-Scanner (document-scanner 0.1.9)": "its package lacks modules that it imports (pyimagesearch)",
    "docaligner-docsaid": "its network's weights are not in the package",
    "docscan": "its network's weights (rembg) are not in the package",
    "document-scanner-sdk": "needs a licence key",
}

Find = Callable[[np.ndarray], tuple[np.ndarray | None, bool]]


def tutorial(image: np.ndarray) -> np.ndarray | None:
    """Canny, the largest contour that approxPolyDP turns into four corners: the way of every tutorial."""
    scale = min(1.0, SIDE / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    contours, _ = cv2.findContours(cv2.Canny(grey, 75, 200), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:5]:
        corners = cv2.approxPolyDP(contour, 0.02 * cv2.arcLength(contour, True), True)
        if len(corners) == 4 and cv2.contourArea(contour) > 0.01 * grey.size:
            return clockwise(corners.reshape(-1, 2) / scale)
    return None


class Peer:
    """A package in its own process; pictures go in at 640 pixels, as it would get them from a page."""

    def __init__(self, command: list[str]) -> None:
        self.spent: list[float] = []  # milliseconds of the processor, by its own count
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        if not self._process.stdout.readline():
            raise OSError(f"{command[0]} ended with {self._process.wait()}")

    def __call__(self, image: np.ndarray) -> tuple[np.ndarray | None, bool]:
        scale = min(1.0, SIDE / max(image.shape[:2]))
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
        pixels = cv2.cvtColor(small, cv2.COLOR_BGR2RGBA)
        self._process.stdin.write(struct.pack("<II", small.shape[1], small.shape[0]) + pixels.tobytes())
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        self.spent.append(answer["ms"])
        return (None if answer["corners"] is None else np.array(answer["corners"]) / scale), False

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=30)


@contextmanager
def peers() -> Iterator[tuple[dict[str, Find], dict[str, str]]]:
    """Name -> a function of a BGR picture that answers (corners or None, cut off); and why others are not there."""
    found: dict[str, Find] = {"contour_tutorial": lambda image: (tutorial(image), False)}
    missing, started = dict(WITHOUT), []
    commands = {"jscanify": _jscanify, **{name: lambda name=name: _package(name) for name in PYTHON_PACKAGES}}
    try:
        for name, command in commands.items():
            try:
                started.append(Peer(command()))
                found[name] = started[-1]
            except (OSError, subprocess.SubprocessError) as error:
                missing[name] = f"not installed or not started: {_reason(error)}"
        yield found, missing
    finally:
        for peer in started:
            peer.close()


def _reason(error: Exception) -> str:
    said = getattr(error, "stderr", None) or str(error)
    return " ".join(str(said).split())[-160:]


def _folder(name: str) -> Path:
    folder = Path(os.environ.get("CVX_PEERS", Path(tempfile.gettempdir()) / "cvx-peers")) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _jscanify() -> list[str]:
    folder = _folder("jscanify")
    package = folder / "node_modules" / "jscanify"
    npm, node = _program("npm"), _program("node")
    if not package.exists():  # its canvas would be built from source: left out with the other scripts
        _run([npm, "install", "--prefix", str(folder), "--ignore-scripts", "--omit=optional", "--no-audit", JSCANIFY])
    return [node, str(HERE / "_capture_peer_jscanify.cjs"), str(package)]


def _package(name: str) -> list[str]:
    folder = _folder(name)
    python, done = folder / "bin" / "python", folder / "done"
    if not done.exists():
        uv = _program("uv")
        _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)])
        _run([uv, "pip", "install", "--quiet", "--python", str(python), *PYTHON_PACKAGES[name]])
        done.touch()
    return [str(python), str(HERE / "_capture_peer_package.py"), name]


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        raise OSError(f"no {name} here")
    return found


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)
