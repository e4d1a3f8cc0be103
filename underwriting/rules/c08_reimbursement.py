"""捌、一、(四) 實支實付型醫療保險: how many policies, counted apart for 傷害醫療 and 住院醫療."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.accumulation import LAPSED, Cover, Policy, lapsed_within, policies
from underwriting.answers import note
from underwriting.application import Application
from underwriting.checks import over, stated_on_record
from underwriting.derived import derived
from underwriting.model import Finding
from underwriting.rule import all_of, new_cover, rule
from underwriting.scopes import lines_of

KINDS = ("reimb_hospital", "reimb_accident")
KIND_ZH = {"reimb_hospital": "住院醫療", "reimb_accident": "傷害醫療"}
EXEMPT = ("policy_type", "employer_paid", "travel", "micro")  # 政策性, 團險公費件, 旅平, 微型


def reimburses(application: Application) -> bool:
    return any(line in KINDS for line in lines_of(application))


section = partial(rule, applies=all_of(new_cover, reimburses))


@section("UW-08.1.4.1")
def one_policy_here(application: Application) -> Iterator[Finding]:
    """個險累計限 1 張(團險不計入)."""
    cap = application.parameter("reimbursement_policies")["own"]
    for kind in _applied(application):
        own = [c for c in counted(application, kind) if not _peer(c) and not _flag(application, c, "group")]
        yield from over(f"實支實付型{KIND_ZH[kind]}於本公司個險張數", kind, cap, len(own), scope="policies")


@section("UW-08.1.4.2")
def two_policies_everywhere(application: Application) -> Iterator[Finding]:
    cap = application.parameter("reimbursement_policies")["with_peers"]
    for kind in _applied(application):
        count = len(counted(application, kind))
        yield from over(f"實支實付型{KIND_ZH[kind]}於本公司及同業張數", kind, cap, count, scope="with_peers")


@section("UW-08.1.4.3")
def lapsed_policies_count_for_two_years(application: Application) -> Iterator[Finding]:
    years = application.parameter("reimbursement_policies")["lapsed_years"]
    lapsed = [p for p in policies(application) if p.line in KINDS and lapsed_within(application, p, years)]
    if lapsed:
        items = tuple(f"inforce.{p.index}" for p in lapsed)
        yield note("VALUE", "2 年內停效之實支實付型醫療保險計入張數", items=items, value=len(lapsed))


@section("UW-08.1.4.4")
def one_deductible_policy_is_free(application: Application) -> Iterator[Finding]:
    """自負額 bridging the original limit with the same insurer; one a kind in the whole industry."""
    cap = application.parameter("reimbursement_policies")["deductible"]
    for kind in _applied(application):
        count = len([c for c in _all(application, kind) if _flag(application, c, "deductible_bridge")])
        yield from over(f"自負額實支實付型{KIND_ZH[kind]}全業界張數", kind, cap, count, scope="deductible")


@section("UW-08.1.4.5")
def some_policies_do_not_count(application: Application) -> Iterator[Finding]:
    free = [c for kind in KINDS for c in _all(application, kind) if _exempt(application, c)]
    if free:
        items = tuple(c.path("line").rsplit(".", 1)[0] for c in free)
        yield note("VALUE", "政策性保險、團險公費件、旅平險、微型保險不計入張數", items=items)


@section("UW-08.1.4.6", when="replaces_reimbursement")
def cancelling_an_old_policy_is_weighed(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("replaces_reimbursement"):
        text = "取消舊件可能保障中斷、保險年齡及保費增加、重新核保，請審慎評估"
        yield stated_on_record(application, "reimbursement_replacement", text, who="customer")


@derived
def counted(application: Application, kind: str) -> tuple[Cover, ...]:
    """What counts: not exempt, and of the deductible ones none (their own number is UW-08.1.4.4)."""
    covers = _all(application, kind)
    return tuple(c for c in covers if not _exempt(application, c) and not _flag(application, c, "deductible_bridge"))


def _all(application: Application, kind: str) -> list[Cover]:
    years = application.parameter("reimbursement_policies")["lapsed_years"]
    held = [p for p in policies(application) if p.line == kind]
    alive = [p for p in held if p.status != LAPSED or lapsed_within(application, p, years)]
    return [*(p for p in application.products() if p.line == kind), *alive]


def _applied(application: Application) -> list[str]:
    return [kind for kind in KINDS if any(p.line == kind for p in application.products())]


def _exempt(application: Application, cover: Cover) -> bool:
    return any(_flag(application, cover, flag) for flag in EXEMPT)


def _flag(application: Application, cover: Cover, name: str) -> bool:
    return application.maybe_flag(cover.path(name)) is True


def _peer(cover: Cover) -> bool:
    return isinstance(cover, Policy) and cover.insurer == "peer"
