"""JoinGrant: a signed, single-use permission to take one place in one room, bound to one login session."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import msgspec

from ports.clock import Clock
from ports.keyvalue import KeyValue
from signaling.errors import TicketExpired, TicketInvalid, TicketUsed

TICKET_SECONDS = 60


class JoinGrant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`ref` is what the room is about, opaque here; `order` is the wanted place in the roster (host 0)."""

    room_id: str
    participant_id: str
    person_id: str
    role: str
    order: int
    ref: str
    session_id: str


class _Ticket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    nonce: str
    expires: float
    grant: JoinGrant


class Grants:
    """Issues and redeems tickets. The key-value store remembers which are still unused."""

    def __init__(self, keyvalue: KeyValue, clock: Clock, secret: bytes) -> None:
        self._keyvalue = keyvalue
        self._clock = clock
        self._secret = secret

    async def issue(self, grant: JoinGrant) -> tuple[str, datetime]:
        """A ticket and the instant it expires."""
        expires = self._clock.now() + timedelta(seconds=TICKET_SECONDS)
        ticket = _Ticket(secrets.token_urlsafe(16), expires.timestamp(), grant)
        await self._keyvalue.set(_key(ticket.nonce), b"1", ttl=TICKET_SECONDS)
        body = msgspec.json.encode(ticket)
        return f"{_text(body)}.{_text(self._tag(body))}", expires

    async def redeem(self, text: str, session_id: str) -> JoinGrant:
        """The grant of this ticket, once. A ticket shown by another session stays unused."""
        ticket = self._open(text)
        if ticket.grant.session_id != session_id:
            raise TicketInvalid
        if self._clock.now() >= datetime.fromtimestamp(ticket.expires, UTC):
            raise TicketExpired
        if await self._keyvalue.take(_key(ticket.nonce)) is None:
            raise TicketUsed
        return ticket.grant

    def _open(self, text: str) -> _Ticket:
        try:
            body, tag = (urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in text.split("."))
        except ValueError:
            raise TicketInvalid from None
        if not hmac.compare_digest(tag, self._tag(body)) or f"{_text(body)}.{_text(tag)}" != text:
            raise TicketInvalid  # the second: base64 has several spellings of the same bytes
        return msgspec.json.decode(body, type=_Ticket)

    def _tag(self, body: bytes) -> bytes:
        return hmac.digest(self._secret, b"join-grant\0" + body, hashlib.sha256)


def participant_of(room_id: str, person_id: str) -> str:
    """The same person keeps the same place in a room, however often he comes back (S45)."""
    return "p-" + hashlib.sha256(f"{room_id}\0{person_id}".encode()).hexdigest()[:20]


def _key(nonce: str) -> str:
    return f"ticket:{nonce}"


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
