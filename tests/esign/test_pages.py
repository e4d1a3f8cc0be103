import io

import pytest
from PIL import Image

from esign.errors import PageUnknown
from esign.pages import render_page


def image(pdf, page, width):
    return Image.open(io.BytesIO(render_page(pdf, page, width))).convert("RGB")


def ink_pixels(picture, field, width):
    """Dark pixels inside of a field, its edge included."""
    scale = width / 595.276
    x0, y0, x1, y1 = field.rect
    box = picture.crop([round(v * scale) for v in (x0, 841.89 - y1, x1, 841.89 - y0)])
    return sum(r < 150 for r, _, _ in box.get_flattened_data())


def test_a_page_is_drawn_in_the_width_asked_for(form):
    assert image(form.pdf, 1, 800).size == (800, 1132)


def test_the_ink_of_a_signed_field_is_seen_and_an_empty_one_is_blank(certified, signed, form):
    before, after = image(certified, 2, 1000), image(signed, 2, 1000)
    for field in form.fields:
        assert ink_pixels(before, field, 1000) == 0
        assert ink_pixels(after, field, 1000) > 1_500


def test_widths_are_kept_within_limits(form):
    assert (image(form.pdf, 1, 1).width, image(form.pdf, 1, 10**9).width) == (100, 2_400)


@pytest.mark.parametrize("page", [0, 3, -1])
def test_a_page_that_is_not_there_is_told(form, page):
    with pytest.raises(PageUnknown):
        render_page(form.pdf, page, 400)


def test_a_page_weighs_little_on_a_phone(form):
    assert len(render_page(form.pdf, 1, 828)) < 120_000
