"""What the documents point to is there, and what they promise can be typed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def printed(module: str, argument: str) -> str:
    return subprocess.run([sys.executable, "-m", module, argument], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_local_link_leads_somewhere(document):
    targets = re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_every_command_of_the_readme_exists():
    usage = printed("server", "--help")
    named = set(re.findall(r"`cvx ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert [command for command in sorted(named) if command not in usage] == []


def test_every_benchmark_with_figures_can_be_run():
    listed = printed("bench", "--list")
    named = set(re.findall(r"-m bench ([a-z-]+)", (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")))
    assert named - set(listed.split()) == set()
