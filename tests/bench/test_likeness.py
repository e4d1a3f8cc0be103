"""What likeness can tell, on drawn cards: the kind of card and its side, not whose it is."""

import random
from collections import Counter

import pytest

from bench.likeness import draw, scene
from capture.likeness import Likeness


def seen(kind: int, shown, pictures: int = 3) -> Counter:
    """Of the card of person 1, as what something else is taken that is shown instead."""
    known = Likeness({side: draw(kind, 1, side) for side in ("front", "back")})
    return Counter(known.see(scene(shown, random.Random(f"{kind}/{number}"))) for number in range(pictures))


@pytest.mark.parametrize("kind", [2000, 2005, 2011])
def test_a_card_of_another_kind_with_its_portrait_in_the_same_place_is_neither_side(kind):
    assert seen(kind, draw(kind + 500, 1, "front"))["front"] == 0


def test_each_side_is_known_in_other_light_and_another_persons_card_of_the_kind_looks_the_same():
    assert seen(2001, draw(2001, 1, "front")) == {"front": 3}
    assert seen(2001, draw(2001, 1, "back")) == {"back": 3}
    assert seen(2001, draw(2001, 2, "front")) == {"front": 3}
