"""The edition's files: every rule is cited, every quote is the manual's, every number has its section."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from tests.underwriting.applications import NEW_BUSINESS
from underwriting.coverage import Difference, difference
from underwriting.errors import RulebookError
from underwriting.evaluate import evaluate
from underwriting.load import MANUAL, load_rulebook
from underwriting.model import Parameter

MANUALS = sorted((Path(__file__).parents[3] / "shared" / "seeds").glob("*.txt"))


def test_the_manual_s_rules_come_in_its_order() -> None:
    ids = [rule.id for rule in load_rulebook().rules]
    chapters = [rule_id.split(".")[0] for rule_id in ids if rule_id.startswith("UW-")]
    assert chapters == sorted(chapters)
    assert ids.index("UW-01.2.1.1") < ids.index("UW-01.4") < ids.index("UW-02.1.1") < ids.index("UW-15.4.0")


def test_every_section_is_cited_and_quoted() -> None:
    sections = load_rulebook().sections
    assert [s.id for s in sections.values() if not s.cite] == []
    assert [s.id for s in sections.values() if not s.quote] == ["CVX-R9"]


def test_every_quote_is_the_manual_s_own_words() -> None:
    """Compared without white space and mark-up; only where the manuals lie beside the project."""
    said = "".join(bare(path.read_text(encoding="utf-8")) for path in MANUALS)
    foreign = [s.id for s in load_rulebook().sections.values() if said and bare(s.quote) not in said]
    assert foreign == []


def bare(text: str) -> str:
    return re.sub(r"</?[A-Za-z][^>]*>|[\s*•]|\[|\]\(#\)", "", text)


def test_an_unknown_edition_is_an_error() -> None:
    with pytest.raises(RulebookError, match="no edition"):
        load_rulebook("112-01")


def test_two_editions_that_differ_say_how(tmp_path: Path) -> None:
    """The newer one drops a section with its rule, rewords one, adds one without a rule, and changes a number."""
    for edition in ("113-07", "114-01"):
        shutil.copytree(MANUAL / "113-07", tmp_path / edition)
    chapter = tmp_path / "114-01" / "c03.yaml"
    sections = yaml.safe_load(chapter.read_text(encoding="utf-8"))
    del sections["UW-03.3"]
    sections["UW-03.1"]["quote"] += " (改)"
    sections["UW-03.4"] = {"cite": "參、新", "quote": "新", "reason": "no rule yet"}
    chapter.write_text(yaml.safe_dump(sections, allow_unicode=True, sort_keys=False), encoding="utf-8")
    old, new = (load_rulebook(edition, tmp_path) for edition in ("113-07", "114-01"))
    adult = Parameter("adult_age", "UW-01.2.3.1", ((date(2024, 7, 1), 18), (date(2025, 1, 1), 17)))
    new = replace(new, parameters={**new.parameters, "adult_age": adult})
    assert difference(old, new) == Difference(("UW-03.4",), ("UW-03.3",), ("UW-03.1",), ("adult_age",))
    assert {rule.id for rule in old.rules} - {rule.id for rule in new.rules} == {"UW-03.3"}
    assert len(evaluate(NEW_BUSINESS, new).findings) > 0


def test_a_rule_of_no_edition_is_an_error(tmp_path: Path) -> None:
    shutil.copytree(MANUAL / "113-07", tmp_path / "113-07")
    (tmp_path / "113-07" / "c03.yaml").unlink()
    with pytest.raises(RulebookError, match=r"UW-03\.1"):
        load_rulebook("113-07", tmp_path)


def test_a_later_day_picks_the_later_row() -> None:
    parameter = Parameter("age", "UW-01.4", ((date(2024, 7, 1), 65), (date(2026, 3, 1), 70)))
    assert [parameter.at(date(2026, 2, 28)), parameter.at(date(2026, 3, 1))] == [65, 70]


def test_the_first_row_also_holds_before_its_day() -> None:
    assert load_rulebook().parameters["adult_age"].at(date(2019, 12, 2)) == 18
