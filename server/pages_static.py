"""The built pages (Vite's output in server/pages): one HTML file an app, hashed assets that never change."""

import mimetypes
from pathlib import Path

from aiohttp import web

from server.errors import NoSuchRoute, PagesNotBuilt

FOLDER = Path(__file__).parent / "pages"
PAGES = {"/": "customer.html", "/console": "console.html", "/review": "review.html"}
DEMO_PAGES = {"/demo": "demo.html"}
IMMUTABLE = "public, max-age=31536000, immutable"
NOT_BUILT = "The pages are not built yet: run `make setup` (or `npm run build` in web/) and load this page again.\n"

# Types that some systems' tables lack; a script of the wrong type does not run under nosniff.
for _type, _suffix in (("text/javascript", ".mjs"), ("font/woff2", ".woff2"), ("application/wasm", ".wasm")):
    mimetypes.add_type(_type, _suffix)


def add_pages(app: web.Application, *, demo: bool, folder: Path = FOLDER) -> None:
    for path, name in (PAGES | DEMO_PAGES if demo else PAGES).items():
        app.router.add_get(path, _page(folder / name))
    app.router.add_get("/assets/{name}", _asset(folder / "assets"))
    app.router.add_get("/{name:[A-Za-z0-9_-]+[.](svg|png|ico|webmanifest|txt)}", _plain(folder))


def _page(file: Path):
    async def page(request: web.Request) -> web.StreamResponse:
        if not file.is_file():
            if "text/html" in request.headers.get("Accept", ""):
                return web.Response(status=503, text=NOT_BUILT, headers={"Cache-Control": "no-store"})
            raise PagesNotBuilt
        return web.FileResponse(file, headers={"Cache-Control": "no-cache"})

    return page


def _asset(folder: Path):
    """The name carries the digest of the content, so it is fetched once."""
    return _file(folder, IMMUTABLE)


def _plain(folder: Path):
    return _file(folder, "public, max-age=3600")


def _file(folder: Path, caching: str):
    async def serve(request: web.Request) -> web.StreamResponse:
        file = folder / request.match_info["name"]
        if file.parent != folder or not file.is_file():
            raise NoSuchRoute
        return web.FileResponse(file, headers={"Cache-Control": caching})

    return serve
