"""The film of a recording as a case knows it. Pure."""

from typing import Any

import msgspec


class Composition(msgspec.Struct, frozen=True):
    """One MP4 of a meeting, or why there is none (`failure`, a code). `manifests`: digests of what it was made from."""

    blob: str = ""
    sha256: str = ""
    size: int = 0
    seconds: float = 0.0
    manifests: tuple[str, ...] = ()
    failure: str | None = None


def listed(compositions: dict[str, Composition]) -> list[dict[str, Any]]:
    """The films for the evidence package; they themselves stay where they are."""
    return [
        {"recording": recording_id, "sha256": film.sha256, "size": film.size, "manifests": list(film.manifests)}
        for recording_id, film in sorted(compositions.items())
        if film.failure is None
    ]
