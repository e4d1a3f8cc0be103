"""Where faces and screens lie in the picture: host first, side by side, then a grid; a screen large with the faces
beside it. Pure; all numbers are even, as planes of half the size demand."""

from typing import NamedTuple

WIDTH, HEIGHT = 1280, 720
BAR = 40  # the line on top with case number and clock
MARGIN = 4


class Rect(NamedTuple):
    x: int
    y: int
    width: int
    height: int


def grid(count: int, area: Rect) -> list[Rect]:
    """One cell each, row by row; a last row that is not full lies in the middle. Three lie in one row, since phones are
    held upright."""
    upright = area.width < area.height
    columns = min(count, (1 if count <= 3 else 2) if upright else (2 if count == 4 else 3))
    rows = -(-count // max(columns, 1))
    cells = []
    for row in range(rows):
        inside = min(columns, count - row * columns)
        width, height = area.width // columns & ~3, area.height // rows & ~1
        left = area.x + ((area.width - inside * width) // 2 & ~1)
        cells += [_inset(Rect(left + n * width, area.y + row * height, width, height)) for n in range(inside)]
    return cells


def arrange(faces: int, screens: int) -> tuple[list[Rect], list[Rect]]:
    """The places of the faces and of the screens."""
    if screens == 0:
        return grid(faces, Rect(0, BAR, WIDTH, HEIGHT - BAR)), []
    large = Rect(0, BAR, 960, HEIGHT - BAR)
    return grid(faces, Rect(960, BAR, WIDTH - 960, HEIGHT - BAR)), grid(screens, large)


def fit(width: int, height: int, place: Rect) -> Rect:
    """The largest upright picture of this shape in the middle of a place."""
    scale = min(place.width / width, place.height / height)
    wide, high = max(2, round(width * scale) & ~1), max(2, round(height * scale) & ~1)
    return Rect(place.x + ((place.width - wide) // 2 & ~1), place.y + ((place.height - high) // 2 & ~1), wide, high)


def _inset(cell: Rect) -> Rect:
    return Rect(cell.x + MARGIN, cell.y + MARGIN, cell.width - 2 * MARGIN, cell.height - 2 * MARGIN)
