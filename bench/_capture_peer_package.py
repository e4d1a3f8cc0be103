"""A Python package that finds documents, run by its own interpreter: `python _capture_peer_package.py NAME`.

Frames come on standard input (width and height as two little-endian uint32, then RGBA), corners go out, a line each.
"""

import json
import struct
import sys
import time

import numpy as np


def id2pdf():
    from id2pdf import find_card_corners  # noqa: PLC0415 - only one of the packages is there
    from PIL import Image  # noqa: PLC0415

    return lambda rgb: find_card_corners(Image.fromarray(rgb))


def document_cropper():
    from document_cropper import corner_detection, segmentation  # noqa: PLC0415

    def find(rgb):
        region = segmentation.get_biggest_region(segmentation.otsu_binarization(segmentation.preprocess(rgb)))
        return corner_detection.detect_corners(segmentation.apply_binary_closing(region))

    return find


def main() -> None:
    find = {"id2pdf": id2pdf, "document-cropper": document_cropper}[sys.argv[1]]()
    print("{}", flush=True)
    while head := sys.stdin.buffer.read(8):
        width, height = struct.unpack("<II", head)
        rgba = np.frombuffer(sys.stdin.buffer.read(width * height * 4), np.uint8).reshape(height, width, 4)
        rgb = np.ascontiguousarray(rgba[..., :3])
        began = time.process_time()
        try:
            corners = find(rgb)
        except Exception:  # noqa: BLE001 - a peer that fails on a picture has found nothing there
            corners = None
        spent = (time.process_time() - began) * 1000
        shaped = None if corners is None or np.shape(corners) != (4, 2) else np.asarray(corners, float).tolist()
        print(json.dumps({"corners": shaped, "ms": spent}), flush=True)


if __name__ == "__main__":
    main()
