"""The demo people. All of them are invented: names, numbers, phones; only the embedded default knows them."""

from datetime import date, timedelta
from typing import Any

import msgspec

from ports.clock import Clock
from ports.people import PeopleStore, Person
from server.passwords import hash_password

LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # the order in which the letters of 身分證統一編號 count from 10
WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1)


class DemoPerson(msgspec.Struct, frozen=True):
    """`born` is (years ago, month, day), so that ages stay what the demo needs; `totp_secret` is base32."""

    person_id: str
    kind: str
    login: str
    password: str
    name: str
    name_en: str
    born: tuple[int, int, int]
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

    def _membership(self) -> dict[str, Any]:
        return {"member_no": self.login}

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


def _member(number: int, name: str, name_en: str, born: tuple[int, int, int], seed: str, sex: str) -> DemoPerson:
    login, phone = f"M{number:07d}", f"09{seed[1:4]}{seed[3:8]}"
    identity = id_number(seed, sex)
    return DemoPerson(f"member-{number}", "member", login, f"demo-{login}", name, name_en, born, identity, phone, sex)


DEMO_PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson(
        "agent-1", "agent", "A0001", "demo-A0001", "歐陽林林", "Ouyang Lin-Lin", (41, 5, 9), id_number("B3017742", "female"),
        "0912300101", "female", "營業單位", "0112300101", "CVXDEMOAGENTONE2LINLINAAAAAAAAAA",
    ),
    DemoPerson(
        "agent-2", "agent", "A0002", "demo-A0002", "杜詩梅", "Tu Shih-Mei", (35, 9, 21), id_number("D4120965", "female"),
        "0912300102", "female", "營業單位", "0112300102", "CVXDEMOAGENTTWO2SHIHMEIAAAAAAAAA",
    ),
    DemoPerson(
        "reviewer-1", "reviewer", "R0001", "demo-R0001", "沈若安", "Shen Jo-An", (46, 2, 14), id_number("F5208833", "female"),
        "0912300103", "female", "保全部", None, "CVXDEMOREVIEWER2JOANAAAAAAAAAAAA",
    ),
    _member(1, "王大陸", "Wang Ta-Lu", (44, 3, 12), "A7390421", "male"),
    _member(2, "林小芸", "Lin Hsiao-Yun", (39, 7, 30), "F2815390", "female"),
    _member(3, "陳月霞", "Chen Yueh-Hsia", (68, 1, 18), "N3904415", "female"),
    _member(4, "王小安", "Wang Hsiao-An", (12, 2, 6), "A3370912", "male"),
    _member(5, "許志遠", "Hsu Chih-Yuan", (51, 4, 25), "H6642170", "male"),
    _member(6, "周若蘭", "Chou Jo-Lan", (29, 6, 3), "E8815026", "female"),
)  # fmt: skip


async def seed(people: PeopleStore, clock: Clock) -> None:
    """Put those who are not there yet."""
    today = clock.now().date()
    for demo in DEMO_PEOPLE:
        if await people.by_id(demo.person_id) is None:
            await people.put(person_of(demo, today))


def person_of(demo: DemoPerson, today: date) -> Person:
    hashed = hash_password(demo.password)
    return Person(demo.person_id, demo.kind, demo.login, hashed, demo.totp_secret, demo.profile(today))
