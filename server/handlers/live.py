"""The messages of the socket that are about cases: watching them, showing one's page, live edge detection."""

import msgspec

from capture.service import LiveCapture
from cases.desk import Desk
from cases.reading import list_cases, visible
from cases.sharing import shows_pages
from media.client import MediaClient
from server.house import actor_of
from server.looks import Looks
from signaling.errors import NotInRoom
from signaling.messages import CaptureFrame, Message, PageAt, Watch
from signaling.session import Extra, Session


def _place(body: dict) -> dict:
    return {key: body[key] for key in ("person_id", "case_id", "page")}


class Live:
    def __init__(self, desk: Desk, media: MediaClient) -> None:
        self._desk = desk
        self._media = media
        self._looks = Looks()

    @property
    def handlers(self) -> dict[type[Message], Extra]:
        return {Watch: self.watch, PageAt: self.page_at, CaptureFrame: self.frame}

    async def watch(self, session: Session, message: Watch) -> dict:
        """Whoever names a case that is not his hears the same as for one that is not there."""
        actor = actor_of(session.peer)
        if message.case_ids == "mine":
            refs = tuple(case.case_id for case in await list_cases(self._desk, actor))
            return {"versions": await session.watch(refs, all_mine=True)}
        for case_id in message.case_ids:
            await visible(self._desk, actor, case_id)
        return {"versions": await session.watch(message.case_ids, all_mine=False)}

    async def page_at(self, session: Session, message: PageAt) -> dict:
        """To the others in the room, and into the recording's timeline (S56); the same page again is no news. Which
        document somebody reads is on his screen: the others learn it once he allowed that (S47)."""
        if session.seat is None or session.seat.ref != message.case_id:
            raise NotInRoom
        case = await visible(self._desk, actor_of(session.peer), message.case_id)
        shown = shows_pages(case, session.peer.id)
        if session.state.get(PageAt) == (session.seat, message, shown):
            return {}
        body = {"person_id": session.peer.id, **msgspec.to_builtins(message)}
        await session.tell_room("page.at", body if shown else _place(body))
        await self._media.mark(session.seat.room_id, "page.at", body)
        session.state[PageAt] = session.seat, message, shown
        return {}

    async def frame(self, session: Session, message: CaptureFrame) -> dict:
        """The lane of the session lets one frame in at a time. The camera that is opened anew counts from one."""
        if message.seq == 1 or LiveCapture not in session.state:
            session.state[LiveCapture] = LiveCapture()
        found = session.state[LiveCapture].push(await self._looks.look(message.jpeg))
        return {"seq": message.seq, **msgspec.to_builtins(found)}

    async def close(self) -> None:
        await self._looks.close()
