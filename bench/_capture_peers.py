"""Other ways of finding a document, as peers: the contour tutorial and jscanify's idea, written small.

Neither knows of cards that are cut off.
"""

import cv2
import numpy as np

from capture.quad import clockwise


def tutorial(image):
    """Canny, the largest contour that approxPolyDP turns into four corners: the way of every tutorial."""
    scale = min(1.0, 640 / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    contours, _ = cv2.findContours(cv2.Canny(grey, 75, 200), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:5]:
        corners = cv2.approxPolyDP(contour, 0.02 * cv2.arcLength(contour, True), True)
        if len(corners) == 4 and cv2.contourArea(contour) > 0.01 * grey.size:
            return clockwise(corners.reshape(-1, 2) / scale)
    return None


def jscanify(image):
    """jscanify's idea: Canny, Otsu, the largest contour, and in each quarter round its centre the farthest point."""
    scale = min(1.0, 640 / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    edges = cv2.GaussianBlur(cv2.Canny(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), 50, 200), (3, 3), 0)
    _, binary = cv2.threshold(edges, 0, 255, cv2.THRESH_OTSU)
    contours, _ = cv2.findContours(binary, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    points = max(contours, key=cv2.contourArea).reshape(-1, 2).astype(float)
    away = points - np.array(cv2.minAreaRect(points.astype(np.float32))[0])
    corners = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        quarter = np.flatnonzero((away[:, 0] * x > 0) & (away[:, 1] * y > 0))
        if len(quarter) == 0:
            return None
        corners.append(points[quarter[np.linalg.norm(away[quarter], axis=1).argmax()]])
    return np.array(corners) / scale


def peers() -> dict:
    """Name -> a function of a BGR picture that answers (corners or None, cut off)."""
    return {
        "contour_tutorial": lambda image: (tutorial(image), False),
        "jscanify_idea": lambda image: (jscanify(image), False),
    }
