"""The film of a meeting: one file with all faces, made from the recording's segments once they are sealed."""

from cases.event import Event


class CompositionMade(Event):
    """`seconds` is its length; `manifests` are the digests of the manifests that it was made from."""

    recording_id: str
    blob: str
    sha256: str
    size: int
    seconds: float
    manifests: tuple[str, ...]


class CompositionFailed(Event):
    """It could not be made and is not tried again. `reason` is the error's code."""

    recording_id: str
    reason: str
    manifests: tuple[str, ...]
