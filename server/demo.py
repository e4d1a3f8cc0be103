"""The embedded default's demo: invented people and a local test authority. Production never comes here."""

import asyncio

from esign.authority import make_test_authority
from ports.clock import SystemClock
from ports.database import open_engine
from ports.keys import SqlKeys, load_kek
from ports.people import PeopleStore
from server.settings import Settings


async def seed_demo(settings: Settings) -> None:
    """Make the test authority and the demo people unless they are there already."""
    from simulate.people import seed  # noqa: PLC0415 -- only the embedded default knows demo people

    await asyncio.to_thread(make_test_authority, settings.authority_path)
    engine = open_engine(settings.database_url)
    try:
        people = PeopleStore(engine, SqlKeys(engine, load_kek(settings.kek_path)))
        await seed(people, SystemClock())
    finally:
        await engine.dispose()
