"""Which picture of a showing is kept."""

import cv2
import numpy as np

from capture.decode import decode
from capture.watch import Watch, order, watched
from simulate.cards import photograph

PERSON = ("王大陸", "A123456789", "1980-01-02")
SIDES = ("front", "back")


def watch() -> Watch:
    return Watch(order("front", {side: photograph(side, *PERSON, 1) for side in SIDES}))


def camera(side: str, blur: float = 0.5) -> np.ndarray:
    picture = cv2.resize(decode(photograph(side, *PERSON, 2)), (640, 480), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(picture, (0, 0), blur)


def alike(still: bytes, picture: np.ndarray) -> bool:
    return float(np.abs(decode(still).astype(int) - picture).mean()) < 4


def after(watch: Watch, *pictures: np.ndarray) -> bytes:
    for number, picture in enumerate(pictures):
        watch.look(picture, number * 18_000)
    return watched(watch.result()).still


def test_the_sharpest_picture_of_the_side_that_was_asked_for_is_kept_however_sharp_others_are():
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    still = after(watch(), camera("front", 2.0), camera("front"), camera("front", 1.5), camera("back"), noise)
    assert alike(still, camera("front"))


def test_where_it_was_never_seen_there_is_a_picture_of_what_was_shown_instead():
    assert alike(after(watch(), camera("back")), camera("back"))
    assert after(watch()) == b""
