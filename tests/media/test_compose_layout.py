from itertools import combinations

import pytest

from media.compose_layout import BAR, HEIGHT, WIDTH, Rect, arrange, fit, grid

CASES = [(faces, screens) for faces in range(7) for screens in range(3)]


def apart(one: Rect, other: Rect) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


@pytest.mark.parametrize(("faces", "screens"), CASES)
def test_everybody_has_a_place_of_his_own_below_the_bar_and_all_numbers_are_even(faces, screens):
    places = [place for kind in arrange(faces, screens) for place in kind]
    assert len(places) == faces + screens
    assert all(apart(one, other) for one, other in combinations(places, 2))
    for place in places:
        assert place.x >= 0 and place.x + place.width <= WIDTH and place.width > 0
        assert place.y >= BAR and place.y + place.height <= HEIGHT and place.height > 0
        assert {number % 2 for number in place} == {0}


def test_the_host_is_on_the_left_and_two_share_the_width():
    host, other = grid(2, Rect(0, BAR, WIDTH, HEIGHT - BAR))
    assert (host.x < other.x, host.y, host.width) == (True, other.y, other.width)


def test_a_last_row_that_is_not_full_lies_in_the_middle():
    *_, fourth, fifth = grid(5, Rect(0, 0, 1200, 600))
    assert fourth.x == 1200 - (fifth.x + fifth.width)


def test_a_screen_is_larger_than_the_faces_beside_it():
    (face,), (screen,) = arrange(1, 1)
    assert screen.width * screen.height > 2 * face.width * face.height


@pytest.mark.parametrize("shape", [(640, 480), (480, 640), (1920, 1080), (1, 2000)])
def test_a_picture_keeps_its_shape_and_lies_in_the_middle_of_its_place(shape):
    place = Rect(100, 40, 400, 300)
    inside = fit(*shape, place)
    assert inside.width <= place.width and inside.height <= place.height
    assert abs(2 * inside.x + inside.width - (2 * place.x + place.width)) <= 4
    assert abs(2 * inside.y + inside.height - (2 * place.y + place.height)) <= 4
    if min(shape) > 10:
        assert inside.width / inside.height == pytest.approx(shape[0] / shape[1], rel=0.02)
