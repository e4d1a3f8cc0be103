"""What a handler gets with each request: who asks, and the house that answers."""

from dataclasses import dataclass

from aiohttp import web

from cases.actor import Actor
from cases.desk import Desk
from media.client import MediaClient
from ports.people import PeopleStore
from server.chores import Chores
from server.login import LoginDesk
from server.metrics import Metrics
from server.pageimages import PageImages
from server.sessions import Login, Sessions
from server.settings import Settings
from server.throttle import Throttle
from signaling.grants import Grants


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that handlers use, built once in app.py."""

    settings: Settings
    desk: Desk
    people: PeopleStore
    sessions: Sessions
    logins: LoginDesk
    media: MediaClient
    grants: Grants
    pages: PageImages
    chores: Chores
    metrics: Metrics
    throttle: Throttle


SERVICES: web.AppKey[Services] = web.AppKey("services", Services)


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request. `login` is None only on routes for everybody."""

    request: web.Request
    services: Services
    login: Login | None

    @property
    def actor(self) -> Actor:
        return self.login.actor

    @property
    def desk(self) -> Desk:
        return self.services.desk
