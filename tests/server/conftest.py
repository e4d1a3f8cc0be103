"""A whole system in one process: the real web application on a random port, SQLite and blobs in a temporary folder,
a real media worker where a test asks for it."""

import asyncio
import shutil
import socket
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import CookieJar, web
from yarl import URL

from cases.items import ITEMS
from cases.taipei import TAIPEI
from ports.clock import SystemClock
from ports.database import migrate, open_engine
from ports.people import PeopleStore
from ports.sqlkeys import SqlKeys, load_kek
from server.app import build_web
from server.call import SERVICES
from server.passwords import totp_now
from server.settings import Settings
from simulate.people import DEMO_PEOPLE, seed

PEOPLE = {person.person_id: person for person in DEMO_PEOPLE}
VERSION = {"X-CVX-Client": "5.10.1"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Browser:
    """A logged-in person's HTTP client. `get`, `post` and `delete` answer (status, body)."""

    def __init__(self, session: aiohttp.ClientSession, origin: str):
        self.session = session
        self.origin = origin

    @property
    def cookie(self) -> str:
        cookies = self.session.cookie_jar.filter_cookies(URL(self.origin))
        return "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())

    async def call(self, method: str, path: str, **more):
        headers = {**VERSION, "Origin": self.origin, **more.pop("headers", {})}
        async with self.session.request(method, self.origin + path, headers=headers, **more) as response:
            is_json = response.content_type in ("application/json", "application/problem+json")
            return response.status, await response.json() if is_json else await response.read()

    async def get(self, path: str, **more):
        return await self.call("GET", path, **more)

    async def post(self, path: str, json=None, **more):
        return await self.call("POST", path, json={} if json is None else json, **more)

    async def delete(self, path: str, json=None):
        return await self.call("DELETE", path, json={} if json is None else json)


class System:
    def __init__(self, settings: Settings, app: web.Application):
        self.settings = settings
        self.app = app
        self.origin = settings.origin
        self.services = app[SERVICES]
        self.desk = self.services.desk
        self._browsers = []

    def browser(self) -> Browser:
        jar = CookieJar(unsafe=True, treat_as_secure_origin=URL(self.origin))
        browser = Browser(aiohttp.ClientSession(cookie_jar=jar), self.origin)
        self._browsers.append(browser)
        return browser

    async def logged_in(self, person_id: str) -> Browser:
        """A browser with a session of this demo person, begun without the login form (which has tests of its own)."""
        browser = self.browser()
        person = await self.services.people.by_id(person_id)
        token = await self.services.sessions.begin(person)
        browser.session.cookie_jar.update_cookies({"__Host-cvx": token}, URL(self.origin))
        return browser

    async def close(self):
        for browser in self._browsers:
            await browser.session.close()


def totp_of(person_id: str, steps: int = 0) -> str:
    return totp_now(PEOPLE[person_id].totp_secret, SystemClock().now() + timedelta(seconds=30 * steps))


async def prepare(folder: Path) -> None:
    settings = Settings(data_dir=folder)
    settings.run_dir.mkdir(parents=True)
    await migrate(settings.database_url)
    engine = open_engine(settings.database_url)
    await seed(PeopleStore(engine, SqlKeys(engine, load_kek(settings.kek_path))), SystemClock())
    await engine.dispose()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory) -> Path:
    """A data folder with the schema and the demo people, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("seeded") / "data"
    asyncio.run(prepare(folder))
    return folder


def settings_for(seeded: Path, folder: Path, **changes) -> Settings:
    shutil.copytree(seeded, folder)
    wanted = {"redis_url": "memory:", "log_level": "error", **changes}
    return Settings(data_dir=folder, port=free_port(), **wanted)


@asynccontextmanager
async def serving(settings: Settings):
    runner = web.AppRunner(build_web(settings), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    system = System(settings, runner.app)
    try:
        yield system
    finally:
        await system.close()
        await runner.cleanup()


@pytest.fixture
async def system(seeded, tmp_path):
    async with serving(settings_for(seeded, tmp_path / "data")) as running:
        yield running


async def open_case(agent: Browser, *roles: tuple[str, tuple[str, ...]], item: str = "change_beneficiary") -> dict:
    """A new case of this agent; by default 王大陸 for himself. Answers its view."""
    people = roles or (("member-1", ("policyholder", "insured")),)
    today = SystemClock().now().astimezone(TAIPEI).date().isoformat()
    status, view = await agent.post(
        "/api/cases",
        {
            "kind": ITEMS[item].kind,
            "item_code": item,
            "application_date": today,
            "clause_received_date": None,
            "persons": [{"person_id": person_id, "roles": list(bears)} for person_id, bears in people],
        },
    )
    assert status == 201, view
    return view
