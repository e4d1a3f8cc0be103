"""Finding the evidence that closes a finding: documents, signatures, recordings, consents, photos by their ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from underwriting.application import Application, Person
from underwriting.derived import derived

ROLE_ZH = {
    "policyholder": "要保人",
    "insured": "被保險人",
    "payer": "實際繳交保險費之人",
    "legal_representative": "法定代理人",
    "guardian": "監護人",
    "assistant": "輔助人",
    "rider_insured": "附約被保險人",
}


def status(done: bool) -> str:
    return "satisfied" if done else "open"


def named(person: Person) -> str:
    return "、".join(ROLE_ZH.get(role, role) for role in person.roles)


def documents(application: Application, titles: Iterable[str]) -> tuple[str, ...]:
    """Ids of the case's finished documents with one of these titles."""
    by_title = documents_by_title(application)
    return tuple(document for title in titles for document in by_title.get(title, ()))


@derived
def documents_by_title(application: Application) -> dict[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for document in application.entries("docs"):
        if document.get("complete") is not False and isinstance(document.get("title"), str):
            out[document["title"]] = (*out.get(document["title"], ()), str(document["id"]))
    return out


def document_named(application: Application, title: str) -> dict[str, Any] | None:
    return next((d for d in application.entries("docs") if _title(d) == title), None)


def signatures(application: Application, title: str, person_id: str) -> tuple[dict[str, Any], ...]:
    found = application.entries("signatures")
    return tuple(s for s in found if s.get("document") == title and s.get("person") == person_id)


def calls_made(application: Application) -> tuple[dict[str, Any], ...]:
    """A call that could not be completed (`outcome` "failed") closes nothing (◎ 16)."""
    return tuple(entry for entry in application.entries("calls") if entry.get("outcome") != "failed")


def of_person(entries: Iterable[dict[str, Any]], person_id: str) -> tuple[dict[str, Any], ...]:
    return tuple(entry for entry in entries if entry.get("person") == person_id)


def of_persons(entries: Iterable[dict[str, Any]], person: Person) -> tuple[dict[str, Any], ...]:
    """Entries about the person, which may name him by id or by one of his roles."""
    names = (person.id, *person.roles)
    return tuple(entry for entry in entries if entry.get("person", entry.get("title")) in names)


def ids(entries: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(str(entry["id"]) for entry in entries)


def _title(document: dict[str, Any]) -> Any:
    return document.get("title")
