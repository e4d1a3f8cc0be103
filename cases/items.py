"""What may be applied for over video, and what each item means to the rule core."""

from typing import Any

import msgspec

from cases.parts import CaseKind


class Text(msgspec.Struct, frozen=True):
    zh: str
    en: str


class Item(msgspec.Struct, frozen=True):
    """`products` and `adds_cover` are facts as in FACTS.md; policy service without new cover names no product."""

    code: str
    kind: CaseKind
    label: Text
    amount_label: str
    products: tuple[dict[str, Any], ...] = ()
    adds_cover: bool = False


def _life(line: str, amount: int, role: str = "main", **flags: Any) -> dict[str, Any]:
    return {"line": line, "role": role, "amount": amount, "currency": "TWD", **flags}


ITEMS: dict[str, Item] = {
    item.code: item
    for item in (
        Item(
            "reduce_hospital",
            "service",
            Text("安康住院醫療定期附約 縮小保額", "Reduce the hospital term rider"),
            "保額 NTD 30 萬元",
        ),
        Item(
            "change_beneficiary",
            "service",
            Text("常春終身壽險 變更身故受益人", "Change the death beneficiary of a whole life policy"),
            "保額 NTD 200 萬元",
        ),
        Item(
            "add_hospital",
            "service",
            Text("安康住院醫療定期附約 新增附約", "Add the hospital term rider"),
            "住院日額 NTD 2,000 元",
            (_life("hospital_daily", 2_000, "rider", health=True, has_surrender_value=False, annual_premium=8_600),),
            adds_cover=True,
        ),
        Item(
            "raise_whole_life",
            "service",
            Text("常春終身壽險 提高保額", "Raise the sum insured of a whole life policy"),
            "提高保額 NTD 50 萬元",
            (_life("life", 500_000, has_surrender_value=True),),
            adds_cover=True,
        ),
        Item(
            "new_whole_life",
            "new_business",
            Text("常春終身壽險", "Whole life insurance"),
            "保額 NTD 100 萬元",
            (_life("life", 1_000_000, has_surrender_value=True),),
            adds_cover=True,
        ),
        Item(
            "new_accident",
            "new_business",
            Text("平安一年期傷害保險", "One-year accident insurance"),
            "保額 NTD 300 萬元",
            (_life("accident", 3_000_000, has_surrender_value=False, one_year=True, term_years=1),),
            adds_cover=True,
        ),
    )
}
