"""Imports run one way: the picture of docs/architecture.md, as a test."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {
    "server",
    "signaling",
    "media",
    "otp",
    "esign",
    "capture",
    "cases",
    "underwriting",
    "ports",
    "simulate",
    "bench",
}
ALLOWED = {
    "ports": set(),
    "underwriting": set(),
    "media": {"ports"},
    "otp": {"ports"},
    "esign": {"ports"},
    "capture": {"ports"},
    "signaling": {"media", "ports"},
    "cases": {"otp", "esign", "capture", "underwriting", "ports"},
    "server": OURS - {"simulate", "bench"},
    "simulate": OURS - {"bench"},
    "bench": OURS,
}
# Third parties stay in their room.
ROOMS = {
    "aiortc": {"media", "simulate", "bench"},
    "aioice": {"media", "simulate", "bench"},
    "av": {"media", "simulate", "bench"},
    "cv2": {"capture", "simulate", "bench"},
    "rapidocr": {"capture"},
    "onnxruntime": {"capture", "bench"},
    "pyhanko": {"esign"},
    "typst": {"esign"},
    "certomancer": {"esign"},
    "dbos": {"server"},
    "sqlalchemy": {"ports", "server"},
    "obstore": {"ports"},
    "aiohttp": {"server", "otp", "esign", "simulate", "bench"},
    "socketio": {"signaling", "server", "simulate", "bench"},
}
# The edge may reach into these two places only lazily, or only for the client of a package.
SIMULATE_DOORS = {"server/__main__.py", "server/demo.py"}
MEDIA_DOORS = {"client", "messages", "errors", "hooks", "ice", "manifest"}


@cache
def modules(package):
    return [path for path in sorted((ROOT / package).rglob("*.py")) if "node_modules" not in path.parts]


@cache
def imports(path):
    """(module, line is at top level) for every import in the file."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.col_offset == 0) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found += [(f"{node.module}.{alias.name}", node.col_offset == 0) for alias in node.names]
    return found


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_a_package_imports_only_what_the_picture_allows(package):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(package)
        for name, _ in imports(path)
        if (top := name.split(".")[0]) in OURS - {package}
        and top not in ALLOWED[package]
        and not (top == "simulate" and str(path.relative_to(ROOT)) in SIMULATE_DOORS)
    ]
    assert wrong == []


def test_the_edge_and_signaling_reach_media_only_through_its_client():
    composition = {"server/roles.py", "server/app.py", "server/media_role.py"}
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for package in ("server", "signaling")
        for path in modules(package)
        for name, _ in imports(path)
        if name.startswith("media.")
        and name.split(".")[1] not in MEDIA_DOORS
        and str(path.relative_to(ROOT)) not in composition
    ]
    assert wrong == []


def test_simulate_is_imported_lazily():
    eager = [
        str(path.relative_to(ROOT))
        for path in modules("server")
        for name, top_level in imports(path)
        if name.split(".")[0] == "simulate" and top_level
    ]
    assert eager == []


@pytest.mark.parametrize("library", sorted(ROOMS))
def test_a_library_stays_in_its_room(library):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for package in sorted(OURS - ROOMS[library])
        for path in modules(package)
        for name, _ in imports(path)
        if name.split(".")[0] == library
    ]
    assert wrong == []


def test_the_rule_core_uses_only_the_standard_library_but_for_its_loader_and_msgspec_s_values():
    """msgspec makes a finding of thirty fields in a twentieth of a dataclass's time; a case has hundreds."""
    allowed = {"abc", "bisect", "calendar", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions"}
    allowed |= {
        "functools",
        "itertools",
        "json",
        "math",
        "msgspec",
        "operator",
        "re",
        "types",
        "typing",
        "underwriting",
        "__future__",
    }
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("underwriting")
        if path.name != "load.py"
        for name, _ in imports(path)
        if name.split(".")[0] not in allowed
    ]
    assert wrong == []
