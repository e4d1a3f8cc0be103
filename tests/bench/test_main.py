import argparse
import importlib

import pytest

from bench.__main__ import module_of, names, options

OURS = ("join", "media", "recording", "rejoin")


def test_the_benchmarks_of_the_media_plane_are_listed():
    assert set(OURS) <= set(names())


@pytest.mark.parametrize("name", names())
def test_every_benchmark_says_what_it_measures_and_takes_the_common_options(name):
    module = module_of(name)
    given = options(name, module).parse_args(["--quick", "--json"])
    assert (given.quick, given.json) == (True, True)
    assert module.__doc__


@pytest.mark.parametrize(("text", "load"), [("12x3", (12, 3)), ("1x2", (1, 2)), ("3x6", (3, 6))])
def test_a_load_is_rooms_by_parties(text, load):
    assert importlib.import_module("bench.media").load(text) == load


@pytest.mark.parametrize("text", ["3", "0x3", "3x1", "3x7", "x", "ax3", "3x3x3", "-1x3"])
def test_another_load_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError):
        importlib.import_module("bench.media").load(text)
