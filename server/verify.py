"""`cvx verify`: check an evidence package on a machine that has nothing but this program."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from cases.errors import EvidenceInvalid
from cases.trust import Anchors
from cases.verification import verify_package


def run_verify(package: Path, key: str | None = None, roots: Sequence[Path] = ()) -> int:
    """Print the report as JSON. Exit status 0 when everything holds, 1 when anything does not, 2 for no package.

    `key` in hex and `roots` as PEM files are the system's as the verifier knows them."""
    try:
        anchors = Anchors(bytes.fromhex(key) if key else None, tuple(root.read_bytes() for root in roots))
        report = verify_package(package.read_bytes(), anchors)
    except (OSError, ValueError, EvidenceInvalid) as error:
        print(f"cvx verify: {error}", file=sys.stderr)
        return 2
    print(json.dumps(msgspec.to_builtins(report), ensure_ascii=False, indent=2))
    return 0 if report.ok else 1
