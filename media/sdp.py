"""Changes to session descriptions as text, before aiortc reads them (RFC 8866, RFC 8839)."""

import re

from media.errors import BadDescription

MAX_LENGTH = 64 * 1024
MAX_CANDIDATES = 32
_UFRAG = re.compile(r"^a=ice-ufrag:(\S+)\s*$", re.MULTILINE)
_CANDIDATE = re.compile(r"^a=candidate:\S+ \d+ \S+ \d+ (\S+) (\d{1,5})(?: |$)")


def admit(description: str) -> str:
    """The description without what would stall aiortc.

    mDNS candidates cost up to a second each to resolve, and peer-reflexive ones do their work; one whose port is none
    raises in the event loop when it is sent to. A promise that no more
    candidates come would make aioice give up on an offer that then has none; our own time limit ends such a wait.
    More than 32 candidates are no browser's: each is an address that we would send checks to. Raises BadDescription
    when it is too long.
    """
    if len(description) > MAX_LENGTH:
        raise BadDescription(f"a description of {len(description)} characters")
    lines = description.replace("\r\n", "\n").split("\n")
    kept = [line for line in lines if line and _wanted(line)]
    candidates = [at for at, line in enumerate(kept) if line.startswith("a=candidate:")]
    for at in reversed(candidates[MAX_CANDIDATES:]):
        del kept[at]
    return "\r\n".join(kept) + "\r\n"


def _wanted(line: str) -> bool:
    if not line.startswith("a=candidate:"):
        return not line.startswith("a=end-of-candidates")
    found = _CANDIDATE.match(line)
    return found is not None and not found[1].lower().endswith(".local") and 0 < int(found[2]) < 0x10000


def user_fragment(description: str) -> str:
    """The ICE user fragment, which tells one connection of a participant from its next. Raises BadDescription."""
    found = _UFRAG.search(description.replace("\r\n", "\n"))
    if found is None:
        raise BadDescription("no ICE user fragment")
    return found.group(1)
