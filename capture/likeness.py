"""Which of two known cards a picture of a call shows: the uploaded photos of the front and the back are the measure.

First by the small high-passed picture of whatever card is found, either way up and either way round, since some front
cameras mirror; then, where a hand hides the border or the card is small, by its features (ORB) anywhere in the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.detect import detect
from capture.rectify import rectify
from capture.scale import at_most
from capture.showing import Side

Seen = Literal["front", "back", "card", "nothing"]  # card: one that is neither

SMALL = (64, 40)
SHIFT = 3  # pixels of the small picture by which a border may be off
ALIKE, APART = 0.7, 0.12  # correlation with the one, and by how much it is more than with the other
CARD_SCORE = 0.75
LOOK_SIDE = 640  # of a picture that is looked at
FEATURES, FEATURES_CARD = 900, 700
RATIO = 0.78
POINTS, POINTS_MORE = 14, 2.0  # matched points on one plane, and how many times those of the other side


class Likeness:
    """Of one person's uploaded cards (BGR pixels); one side may be missing."""

    def __init__(self, cards: Mapping[Side, NDArray[np.uint8]]):
        self._small = {side: _small(_upright(card)) for side, card in cards.items()}
        self._orb = cv2.ORB_create(FEATURES)
        self._points = {side: self._features(_upright(card), FEATURES_CARD) for side, card in cards.items()}
        self._matcher = cv2.BFMatcher(cv2.NORM_HAMMING)
        self.mirrored = False  # whether the last card that was known was

    def see(self, picture: NDArray[np.uint8]) -> Seen:
        """About 30 ms of one core for 640 pixels."""
        picture = at_most(picture, LOOK_SIDE)
        found = detect(picture)
        card = found.corners is not None and found.score >= CARD_SCORE
        side = self._by_card(rectify(picture, found.corners, 320)) if found.corners is not None else None
        side = side or self._by_features(picture)
        return side or ("card" if card else "nothing")

    def alike(self, card: NDArray[np.uint8]) -> dict[Side, tuple[float, bool]]:
        """A card laid straight: its best correlation with each known side, and whether it was mirrored for that."""
        card = _upright(card)
        found: dict[Side, tuple[float, bool]] = {}
        for mirrored in (False, True):
            way = cv2.flip(card, 1) if mirrored else card
            for turned in (way, cv2.rotate(way, cv2.ROTATE_180)):
                small = _small(turned)[SHIFT:-SHIFT, SHIFT:-SHIFT]
                for side, known in self._small.items():
                    alike = float(cv2.matchTemplate(known, small, cv2.TM_CCOEFF_NORMED).max())
                    found[side] = max(found.get(side, (-1.0, False)), (alike, mirrored))
        return found

    def _by_card(self, card: NDArray[np.uint8]) -> Side | None:
        ranked = sorted(self.alike(card).items(), key=lambda one: one[1][0], reverse=True)
        if not ranked or ranked[0][1][0] < ALIKE or (len(ranked) > 1 and ranked[0][1][0] - ranked[1][1][0] < APART):
            return None
        self.mirrored = ranked[0][1][1]
        return ranked[0][0]

    def _by_features(self, picture: NDArray[np.uint8]) -> Side | None:
        """As it lies, then mirrored; the way that was right last goes first."""
        for mirrored in (self.mirrored, not self.mirrored):
            points = self._features(cv2.flip(picture, 1) if mirrored else picture, FEATURES)
            counts = {side: self._on_one_plane(known, points) for side, known in self._points.items()}
            best = max(counts, key=counts.__getitem__, default=None)
            if best is None:
                return None
            rest = max((count for side, count in counts.items() if side != best), default=0)
            if counts[best] >= POINTS and counts[best] >= POINTS_MORE * rest:
                self.mirrored = mirrored
                return best
        return None

    def _features(self, picture: NDArray[np.uint8], most: int) -> tuple[NDArray, NDArray | None]:
        self._orb.setMaxFeatures(most)
        keypoints, descriptors = self._orb.detectAndCompute(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), None)
        return np.array([point.pt for point in keypoints], np.float32), descriptors

    def _on_one_plane(self, known: tuple[NDArray, NDArray | None], seen: tuple[NDArray, NDArray | None]) -> int:
        """How many features of the card lie in the picture as on one flat thing."""
        if known[1] is None or seen[1] is None or len(seen[1]) < 2:
            return 0
        pairs = self._matcher.knnMatch(known[1], seen[1], k=2)
        good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < RATIO * pair[1].distance]
        if len(good) < POINTS:
            return 0
        here = known[0][[match.queryIdx for match in good]]
        there = seen[0][[match.trainIdx for match in good]]
        plane, mask = cv2.findHomography(here, there, cv2.RANSAC, 4.0)
        if plane is None or not 0.01 < abs(np.linalg.det(plane[:2, :2])) < 20:
            return 0
        return int(mask.sum())


def _small(card: NDArray[np.uint8]) -> NDArray[np.float32]:
    grey = cv2.resize(cv2.cvtColor(card, cv2.COLOR_BGR2GRAY), SMALL, interpolation=cv2.INTER_AREA).astype(np.float32)
    return grey - cv2.GaussianBlur(grey, (0, 0), 6)


def _upright(card: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Longer than high: which way up is tried both ways."""
    return card if card.shape[1] >= card.shape[0] else cv2.rotate(card, cv2.ROTATE_90_CLOCKWISE)
