"""What signaling asks of the house: who arrives, who may stay, what is new. It knows cases and logins."""

from collections.abc import Collection, Mapping

from aiohttp import web

import cases.meeting as meeting
from cases.actor import Actor
from cases.desk import Desk
from cases.errors import CaseError
from cases.reading import list_cases
from cases.workflow import load
from server.gate import login_of_request
from server.problems import describe
from server.sessions import Sessions
from signaling.peers import Peer


class House:
    def __init__(self, desk: Desk, sessions: Sessions) -> None:
        self._desk = desk
        self._sessions = sessions

    async def arrive(self, environ: Mapping[str, object]) -> Peer | None:
        request: web.Request = environ["aiohttp.request"]
        login = await login_of_request(request)
        return login.peer if login else None

    async def current(self, peer: Peer) -> bool:
        return await self._sessions.of_id(peer.session_id) is not None

    async def may_stay(self, peer: Peer, ref: str) -> bool:
        """By the gate that stands before the ticket: a closed meeting or another login ends it."""
        try:
            await meeting.may_join(self._desk, actor_of(peer), ref)
        except CaseError:
            return False
        return True

    async def joined(self, peer: Peer, ref: str) -> None:
        await meeting.joined(self._desk, actor_of(peer), ref)

    async def left(self, peer: Peer, ref: str, reason: str) -> None:
        await meeting.left(self._desk, actor_of(peer), ref, reason)

    async def names(self, ref: str) -> Mapping[str, str]:
        case = await load(self._desk, ref)
        names = {person.person_id: person.profile["name"] for person in case.persons}
        staff = [case.agent, *(room.host for room in case.meetings)]
        return names | {agent.id: agent.name for agent in staff}

    async def mine(self, peer: Peer) -> Collection[str]:
        return [case.case_id for case in await list_cases(self._desk, actor_of(peer))]

    async def heads(self, refs: Collection[str]) -> Mapping[str, int]:
        return await self._desk.journal.lengths(refs)

    def explain(self, error: Exception) -> tuple[str, str]:
        _, body = describe(error)
        return body["code"], body["detail"]


def actor_of(peer: Peer) -> Actor:
    return Actor(peer.id, peer.kind, peer.name, peer.unit or None, peer.session_id)
