"""A page of a document as an image, for reading on a phone: exactly what the PDF shows, ink included (S58, S59)."""

import io

import pypdfium2
from PIL import Image

from .errors import PageUnknown

MIN_WIDTH, MAX_WIDTH = 100, 2_400
_COLOURS = 64  # text, our green and red, ink: a quarter of the bytes of full colour, and faster to write


def render_page(pdf: bytes, page: int, width_px: int) -> bytes:
    """Page `page` (from 1) as PNG, `width_px` wide (kept within 100..2400). Raises PageUnknown. 30-100 ms of CPU.

    PDFium is not thread-safe: one call at a time in a process.
    """
    document = pypdfium2.PdfDocument(pdf)
    try:
        if not 1 <= page <= len(document):
            raise PageUnknown(f"page {page} of {len(document)}")
        document.init_forms()  # without it signature fields are not drawn, and the ink is missing
        return _png(document[page - 1], min(max(width_px, MIN_WIDTH), MAX_WIDTH))
    finally:
        document.close()


def _png(page: pypdfium2.PdfPage, width: int) -> bytes:
    image = page.render(scale=width / page.get_width(), may_draw_forms=True).to_pil()
    out = io.BytesIO()
    image.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE).save(out, "PNG")
    return out.getvalue()
