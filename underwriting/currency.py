"""貳、十 外幣保單換算新台幣倍數: amounts in NTD, to accumulate sums and for daily, exam and survey limits."""

from __future__ import annotations

from math import ceil

from underwriting.application import Application, Product, Unknown
from underwriting.derived import derived

TWD = "TWD"


def in_twd(application: Application, amount: float, currency: str, path: str) -> int:
    """壽險保額 times the printed multiplier (十、(一)), up to the whole 元 (十、(二), AMB-36).

    Unknown(path) when the manual prints none for the currency."""
    multiplier = application.row("currency_multipliers", currency)
    if multiplier is None:
        raise Unknown(path, "no_multiplier")
    return ceil(round(amount * multiplier, 6))


def premium_in_twd(application: Application, amount: float, currency: str) -> float:
    """Premiums have no printed rate: the facts' own `rates.<currency>` (NTD for one unit) holds, else unknown."""
    return amount if currency == TWD else amount * application.number(f"rates.{currency}")


@derived
def currency_of(application: Application, product: Product) -> str:
    """The product's own currency, else the application's, else NTD."""
    own = application.maybe_text(product.path("currency"))
    return own or application.maybe_text("application.currency") or TWD


@derived
def amount_in_twd(application: Application, product: Product) -> int:
    amount = application.number(product.path("amount"))
    return in_twd(application, amount, currency_of(application, product), product.path("currency"))
