"""A figure a few pixels off is moved onto the edges, to a tenth of a pixel."""

from __future__ import annotations

import cv2
import numpy as np

from capture.snap import snap
from tests.capture.cards import scene


def test_sides_move_onto_the_edge() -> None:
    drawn = scene(7.0, lean=10.0, size=(640, 480))
    rough = drawn.corners + np.array([[1.5, -1.0], [-1.2, 1.4], [0.8, 1.5], [-1.5, -0.9]])
    exact = snap(cv2.cvtColor(drawn.image, cv2.COLOR_BGR2GRAY), rough, 2.5)
    assert np.abs(exact - drawn.corners).max() < 0.35


def test_a_side_outside_the_picture_stays() -> None:
    drawn = scene(0.0, size=(640, 480))
    up = int(drawn.corners[:, 1].min()) + 40
    rough = drawn.corners - np.array([0.0, up]) + np.array([0.0, 1.5])
    exact = snap(cv2.cvtColor(drawn.image[up:], cv2.COLOR_BGR2GRAY), rough, 2.5)
    assert np.abs(exact[:2, 1] - rough[:2, 1]).max() < 0.1
    assert np.abs(exact[2:, 1] - (drawn.corners[2:, 1] - up)).max() < 0.35


def test_without_an_edge_nothing_moves_far() -> None:
    corners = scene(0.0, size=(640, 480)).corners
    moved = snap(np.full((480, 640), 90, np.uint8), corners, 2.5)
    assert np.abs(moved - corners).max() <= 5.0
