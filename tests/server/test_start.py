"""What a role must not import: seconds of a start that it has no use for."""

import subprocess
import sys

import pytest

HEAVY = ("alembic.command", "certomancer", "pyhanko", "aiortc", "av", "dbos", "simulate")


@pytest.mark.parametrize("module", ["server.app"])
def test_the_edge_starts_without_signing_media_and_migrations(module):
    program = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert ran.stdout.strip() == "[]"
