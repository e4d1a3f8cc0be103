"""The manual's chapters, one file each, in the manual's order; CVX's own rules last."""

from underwriting.model import Rule
from underwriting.rule import registered
from underwriting.rules import (
    c01_age,
    c01_senior,
    c01_signing,
    c01_witness,
    c02_review_period,
    c15_mobile,
    cvx_identity,
    cvx_meeting,
)

_IN_ORDER = (c01_signing, c01_witness, c01_age, c01_senior, c02_review_period, c15_mobile, cvx_identity, cvx_meeting)


def load() -> tuple[Rule, ...]:
    """All rules; importing the chapters registered them."""
    places = {module.__name__: place for place, module in enumerate(_IN_ORDER)}
    return tuple(sorted(registered(), key=lambda rule: places[rule.check.__module__]))
