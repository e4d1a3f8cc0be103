"""The only file of the rule core that reads files: an edition's sections, the dated parameters, the rules."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

import yaml

from underwriting import rules
from underwriting.errors import RulebookError
from underwriting.model import Parameter, Parameters, Rule, Rulebook, Section
from underwriting.rule import registered

HERE = Path(__file__).parent
MANUAL = HERE / "manual"
EDITION = "113-07"


@cache
def load_rulebook(edition: str = EDITION, manual: Path = MANUAL) -> Rulebook:
    """The rulebook of an edition, a folder of `manual`: its sections, the rules of them, and the dated parameters.
    RulebookError when a rule or a parameter has its section in no edition. A fifth of a second, then kept."""
    sections = _sections(manual / edition)
    parameters = _parameters(HERE / "parameters")
    named = dict.fromkeys([rule.id for rule in _rules()] + [parameter.section for parameter in parameters.values()])
    absent = [name for name in named if name not in sections]
    if absent:
        elsewhere = {section for folder in sorted(manual.iterdir()) if folder.is_dir() for section in _sections(folder)}
        if stray := [name for name in absent if name not in elsewhere]:
            raise RulebookError(f"no edition has the sections {stray}")
    places = {section: place for place, section in enumerate(sections)}
    in_order = tuple(sorted((r for r in _rules() if r.id in sections), key=lambda rule: places[rule.id]))
    return Rulebook(edition, MappingProxyType(sections), Parameters(parameters), in_order)


def _rules() -> tuple[Rule, ...]:
    """Importing the chapters registers their rules."""
    for module in sorted(found.name for found in iter_modules(rules.__path__)):
        import_module(f"{rules.__name__}.{module}")
    return registered()


def _sections(folder: Path) -> dict[str, Section]:
    """One file a chapter; files by name and the sections as they stand in them are the manual's order."""
    out: dict[str, Section] = {}
    for path in sorted(folder.glob("*.yaml")):
        for key, entry in (_yaml(path) or {}).items():
            if key in out:
                raise RulebookError(f"section {key} is given twice")
            out[key] = Section(key, entry["cite"], entry["quote"].strip(), entry.get("reason", ""))
    if not out:
        raise RulebookError(f"there is no edition {folder.name}")
    return out


def _parameters(folder: Path) -> dict[str, Parameter]:
    out: dict[str, Parameter] = {}
    for path in sorted(folder.glob("*.yaml")):
        for name, entry in (_yaml(path) or {}).items():
            if name in out:
                raise RulebookError(f"parameter {name} is given twice")
            rows = sorted(((_date(name, row["as_of"]), row["value"]) for row in entry["rows"]), key=lambda row: row[0])
            out[name] = Parameter(name, entry["section"], tuple(rows))
    return out


def _date(name: str, value: Any) -> date:
    if not isinstance(value, date):
        raise RulebookError(f"parameter {name}: as_of is no date")
    return value


def _yaml(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
