"""Which effects an entry of the journal asks for (pure), and how each is carried out."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from concurrent.futures import BrokenExecutor
from typing import Any

import msgspec
import structlog

from capture.verdict import Side
from cases.codec import CaseErased
from cases.desk import Desk
from cases.errors import CaseNotFound, WrongState
from cases.failures import effect_failed
from cases.letters import keep_letter
from cases.notices import notify_of, notify_submitted
from cases.ondemand import ON_DEMAND_ID
from cases.press import Press, issue_document, seal_document, sign_document
from cases.readout import Read, read_shown, read_text
from cases.state import TRANSITIONS
from esign.errors import AuthorityMissing, EsignError, FontsMissing, TimestampUnavailable
from media.client import MediaClient
from media.errors import RoomUnknown
from otp.errors import PhoneNotAllowed, SmsTooLong
from otp.sms import SmsGateway
from ports.clock import Clock
from ports.errors import KeyErased
from ports.journal import Entry
from server.cutter import Cutter
from server.persistence import persist

STUCK_SECONDS = 300.0
PERMANENT = (EsignError, PhoneNotAllowed, SmsTooLong)  # the same again would fail the same way
MENDABLE = (TimestampUnavailable, AuthorityMissing, FontsMissing)  # but for these
GONE = (CaseNotFound, CaseErased, KeyErased)  # nobody is left to tell
ABOUT_NO_DOCUMENT = {"notice": "notice", "tell": "notice", "letter": "letter"}  # what the failure is written down as
ENDED = frozenset(str(state) for state, row in TRANSITIONS.items() if not row)

log = structlog.get_logger()


class Effect(msgspec.Struct, frozen=True):
    """`id` names the durable workflow, so that an effect happens once however often its entry is read. Effects of one
    `line` run one after the other in the journal's order."""

    id: str
    line: str
    kind: str
    arguments: tuple[Any, ...]

    @property
    def queue(self) -> str:
        """Apart from each other, so that an SMS gateway that is away holds up no document, and no film does."""
        own = {
            "notice": "notices",
            "tell": "notices",
            "film": "films",
            "close": "rooms",
            "read": "readings",
            "still": "readings",
        }
        return own.get(self.kind, "effects")


def effects_of(entry: Entry) -> tuple[Effect, ...]:
    """An entry whose case was erased asks for nothing any more."""
    wanted = _WANTED.get(entry.type)
    return wanted(entry, entry.body) if wanted and entry.body is not None else ()


def _issue_all(entry: Entry, body: dict[str, Any]) -> tuple[Effect, ...]:
    return tuple(_issue(entry, document["document_id"], 1) for document in body["documents"])


def _issue_one(entry: Entry, body: dict[str, Any]) -> tuple[Effect, ...]:
    return (_issue(entry, body["document_id"], body["revision"]),)


def _sign(entry: Entry, body: dict[str, Any]) -> tuple[Effect, ...]:
    line = f"{entry.case_id}:{body['document_id']}"
    return (Effect(entry.id, line, "sign", (entry.case_id, body["document_id"], entry.seq)),)


def _close(entry: Entry, body: dict[str, Any]) -> tuple[Effect, ...]:
    documents = (document["document_id"] for document in body["documents"])
    seals = (_document_effect(entry, document_id, "seal", (entry.case_id, document_id)) for document_id in documents)
    notice = Effect(f"{entry.id}:sms", f"{entry.case_id}:sms", "notice", (entry.case_id, entry.id))
    return (*seals, notice)


def _film(entry: Entry, body: dict[str, Any]) -> tuple[Effect, ...]:
    """One line for all cases: films are made one at a time."""
    return (Effect(f"{entry.id}:film", "films", "film", (entry.case_id, body["recording_id"])),)


def _read(entry: Entry, body: dict[str, Any]) -> tuple[Effect, ...]:
    """One line for all cases: photos are read one at a time."""
    return (Effect(f"{entry.id}:read", "readings", "read", (entry.case_id, body["photo_id"])),)


def _read_still(entry: Entry, body: dict[str, Any]) -> tuple[Effect, ...]:
    if not body.get("still_blob"):
        return ()
    arguments = (entry.case_id, body["room_id"], body["person_id"], body["side"])
    return (Effect(f"{entry.id}:still", "readings", "still", arguments),)


def _close_room(entry: Entry, body: dict[str, Any]) -> tuple[Effect, ...]:
    """Whoever ends a meeting asks for it too; this makes sure that nothing is recorded after the end."""
    return (Effect(f"{entry.id}:room", f"{entry.case_id}:room", "close", (entry.case_id, body["room_id"])),)


def _tell(entry: Entry, body: dict[str, Any]) -> tuple[Effect, ...]:
    """A letter, and an SMS to whom something is asked of."""
    letter = Effect(f"{entry.id}:letter", f"{entry.case_id}:letters", "letter", (entry.case_id, entry.seq))
    return (letter, Effect(f"{entry.id}:sms", f"{entry.case_id}:sms", "tell", (entry.case_id, entry.seq)))


def _decided(entry: Entry, body: dict[str, Any]) -> tuple[Effect, ...]:
    return _tell(entry, body)[:1] if body["letter_due"] else ()


def _issue_form(entry: Entry, body: dict[str, Any]) -> tuple[Effect, ...]:
    return (_issue(entry, body["document_id"], 1),)


def _seal_form(entry: Entry, body: dict[str, Any]) -> tuple[Effect, ...]:
    """A form on demand is closed once everybody has finished it; the others are when they are submitted."""
    document_id = body["document_id"]
    wanted = document_id.startswith(ON_DEMAND_ID)
    return (_document_effect(entry, document_id, "seal", (entry.case_id, document_id)),) if wanted else ()


def _issue(entry: Entry, document_id: str, revision: int) -> Effect:
    return _document_effect(entry, document_id, "issue", (entry.case_id, document_id, revision))


def _document_effect(entry: Entry, document_id: str, kind: str, arguments: tuple[Any, ...]) -> Effect:
    return Effect(f"{entry.id}:{document_id}", f"{entry.case_id}:{document_id}", kind, arguments)


_WANTED: dict[str, Callable[[Entry, dict[str, Any]], tuple[Effect, ...]]] = {
    "CaseOpened": _issue_all,
    "DocumentAmended": _issue_one,
    "InkAccepted": _sign,
    "CaseSubmitted": _close,
    "MeetingEnded": _close_room,
    "PhotoAdded": _read,
    "IdentityShown": _read_still,
    "RecordingSealed": _film,
    "RecordingPartSealed": _film,
    "RecordingCompleted": _film,
    "FormAdded": _issue_form,
    "DocumentCompleted": _seal_form,
    "QueryIssued": _tell,
    "QueryReminded": _tell,
    "QueryCancelNoticed": _tell,
    "LetterIssued": _tell,
    "CaseDecided": _decided,
}


class Effects:
    """Carries out what `effects_of` names. Every effect may be repeated. `broken` is set when the processes that make
    PDFs are dead: only a new start of the role helps then."""

    def __init__(
        self,
        desk: Desk,
        press: Press,
        gateway: SmsGateway,
        clock: Clock,
        cutter: Cutter | None = None,
        rooms: MediaClient | None = None,
        read: Read | None = None,
    ):
        self._desk, self._press, self._gateway, self._clock = desk, press, gateway, clock
        self._cutter, self._rooms, self._read_photo = cutter, rooms, read
        self._ending = asyncio.Event()
        self.broken = asyncio.Event()
        self._by_kind: dict[str, Callable[..., Awaitable[None]]] = {
            "issue": self._issue,
            "sign": self._sign,
            "seal": self._seal,
            "notice": self._notice,
            "tell": self._tell,
            "letter": self._letter,
            "film": self._film,
            "close": self._close,
            "read": self._read,
            "still": self._still,
        }

    def end(self) -> None:
        """No further attempts: what is not done now is done by the next process."""
        self._ending.set()

    async def perform(self, kind: str, arguments: list[Any]) -> bool:
        """Whether it is done with: carried out, or impossible and written down. False: the process ends first."""
        return await persist(
            lambda: self._attempt(kind, arguments),
            clock=self._clock,
            ending=self._ending,
            told=lambda error, seconds: self._failed(kind, arguments[0], error, seconds),
        )

    async def _attempt(self, kind: str, arguments: list[Any]) -> None:
        """Raises only what another attempt may mend."""
        case_id = arguments[0]
        try:
            await self._by_kind[kind](*arguments)
        except MENDABLE:
            raise
        except GONE as error:
            log.warning("effect_dropped", kind=kind, case_id=case_id, error=type(error).__name__)
        except WrongState as error:
            # Declined, cancelled or withdrawn meanwhile: what was begun for the case is not wanted any more.
            if error.details["state"] not in ENDED:
                raise
            log.warning("effect_dropped", kind=kind, case_id=case_id, error=type(error).__name__)
        except PERMANENT as error:
            log.error("effect_impossible", kind=kind, case_id=case_id, error=type(error).__name__)
            about = ABOUT_NO_DOCUMENT.get(kind)
            await effect_failed(self._desk, case_id, about or kind, None if about else arguments[1], error.code)

    def _failed(self, kind: str, case_id: str, error: Exception, seconds: float) -> None:
        """Told by kind and class, never by message."""
        about = {"kind": kind, "case_id": case_id, "error": type(error).__name__}
        if isinstance(error, BrokenExecutor):
            self.broken.set()
            self.end()
        if seconds >= STUCK_SECONDS:
            log.error("effect_stuck", seconds=round(seconds), **about)
        else:
            log.warning("effect_failed", **about)

    async def _issue(self, case_id: str, document_id: str, revision: int) -> None:
        await issue_document(self._desk, self._press, case_id, document_id, revision)

    async def _sign(self, case_id: str, document_id: str, seq: int) -> None:
        await sign_document(self._desk, self._press, case_id, seq)

    async def _seal(self, case_id: str, document_id: str) -> None:
        await seal_document(self._desk, self._press, case_id, document_id)

    async def _notice(self, case_id: str, key: str) -> None:
        await notify_submitted(self._desk, self._gateway, case_id, key)

    async def _tell(self, case_id: str, seq: int) -> None:
        await notify_of(self._desk, self._gateway, case_id, seq)

    async def _letter(self, case_id: str, seq: int) -> None:
        await keep_letter(self._desk, self._press, case_id, seq)

    async def _film(self, case_id: str, recording_id: str) -> None:
        if self._cutter is None:
            log.warning("film_not_made", case_id=case_id, meaning="no composer was given to these jobs")
        else:
            await self._cutter.cut(self._desk, case_id, recording_id)

    async def _close(self, case_id: str, room_id: str) -> None:
        """The recorder of a meeting that has ended stops, and seals what it has. A room that nobody holds is closed."""
        if self._rooms is None:
            log.warning("room_not_closed", case_id=case_id, meaning="no media plane was given to these jobs")
            return
        with contextlib.suppress(RoomUnknown):
            await self._rooms.close_room(room_id, "ended")

    async def _read(self, case_id: str, photo_id: str) -> None:
        if self._read_photo is None:
            log.warning("photo_not_read", case_id=case_id, why="no reader was given to these jobs")
        else:
            await read_text(self._desk, self._read_photo, case_id, photo_id)

    async def _still(self, case_id: str, room_id: str, person_id: str, side: Side) -> None:
        if self._read_photo is None:
            log.warning("card_not_read", case_id=case_id, why="no reader was given to these jobs")
        else:
            await read_shown(self._desk, self._read_photo, case_id, room_id, person_id, side)
