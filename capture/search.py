"""All four-sided figures that four lines make and the edges support, best first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.lines import Lines
from capture.quad import ID1, area, in_space

SHORTEST = 0.11  # of the picture's long side
SUPPORTED = 0.32  # of a side, at the least
TOLD = 0.35  # what a side that is only thought to be there counts, at the least
ROOM = 0.12  # of the long side: how far a corner may lie outside the picture
VISIBLE = 0.5  # of a side, at the least
MOST = 20
LARGE = 0.12  # of the picture: a card of at least this area is not held against
ASPECT_WIDTH, SQUARE_WIDTH = 0.105, 0.4  # spread of the prior on shape: log ratio, cosine of the corner


@dataclass(frozen=True, slots=True)
class Candidates:
    """`corners` (n, 4, 2), `sides` and `overrun` (n, 4): how much of each side lies on an edge, and of the line
    beyond its ends; `support` (n,): a first score from these and from the shape."""

    corners: NDArray[np.float64]
    sides: NDArray[np.float32]
    overrun: NDArray[np.float32]
    support: NDArray[np.float64]


def find_quads(across: Lines, down: Lines, size: tuple[int, int], supported: float = SUPPORTED) -> Candidates:
    """The figures of which every side is `supported` on an edge, or told."""
    meet, ok = _intersections(across, down, size)
    t_across = np.einsum("hvc,hc->hv", meet, across.along)
    t_down = np.einsum("hvc,vc->hv", meet, down.along)
    shortest = SHORTEST * max(size)
    tops = _segments(across, t_across, ok, shortest)
    lefts = _segments(down, t_down.T, ok.T, shortest)
    h1, h2, v1, v2 = _combine(tops, lefts, supported)
    sides = np.stack([tops[h1, v1, v2], lefts[v2, h1, h2], tops[h2, v1, v2], lefts[v1, h1, h2]], axis=1)
    corners = np.stack([meet[h1, v1], meet[h1, v2], meet[h2, v2], meet[h2, v1]], axis=1).astype(np.float64)
    overrun = np.stack(
        [
            _overrun(across, h1, t_across[h1, v1], t_across[h1, v2]),
            _overrun(down, v2, t_down[h1, v2], t_down[h2, v2]),
            _overrun(across, h2, t_across[h2, v1], t_across[h2, v2]),
            _overrun(down, v1, t_down[h1, v1], t_down[h2, v1]),
        ],
        axis=1,
    )
    support = _score(corners, sides, overrun, size)
    best = np.argsort(-support)[:MOST]
    return Candidates(corners[best], sides[best], overrun[best], support[best])


def _intersections(across: Lines, down: Lines, size: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    a, b = across.normal[:, None], down.normal[None]
    whole = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    safe = np.where(np.abs(whole) < 0.3, 1.0, whole)
    c, d = across.rho[:, None], down.rho[None]
    meet = np.stack([(c * b[..., 1] - a[..., 1] * d) / safe, (a[..., 0] * d - c * b[..., 0]) / safe], axis=-1)
    room = ROOM * max(size)
    inside = ((meet > -room) & (meet < np.array(size) + room)).all(axis=-1)
    return meet, (np.abs(whole) >= 0.3) & inside


def _segments(lines: Lines, t: NDArray, ok: NDArray[np.bool_], shortest: float) -> NDArray[np.float32]:
    """Support of the piece of each line between each two crossings; 0 where it is no side."""
    inside = np.clip(t, lines.enters[:, None], lines.leaves[:, None])
    covered = np.take_along_axis(lines.covered, (inside - lines.first).astype(np.int32), axis=1)
    whole, visible = t[:, None, :] - t[:, :, None], inside[:, None, :] - inside[:, :, None]
    cover = (covered[:, None, :] - covered[:, :, None]) / np.maximum(visible, 1)
    cover[lines.told] = np.maximum(cover[lines.told], TOLD)
    is_side = ok[:, :, None] & ok[:, None, :] & (whole > shortest) & (visible > VISIBLE * whole)
    return np.where(is_side, cover, np.float32(0))


def _combine(
    tops: NDArray[np.float32], lefts: NDArray[np.float32], supported: float
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Indices of the figures all of whose sides are supported."""
    flat_tops = tops > supported  # [h, v1, v2]
    by_rows = np.transpose(lefts > supported, (1, 2, 0))  # [h1, h2, v]
    h1, h2 = np.nonzero(by_rows.sum(axis=2) >= 2)
    pairs = flat_tops[h1] & flat_tops[h2]
    rows = by_rows[h1, h2]
    n, v1, v2 = np.nonzero(pairs & rows[:, :, None] & rows[:, None, :])
    return h1[n], h2[n], v1, v2


def _overrun(lines: Lines, index: NDArray, start: NDArray, end: NDArray) -> NDArray[np.float32]:
    """How much of the line goes on past both ends of the side."""
    more = np.clip(0.18 * (end - start), 10, 60)
    before = lines.coverage(index, start - more - 4, start - 4)
    return 0.5 * (before + lines.coverage(index, end + 4, end + 4 + more))


def _score(corners: NDArray, sides: NDArray, overrun: NDArray, size: tuple[int, int]) -> NDArray[np.float64]:
    ratio, cosine = in_space(corners, size)
    off = np.minimum(np.abs(np.log(ratio / ID1)), np.abs(np.log(ratio * ID1)))
    shape = np.exp(-0.5 * ((off / ASPECT_WIDTH) ** 2 + (cosine / SQUARE_WIDTH) ** 2))
    large = np.minimum(area(corners) / (LARGE * size[0] * size[1]), 1.0)
    support = 0.6 * sides.mean(axis=1) + 0.1 * sides.min(axis=1)
    support = support - 0.23 * overrun.mean(axis=1) - 0.1 * overrun.max(axis=1) - 0.35 * (1.0 - large)
    return support * (0.75 + 0.25 * shape)
