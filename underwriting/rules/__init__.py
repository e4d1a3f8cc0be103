"""The manual's chapters, one file or more each: cNN.py or cNN_topic.py; CVX's own rules in cvx_*.py.

Every module of this folder is a part of the rulebook: whoever adds a file adds its rules.
"""

from importlib import import_module
from pkgutil import iter_modules

from underwriting.model import Rule
from underwriting.rule import registered


def load() -> tuple[Rule, ...]:
    """All rules; importing the chapters registers them."""
    for module in sorted(found.name for found in iter_modules(__path__)):
        import_module(f"{__name__}.{module}")
    return registered()
