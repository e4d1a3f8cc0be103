"""Texts for people by key, zh-Hant first: every `catalogue/*.json` is {"key": {"zh": ..., "en": ...}}."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

FOLDER = Path(__file__).parent / "catalogue"


class Text(NamedTuple):
    zh: str
    en: str


def read_texts(files: Iterable[Path]) -> dict[str, Text]:
    texts: dict[str, Text] = {}
    for file in sorted(files):
        for key, both in msgspec.json.decode(file.read_bytes(), type=dict[str, dict[str, str]]).items():
            texts[key] = Text(both["zh"], both["en"])
    return texts


@cache
def texts() -> Mapping[str, Text]:
    return read_texts(FOLDER.glob("*.json"))


def problem_text(code: str) -> Text:
    """What went wrong, for a person. A code without a text of its own gets the general sentence."""
    return texts().get(f"problem.{code}") or texts()["problem.general"]


def prefers_english(accept_language: str) -> bool:
    """Traditional Chinese unless the first language named is English (RFC 9110, 12.5.4; weights are not weighed)."""
    return accept_language.strip().lower().startswith("en")
