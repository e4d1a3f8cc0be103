"""The findings that many rules give, so that a rule says only what is its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from underwriting.application import Application, Person
from underwriting.evidence import calls_made, documents, ids, named, of_persons, signatures, status
from underwriting.model import Finding


def doc(application: Application, title: str, *others: str, text: str = "", **more: Any) -> Finding:
    """DOC: the document `title` (or one of `others`, which do as well) is in the case and complete."""
    found = documents(application, (title, *others))
    return Finding("DOC", text or f"檢附「{title}」", status(bool(found)), doc=title, satisfied_by=found, **more)


def sign(application: Application, title: str, person: Person, **more: Any) -> Finding:
    """SIGN: the person has signed the document `title`."""
    given = signatures(application, title, person.id)
    about = {"subject": person.role, "person": person.role, "who": "customer", "signers": person.roles} | more
    text = f"{named(person)}簽名於「{title}」"
    return Finding("SIGN", text, status(bool(given)), doc=title, satisfied_by=ids(given), **about)


def call(application: Application, people: Iterable[Person], why: str, **more: Any) -> Finding:
    """CALL: each of these persons has been called; `items` are the roles that have not."""
    people = tuple(people)
    done = [of_persons(calls_made(application), person) for person in people]
    lacking = tuple(person.role for person, calls in zip(people, done, strict=True) if not calls)
    return Finding(
        "CALL",
        f"電訪{'、'.join(named(person) for person in people)}：{why}",
        status(not lacking),
        **{"who": "reviewer", "subject": people[0].role if people else "case"} | more,
        persons=tuple(role for person in people for role in person.roles),
        items=lacking,
        satisfied_by=tuple(id_ for calls in done for id_ in ids(calls)),
    )


def review(text: str, reason: str = "", **more: Any) -> Finding:
    """REVIEW: an underwriter judges; the rule decides nothing (△)."""
    return Finding("REVIEW", text, reason=reason or None, **{"strength": "discretionary", "who": "reviewer"} | more)


def reject(text: str, **more: Any) -> Finding:
    return Finding("REJECT", text, **{"who": "reviewer"} | more)


def cap_exceeded(text: str, line: str, cap: float, total: float, **more: Any) -> Finding:
    """CAP_EXCEEDED when `total` is over `cap`, else the same finding satisfied: a screen shows the room left."""
    over = max(total - cap, 0)
    return Finding(
        "CAP_EXCEEDED",
        text,
        status(not over),
        **{"subject": "insured", "strength": "required" if over else "info"} | more,
        line=line,
        cap=cap,
        total=total,
        excess=over or None,
    )


def pending(text: str, done: bool, **more: Any) -> Finding:
    """PENDING (照會): something is to be filled in, put right or explained."""
    return Finding("PENDING", text, status(done), **more)


def attest(text: str, stated: bool | None, path: str, **more: Any) -> Finding:
    """ATTEST: a statement that has to be made; `path` is the fact that holds it."""
    return Finding("ATTEST", text, status(stated is True), satisfied_by=(path,) if stated is True else (), **more)


def note(kind: str, text: str, **more: Any) -> Finding:
    """NOTIFY, REFUND, FEE, DATE, VALUE, DECISION, REISSUE: information, open to nobody unless `more` says so."""
    return Finding(kind, text, **{"strength": "info", "who": "reviewer"} | more)
