"""Applications for the rule benchmark: whole ones, as a sales desk sends them, no two alike. Seeded, invented."""

import copy
import random
from typing import Any

LINES = {
    "life": (1_000_000, 20_000_000, "life"),
    "term_life": (1_000_000, 10_000_000, "life"),
    "investment_life": (1_000_000, 20_000_000, "life"),
    "accident": (500_000, 12_000_000, "accident"),
    "hospital_daily": (500, 6_000, "health"),
    "surgery": (500, 6_000, "health"),
    "reimb_hospital": (500, 2_000, "health"),
    "cancer_lump": (100_000, 4_000_000, "health"),
    "disability_lump": (100_000, 3_000_000, "health"),
    "annuity": (500_000, 5_000_000, "annuity"),
}
CODES = ("01010010", "18010061", "18010060", "02020010", "04010010", "21450020")
DOCS = ("要保書", "個人保險契約審閱期間確認聲明書", "業務人員招攬報告書", "FATCA暨CRS身分聲明書【個人適用】")


def applications(count: int, seed: int = 11307) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    return [_application(chance) for _ in range(count)]


def _application(chance: random.Random) -> dict[str, Any]:
    year = chance.randint(1940, 2020)
    insured = _person("I", year, chance)
    same = year < 2000 and chance.random() < 0.6
    policyholder = copy.deepcopy(insured) if same else _person("P", chance.randint(1960, 1995), chance)
    products = [_product(line, number, chance) for number, line in enumerate(_lines(chance))]
    own = {product["line"]: product["amount"] + chance.choice([0, 0, product["amount"]]) for product in products}
    return {
        "application": _form(chance),
        "clock": {"application_date": "2024-07-15", "delivered_at": "2024-07-15T17:00"},
        "policyholder": policyholder,
        "insured": insured,
        "payer": {"id": policyholder["id"], "birth_date": policyholder["birth_date"]},
        "products": products,
        "inforce": [_policy(chance) for _ in range(chance.randint(0, 3))],
        "own_total": own,
        "peer_total": {line: amount // 2 for line, amount in own.items() if chance.random() < 0.4},
        "finance": _finance(chance),
        "premium_source": chance.choice(["salary", "salary", "savings", "surrender"]),
        "events": [{"type": "policy_loan", "company": "own", "date": "2024-06-01", "amount": 50_000}]
        if chance.random() < 0.15
        else [],
        "agents": [{"id": "A1", "grade": chance.choice(["elite", "good", "normal"]), "investment_licence": True}],
        "beneficiaries": [{"benefit": "death", "type": "legal_heirs"}],
        "kyc": {"date": "2024-05-01", "profile": "穩健型"},
        "funds": [{"id": "F1", "rr": "RR3", "allocation_pct": 60}, {"id": "F2", "rr": "RR2", "allocation_pct": 40}],
        "docs": [{"id": f"d{number}", "title": title} for number, title in enumerate(DOCS)],
        "signatures": [{"id": f"s{p}", "document": "要保書", "person": p} for p in {"I", policyholder["id"]}],
        "calls": [],
        "holidays": [],
    }


def _form(chance: random.Random) -> dict[str, Any]:
    return {
        "date": "2024-07-15",
        "received_at": "2024-07-15",
        "channel": "agency",
        "medium": chance.choice(["paper", "paper", "mobile_1", "mobile_2"]),
        "clause_received_date": chance.choice(["2024-07-08", "2024-07-11", "2024-07-12"]),
        "payment_method": "remittance",
        "remittance_date": "2024-07-15",
        "renewal_method": "bank_transfer",
        "mode": chance.choice(["annual", "monthly"]),
        "currency": chance.choice(["TWD", "TWD", "TWD", "USD", "AUD"]),
        "first_premium": 60_000,
        "first_premium_before_discount": chance.choice([150, 3_000, 60_000]),
        "premium_received": True,
        "policy_form": chance.choice(["paper", "electronic"]),
    }


def _person(id_: str, year: int, chance: random.Random) -> dict[str, Any]:
    return {
        "id": id_,
        "type": "natural",
        "birth_date": f"{year}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
        "sex": chance.choice(["male", "female"]),
        "nationality": "TW",
        "status": chance.choice(["employed", "employed", "homemaker", "student", "retired"]),
        "occupation_class": chance.randint(1, 6),
        "occupation_code": chance.choice(CODES) if chance.random() < 0.2 else "01010010",
        "guardianship": chance.choice(["none"] * 9 + ["guardianship"]),
        "illiterate": False,
        "capacity_of_expression": True,
        "disability_certificate": chance.random() < 0.1,
        "nhi_enrolled": True,
        "id_type": "national_id",
        "roc_id": True,
        "mobile": "0900000000",
    }


def _lines(chance: random.Random) -> list[str]:
    return chance.sample(sorted(LINES), chance.randint(1, 4))


def _product(line: str, number: int, chance: random.Random) -> dict[str, Any]:
    least, most, kind = LINES[line]
    amount = chance.randrange(least, most, 500)
    return {
        "line": line,
        "role": "rider" if number else "main",
        "amount": amount,
        "currency": "TWD",
        "annual_premium": chance.randrange(2_000, 90_000, 100),
        "exam_amount": amount if kind == "life" else 0,
        "is_investment": line == "investment_life",
        "health": kind == "health",
        "has_surrender_value": line in ("life", "annuity", "investment_life"),
        "has_policy_reserve": line in ("life", "annuity", "investment_life"),
    }


def _policy(chance: random.Random) -> dict[str, Any]:
    line = chance.choice(sorted(LINES))
    return {
        "insurer": chance.choice(["own", "peer"]),
        "line": line,
        "amount": chance.randrange(*LINES[line][:2], 500),
        "annual_premium": 12_000,
        "issue_date": chance.choice(["2015-03-01", "2023-09-01"]),
    }


def _finance(chance: random.Random) -> dict[str, Any]:
    income = chance.randrange(400_000, 4_000_000, 10_000)
    return {
        "family_income": income,
        "work_income": income * 3 // 4,
        "monthly_salary": income // 16,
        "monthly_income": income // 16,
        "insured_annualised_premium_own_and_peer": chance.randrange(10_000, 400_000, 1_000),
        "ph_annualised_premium_own_and_peer": chance.randrange(10_000, 400_000, 1_000),
    }
