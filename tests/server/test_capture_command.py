"""`cvx capture detect` answers for every picture, and says which could not be read."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from server.__main__ import main
from tests.capture.cards import jpeg, scene


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """The command sends logs to the standard error of this test, which is closed after it."""
    kept, handlers = structlog.get_config(), logging.getLogger().handlers[:]
    yield
    structlog.configure(**kept)
    structlog.contextvars.clear_contextvars()
    logging.getLogger().handlers[:] = handlers


def answered(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out)


def test_a_card_is_printed_with_its_corners_and_quality(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn = scene(5.0)
    path = tmp_path / "card.jpg"
    path.write_bytes(jpeg(drawn.image))
    assert main(["capture", "detect", "--json", "--threads", "1", str(path)]) == 0
    answer = answered(capsys)[str(path)]
    assert sorted(answer) == ["corners", "cut_off", "ms", "quality", "score"]
    assert answer["corners"] == [pytest.approx(corner, abs=1.5) for corner in drawn.corners.tolist()]
    assert (answer["cut_off"], answer["quality"]["hints"]) == (False, [])


def test_what_cannot_be_read_has_an_error_and_the_rest_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoilt, empty = tmp_path / "spoilt.jpg", tmp_path / "empty.png"
    spoilt.write_bytes(b"\xff\xd8\xffnot a picture")
    empty.write_bytes(jpeg(scene(0.0).image * 0))
    paths = [str(spoilt), str(tmp_path / "none.jpg"), str(empty)]
    assert main(["capture", "detect", "--json", *paths]) == 1
    answers = answered(capsys)
    assert list(answers) == paths
    assert [answers[path].get("error") for path in paths] == ["photo_undecodable", "unreadable", None]
    assert [answers[path]["corners"] for path in paths] == [None, None, None]


def test_people_get_a_line_for_each_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "desk.jpg"
    path.write_bytes(jpeg(scene(0.0).image * 0))
    assert main(["capture", "detect", str(path)]) == 0
    name, told = capsys.readouterr().out.strip().split("\t")
    assert (name, told.startswith("no card  score 0.00")) == (str(path), True)
