"""壹、五 高齡投保評估量表, 重要事項告知書, 高齡關懷電訪: what a client of 65 and more (保險年齡) is owed."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.accumulation import is_investment
from underwriting.ages import is_senior
from underwriting.answers import call, doc
from underwriting.application import CLIENTS, PARTIES, Application, Person, Product
from underwriting.derived import derived
from underwriting.evidence import ids, signatures, status
from underwriting.model import Finding
from underwriting.rule import rule
from underwriting.rules.c01_funding import short_or_small
from underwriting.rules.c01_needs import SALE
from underwriting.scopes import invests, says_of_a_product

SCALE, NOTICE = "高齡投保評估量表", "重要事項告知書"


@rule("UW-01.5.2", applies=SALE, when=says_of_a_product("senior_assessment_required"))
def agent_assesses_the_senior(application: Application) -> Iterator[Finding]:
    """高齡投保評估量表: 適用之商品，請詳各商品投保規則, so the product says so."""
    asked = any(application.maybe_flag(p.path("senior_assessment_required")) for p in application.products())
    if asked and seniors(application):
        yield doc(application, SCALE, subject="agent", persons=_roles(seniors(application)))


@rule("UW-01.5.3", applies=SALE, when=invests)
def risk_notice_is_signed(application: Application) -> Iterator[Finding]:
    """投資型商品, 被保險人投保年齡達 65 歲(含)以上: 要保人及被保險人 sign 重要事項告知書."""
    investment = any(is_investment(application, product) for product in application.products())
    if not investment or not any(is_senior(application, person) for person in application.people(("insured",))):
        return
    people = application.people(PARTIES)
    given = [signatures(application, NOTICE, person.id) for person in people]
    yield Finding(
        "SIGN",
        "要保人及被保險人於「重要事項告知書」簽名確認願意承擔投資風險",
        status(all(given)),
        subject="insured",
        doc=NOTICE,
        signers=PARTIES,
        who="customer",
        satisfied_by=tuple(id_ for one in given for id_ in ids(one)),
    )


@rule("UW-01.5.4", applies=SALE)
def senior_is_called(application: Application) -> Iterator[Finding]:
    """高齡關懷電訪 before acceptance, every senior client (AMB-50)."""
    people = seniors(application)
    if people and any(asks_for_a_call(application, product) for product in application.products()):
        yield call(application, people, "高齡關懷電訪")


@derived
def seniors(application: Application) -> tuple[Person, ...]:
    """高齡客戶: policyholder, insured (dependants too), payer with insurance age 65 and more."""
    riders = tuple(
        Person(str(_id(application, p)), p.path("insured"), (p.path("insured"),)) for p in _riders(application)
    )
    parties = application.people(CLIENTS)
    known = {person.id for person in parties}
    return tuple(p for p in (*parties, *(r for r in riders if r.id not in known)) if is_senior(application, p))


def asks_for_a_call(application: Application, product: Product) -> bool:
    """有保單價值準備金 (not 小額終老, accident of 3 years or less), 健康保險, 有生存金之房貸壽險, 投資型保險."""
    if is_investment(application, product) or is_health(application, product):
        return True
    if short_or_small(application, product):
        return False
    if application.maybe_flag(product.path("mortgage")) and application.maybe_flag(product.path("survival_benefit")):
        return True
    return has_reserve(application, product)


def has_reserve(application: Application, product: Product) -> bool:
    """A surrender value comes out of a policy reserve; without either fact it is unknown."""
    if application.maybe_flag(product.path("has_surrender_value")):
        return True
    return application.flag(product.path("has_policy_reserve"))


def is_health(application: Application, product: Product) -> bool:
    health = product.line in application.parameter("health_lines")
    return health or application.maybe_flag(product.path("health")) is True


def _riders(application: Application) -> Iterator[Product]:
    return (p for p in application.products() if isinstance(application.stated(p.path("insured")), dict))


def _id(application: Application, product: Product) -> str:
    return application.stated(f"{product.path('insured')}.id", product.path("insured"))


def _roles(people: tuple[Person, ...]) -> tuple[str, ...]:
    return tuple(role for person in people for role in person.roles)
