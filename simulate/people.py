"""The demo people. All of them are invented: names, numbers, phones; only the embedded default knows them."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from esign.envelope import QUESTIONS
from ports.clock import Clock
from ports.people import PeopleStore, Person
from server.passwords import hash_password, totp_now

LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # the order in which the letters of 身分證統一編號 count from 10
Born = tuple[int, int, int]
WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1)


# What they state where cover is added (cases/statement.py): who holds what, at what work, from what means.
HELD = {
    "insurer": "own",
    "line": "life",
    "amount": 1_000_000,
    "issue_date": "2019-05-01",
    "annual_premium": 36_000,
}
STATEMENT: dict[str, Any] = {
    "status": "employed",
    "occupation": "一般內勤人員",
    "occupation_class": 1,
    "premium_source": "salary",
    "work_income": 900_000,
    "family_income": 1_200_000,
    "inforce": [
        {"insurer": "own", "line": "life", "amount": 1_000_000, "issue_date": "2019-05-01", "annual_premium": 36_000}
    ],
    "events": [],
}
STATEMENTS: dict[str, dict[str, Any]] = {
    "member-3": STATEMENT | {"status": "retired", "occupation": "退休", "work_income": 0, "premium_source": "savings"},
    "member-4": STATEMENT | {"status": "student", "occupation": "國小學生", "work_income": 0, "inforce": []},
    "member-5": STATEMENT
    | {"occupation": "營造工地主任", "occupation_class": 3, "work_income": 1_500_000, "family_income": 2_400_000},
}


class DemoPerson(msgspec.Struct, frozen=True):
    """`born` is (years ago, month, day), so that ages stay what the demo needs; `totp_secret` is base32."""

    person_id: str
    kind: str
    login: str
    password: str
    name: str
    name_en: str
    born: Born
    id_no: str
    phone: str
    sex: str
    unit: str | None = None
    registration_no: str | None = None
    totp_secret: str | None = None

    def birth_date(self, today: date) -> date:
        years, month, day = self.born
        return date(today.year - years, month, day)

    def profile(self, today: date) -> dict[str, Any]:
        profile = {
            "name": self.name,
            "name_en": self.name_en,
            "birth_date": self.birth_date(today).isoformat(),
            "id_no": self.id_no,
            "phone": self.phone,
            "sex": self.sex,
            "nationality": "TW",
        }
        return profile | (self._membership() if self.kind == "member" else self._employment(today))

    def shown(self, now: datetime) -> dict[str, Any]:
        """As the demo page tells it, with the authenticator code of this moment."""
        born = self.birth_date(now.date())
        return {
            "person_id": self.person_id,
            "kind": self.kind,
            "login": self.login,
            "password": self.password,
            "name": self.name,
            "totp": totp_now(self.totp_secret, now) if self.totp_secret else None,
            "adult": (now.year - born.year) - ((now.month, now.day) < (born.month, born.day)) >= 18,
            "id_no": self.id_no,
            "birth_date": born.isoformat(),
        }

    def _membership(self) -> dict[str, Any]:
        """With the answers of a healthy person to every question of 告知事項."""
        questions = (question for asked in QUESTIONS.values() for question in asked)
        answers = dict.fromkeys(questions, False)
        return {"member_no": self.login, "answers": answers, "statement": STATEMENTS.get(self.person_id, STATEMENT)}

    def _employment(self, today: date) -> dict[str, Any]:
        if self.registration_no is None:
            return {"unit": self.unit}
        until = today + timedelta(days=3 * 365)
        return {"unit": self.unit, "registration_no": self.registration_no, "registration_until": until.isoformat()}


def id_number(first_eight: str, sex: str) -> str:
    """A number with a valid check digit, from a letter and seven digits: 'A', then 1 (male) or 2 (female) is put in."""
    body = first_eight[0] + ("1" if sex == "male" else "2") + first_eight[1:]
    letter = LETTERS.index(body[0]) + 10
    digits = (letter // 10, letter % 10, *(int(digit) for digit in body[1:]))
    return body + str(-sum(w * d for w, d in zip(WEIGHTS, digits, strict=True)) % 10)


def _member(number: int, name: str, name_en: str, born: Born, seed: str, sex: str) -> DemoPerson:
    login, phone = f"M{number:07d}", f"09{seed[1:4]}{seed[3:8]}"
    identity = id_number(seed, sex)
    return DemoPerson(f"member-{number}", "member", login, f"demo-{login}", name, name_en, born, identity, phone, sex)


def _staff(
    kind: str, number: int, name: str, name_en: str, born: Born, seed: str, unit: str, registration_no: str | None
) -> DemoPerson:
    login = f"{kind[0].upper()}{number:04d}"
    who = f"{kind}-{number}", kind, login, f"demo-{login}", name, name_en
    secret = f"CVXDEMO{kind.upper()}{'ABCDEFGH'[number]}".ljust(32, "A")
    identity, phone = id_number(seed, "female"), f"09123{seed[1:6]}"
    return DemoPerson(*who, born, identity, phone, "female", unit, registration_no, secret)


DEMO_PEOPLE: tuple[DemoPerson, ...] = (
    _staff("agent", 1, "歐陽林林", "Ouyang Lin-Lin", (41, 5, 9), "B3017742", "營業單位", "0112300101"),
    _staff("agent", 2, "杜詩梅", "Tu Shih-Mei", (35, 9, 21), "D4120965", "營業單位", "0112300102"),
    _staff("reviewer", 1, "沈若安", "Shen Jo-An", (46, 2, 14), "F5208833", "保全部", None),
    _staff("underwriter", 1, "高以衡", "Kao I-Heng", (49, 11, 7), "G7420518", "核保部", None),
    _member(1, "王大陸", "Wang Ta-Lu", (44, 3, 12), "A7390421", "male"),
    _member(2, "林小芸", "Lin Hsiao-Yun", (39, 7, 30), "F2815390", "female"),
    _member(3, "陳月霞", "Chen Yueh-Hsia", (68, 1, 18), "N3904415", "female"),
    _member(4, "王小安", "Wang Hsiao-An", (12, 2, 6), "A3370912", "male"),
    _member(5, "許志遠", "Hsu Chih-Yuan", (51, 4, 25), "H6642170", "male"),
    _member(6, "周若蘭", "Chou Jo-Lan", (29, 6, 3), "E8815026", "female"),
)


async def seed(people: PeopleStore, clock: Clock) -> None:
    """Put those who are not there yet."""
    today = clock.now().date()
    for demo in DEMO_PEOPLE:
        if await people.by_id(demo.person_id) is None:
            await people.put(person_of(demo, today))


def person_of(demo: DemoPerson, today: date) -> Person:
    hashed = hash_password(demo.password)
    return Person(demo.person_id, demo.kind, demo.login, hashed, demo.totp_secret, demo.profile(today))
