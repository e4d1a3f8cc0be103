"""Drawn identity cards of invented people, photographed by an invented phone. Never a real layout."""

import random
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

CARD = (1012, 638)  # ID-1 at 300 dpi, 1.586
PHOTO = (1600, 1200)
FONT = Path(__file__).parent.parent / "esign" / "fonts"


def photograph(side: str, name: str, number: str, birth_date: str, seed: int) -> bytes:
    """A JPEG of the `side` (front or back) of a card lying on a desk, slightly turned and tilted."""
    rng = random.Random(f"{number}/{side}/{seed}")
    card = cv2.cvtColor(np.asarray(_draw(side, name, number, birth_date)), cv2.COLOR_RGB2BGR)
    photo = _desk(rng)
    homography = cv2.getPerspectiveTransform(_corners(*CARD), _placed(rng))
    mask = cv2.warpPerspective(np.full(CARD[::-1], 255, np.uint8), homography, PHOTO, flags=cv2.INTER_AREA)
    shadow = cv2.GaussianBlur(np.roll(mask, (10, 8), (0, 1)), (0, 0), 9).astype(np.float32) / 255 * 0.35
    photo = (photo * (1 - shadow[..., None])).astype(np.uint8)
    warped = cv2.warpPerspective(card, homography, PHOTO, flags=cv2.INTER_LINEAR)
    alpha = mask.astype(np.float32)[..., None] / 255
    photo = (warped * alpha + photo * (1 - alpha)).astype(np.uint8)
    return cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()


def thumbnail(photo: bytes, width: int, height: int) -> np.ndarray:
    """RGB pixels of a photo, as small as a simulated camera's."""
    image = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR_RGB)
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def _draw(side: str, name: str, number: str, birth_date: str) -> Image.Image:
    tint = (222, 236, 226) if side == "front" else (236, 228, 214)
    image = Image.new("RGB", CARD, tint)
    draw = ImageDraw.Draw(image)
    for y in range(0, CARD[1], 14):
        draw.line([(0, y), (CARD[0], y + 40)], fill=tuple(c - 9 for c in tint), width=2)
    draw.text((40, 28), "示範證件 SPECIMEN", font=_font(46), fill=(20, 70, 60))
    if side == "front":
        draw.rectangle([700, 130, 960, 470], fill=(176, 190, 200), outline=(60, 80, 90), width=4)
        draw.ellipse([770, 180, 890, 320], fill=(214, 186, 160))
        draw.chord([730, 310, 930, 560], 180, 360, fill=(70, 90, 120))
        for row, text in enumerate((f"姓名  {name}", f"出生  {birth_date}", f"編號  {number}")):
            draw.text((60, 160 + row * 105), text, font=_font(54), fill=(25, 25, 30))
    else:
        for row, text in enumerate(("住址  示範市測試路 1 號", f"編號  {number}", "本卡僅供系統測試")):
            draw.text((60, 150 + row * 105), text, font=_font(48), fill=(25, 25, 30))
        for bar in range(60):
            if (bar * 7919 + len(name)) % 3:
                draw.rectangle([60 + bar * 14, 500, 67 + bar * 14, 600], fill=(30, 30, 30))
    return image


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    found = sorted(FONT.glob("*.ttf"))
    if not found:
        raise FileNotFoundError("the forms' fonts are not installed: run make setup")
    return ImageFont.truetype(str(found[0]), size)


def _desk(rng: random.Random) -> np.ndarray:
    noise = np.random.default_rng(rng.randrange(1 << 30)).normal(0, 5, (PHOTO[1], PHOTO[0], 1))
    grain = np.sin(np.linspace(0, 60, PHOTO[1]))[:, None, None] * 6
    return np.clip(np.array([52, 66, 88]) + noise + grain, 0, 255).astype(np.uint8)


def _corners(width: int, height: int) -> np.ndarray:
    return np.float32([[0, 0], [width, 0], [width, height], [0, height]])


def _placed(rng: random.Random) -> np.ndarray:
    """Corners of the card in the photo: about 70 % of the width, a few degrees turned, a little tilted."""
    centre = np.array([PHOTO[0] / 2 + rng.uniform(-30, 30), PHOTO[1] / 2 + rng.uniform(-30, 30)])
    angle, scale = rng.uniform(-0.07, 0.07), rng.uniform(1.08, 1.2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    square = (_corners(*CARD) - np.array(CARD) / 2) * scale
    jitter = np.array([[rng.uniform(-14, 14), rng.uniform(-14, 14)] for _ in range(4)])
    return np.float32(square @ turn.T + centre + jitter)
