"""Clean applications that tests lay their facts over: one new business on paper, one remote policy service."""

from __future__ import annotations

import copy
from typing import Any

ADULT = {
    "id": "P",
    "type": "natural",
    "birth_date": "1989-03-10",
    "guardianship": "none",
    "illiterate": False,
    "id_type": "national_id",
    "nationality": "TW",
    "status": "employed",
    "occupation_class": 1,
    "capacity_of_expression": True,
    "disability_certificate": False,
}
FINANCE = {
    "family_income": 1500000,
    "work_income": 1200000,
    "monthly_salary": 100000,
    "monthly_income": 100000,
    "insured_annualised_premium_own_and_peer": 60000,
    "ph_annualised_premium_own_and_peer": 60000,
}
NEW_BUSINESS: dict[str, Any] = {
    "application": {
        "date": "2024-07-15",
        "received_at": "2024-07-15",
        "channel": "agency",
        "medium": "paper",
        "clause_received_date": "2024-07-08",
        "payment_method": "remittance",
        "remittance_date": "2024-07-15",
        "mode": "annual",
        "currency": "TWD",
        "first_premium_before_discount": 60000,
        "policy_form": "paper",
    },
    "clock": {"application_date": "2024-07-15", "delivered_at": "2024-07-15T17:00"},
    "policyholder": ADULT,
    "insured": ADULT,
    "payer": {"id": "P", "birth_date": "1989-03-10"},
    "products": [],
    "inforce": [],
    "own_total": {},
    "peer_total": {},
    "premium_source": "salary",
    "agents": [{"id": "A1", "grade": "normal", "investment_licence": True, "fx_licence": True}],
    "beneficiaries": [{"benefit": "death", "type": "legal_heirs"}],
    "docs": ["要保書", "個人保險契約審閱期間確認聲明書", "業務人員招攬報告書"],
    "signatures": [{"document": "要保書", "person": "P"}],
}
REMOTE_SERVICE: dict[str, Any] = {
    "application": {
        "date": "2024-07-15",
        "received_at": "2024-07-15",
        "case_kind": "policy_service",
        "adds_cover": True,
        "remote": True,
        "channel": "agency",
        "clause_received_date": "2024-07-08",
    },
    "policyholder": ADULT,
    "insured": {**ADULT, "id": "I", "birth_date": "1992-11-02"},
    "products": [
        {
            "line": "hospital_daily",
            "role": "main",
            "amount": 2000,
            "annual_premium": 12000,
            "has_surrender_value": False,
        }
    ],
    "inforce": [],
    "own_total": {},
    "peer_total": {},
    "agents": [{"id": "A1", "grade": "normal"}],
    "finance": FINANCE,
    "premium_source": "salary",
    "events": [],
    "docs": [],
    "signatures": [],
}


def overlay(base: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """Objects merge one level deep, everything else replaces; `null` for a fact in the table means known absent."""
    out = copy.deepcopy(base)
    for key, value in facts.items():
        merges = isinstance(value, dict) and isinstance(out.get(key), dict)
        out[key] = {**out[key], **value} if merges else copy.deepcopy(value)
    return out


def complete_remote_service() -> dict[str, Any]:
    """Every step done by both signers, the recording sealed and reviewed."""
    people = ("P", "I")
    said = (
        "consent_recording",
        "consent_video_signing",
        "consent_face",
        "state_name",
        "confirm_application",
        "confirm_others",
    )
    titles = ("保全變更申請書", "視訊簽署同意書", "個人保險契約審閱期間確認聲明書")
    role = {"P": "policyholder", "I": "insured"}
    return overlay(
        REMOTE_SERVICE,
        {
            "docs": [{"id": f"d{n}", "title": t, "signers": ["policyholder", "insured"]} for n, t in enumerate(titles)],
            "signatures": [
                {"id": f"s{n}{p}", "document": t, "person": p, "role": role[p]}
                for n, t in enumerate(titles)
                for p in people
            ],
            "photos": [
                {"id": f"{side}{p}", "person": p, "document": "national_id", "side": side, "status": "approved"}
                for side in ("front", "back")
                for p in people
            ],
            "otp": [{"id": f"otp{p}", "person": p} for p in people],
            "consents": [{"id": f"{k}{p}", "person": p, "kind": k, "answer": True} for k in said for p in people],
            "registration_cards": [{"id": "card"}],
            "identity": [
                {"id": f"shown-{side}{p}", "person": p, "side": side, "seconds": 5.0}
                for side in ("front", "back")
                for p in people
            ],
            "recordings": [
                {"id": f"rec{p}", "person": p, "serial": "R1", "sealed": True, "reviewed": True} for p in people
            ],
        },
    )
