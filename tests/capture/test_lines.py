"""A drawn edge comes back as a line, with its coverage."""

from __future__ import annotations

import numpy as np
import pytest

from capture.edges import find_edges
from capture.lines import find_lines

SIZE = (640, 480)


def beside(angle: float, through: tuple[float, float]) -> np.ndarray:
    """A figure one of whose sides runs along the line with this normal angle (degrees)."""
    turn = np.deg2rad(angle)
    normal = np.array([np.cos(turn), np.sin(turn)])
    along = np.array([-normal[1], normal[0]])
    return np.array(through) + np.stack(
        [-along * 150, along * 150, along * 150 + normal * 190, along * -150 + normal * 190]
    )


def half_plane(angle: float, through: tuple[float, float]) -> np.ndarray:
    """Dark on one side of a line with this normal angle (degrees), light on the other, softened over a pixel."""
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    normal = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    d = (x - through[0]) * normal[0] + (y - through[1]) * normal[1]
    return np.repeat((80 + 100 * np.clip(d + 0.5, 0, 1))[..., None], 3, axis=2).astype(np.uint8)


@pytest.mark.parametrize("angle", [0.0, 3.3, 44.0, 61.7, 90.0, 118.5, 171.2])
def test_the_strongest_line_lies_on_the_edge(angle: float) -> None:
    across, down = find_lines(find_edges(half_plane(angle, (320, 240))), SIZE, beside(angle, (320, 240)))
    lines = across if 45 <= angle < 135 else down
    rho = 320 * lines.normal[0, 0] + 240 * lines.normal[0, 1]
    assert abs(rho - lines.rho[0]) < 1.0
    turned = np.rad2deg(np.arctan2(lines.normal[0, 1], lines.normal[0, 0])) - angle
    assert abs((turned + 90) % 180 - 90) < 0.3


def test_coverage_is_the_supported_share_of_a_stretch() -> None:
    image = half_plane(90.0, (320, 240))
    image[:, 320:] = 130  # the edge ends half-way
    across, _ = find_lines(find_edges(image), SIZE, beside(90.0, (320, 240)))
    zero = np.array([0])
    left, right = (across.coverage(zero, np.array([a]), np.array([b]))[0] for a, b in ((20, 300), (340, 620)))
    assert (left > 0.95, right < 0.05) == (True, True)


def test_an_edge_far_from_every_side_of_the_figure_is_no_line() -> None:
    image = half_plane(90.0, (320, 100))
    across, _ = find_lines(find_edges(image), SIZE, beside(90.0, (320, 240)))
    assert not (np.abs(across.rho[~across.told] - 100) < 5).any()


def test_a_side_that_no_edge_shows_is_told() -> None:
    figure = np.array([[200.0, 240.0], [440.0, 240.0], [440.0, 390.0], [200.0, 390.0]])
    across, down = find_lines(find_edges(half_plane(90.0, (320, 240))), SIZE, figure)
    told = [sorted(abs(float(rho)) for rho in lines.rho[lines.told]) for lines in (across, down)]
    assert told == [[390.0], [200.0, 440.0]]
