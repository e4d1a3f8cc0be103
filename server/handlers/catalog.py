"""What an agent may open a case about, and for whom."""

import msgspec

from cases.items import ITEMS
from server.call import Call


class Label(msgspec.Struct, frozen=True):
    zh: str
    en: str


class CatalogItem(msgspec.Struct, frozen=True):
    code: str
    kind: str
    label: Label
    amount_label: str


class CatalogMember(msgspec.Struct, frozen=True):
    member_no: str
    person_id: str
    name: str


class Catalog(msgspec.Struct, frozen=True):
    """`members` is empty for everybody but agents."""

    items: tuple[CatalogItem, ...]
    members: tuple[CatalogMember, ...]


async def catalog(call: Call) -> Catalog:
    items = tuple(CatalogItem(i.code, i.kind, Label(i.label.zh, i.label.en), i.amount_label) for i in ITEMS.values())
    return Catalog(items, await _members(call) if call.actor.kind == "agent" else ())


async def _members(call: Call) -> tuple[CatalogMember, ...]:
    people = await call.services.people.all("member")
    return tuple(CatalogMember(p.login, p.person_id, p.profile["name"]) for p in people)
