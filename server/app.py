"""The composition root: builds the adapters and hands each part what it needs. Nothing else reads the settings."""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial

from aiohttp import web

from cases import recording
from cases.desk import Desk
from media.admission import Capacity, looks_at_once
from media.client import MediaClient
from media.hooks import Hooks
from media.ice import IceSettings
from media.messages import SealedRecording
from server import openapi
from server.adapters import Adapters, machine_name, open_adapters, open_desk
from server.api import Endpoint, Route
from server.call import SERVICES, Services
from server.chores import Chores
from server.gate import admit, measured, origins, protect
from server.handlers.about import VERSION
from server.handlers.live import Live
from server.house import House
from server.ice import ice_servers
from server.login import LoginDesk
from server.metrics import CountedJournal, Metrics
from server.pageimages import PageImages
from server.pages_static import add_pages
from server.problems import problems
from server.readers import Readers
from server.routes import ROUTES, demo_route
from server.sessions import Sessions
from server.settings import Settings
from server.tether import tethered
from server.throttle import Throttle
from signaling.grants import Grants
from signaling.server import Signaling

CHORE_SECONDS = 20.0
WORKER_PORT = 7800
MEDIA_LINK = "media-link"
LOOK = (sys.executable, "-m", "server", "look")  # looks at a card that is shown in a call
EVERY_ADDRESS = ("0.0.0.0", "::")
SETTINGS: web.AppKey[Settings] = web.AppKey("settings", Settings)
ADAPTERS: web.AppKey[Adapters] = web.AppKey("adapters", Adapters)
SIGNALING: web.AppKey[Signaling] = web.AppKey("signaling", Signaling)


def build_web(settings: Settings) -> web.Application:
    """HTTP and Socket.IO. Adapters open when the application starts and close when it ends."""
    app = web.Application(middlewares=[measured, problems])
    app[SETTINGS] = settings
    routes = (*ROUTES, demo_route()) if settings.embedded else ROUTES
    app[openapi.DOCUMENT] = openapi.document(routes, VERSION)
    for route in routes:
        _add(app, route)
    app.router.add_get("/socket.io/", _socket)
    add_pages(app, demo=settings.embedded)
    app.on_response_prepare.append(protect)
    app.cleanup_ctx.extend((_adapters, _services, _signaling))
    app.on_shutdown.append(_drain)
    return app


def _add(app: web.Application, route: Route) -> None:
    endpoint = Endpoint(route, admit)
    if route.method == "GET":
        app.router.add_get(route.path, endpoint.handle, allow_head=True)
    else:
        app.router.add_route(route.method, route.path, endpoint.handle)


async def _socket(request: web.Request) -> web.StreamResponse:
    return await request.app[SIGNALING].handle(request)


async def _adapters(app: web.Application) -> AsyncIterator[None]:
    async with open_adapters(app[SETTINGS]) as adapters:
        app[ADAPTERS] = adapters
        yield


async def _services(app: web.Application) -> AsyncIterator[None]:
    settings, adapters, metrics = app[SETTINGS], app[ADAPTERS], Metrics()
    desk = open_desk(settings, adapters, CountedJournal(adapters.journal, metrics))
    app[SERVICES] = services = Services(
        settings=settings,
        desk=desk,
        people=adapters.people,
        sessions=Sessions(adapters.engine, adapters.people, adapters.clock),
        logins=LoginDesk(adapters.people, adapters.keyvalue, adapters.clock),
        media=MediaClient(adapters.keyvalue, adapters.secret(MEDIA_LINK)),
        grants=Grants(adapters.keyvalue, adapters.clock, adapters.secret("join-grant")),
        pages=PageImages(),
        chores=Chores(),
        metrics=metrics,
        throttle=Throttle(adapters.clock),
    )
    yield
    await services.chores.finish(CHORE_SECONDS)
    await services.media.close()


async def _signaling(app: web.Application) -> AsyncIterator[None]:
    services, settings = app[SERVICES], app[SETTINGS]
    live = Live(services.desk, services.media)
    signaling = Signaling(
        keyvalue=services.desk.keyvalue,
        rooms=services.media,
        grants=services.grants,
        clock=services.desk.clock,
        house=House(services.desk, services.sessions),
        further=live.handlers,
        ice_servers=partial(ice_servers, settings, services.desk.clock),
        server_version=VERSION,
        origins=sorted(origins(settings)),
    )
    services.metrics.watch(lambda: len(signaling.sessions), lambda: signaling.rooms)
    app[SIGNALING] = signaling
    async with signaling.running():
        yield
    await live.close()


async def _drain(app: web.Application) -> None:
    """Connections end first, so that their clients are elsewhere before the adapters close."""
    if SIGNALING in app:  # not when the start failed half-way
        await app[SIGNALING].hang_up_all()


@asynccontextmanager
async def build_media(settings: Settings, index: int):
    """A media worker of this machine; what it reports goes to the journal. Yields the MediaWorker."""
    from media.worker import MediaWorker  # noqa: PLC0415 -- slow import: aiortc and av, for this role only

    async with open_adapters(settings) as adapters:
        desk = open_desk(settings, adapters)
        spools = settings.run_dir / "spool"
        spool = spools / str(index)
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        listen_url, public_url = worker_urls(settings, index)
        yield MediaWorker(
            f"{machine_name()}-{index}",
            listen_url,
            adapters.keyvalue,
            adapters.blobs,
            adapters.keys,
            adapters.clock,
            spool,
            recording_hooks(desk),
            _worker_ice(settings),
            secret=adapters.secret(MEDIA_LINK),
            public_url=public_url,
            recovery_dir=spools,
            look_command=tethered(LOOK),
            capacity=Capacity(max_looks=looks_at_once(settings.worker_count)),
        )


@asynccontextmanager
async def build_jobs(settings: Settings) -> AsyncIterator[None]:
    """The durable effects of the journal, running until the block ends."""
    from server.films import Composer  # noqa: PLC0415
    from server.jobs import run_jobs  # noqa: PLC0415 -- slow import: dbos, for this role only

    async with AsyncExitStack() as stack:
        adapters = await stack.enter_async_context(open_adapters(settings))
        rooms = MediaClient(adapters.keyvalue, adapters.secret(MEDIA_LINK))
        stack.push_async_callback(rooms.close)
        jobs = run_jobs(
            open_desk(settings, adapters),
            engine=adapters.engine,
            sms=adapters.sms,
            authority_dir=settings.authority_path,
            data_dir=settings.data_dir,
            tsa_url=settings.tsa_url or None,
            composer=Composer(settings.environment()),
            rooms=rooms,
            read=Readers().read,
        )
        await stack.enter_async_context(jobs)
        yield


def recording_hooks(desk: Desk) -> Hooks:
    """What a worker reports about a recording becomes an event of the case that `scope` names."""

    async def started(scope: str, room_id: str, recording_id: str, at: datetime, part: int) -> None:
        await recording.recording_started(desk, scope, room_id, recording_id, part, at)

    async def stalled(scope: str, room_id: str, recording_id: str, at: datetime) -> None:
        await recording.recording_stalled(desk, scope, room_id, recording_id)

    async def resumed(scope: str, room_id: str, recording_id: str, at: datetime) -> None:
        await recording.recording_resumed(desk, scope, room_id, recording_id)

    async def sealed(scope: str, room_id: str, found: SealedRecording) -> None:
        await recording.recording_sealed(desk, scope, room_id, found)

    return Hooks(
        recording_started=started, recording_stalled=stalled, recording_resumed=resumed, recording_sealed=sealed
    )


def worker_urls(settings: Settings, index: int) -> tuple[str, str]:
    """Where a worker listens, and what clients connect to: a socket file where web runs on the same machine, else a
    port of `media_listen`. Where that means every address, web is told `media_host`, which this machine itself may not
    have (in a container, behind NAT)."""
    if not settings.redis_url:
        url = f"unix://{settings.run_dir.resolve() / f'media-{index}.sock'}"
        return url, url
    listen, port = settings.media_listen, WORKER_PORT + index
    told = settings.media_host if listen in EVERY_ADDRESS else listen
    return _tcp(listen, port), _tcp(told, port)


def _tcp(host: str, port: int) -> str:
    return f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"


def _worker_ice(settings: Settings) -> IceSettings:
    """A worker needs no TURN of its own: it is reachable at `media_host`."""
    return IceSettings(addresses=(settings.media_host,))
