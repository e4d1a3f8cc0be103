"""Which effects an entry of the journal asks for (pure), and how each is carried out."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog

from cases.desk import Desk
from cases.notices import notify_submitted
from cases.press import Press, issue_document, seal_document, sign_document
from otp.sms import SmsGateway
from ports.journal import Entry

log = structlog.get_logger()


class Effect(msgspec.Struct, frozen=True):
    """`id` names the durable workflow, so that an effect happens once however often its entry is read. Effects of one
    `line` run one after the other in the journal's order."""

    id: str
    line: str
    kind: str
    arguments: tuple[Any, ...]


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
    return (Effect(entry.id, line, "sign", (entry.case_id, entry.seq)),)


def _close(entry: Entry, body: dict[str, Any]) -> tuple[Effect, ...]:
    documents = (document["document_id"] for document in body["documents"])
    seals = (_document_effect(entry, document_id, "seal", (entry.case_id, document_id)) for document_id in documents)
    notice = Effect(f"{entry.id}:sms", f"{entry.case_id}:sms", "notice", (entry.case_id, entry.id))
    return (*seals, notice)


def _issue(entry: Entry, document_id: str, revision: int) -> Effect:
    return _document_effect(entry, document_id, "issue", (entry.case_id, document_id, revision))


def _document_effect(entry: Entry, document_id: str, kind: str, arguments: tuple[Any, ...]) -> Effect:
    return Effect(f"{entry.id}:{document_id}", f"{entry.case_id}:{document_id}", kind, arguments)


_WANTED: dict[str, Callable[[Entry, dict[str, Any]], tuple[Effect, ...]]] = {
    "CaseOpened": _issue_all,
    "DocumentAmended": _issue_one,
    "InkAccepted": _sign,
    "CaseSubmitted": _close,
}


class Effects:
    """Carries out what `effects_of` names. Every effect may be repeated."""

    def __init__(self, desk: Desk, press: Press, gateway: SmsGateway):
        self._desk, self._press, self._gateway = desk, press, gateway
        self._by_kind: dict[str, Callable[..., Awaitable[None]]] = {
            "issue": self._issue,
            "sign": self._sign,
            "seal": self._seal,
            "notice": self._notice,
        }

    async def perform(self, kind: str, arguments: list[Any]) -> None:
        """Failures are logged by kind and class, never by message, and raised for the queue to try again."""
        try:
            await self._by_kind[kind](*arguments)
        except Exception as error:
            log.warning("effect_failed", kind=kind, case_id=arguments[0], error=type(error).__name__)
            raise

    async def _issue(self, case_id: str, document_id: str, revision: int) -> None:
        await issue_document(self._desk, self._press, case_id, document_id, revision)

    async def _sign(self, case_id: str, seq: int) -> None:
        await sign_document(self._desk, self._press, case_id, seq)

    async def _seal(self, case_id: str, document_id: str) -> None:
        await seal_document(self._desk, self._press, case_id, document_id)

    async def _notice(self, case_id: str, key: str) -> None:
        await notify_submitted(self._desk, self._gateway, case_id, key)
