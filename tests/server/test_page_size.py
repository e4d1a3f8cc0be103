"""What the customer's telephone has to fetch before anything is seen (STACK.md: 60 kB)."""

import gzip
import re

from server.pages_static import FOLDER

MOST = 60_000  # bytes of JavaScript, gzip


def test_the_customers_page_is_small():
    page = FOLDER / "customer.html"
    assert page.is_file(), "run make setup"
    scripts = re.findall(r'"/(assets/[^"]+[.]js)"', page.read_text())
    assert len(scripts) > 1
    assert sum(len(gzip.compress((FOLDER / script).read_bytes(), 9)) for script in scripts) <= MOST
