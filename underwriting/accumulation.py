"""Accumulated sums of one insured: this application and the policies in force, with what counts where.

Totals that the facts give (`own_total`, `peer_total`, ...) win over what `inforce` and `products` add up to; a map
that is given is complete, so a line that it does not name is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from underwriting.application import Application, Product, Unknown
from underwriting.currency import TWD, amount_in_twd, currency_of, in_twd, premium_in_twd
from underwriting.dates import years_later
from underwriting.derived import derived

LIFE = ("life", "term_life", "small_whole_life", "investment_life")
ACCIDENT = ("accident",)
INVESTMENT = ("investment_life", "investment_annuity")
LAPSED = "lapsed"
NO_LONGER_PAID = ("paid_up_reduced", "extended_term")
# 玖、三、(六)1【註】: flags of a product or policy that keep it out of the sums that ask for papers; (一)註1 leaves out
# 躉繳 and 旅平 besides.
NOT_COUNTED = ("micro", "government_paid", "employer_paid", "renewal_unchanged")


class Policy(NamedTuple):
    """A policy in force or lapsed: its place in `inforce`, whose it is ("own" or "peer"), its line, its status."""

    index: int
    insurer: str
    line: str
    status: str

    def path(self, name: str) -> str:
        return f"inforce.{self.index}.{name}"


Cover = Product | Policy
Counts = Callable[[Application, Cover], bool]


@derived
def policies(application: Application) -> tuple[Policy, ...]:
    """The insured's policies at this company and at others; a list that nobody has stated is unknown."""
    found = enumerate(application.listed("inforce"))
    return tuple(Policy(i, str(p.get("insurer", "own")), _line(application, i), str(p.get("status"))) for i, p in found)


def everything(_: Application, __: Cover) -> bool:
    return True


@derived
def counts_for_finance(application: Application, cover: Cover) -> bool:
    """玖、三、(一)註1: 躉繳, 旅平, 微型, 政府或雇主全額負擔之團險 and unchanged renewals are left out."""
    if cover.line == "travel" or single_premium(application, cover):
        return False
    return counts_for_papers(application, cover)


@derived
def counts_for_papers(application: Application, cover: Cover) -> bool:
    """玖、三、(六)1 and (七)1【註】."""
    return cover.line != "micro" and not any(application.maybe_flag(cover.path(flag)) for flag in NOT_COUNTED)


@derived
def single_premium(application: Application, cover: Cover) -> bool:
    """躉繳: said of it, by what was paid at once, or by the application's 繳別."""
    if application.maybe_flag(cover.path("single_premium")) or application.says(cover.path("single_premium_paid")):
        return True
    return isinstance(cover, Product) and application.stated("application.mode") == "single"


@derived
def own_total(application: Application, line: str) -> float:
    """The line at this company, this application included."""
    return _stated(application, "own_total", line, lambda: applied(application, line) + in_force(application, line))


@derived
def peer_total(application: Application, line: str) -> float:
    return _stated(application, "peer_total", line, lambda: in_force(application, line, "peer"))


@derived
def total_for_papers(application: Application, line: str, insurer: str) -> float:
    """A line's sum by which 財務狀況告知書 and 生存調查 are asked for (玖、三、(六)1, (七)1); `insurer` own or peer."""

    def derive() -> float:
        mine = applied(application, line, counts_for_papers) if insurer == "own" else 0
        return mine + in_force(application, line, insurer, counts_for_papers)

    return _stated(application, f"{insurer}_total", line, derive)


def own_totals(application: Application, lines: Iterable[str]) -> float:
    return sum(own_total(application, line) for line in lines)


def totals_with_peers(application: Application, lines: Iterable[str]) -> float:
    return sum(own_total(application, line) + peer_total(application, line) for line in lines)


def applied(application: Application, line: str, counts: Counts = everything) -> float:
    """What this application asks for in the line, in NTD."""
    return sum(
        amount_in_twd(application, product)
        for product in application.products()
        if product.line == line and counts(application, product)
    )


def in_force(application: Application, line: str, insurer: str = "own", counts: Counts = everything) -> float:
    """What the insurer's policies of the line hold; lapsed ones hold nothing."""
    return sum(
        covered(application, policy)
        for policy in policies(application)
        if (policy.line, policy.insurer) == (line, insurer) and policy.status != LAPSED and counts(application, policy)
    )


@derived
def life_and_accident_with_peers(application: Application) -> float:
    """玖、三、(一): life (investment too) and accident, own and peers, after the exclusions of 註1."""
    stated = application.maybe_number("life_accident_total_own_and_peer")
    lines = (*LIFE, *ACCIDENT)
    if stated is not None:
        return stated
    if application.stated("own_total") is not None or application.stated("peer_total") is not None:
        return totals_with_peers(application, lines)
    return sum(
        applied(application, line, counts_for_finance)
        + in_force(application, line, "own", counts_for_finance)
        + in_force(application, line, "peer", counts_for_finance)
        for line in lines
    )


@derived
def life_total_x(application: Application) -> float:
    """捌、一、(一) X: life main contracts and riders at this company, applied for and in force (【註1】【註2】)"""
    stated = application.maybe_number("own_life_total_X")
    return own_totals(application, LIFE) if stated is None else stated


@derived
def life_amount(application: Application, kind: str) -> float:
    """貳、二、(三)【註】: 壽險投保金額 at this company, `kind` "traditional" or "investment" apart."""
    if application.stated("own_life_amount") is not None:
        return application.maybe_number(f"own_life_amount.{kind}") or 0
    lines = [line for line in LIFE if (line in INVESTMENT) == (kind == "investment")]
    return own_totals(application, lines)


@derived
def annualised_premium(application: Application) -> float:
    """捌、一、(一)【註3】: by the insured; 躉繳 at 10 % of what was paid; without 減額繳清 and 展期定期."""
    stated = application.maybe_number("annualised_premium")
    if stated is not None:
        return stated
    paying = [p for p in policies(application) if p.insurer == "own" and p.status not in (*NO_LONGER_PAID, LAPSED)]
    return sum(yearly_premium(application, cover) for cover in (*application.products(), *paying))


def yearly_premium(application: Application, cover: Cover) -> float:
    paid = application.maybe_number(cover.path("single_premium_paid"))
    premium = application.number(cover.path("annual_premium")) if paid is None else paid
    if single_premium(application, cover):
        premium *= application.parameter("single_premium_share")
    return premium_in_twd(application, premium, _currency(application, cover))


@derived
def exam_amount(application: Application, kind: str) -> float:
    """壹拾、一、(一): 體檢保額 of "traditional" and "investment" apart; policies of more than 2 years are left out."""
    if application.stated("exam_amount") is not None:
        return application.maybe_number(f"exam_amount.{kind}") or 0
    recent = [p for p in policies(application) if p.insurer == "own" and _recent(application, p)]
    covers = (*application.products(), *recent)
    return sum(exam_part(application, c) for c in covers if is_investment(application, c) == (kind == "investment"))


def exam_part(application: Application, cover: Cover) -> float:
    """The stated 體檢保額, else the amount times the product's 體檢係數; without either it has none."""
    weighed = application.maybe_number(cover.path("exam_amount"))
    factor = application.maybe_number(cover.path("exam_factor"))
    if weighed is not None or factor is None:
        return weighed or 0
    return covered(application, cover) * factor


def is_investment(application: Application, cover: Cover) -> bool:
    return cover.line in INVESTMENT or application.maybe_flag(cover.path("is_investment")) is True


def lapsed_within(application: Application, policy: Policy, years: int) -> bool:
    """捌、一、(四)1(3): 停效 in the last years before the application, so it can still be revived and counts."""
    if policy.status != LAPSED:
        return False
    return application.day("application.date") <= years_later(application.day(policy.path("lapsed_on")), years)


def _recent(application: Application, policy: Policy) -> bool:
    """Both ends of the two years count; a policy without an issue date is asked for only if it weighs."""
    if policy.status == LAPSED or not exam_part(application, policy):
        return False
    issued: date = application.day(policy.path("issue_date"))
    years = application.parameter("exam_counted_years")
    return application.day("application.date") <= years_later(issued, years)


def _stated(application: Application, name: str, line: str, derive: Callable[[], float]) -> float:
    table = application.stated(name)
    if table is None:
        return derive()
    if not isinstance(table, dict):
        raise Unknown(name, "malformed")
    return application.maybe_number(f"{name}.{line}") or 0


def covered(application: Application, cover: Cover) -> float:
    """What it insures, in NTD."""
    if isinstance(cover, Product):
        return amount_in_twd(application, cover)
    amount = application.number(cover.path("amount"))
    return in_twd(application, amount, _currency(application, cover), cover.path("currency"))


def _currency(application: Application, cover: Cover) -> str:
    if isinstance(cover, Product):
        return currency_of(application, cover)
    return application.maybe_text(cover.path("currency")) or TWD


def _line(application: Application, index: int) -> str:
    return application.text(f"inforce.{index}.line")
