"""貳、四、(一)(二)(三)(五)(六): how the form is filled in, changes while it is underwritten, and the agents."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.answers import doc, note, pending, reject, sign
from underwriting.application import PARTIES, Application, Unknown
from underwriting.derived import derived
from underwriting.evidence import documents, ids, signatures, status
from underwriting.model import Finding, Value
from underwriting.rule import new_business, rule, telemarketing
from underwriting.rules.c01_needs import REPORTS
from underwriting.rules.c01_signing import adult_signs, under_eighteen, under_seven

CHANGE_FORM = "新契約要保書內容變更申請書"
HEALTH = "要、被保險人暨家庭成員健康告知書"
CONTACTS = ("address", "phone", "mobile", "email")
ELSEWHERE = ("signature", "application_date", "company_field")  # with rules of their own, or 公司填寫欄位
MAIN_FORM = "要保書"


@rule("UW-02.4.1.1", applies=new_business, when="form")
def form_is_legible(application: Application) -> Iterator[Finding]:
    """不可使用擦拭筆填寫，且字跡應求工整、清晰、正確: whoever looks at the paper states it."""
    for name, text in (("erasable_pen", "紙本要保書不可使用擦拭筆填寫"), ("illegible", "要保書字跡應工整清晰")):
        if application.maybe_flag(f"form.{name}"):
            yield pending(text, False, field=f"form.{name}")


@rule("UW-02.4.1.2", applies=new_business)
def everybody_signs_and_alterations_are_signed(application: Application) -> Iterator[Finding]:
    """親自簽名 (壹、二 says so face to face, this also after a call); 「簽名欄位」不得塗改，應重新填寫; beside another
    field the policyholder signs."""
    if telemarketing(application) and application.stated("application.channel") != "telemarketing_voice":
        for person in application.people(PARTIES):
            for signs in (under_seven, under_eighteen, adult_signs):
                yield from signs(application, person)
    for alteration in application.entries("alterations"):
        if alteration.get("field") == "signature":
            done = alteration.get("refilled") is True
            yield pending("簽名欄位塗改：重新填寫要保文件", done, items=(str(alteration["id"]),), field="alterations")
        elif alteration.get("field") not in ELSEWHERE:
            yield beside(alteration, ("policyholder",))


@rule("UW-02.4.1.3", applies=new_business)
def application_date_is_sure(application: Application) -> Iterator[Finding]:
    """務必填寫；若有塗改，請要保人及被保險人於塗改處之旁簽名."""
    application.day("application.date")
    for alteration in application.entries("alterations"):
        if alteration.get("field") == "application_date":
            yield beside(alteration, PARTIES)


@rule("UW-02.4.1.4", applies=new_business)
def agent_signs_with_his_number(application: Application) -> Iterator[Finding]:
    """合格業務人員之親自簽名及登錄證字號."""
    for index, agent in enumerate(application.listed("agents")):
        lacking = tuple(name for name in ("registration_no", "signed") if agent.get(name, True) in (None, "", False))
        if lacking:
            text = "業務人員親自簽名及登錄證字號"
            yield pending(text, False, subject="agent", items=lacking, field=f"agents.{index}")


@rule("UW-02.4.1.5", applies=new_business)
def no_post_office_box(application: Application) -> Iterator[Finding]:
    """聯絡地址不得指定郵政信箱, unless the reason is given with 「使用郵政信箱聲明書」."""
    if application.maybe_flag("policyholder.po_box") or "郵政信箱" in str(
        application.stated("policyholder.address", "")
    ):
        yield doc(application, "使用郵政信箱聲明書", subject="policyholder", who="customer")


@rule("UW-02.4.1.6", applies=new_business)
def contacts_are_the_client_s_own(application: Application) -> Iterator[Finding]:
    """Not those of the company, agencies, brokers, banks, nor the agent's (own cases of an agent apart)."""
    others = [agent for agent in application.entries("agents")] + list(application.entries("company_contacts"))
    for role in PARTIES:
        if application.stated(f"{role}.is_agent") is None:
            same = tuple(name for name in CONTACTS if _shared(application.stated(f"{role}.{name}"), name, others))
            if same:
                text = "住所/電話/E-mail 不得為公司、通路或業務人員之聯絡資料"
                yield pending(text, False, subject=role, person=role, items=same, field=role)


@rule("UW-02.4.1.7", applies=new_business)
def riskier_occupation_counts(application: Application) -> Iterator[Finding | Value]:
    """二種以上職業者按職業類別較高者計費."""
    found = occupation_class(application)
    yield Value("occupation_class", found)
    yield note("VALUE", f"職業類別 {found}", status="satisfied", subject="insured", value=found)


@rule("UW-02.4.1.8", applies=new_business)
def indigenous_names_are_full(application: Application) -> Iterator[Finding]:
    """原住民姓名並列羅馬拼音者應使用完整姓名."""
    for role in PARTIES:
        if (
            application.maybe_flag(f"{role}.romanised_name")
            and application.maybe_flag(f"{role}.full_name_used") is False
        ):
            yield pending("原住民姓名並列羅馬拼音者應使用完整姓名", False, subject=role, field=f"{role}.name")


@rule("UW-02.4.1.9", applies=new_business)
def data_is_checked_before_submission(application: Application) -> Iterator[Finding]:
    """要保文件各項資料應確實核對後始可送出."""
    found = documents(application, REPORTS)
    text = "業務員核對姓名、生日、聯絡資訊等要保資料"
    yield Finding("ATTEST", text, status(bool(found)), subject="agent", satisfied_by=found)


@rule("UW-02.4.2", applies=new_business, when="event.type")
def raising_the_sum(application: Application) -> Iterator[Finding]:
    """提高保額或增加附約: change form and health statement; not after the product is discontinued (AMB-06)."""
    if application.stated("event.type") in ("raise_amount", "add_rider"):
        yield doc(application, CHANGE_FORM, subject="policyholder", who="customer")
        yield doc(application, HEALTH, subject="policyholder", who="customer")
        for person in application.people(("policyholder",)):
            yield sign(application, CHANGE_FORM, person, signers=("policyholder",))
        for product in application.products():
            ended = application.maybe_day(product.path("discontinued_on"))
            if ended and application.day("event.date") > ended:
                yield reject("停售商品不可於停售日後申請提高保額", subject="products", line=product.line)


@rule("UW-02.4.3", applies=new_business, when="event.type")
def policyholder_is_changed(application: Application) -> Iterator[Finding]:
    """變更要保人: change form signed by the old and the new one, new papers; AML again, waiver rider and payer."""
    if application.stated("event.type") != "change_policyholder":
        return
    yield doc(
        application, CHANGE_FORM, subject="policyholder", who="customer", signers=("policyholder", "new_policyholder")
    )
    both = {"policyholder": application.stated("policyholder.id", "policyholder")}
    both["new_policyholder"] = application.stated("event.new_policyholder", "new_policyholder")
    given = {role: signatures(application, CHANGE_FORM, str(person_id)) for role, person_id in both.items()}
    yield Finding(
        "SIGN",
        f"原要保人及變更後要保人簽名於「{CHANGE_FORM}」",
        status(all(given.values())),
        subject="policyholder",
        doc=CHANGE_FORM,
        signers=tuple(both),
        items=tuple(role for role, found in given.items() if not found),
        who="customer",
        satisfied_by=tuple(id_ for found in given.values() for id_ in ids(found)),
    )
    path = "event.papers_refilled"
    yield pending("重新填寫要保文件", application.maybe_flag(path) is True, subject="policyholder", field=path)
    yield note("NOTIFY", "針對新要保人重啟洗錢作業及相關核保程序", action="restart_aml", to="underwriting")


@rule("UW-02.4.5.1", applies=new_business)
def two_agents_at_most(application: Application) -> Iterator[Finding]:
    """最多採二人共同招攬，佣金比例為 50%，50%."""
    agents = application.listed("agents")
    if len(agents) > 2:
        yield pending("新契約最多採二人共同招攬", False, subject="agent", field="agents")
    wrong = tuple(str(a["id"]) for a in agents if len(agents) == 2 and a.get("share", 50) not in (50, 0.5))
    if wrong:
        yield pending("共同招攬佣金比例為 50%，50%", False, subject="agent", items=wrong, field="agents")


@rule("UW-02.4.5.2", applies=new_business)
def first_agent_serves(application: Application) -> Iterator[Finding]:
    """新契約照會以主要服務業務人員 (the first) 為發送對象."""
    agents = application.listed("agents")
    if len(agents) > 1:
        first = str(agents[0]["id"])
        yield note(
            "VALUE", "照會以第一位業務人員為發送對象", status="satisfied", subject="agent", to=first, value=first
        )


@rule("UW-02.4.6", applies=new_business)
def own_case_is_the_agent_s_own(application: Application) -> Iterator[Finding]:
    """業務人員自保件不得由其他展業人員為招攬人, nor together with another."""
    own = {role: application.stated(f"{role}.is_agent") for role in PARTIES}
    own = {role: agent for role, agent in own.items() if isinstance(agent, str)}
    others = {str(agent["id"]) for agent in application.listed("agents")} - set(own.values())
    if own and others:
        text = "業務人員自保件不得由其他業務人員招攬"
        yield reject(text, subject="agent", person=next(iter(own)), items=tuple(sorted(others)))


def beside(alteration: dict[str, object], signers: tuple[str, ...]) -> Finding:
    by = alteration.get("signed_by", ())
    signed = set(by) if isinstance(by, tuple) else {by}
    lacking = tuple(role for role in signers if role not in signed)
    text = f"於塗改處（{alteration.get('field')}）之旁簽名"
    return Finding(
        "SIGN",
        text,
        status(not lacking),
        doc=MAIN_FORM,
        signers=signers,
        items=lacking,
        who="customer",
        field="alterations",
    )


@derived
def occupation_class(application: Application) -> int:
    """職業類別 of the insured: the highest of `occupations`, else `occupation_class`."""
    classes = [
        application.number(f"insured.occupations.{index}.class")
        for index in range(len(application.entries("insured.occupations")))
    ]
    found = max(classes) if classes else application.number("insured.occupation_class")
    if not 0 <= found <= 9:
        raise Unknown("insured.occupation_class", "malformed")
    return int(found)


def _shared(value: object, name: str, others: list[dict[str, object]]) -> bool:
    return value not in (None, "") and any(other.get(name) == value for other in others)
