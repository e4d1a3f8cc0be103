"""The process pool for signing: pyHanko is pure Python and holds the GIL, so it must not share the loop's process."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from .authority import load_authority
from .fonts import missing_characters


def warm(authority_dir: Path | str) -> None:
    """Load keys and fonts, so that the first signature of a process is as fast as the next."""
    load_authority(authority_dir)
    missing_characters("")


def signing_pool(authority_dir: Path | str, processes: int = 1) -> ProcessPoolExecutor:
    """A pool for `certify`, `approve`, `seal`, `verify` and `render`. The caller shuts it down."""
    # spawn: a fork of a process with threads and a running loop may hang.
    return ProcessPoolExecutor(processes, get_context("spawn"), initializer=warm, initargs=(str(authority_dir),))
