"""What is printed into the picture: names, the line on top, plates. Text becomes brightness alone; colours stay out."""

from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from media.compose_layout import BAR, WIDTH, Rect

TAIPEI = timezone(timedelta(hours=8))
PAPER, INK, DIM = 16, 235, 150  # brightness of black, white and grey in video
PLATE = 42
NAME_PX, PLATE_PX, BAR_PX = 20, 26, 20
SHADE = 0.6  # how much of the picture a name covers

Grey = np.ndarray  # uint8, rows by columns


class Letters:
    """Draws with one font. Raises OSError where the file is none."""

    def __init__(self, font: Path):
        self._font = font
        self._sized = lru_cache(8)(lambda size: ImageFont.truetype(str(font), size))

    def mask(self, text: str, size: int, limit: int) -> Grey:
        """The text alone, 0 to 255, an even number of pixels either way, cut to `limit` wide."""
        font = self._sized(size)
        while text and font.getlength(text) > limit:
            text = text[:-2] + "…" if len(text) > 2 else ""
        width, height = int(font.getlength(text)) + 2 & ~1, int(size * 1.5) & ~1
        image = Image.new("L", (max(width, 2), height), 0)
        ImageDraw.Draw(image).text((0, height // 2), text, fill=255, font=font, anchor="lm")
        return np.asarray(image)


class Name:
    """A label over a picture: dark, so that it is read on any background, and see-through."""

    def __init__(self, letters: Letters, text: str, limit: int):
        mask = np.pad(letters.mask(text, NAME_PX, limit - 20), ((0, 0), (10, 10)))
        alpha = SHADE + (1 - SHADE) * (mask / 255)
        self.height, self.width = mask.shape
        self._keep = np.round((1 - alpha) * 256).astype(np.uint16)
        self._add = np.round(alpha * (PAPER + mask / 255 * (INK - PAPER)) * 256).astype(np.uint16)
        self._keep_colour = self._keep[::2, ::2].copy()
        self._add_colour = (256 - self._keep_colour) * np.uint16(128)

    def over(self, luma: Grey, blue: Grey, red: Grey) -> None:
        """Onto a region of its own size, and of half of it for the colours."""
        luma[:] = (luma * self._keep + self._add) >> 8
        for colour in (blue, red):
            colour[:] = (colour * self._keep_colour + self._add_colour) >> 8


def plate(letters: Letters, place: Rect, text: str) -> Grey:
    """Shown where there is no picture."""
    grey = np.full((place.height, place.width), PLATE, np.uint8)
    mask = letters.mask(text, min(PLATE_PX, place.height // 4), place.width - 20)
    top, left = (place.height - mask.shape[0]) // 2, (place.width - mask.shape[1]) // 2
    _print(grey, mask, left, top, DIM)
    return grey


class Bar:
    """The line on top: whose case it is, and the time in Taipei."""

    def __init__(self, letters: Letters, title: str, clock: str):
        self._letters, self._clock = letters, clock
        self._blank = np.full((BAR, WIDTH), PAPER, np.uint8)
        _print(self._blank, letters.mask(title, BAR_PX, WIDTH - 420), 12, 5, INK)

    def at(self, moment: datetime) -> Grey:
        line = self._blank.copy()
        told = self._clock.format(f"{moment.astimezone(TAIPEI):%Y-%m-%d %H:%M:%S}")
        mask = self._letters.mask(told, BAR_PX, 400)
        _print(line, mask, WIDTH - 12 - mask.shape[1], 5, INK)
        return line


def _print(grey: Grey, mask: Grey, left: int, top: int, ink: int) -> None:
    height, width = mask.shape
    region = grey[top : top + height, left : left + width]
    region[:] = (region * (255 - mask.astype(np.uint16)) + mask.astype(np.uint16) * ink) // 255
