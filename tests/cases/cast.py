"""Invented people, their cases, and what they hold in their hands."""

from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from cases.actor import Actor
from cases.opening import OpenCase
from cases.parts import CasePerson

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 9:00 in Taipei
TODAY = date(2026, 3, 2)

AGENT = Actor("A1", "agent", "歐陽林林", "sales-1", "s-a1", "0102030405")
OTHER_AGENT = Actor("A2", "agent", "杜詩梅", "sales-1", "s-a2", "0607080910")
REVIEWER = Actor("R1", "reviewer", "覆核員", "control", "s-r1")
UNDERWRITER = Actor("U1", "underwriter", "核保員", "underwriting", "s-u1")
SALES_REVIEWER = Actor("R2", "reviewer", "覆核員二", "sales-1", "s-r2")
WANG = Actor("M1", "member", "王大陸", None, "s-m1")
LIN = Actor("M2", "member", "林小芸", None, "s-m2")
STRANGER = Actor("M9", "member", "陳不在", None, "s-m9")
REGISTRY = {"registration_no": AGENT.registration_no, "valid_until": "2027-12-31", "name": AGENT.name}


def profile(name: str, birth_date: str = "1989-03-10", id_no: str = "A123456789", phone_no: str = "0912345678") -> dict:
    return {"name": name, "birth_date": birth_date, "id_no": id_no, "phone": phone_no, "nationality": "TW", "sex": "M"}


POLICYHOLDER = CasePerson("M1", ("policyholder",), profile("王大陸"))
INSURED = CasePerson("M2", ("insured",), profile("林小芸", "1991-07-01", "B223456789", "0987654321"))
BOTH = CasePerson("M1", ("policyholder", "insured"), profile("王大陸"))
SERVICE = OpenCase("service", "reduce_hospital", TODAY, None, (POLICYHOLDER, INSURED))
ALONE = OpenCase("service", "reduce_hospital", TODAY, None, (BOTH,))
NEW_BUSINESS = OpenCase("new_business", "new_whole_life", TODAY, date(2026, 2, 20), (BOTH,))


PDF = b"%PDF-1.7 a paper"
FATCA = "FATCA暨CRS身分聲明書【個人適用】"
# What the underwriter has to ask for in NEW_BUSINESS, with answers that raise no question.
LACKING = {
    "insured.capacity_of_expression": True,
    "insured.disability_certificate": False,
    "insured.occupation_class": 1,
    "insured.status": "employed",
    "inforce": [],
    "premium_source": "salary",
    "beneficiaries": [{"benefit": "death", "type": "legal_heirs"}],
    "application.first_premium_before_discount": 60000,
    "application.payment_method": "remittance",
    "application.remittance_date": "2026-03-02",
    "agents.0.grade": "normal",
    "finance.family_income": 1_200_000,
    "events": [],
}


class Outbox:
    """A gateway that keeps what it sent, for the test to read the code from."""

    deduplicates = True

    def __init__(self):
        self.texts: list[tuple[str, str]] = []

    async def send(self, phone_no: str, text: str, dedup_key: str) -> str:
        self.texts.append((phone_no, text))
        return f"m{len(self.texts)}"

    def code(self) -> str:
        text = self.texts[-1][1]
        return text[text.index("驗證碼為") + 4 :][:6]


@cache
def card_photo(seed: int = 0, size: tuple[int, int] = (800, 600)) -> bytes:
    """A light card on a dark desk, as JPEG; another seed is another side."""
    image = Image.new("RGB", (1000, 750), (70, 60, 50))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((150 + seed, 150, 850 + seed, 591), 24, (215, 225, 235))
    chance = Random(seed)
    lines = [(200, 220 + 50 * line, 500, 235 + 50 * line) for line in range(6)]
    spots = [
        (x, y, x + 70, y + 40)
        for x, y in ((chance.randrange(180, 740), chance.randrange(180, 520)) for _ in "front back")
    ]
    for box in spots if seed else lines:
        draw.rectangle(box, fill=(40, 40, 60))
    out = BytesIO()
    image.resize(size).save(out, "JPEG", quality=90)
    return out.getvalue()
