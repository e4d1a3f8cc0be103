"""壹、三 近期住院史."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from underwriting.answers import review
from underwriting.application import Application, Product
from underwriting.dates import months_later
from underwriting.derived import derived
from underwriting.evidence import documents, status
from underwriting.model import Finding
from underwriting.rule import rule
from underwriting.rules.c01_needs import COVER_SALE

RECORDS = ("完整病歷摘要", "後續追蹤報告")


@rule("UW-01.3.1", each="product", applies=COVER_SALE, when="insured.hospital_stays")
def recent_stay_postpones(application: Application, product: Product) -> Iterator[Finding]:
    """3 個月內有住院>3 天: 醫療險、長期看護險、失智險、失能保險暫不予受理."""
    if concerned(application, product):
        yield Finding(
            "POSTPONE",
            "3 個月內住院超過 3 天，暫不予受理",
            status(has_records(application)),
            subject="insured",
            line=product.line,
            who="reviewer",
            satisfied_by=documents(application, RECORDS) if has_records(application) else (),
        )


@rule("UW-01.3.2", each="product", applies=COVER_SALE, when="insured.hospital_stays")
def records_let_it_be_weighed(application: Application, product: Product) -> Iterator[Finding]:
    """若可提供完整病歷摘要及後續追蹤報告者再另行評估: both of them."""
    if concerned(application, product) and has_records(application):
        yield review("依病歷摘要及追蹤報告另行評估", "recent_hospital", subject="insured", line=product.line)


def concerned(application: Application, product: Product) -> bool:
    return product.line in application.parameter("postponed_after_hospital")["lines"] and stayed(application)


def has_records(application: Application) -> bool:
    return all(documents(application, (title,)) for title in RECORDS)


@derived
def stayed(application: Application) -> bool:
    """A single stay of more than 3 days, any part of it in the 3 months before the application (AMB-31)."""
    return any(_counts(application, stay, index) for index, stay in enumerate(_stays(application)))


def _stays(application: Application) -> tuple[dict[str, Any], ...]:
    return application.entries("insured.hospital_stays")


def _counts(application: Application, stay: dict[str, Any], index: int) -> bool:
    path, limits = f"insured.hospital_stays.{index}", application.parameter("postponed_after_hospital")
    applied = application.day("application.date")
    left = application.maybe_day(f"{path}.discharged")
    if left and left < months_later(applied, -limits["months"]):
        return False
    return _days(application, path, left or applied) > limits["days"]


def _days(application: Application, path: str, until: date) -> float:
    stated = application.maybe_number(f"{path}.days")
    return (until - application.day(f"{path}.admitted")).days if stated is None else stated
