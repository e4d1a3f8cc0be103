"""docs/protocol.md names every route and every message; the socket's codes are in the catalogue."""

import re
from pathlib import Path

import pytest

from server.routes import ROUTES, demo_route
from signaling.messages import NOTICES, REQUESTS

TEXT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(route.name for route in (*ROUTES, demo_route())))
def test_every_route_is_named(name):
    assert f"`{name}`" in TEXT


@pytest.mark.parametrize("name", sorted({*REQUESTS, *NOTICES}))
def test_every_message_is_named(name):
    assert f"| `{name}` |" in TEXT


def test_no_route_is_named_that_does_not_exist():
    named = set(re.findall(r"`((?:GET|POST|DELETE|PUT|PATCH) /[^`]*)`", TEXT))
    assert named - {route.name for route in (*ROUTES, demo_route())} == set()


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_the_fields_of_every_message_are_named_in_its_row(name):
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}` |"))
    assert [field for field in REQUESTS[name].__struct_fields__ if field not in row] == []
