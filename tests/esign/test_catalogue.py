import json
import re
from pathlib import Path

import esign.checks
from esign import errors

ROOT = Path(__file__).parent.parent.parent
TEXTS = json.loads((ROOT / "server" / "catalogue" / "esign.json").read_text(encoding="utf-8"))


def test_every_code_of_this_package_has_a_text_in_two_languages_and_no_text_is_left_over():
    problems = {e.code for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.EsignError)}
    found = re.findall(r'Problem\("(\w+)"', (ROOT / "esign" / "verify.py").read_text(encoding="utf-8"))
    expected = {f"problem.{code}" for code in problems}
    expected |= {f"ink.{code}" for code in esign.checks._CHECKS} | {f"verify.{code}" for code in found}
    assert set(TEXTS) == expected
    assert all(set(text) == {"zh", "en"} and all(text.values()) for text in TEXTS.values())
