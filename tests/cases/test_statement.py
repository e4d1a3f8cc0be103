"""What the parties state about occupation, means and other insurance: on the form, and for the rules of new cover."""

from datetime import date

import msgspec
import pytest

from cases.assess import assess, needs_decision, requires
from cases.facts import facts_of
from cases.forms import form_data
from cases.opening import OpenCase
from cases.parts import CasePerson
from cases.state import State
from tests.cases.stage import SERVICE, TODAY, WANG, profile


def hospital_daily(amount):
    kept = {"insurer": "own", "line": "hospital_daily", "issue_date": "2019-05-01", "annual_premium": 9_000}
    return [kept | {"amount": amount}]


STATED = {
    "status": "employed",
    "occupation_class": 1,
    "occupation": "內勤",
    "premium_source": "salary",
    "work_income": 900_000,
    "family_income": 1_200_000,
    "inforce": [
        {
            "insurer": "own",
            "line": "hospital_daily",
            "amount": 2_000,
            "issue_date": "2019-05-01",
            "annual_premium": 9_000,
        }
    ],
    "events": [],
}


def asking(code, **stated):
    told = profile("王大陸") | {"statement": STATED | stated}
    return OpenCase("service", code, TODAY, date(2026, 2, 20), (CasePerson("M1", ("policyholder", "insured"), told),))


def exceeded(stage, case):
    return {
        f.rule: f.total for f in assess(case, stage.desk.rulebook).findings if requires(f) and f.kind == "CAP_EXCEEDED"
    }


async def test_a_rider_that_is_added_runs_the_rules_of_caps_on_what_the_insured_holds(stage):
    case = await stage.open(asking("add_hospital"))
    assert needs_decision(assess(case, stage.desk.rulebook))
    assert exceeded(stage, case) == {}
    held = [
        {
            "insurer": "own",
            "line": "hospital_daily",
            "amount": 15_000,
            "issue_date": "2019-05-01",
            "annual_premium": 60_000,
        }
    ]
    other = await stage.open(asking("add_hospital", inforce=held))
    assert set(exceeded(stage, other).values()) == {17_000}


async def test_cover_that_is_not_added_asks_for_no_statement(stage):
    person = msgspec.structs.replace(SERVICE.persons[1], profile=SERVICE.persons[1].profile | {"statement": STATED})
    case = await stage.open(msgspec.structs.replace(SERVICE, persons=(SERVICE.persons[0], person)))
    assert not {"inforce", "finance", "premium_source"} & set(facts_of(case))
    assert form_data(case, case.documents[1])["stated"] == ()


async def test_the_form_prints_what_is_stated_and_a_fact_that_is_left_out_is_unknown(stage):
    case = await stage.open(asking("raise_whole_life"))
    printed = dict(form_data(case, case.documents[1])["stated"])
    assert printed["被保險人職業"] == "受僱或自營，內勤，第 1 類"
    assert printed["被保險人有效保險契約"] == "本公司 住院日額 NTD 2,000 元"
    told = profile("王大陸") | {"statement": {"status": "employed"}}
    request = asking("raise_whole_life")
    case = await stage.open(
        msgspec.structs.replace(request, persons=(CasePerson("M1", request.persons[0].roles, told),))
    )
    assert dict(form_data(case, case.documents[1])["stated"]) == {"被保險人職業": "受僱或自營"}
    missing = {f.missing for f in assess(case, stage.desk.rulebook).findings if requires(f) and f.missing}
    assert "inforce" in missing


@pytest.mark.parametrize("code", ["add_hospital", "raise_whole_life"])
async def test_a_case_that_adds_cover_can_be_submitted_with_the_review_period_confirmed(stage, code):
    case = await stage.submitted(asking(code))
    assert case.state == State.SUBMITTED
    assert [d.code for d in case.documents if WANG.id in d.signers][-1] == "review_period"
