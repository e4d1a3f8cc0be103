import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from server.pages_static import NOT_BUILT, add_pages
from server.problems import problems


@pytest.fixture
async def site(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "customer.html").write_text("<!doctype html>客戶")
    (tmp_path / "assets" / "app-1a2b.js").write_text("export {}")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "secret.key").write_text("no")
    app = web.Application(middlewares=[problems])
    add_pages(app, demo=False, folder=tmp_path)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    address = web.TCPSite(runner, "127.0.0.1", 0)
    await address.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def get(site, path, **headers):
    async with aiohttp.ClientSession() as session:
        url = URL(site + path, encoded=True)
        async with session.get(url, headers=headers) as response:
            return response.status, response.headers, await response.text()


async def test_a_page_is_asked_for_anew_and_its_assets_are_kept_for_ever(site):
    status, headers, text = await get(site, "/")
    assert (status, headers["Cache-Control"], text) == (200, "no-cache", "<!doctype html>客戶")
    status, headers, _ = await get(site, "/assets/app-1a2b.js")
    assert (status, headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert headers["Content-Type"].startswith("text/javascript")


async def test_a_page_that_is_not_built_says_what_to_type(site):
    status, _, text = await get(site, "/console", Accept="text/html")
    assert (status, text) == (503, NOT_BUILT)
    status, headers, _ = await get(site, "/console", Accept="application/json")
    assert (status, headers["Content-Type"].split(";")[0]) == (503, "application/problem+json")


@pytest.mark.parametrize(
    "path",
    ["/assets/..%2fsecret.key", "/assets/%2e%2e%2fsecret.key", "/secret.key", "/assets/", "/assets/none.js", "/demo"],
)
async def test_nothing_else_is_served(site, path):
    assert (await get(site, path))[0] == 404


async def test_plain_files_beside_the_pages_are_served(site):
    assert (await get(site, "/favicon.svg"))[2] == "<svg/>"
