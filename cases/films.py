"""The film of a recording as a case knows it."""

import msgspec


class Composition(msgspec.Struct, frozen=True):
    """One MP4 of a meeting, or why there is none (`failure`, a code). `manifests`: digests of what it was made from."""

    blob: str = ""
    sha256: str = ""
    size: int = 0
    seconds: float = 0.0
    manifests: tuple[str, ...] = ()
    failure: str | None = None
