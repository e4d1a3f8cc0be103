"""The locks pin everything by hash and name no package host."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_is_pinned_with_a_hash(name):
    entries = re.sub(r"\\\n\s*", " ", (ROOT / name).read_text()).splitlines()
    assert [line for line in entries if line and not re.match(r"^[a-z0-9.-]+==\S+.*--hash=sha256:", line)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host(name):
    assert re.findall(r"https?://|--index-url|--find-links", (ROOT / name).read_text()) == []


def test_every_dependency_of_the_project_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    named = {re.match(r"[A-Za-z0-9.-]+", text).group().lower() for text in project["dependencies"]}
    assert named - locked == set()


def test_the_page_lock_names_no_host():
    assert '"resolved"' not in (ROOT / "web" / "package-lock.json").read_text()
