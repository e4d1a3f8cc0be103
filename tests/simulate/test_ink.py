import pytest

from esign.checks import check
from esign.strokes import parse_ink
from simulate.ink import sign


@pytest.mark.parametrize("name", ["王大陸", "林小芸", "歐陽林林"])
@pytest.mark.parametrize("seed", range(5))
def test_synthetic_ink_draws_no_warning(name, seed):
    assert check(parse_ink(sign(name, seed)), name) == ()


def test_two_signings_differ():
    assert sign("王大陸", 1) != sign("王大陸", 2)


def test_the_same_signing_is_the_same_ink():
    assert sign("王大陸", 1) == sign("王大陸", 1)
