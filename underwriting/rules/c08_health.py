"""捌、二 (三)~(六) pregnant insured, newborns and toddlers, premature and light babies, persons with a disability."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from underwriting.ages import is_senior
from underwriting.answers import doc, note, pending, reject, review, sign
from underwriting.application import Application, Person
from underwriting.checks import reminder, stated_on_record, the, visit
from underwriting.dates import months_later
from underwriting.derived import derived
from underwriting.evidence import document_named
from underwriting.model import Finding, Value
from underwriting.persons import is_under
from underwriting.rule import all_of, new_cover, rule
from underwriting.rules.c01_disabled import TERMS
from underwriting.rules.c01_senior_care import is_health
from underwriting.rules.c06_decision import DECLINED, NOT_ACCEPTED, decision

BOOKLET, CHILD_BOOKLET = "孕婦健康手冊", "兒童健康手冊"
DISABILITY = "身心障礙證明"
LANGUAGE = ("hearing_speech", "speech", "聽語障", "語障")


def pregnant(application: Application) -> bool:
    return application.stated("insured.pregnant_weeks") is not None


def delivered(application: Application) -> bool:
    return application.stated("insured.delivery_date") is not None


def expecting_or_delivered(application: Application) -> bool:
    return pregnant(application) or delivered(application)


def birth_stated(application: Application) -> bool:
    names = ("birth_gestation_weeks", "birth_weight_g", "birth_gestation_days")
    return any(application.stated(f"insured.{name}") is not None for name in names)


def disabled(application: Application) -> bool:
    return application.stated("insured.disability_certificate") is True


def little_child(application: Application) -> bool:
    """Someone whose birth date or age is stated and who may be two years old or less; nothing is asked here."""
    age = application.stated("insured.age")
    if isinstance(age, int | float):
        return age <= 2
    born, day = application.stated("insured.birth_date"), application.stated("application.date")
    return isinstance(born, str) and isinstance(day, str) and born[:4] >= str(int(day[:4]) - 3) if _year(day) else False


def _year(day: Any) -> bool:
    return isinstance(day, str) and day[:4].isdecimal()


expecting = partial(rule, applies=all_of(new_cover, pregnant))
small = partial(rule, applies=all_of(new_cover, little_child), each="insured")
born = partial(rule, applies=all_of(new_cover, birth_stated))
with_disability = partial(rule, applies=all_of(new_cover, disabled))


@expecting("UW-08.2.3.1")
def booklet_up_to_32_weeks(application: Application) -> Iterator[Finding]:
    if not _late(application):
        for row in _rows(application, "early", True):
            yield doc(application, BOOKLET, subject="insured", person="insured", who="customer", line=row)


@expecting("UW-08.2.3.2")
def booklet_past_32_weeks(application: Application) -> Iterator[Finding]:
    if _late(application):
        for row in _rows(application, "late", True):
            yield doc(application, BOOKLET, subject="insured", person="insured", who="customer", line=row)


@rule("UW-08.2.3.3", applies=all_of(new_cover, expecting_or_delivered))
def postponed_until_a_month_after_delivery(application: Application) -> Iterator[Finding | Value]:
    day = application.maybe_day("insured.delivery_date")
    earliest = months_later(day, 1) if day else None
    if earliest:
        yield Value("earliest", earliest.isoformat())
    waiting = pregnant(application) and _late(application)
    if earliest is not None:
        waiting = application.day("application.date") < earliest
    if waiting:
        due = earliest.isoformat() if earliest else None
        for line in _rows(application, "late", None):
            text = "懷孕超過 32 週暫緩受理，須待產後一個月後始可投保"
            yield Finding("POSTPONE", text, subject="insured", person="insured", line=line, due=due)


@expecting("UW-08.2.3.4")
def booklet_is_complete(application: Application) -> Iterator[Finding]:
    booklet = document_named(application, BOOKLET)
    if booklet and isinstance(booklet.get("contents"), tuple):
        lacking = tuple(p for p in application.parameter("booklet_contents") if p not in booklet["contents"])
        yield pending("孕婦健康手冊內容須齊全", not lacking, subject="insured", field="docs.contents", items=lacking)


@expecting("UW-08.2.3.5")
def this_pregnancy_is_not_covered(application: Application) -> Iterator[Finding]:
    lines = ("hospital_daily", "surgery", "reimb_hospital")
    if any(product.line in lines for product in application.products()) and not _late(application):
        text = "住院/手術醫療險不承擔該次妊娠所導致之理賠"
        yield stated_on_record(application, "pregnancy_exclusion", text, subject="insured", who="customer")


@small("UW-08.2.4.1")
def newborn_is_healthy_and_registered(application: Application, person: Person) -> Iterator[Finding]:
    """0 歲."""
    if not is_under(application, person, 1):
        return
    for name, text in (("discharged_healthy", "0 歲被保險人須健康出院"), ("household_registered", "須完成戶籍登記")):
        if not application.flag(f"insured.{name}"):
            yield reject(text, subject="insured", person="insured", field=f"insured.{name}")
    born_on = application.maybe_day("insured.birth_date")
    days = application.parameter("newborn_days")
    if born_on and application.day("application.date") <= born_on + timedelta(days=days):
        text = "出生 3 天內即投保，核保員可要求出院病歷及兒童健康手冊"
        yield review(text, "newborn", subject="insured", person="insured")


@small("UW-08.2.4.2")
def toddler_answers_the_birth_question(application: Application, person: Person) -> Iterator[Finding]:
    """2 足歲以下, a health main contract: the question, or the booklet."""
    if not is_under(application, person, application.parameter("toddler_age") + 1):
        return
    if any(not p.is_rider and is_health(application, p) for p in application.products()):
        text = "2 足歲以下健康險主約須填寫出生體重告知問項（亦可提供兒童健康手冊）"
        if application.stated("disclosure.low_birth_weight") is None:
            yield doc(application, "健康告知問項", CHILD_BOOKLET, text=text, subject="insured", who="customer")


@born("UW-08.2.5.1")
def premature_or_light(application: Application) -> Iterator[Finding]:
    weeks, grams = _bands(application)
    if weeks or grams:
        items = tuple(name for name, band in (("premature", weeks), ("low_birth_weight", grams)) if band)
        yield note("VALUE", "早產兒（< 37 週）或低體重兒（< 2,500 公克）", items=items, subject="insured")


@born("UW-08.2.5.2")
def waits_by_the_table(application: Application) -> Iterator[Finding | Value]:
    """The child has to be so old; gestation alone never gives 7 years. Lines of neither group do not wait."""
    waits = application.parameter("premature_waits")
    band = max(_bands(application))
    asked = [product.line for product in application.products()] or ["life"]
    groups = {line: group for line in asked if (group := _group(application, line))}
    for index, (line, group) in enumerate(groups.items()):
        months = waits[group][band]
        if index == 0:
            yield Value("wait", f"{months // 12}y" if months >= 24 else f"{months}m")
        if months and _younger(application, months):
            text = f"早產兒或低體重兒須滿 {months} 個月" if months < 24 else f"早產兒或低體重兒須滿 {months // 12} 足歲"
            yield Finding(
                "POSTPONE", text, subject="insured", person="insured", line=line, due=_until(application, months)
            )


@born("UW-08.2.5.3")
def longer_wait_counts(application: Application) -> Iterator[Finding]:
    weeks, grams = _bands(application)
    if weeks != grams and weeks and grams:
        yield note("VALUE", "妊娠週數及出生體重落於不同區間，取觀察期較長者", value=max(weeks, grams))


@born("UW-08.2.5.4")
def premature_papers(application: Application) -> Iterator[Finding]:
    if max(_bands(application)):
        about = {"subject": "insured", "person": "insured", "who": "customer"}
        yield doc(application, "出院病歷摘要及後續追蹤報告", "出院病歷摘要", **about)
        yield doc(application, "兒童健康手冊影本", CHILD_BOOKLET, **about)
        yield review("依出生週數、出生體況及投保商品評估承保性及承保條件", "premature", subject="insured")


@with_disability("UW-08.2.6.0")
def disability_is_by_certificate(application: Application) -> Iterator[Finding]:
    """領有身心障礙證明或手冊者; the agent follows the four steps (UW-01.1.4.1)."""
    text = "業務員依「身障者投保 4 步驟」協助投保，不得有歧視性或不公平對待"
    yield stated_on_record(application, "disability_steps", text, subject="agent", strength="discretionary")


@with_disability("UW-08.2.6.1")
def certificate_is_attached(application: Application) -> Iterator[Finding]:
    text = "檢附有效「身心障礙證明」正反面影本"
    yield doc(application, "身心障礙證明正反面影本", DISABILITY, text=text, subject="insured", who="customer")


@with_disability("UW-08.2.6.2", when="insured.disability_expiry")
def certificate_is_valid(application: Application) -> Iterator[Finding]:
    """A blank expiry is a permanent one (110 年 5 月起)."""
    ends = application.maybe_day("insured.disability_expiry")
    if ends:
        valid = ends >= application.day("application.date")
        yield pending("身心障礙證明須在效期內", valid, subject="insured", field="insured.disability_expiry")


@with_disability("UW-08.2.6.3")
def hearing_or_speech_is_visited(application: Application) -> Iterator[Finding]:
    """Instead of a call, by a service specialist."""
    if _cannot_be_called(application) and application.maybe_flag("call_required"):
        yield visit(application, "聽語障或語障人士：電訪作業由服務專員親訪", subject="insured", persons=("insured",))


@with_disability("UW-08.2.6.4")
def senior_with_hearing_or_speech_is_recorded(application: Application) -> Iterator[Finding]:
    person = the(application, "insured")
    if person and _cannot_be_called(application) and is_senior(application, person):
        text = "高齡聽語障或語障人士依「高齡錄音執行作業」由陪同家屬錄音（UW-01.5）"
        yield note("VALUE", text, subject="insured", reason="see_senior_recording")


@with_disability("UW-08.2.6.5")
def disability_alone_decides_nothing(application: Application) -> Iterator[Finding]:
    text = "不得只因身心障礙身分逕作核保決定，依評估要點、職業及財務綜合評估"
    yield reminder(text, "disability", subject="insured", person="insured")


@with_disability("UW-08.2.6.6")
def conditions_are_agreed_and_refusals_explained(application: Application) -> Iterator[Finding]:
    decided, holder = decision(application), the(application, "policyholder")
    if decided in TERMS and holder:
        yield sign(application, TERMS[decided], holder, signers=("policyholder",))
    if decided in (*NOT_ACCEPTED, *DECLINED):
        yield note("NOTIFY", "以書面敘明未承保理由通知要保人", to="policyholder", reason=decided)


@with_disability("UW-08.2.6.7")
def irregular_solicitation_is_reported(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("event.refused_disabled_client"):
        yield note(
            "NOTIFY", "逕行拒絕受理、拒絕協助送件或勸退，依管理規則處分", to="sales_management", reason="refused"
        )
    if not any(document_named(application, t) for t in (DISABILITY, "身心障礙證明正反面影本")):
        yield note(
            "NOTIFY", "未檢附身心障礙證明正反面影本，通報業務管理單位", to="sales_management", reason="no_copies"
        )


def _late(application: Application) -> bool:
    """Completed weeks: 32w6d is not past 32 (AMB-35)."""
    return int(application.number("insured.pregnant_weeks")) > application.parameter("pregnancy_weeks")


def _rows(application: Application, when: str, value: bool | None) -> tuple[str, ...]:
    """The lines applied for whose group says this, one of a group."""
    asked = [product.line for product in application.products()]
    found = []
    for row in application.parameter("pregnancy_table"):
        lines = [line for line in asked if line in row["lines"]]
        if lines and row[when] is value:
            found.append(lines[0])
    return tuple(found)


@derived
def _bands(application: Application) -> tuple[int, int]:
    """The row of T-08.2.5 by gestation and by weight, 0 = normal or not stated."""
    waits: Mapping[str, Any] = application.parameter("premature_waits")
    weeks, days = application.maybe_number("insured.birth_gestation_weeks"), None
    if weeks is None:
        days = application.maybe_number("insured.birth_gestation_days")
        weeks = None if days is None else days // 7
    grams = application.maybe_number("insured.birth_weight_g")
    return _row(waits["weeks"], weeks), _row(waits["grams"], grams)


def _row(rows: list[list[int]], value: float | None) -> int:
    return 0 if value is None else next((row for least, row in rows if value >= least), rows[-1][1])


def _group(application: Application, line: str) -> str | None:
    """壽險, or 醫療險/失能險/重疾險/豁免保險."""
    return next((group for group, lines in application.parameter("premature_lines").items() if line in lines), None)


def _younger(application: Application, months: int) -> bool:
    """Whether the child has not reached the months; an age in years does for whole years."""
    born_on = application.maybe_day("insured.birth_date")
    if born_on:
        return application.day("application.date") < months_later(born_on, months)
    person = the(application, "insured")
    return person is not None and is_under(application, person, -(-months // 12))


def _until(application: Application, months: int) -> str | None:
    born_on = application.maybe_day("insured.birth_date")
    return months_later(born_on, months).isoformat() if born_on else None


def _cannot_be_called(application: Application) -> bool:
    return any(application.stated(f"insured.{name}") in LANGUAGE for name in ("disability_category", "disability"))
