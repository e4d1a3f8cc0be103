"""The embedded default's demo: invented people and a local test authority. Production never comes here."""

import asyncio

from ports.clock import Clock, SystemClock
from ports.database import open_engine
from ports.people import PeopleStore
from ports.sqlkeys import SqlKeys, load_kek
from server.settings import Settings


async def seed_demo(settings: Settings) -> None:
    """Make the test authority and the demo people unless they are there already."""
    from esign.authority import make_test_authority  # noqa: PLC0415 -- slow import, and the demo page does without
    from simulate.people import seed  # noqa: PLC0415 -- only the embedded default knows demo people

    await asyncio.to_thread(make_test_authority, settings.authority_path)
    engine = open_engine(settings.database_url)
    try:
        people = PeopleStore(engine, SqlKeys(engine, load_kek(settings.kek_path)))
        await seed(people, SystemClock())
    finally:
        await engine.dispose()


def demo_logins(clock: Clock) -> list[dict[str, object]]:
    """What the demo page shows of each invented person, with the authenticator code of this moment."""
    from simulate.people import DEMO_PEOPLE  # noqa: PLC0415 -- only the embedded default knows demo people

    now = clock.now()
    return [person.shown(now) for person in DEMO_PEOPLE]
