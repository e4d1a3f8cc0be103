"""The real engine on drawn cards, in the real process."""

import subprocess
from datetime import date

import cv2
import msgspec
import numpy as np
import pytest

from capture import reader
from capture.decode import decode, encode_jpeg
from capture.detect import detect
from capture.reader import COMMAND, Task, Told, answer
from capture.rectify import rectify
from capture.screen import looks_like_a_screen
from capture.verdict import Expected
from simulate.cards import photograph

TODAY = date(2026, 11, 22)
NUMBER, NAME, BORN = "A123456789", "王大陸", date(1986, 3, 8)


def card(side: str, born: str = "民國75年3月8日", seed: int = 1):
    photo = decode(photograph(side, NAME, NUMBER, born, seed))
    return rectify(photo, detect(photo).corners)


def read(picture, expected: Expected) -> Told:
    told = subprocess.run(
        COMMAND,
        input=msgspec.msgpack.encode(Task(encode_jpeg(picture), expected, TODAY)),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert told.stderr == b""
    return msgspec.json.decode(told.stdout, type=Told)


def test_the_front_of_a_drawn_card_is_read_right_by_the_engine():
    told = read(card("front"), Expected(NUMBER, (NAME,), BORN, "front"))
    assert told.verdicts == dict.fromkeys(("number", "name", "birth_date", "side"), "agrees")
    assert told.read == {"number": NUMBER, "name": NAME, "birth_date": "1986-03-08", "side": "front"}
    assert (told.engine.split()[0], told.hints, told.why) == ("rapidocr", (), None)


def test_a_back_and_a_card_of_somebody_else_upside_down_are_told_apart():
    assert answer(Task(encode_jpeg(card("back")), Expected(NUMBER, (NAME,), BORN, "back"), TODAY)).verdicts == {
        "number": "agrees",
        "side": "agrees",
    }
    other = Expected("B123456780", ("林小美",), date(1990, 1, 1), "back")
    turned = cv2.rotate(card("front", "1986-03-08"), cv2.ROTATE_180)
    assert answer(Task(encode_jpeg(turned), other, TODAY)).verdicts == {"number": "differs", "side": "differs"}


def test_without_the_extra_nothing_could_be_read_and_that_is_no_error(monkeypatch):
    monkeypatch.setattr(reader, "engine", lambda: None)
    told = answer(Task(encode_jpeg(card("front")), Expected(NUMBER, (NAME,), BORN, "front"), TODAY))
    assert told == Told("", dict.fromkeys(("number", "name", "birth_date", "side"), "unread"), why="no_engine")


@pytest.mark.parametrize("picture", [b"", b"\xff\xd8\xff\xe0nothing"])
def test_what_is_no_picture_could_not_be_read(picture, monkeypatch):
    monkeypatch.setattr(reader, "engine", lambda: None)
    assert answer(Task(picture, Expected(NUMBER, (NAME,), BORN, "back"), TODAY)).why == "undecodable"


def on_a_screen(picture: np.ndarray, pitch: float = 3.1, turn: float = 4.0) -> np.ndarray:
    """The picture as the three colours of a screen's pixels show it, photographed a little turned."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    angle = np.deg2rad(turn)
    along, down = (x * np.cos(angle) + y * np.sin(angle)) / pitch, (y * np.cos(angle) - x * np.sin(angle)) / pitch
    stripe, row = along % 1, down % 1
    lit = np.stack([(stripe >= n / 3) & (stripe < (n + 1) / 3) for n in (2, 1, 0)], -1) & (row > 0.15)[..., None]
    shown = cv2.GaussianBlur(picture.astype(np.float32) * lit * 3.5, (0, 0), 0.9)
    return decode(encode_jpeg(np.clip(shown, 0, 255).astype(np.uint8)))


@pytest.mark.parametrize("side", ["front", "back"])
def test_a_card_on_a_screen_is_hinted_at_and_a_card_is_not(side):
    flat = card(side)
    assert [looks_like_a_screen(picture) for picture in (flat, on_a_screen(flat))] == [False, True]
