from datetime import UTC, date, datetime

import pytest

from ports.clock import FrozenClock
from ports.database import migrate, open_engine
from ports.keys import MemoryKeys
from ports.people import PeopleStore
from simulate.people import DEMO_PEOPLE, LETTERS, id_number, seed

TODAY = date(2026, 3, 2)


def test_the_check_digit_is_that_of_the_specimen_number():
    assert id_number("A2345678", "male") == "A123456789"


@pytest.mark.parametrize("person", DEMO_PEOPLE, ids=lambda person: person.person_id)
def test_every_number_is_valid(person):
    letter = LETTERS.index(person.id_no[0]) + 10
    digits = [letter // 10, letter % 10, *map(int, person.id_no[1:])]
    assert sum(w * d for w, d in zip((1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), digits, strict=True)) % 10 == 0
    assert person.id_no[1] == ("1" if person.sex == "male" else "2")
    assert person.phone.startswith("09") and len(person.phone) == 10


def test_nobody_shares_a_login_a_number_or_a_phone():
    for values in ([p.login for p in DEMO_PEOPLE], [p.id_no for p in DEMO_PEOPLE], [p.phone for p in DEMO_PEOPLE]):
        assert len(set(values)) == len(values)


def test_there_are_enough_adults_a_senior_and_a_minor():
    shown = [person.shown(datetime(2026, 3, 2, tzinfo=UTC)) for person in DEMO_PEOPLE if person.kind == "member"]
    assert sum(person["adult"] for person in shown) >= 5
    assert [person["name"] for person in shown if not person["adult"]] == ["王小安"]
    assert next(p for p in DEMO_PEOPLE if p.name == "陳月霞").birth_date(TODAY).year == 1958


async def test_seeding_again_changes_nothing(tmp_path):
    url = f"sqlite:///{tmp_path / 'people.sqlite'}"
    await migrate(url)
    engine = open_engine(url)
    people = PeopleStore(engine, MemoryKeys())
    await seed(people, FrozenClock())
    before = [await people.by_id(demo.person_id) for demo in DEMO_PEOPLE]
    await seed(people, FrozenClock())
    assert [await people.by_id(demo.person_id) for demo in DEMO_PEOPLE] == before
    assert before[0].profile["registration_no"]
    await engine.dispose()
