"""What of the manual is a rule: every section is encoded, or its file says why not."""

from __future__ import annotations

from dataclasses import dataclass

from underwriting.model import Rulebook, Section

MANUAL = "UW-"  # CVX-* are the product's own rules, no sections of the manual


@dataclass(frozen=True, slots=True)
class Coverage:
    """Section ids in the manual's order; `missing` has neither a rule nor a reason."""

    encoded: tuple[str, ...]
    reasoned: tuple[str, ...]
    missing: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        found = {"encoded": len(self.encoded), "reasoned": len(self.reasoned), "missing": len(self.missing)}
        return {"sections": sum(found.values()), **found}


def coverage(rulebook: Rulebook) -> Coverage:
    ruled = {rule.id for rule in rulebook.rules}
    sections = [section for section in rulebook.sections.values() if section.id.startswith(MANUAL)]
    rest = [section for section in sections if section.id not in ruled]
    return Coverage(
        tuple(section.id for section in sections if section.id in ruled),
        tuple(section.id for section in rest if section.reason),
        tuple(section.id for section in rest if not section.reason),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """Two editions: sections by id, and parameters whose row on the editions' first days is not the same."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    reworded: tuple[str, ...]
    parameters: tuple[str, ...]


def difference(old: Rulebook, new: Rulebook) -> Difference:
    both = [key for key in old.sections if key in new.sections]
    days = old.first_day, new.first_day
    shared = [name for name in old.parameters if name in new.parameters]
    return Difference(
        tuple(key for key in new.sections if key not in old.sections),
        tuple(key for key in old.sections if key not in new.sections),
        tuple(key for key in both if _words(old.sections[key]) != _words(new.sections[key])),
        tuple(n for n in shared if old.parameters[n].at(days[0]) != new.parameters[n].at(days[1])),
    )


def _words(section: Section) -> tuple[str, str]:
    return section.cite, section.quote
