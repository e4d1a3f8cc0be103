"""◎危險職業投保金額限額表: caps by line, and lines that are declined (拒保), by the occupation's row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.accumulation import own_totals
from underwriting.answers import cap_exceeded, note, reject, review
from underwriting.application import Application
from underwriting.model import Finding
from underwriting.occupation import COLUMNS, dangerous
from underwriting.rule import new_cover, perhaps, rule
from underwriting.scopes import concerns

COLUMN_ZH = {"life": "壽險", "accident": "傷害險", "hospital_daily": "住院醫療險", "surgery": "手術醫療險"}
# 主、附約 of the kind that have no sum to be held to the column's limit
ALSO_DECLINED = {
    "accident": ("accident_medical", "accident_medical_daily", "reimb_accident", "travel"),
    "hospital_daily": ("reimb_hospital",),
}
ROWS = ("UW-A1.1", "UW-A1.2", "UW-A1.3", "UW-A1.4", "UW-A1.5", "UW-A1.6", "UW-A1.7", "UW-A1.8")


@rule("UW-A1.0", applies=new_cover)
def occupation_is_in_the_table(application: Application) -> Iterator[Finding]:
    """Each line is held to the table besides 捌、一 and 捌、二."""
    for row, limits in dangerous(application):
        yield note(
            "VALUE", "危險職業：依限額表承保", status="satisfied", subject="insured", value=dict(limits), reason=row
        )


def held_to_the_row(application: Application, row: str) -> Iterator[Finding]:
    """The occupation's row: over a limit is CAP_EXCEEDED, a product of a declined line is REJECT."""
    for column, limit in dict(dangerous(application)).get(row, {}).items():
        yield from _declined(application, column) if limit is None else _capped(application, column, limit)


in_the_table = perhaps(dangerous)
for _row in ROWS:  # eight rows of one table, one rule each
    rule(_row, applies=new_cover, when=in_the_table)(partial(held_to_the_row, row=_row))


def _declined(application: Application, column: str) -> Iterator[Finding]:
    lines = (*COLUMNS[column], *ALSO_DECLINED.get(column, ()))
    for line in dict.fromkeys(product.line for product in application.products() if product.line in lines):
        yield reject(f"危險職業：{COLUMN_ZH[column]}拒保", subject="insured", line=line)


def _capped(application: Application, column: str, limit: int) -> Iterator[Finding]:
    """Of the lines applied for, and of totals that somebody states. 類財富型 may go over the life limit by the
    insured's finances (捌 前言), which an underwriter judges."""
    lines = COLUMNS[column]
    total = own_totals(application, lines) if concerns(application, *lines) or application.says("own_total") else 0
    if total <= limit:
        return
    bought = [product for product in application.products() if product.line in lines]
    if column == "life" and bought and all(application.maybe_flag(p.path("wealth_type")) for p in bought):
        yield review(
            "類財富型商品：壽險超過危險職業限額，依財務狀況評估", "wealth_type", subject="insured", line="life"
        )
    else:
        text = f"危險職業{COLUMN_ZH[column]}上限 {limit:,}，累計 {total:,.0f}"
        yield cap_exceeded(text, column, limit, total, person="insured")
