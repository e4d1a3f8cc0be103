"""What a process of the signing pool loads before its first document."""

from pathlib import Path

from .authority import load_authority
from .fonts import missing_characters


def warm(authority_dir: Path | str) -> None:
    """Load keys and fonts, so that the first signature of a process is as fast as the next."""
    load_authority(authority_dir)
    missing_characters("")
