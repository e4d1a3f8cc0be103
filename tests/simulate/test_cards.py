import cv2
import numpy as np
import pytest

from capture.detect import detect
from simulate.cards import photograph


def decoded(photo: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize("side", ["front", "back"])
def test_the_detection_finds_a_drawn_card(side):
    found = detect(decoded(photograph(side, "王大陸", "A123456789", "1980-01-02", seed=1)))
    assert found.corners is not None
    assert not found.cut_off


def test_the_same_card_photographed_again_is_another_picture():
    assert photograph("front", "王大陸", "A123456789", "1980-01-02", 1) != photograph(
        "front", "王大陸", "A123456789", "1980-01-02", 2
    )


def test_a_photo_has_the_size_of_a_phone_picture():
    assert decoded(photograph("back", "王大陸", "A123456789", "1980-01-02", 1)).shape == (1200, 1600, 3)
