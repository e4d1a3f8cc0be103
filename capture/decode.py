"""Bytes from outside to pixels: only whole pictures of four kinds, within limits that are checked before decoding."""

from __future__ import annotations

import io
import warnings

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from capture.errors import PhotoMultiFrame, PhotoTooLarge, PhotoTooManyPixels, PhotoTooSmall, PhotoUndecodable

MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 50_000_000
LEAST_SIDE = 64
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
REDUCIBLE = ("L", "LA", "RGB", "RGBA", "CMYK", "YCbCr")
ORIENTATION = 0x0112  # of EXIF

register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def decode(data: bytes, enough: int | None = None) -> NDArray[np.uint8]:
    """BGR pixels, turned upright by EXIF, of a JPEG, PNG, WebP or HEIC; the name or type that came along is not asked.
    Where `enough` pixels of the long side are, a larger picture may come smaller, down to those: its memory is then a
    fraction (50 megapixels of JPEG 0.2 instead of 0.9 GB).

    PhotoTooLarge, PhotoTooManyPixels and PhotoTooSmall come from size and header alone; PhotoUndecodable for
    anything that does not decode to its last row.
    """
    if len(data) > MOST_BYTES:
        raise PhotoTooLarge(f"{len(data)} bytes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is ours, and lower
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                _check_size(picture.size)
                _check_frames(picture)
                return _pixels(_reduced(picture, enough) if enough else picture)
        except Image.DecompressionBombError as error:
            raise PhotoTooManyPixels("far too many") from error
        except (
            UnidentifiedImageError,
            OSError,
            ValueError,
            SyntaxError,
            EOFError,
        ) as error:
            raise PhotoUndecodable(type(error).__name__) from error


def encode_jpeg(image: NDArray[np.uint8], quality: int = 90) -> bytes:
    """A JPEG of pixels and nothing else: no EXIF, no profile, no thumbnail."""
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise PhotoUndecodable("not encodable")
    return data.tobytes()


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise PhotoTooManyPixels(f"{size[0]} x {size[1]}")
    if min(size) < LEAST_SIDE:
        raise PhotoTooSmall(f"{size[0]} x {size[1]}")


def _check_frames(picture: Image.Image) -> None:
    """A JPEG's further pictures are what its phone put beside the first one: previews, a gain map."""
    if picture.format not in ("JPEG", "MPO") and getattr(picture, "n_frames", 1) > 1:
        raise PhotoMultiFrame(f"{picture.n_frames} pictures")


def _reduced(picture: Image.Image, enough: int) -> Image.Image:
    """By whole factors: a JPEG already while it is decoded."""
    shrink = max(picture.size) / enough
    if shrink < 2:
        return picture
    picture.draft(None, (int(picture.width / shrink), int(picture.height / shrink)))
    factor = max(picture.size) // enough
    if picture.mode in ("1", "P"):
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    return picture.reduce(factor) if factor >= 2 and picture.mode in REDUCIBLE else picture


def _pixels(picture: Image.Image) -> NDArray[np.uint8]:
    upright = ImageOps.exif_transpose(picture) if picture.getexif().get(ORIENTATION, 1) != 1 else picture
    if upright.mode.startswith("I"):  # 16 bits of grey, which convert would cut off at 255 instead of scaling
        upright = Image.fromarray((np.asarray(upright) >> 8).astype(np.uint8))
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright.convert("RGBA"))
    rgb = upright if upright.mode == "RGB" else upright.convert("RGB")
    return cv2.cvtColor(np.asarray(rgb), cv2.COLOR_RGB2BGR)
