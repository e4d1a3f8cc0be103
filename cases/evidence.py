"""The evidence package: one zip that proves a case without this system; verification.py checks it.

Inside: the journal as it was hashed (sealed rows and the key that opens them) and as text, every document as issued
and as sealed, the bindings of all ink, the digests of photos, the stills of cards that were shown, the manifests of
recordings, the public key and the root certificates, a list of all files with their SHA-256, signed with Ed25519. Raw
strokes, photos and videos stay where they are.
"""

import asyncio
import hashlib
import io
import json
import zipfile
from typing import Any

import msgspec

from cases import gates
from cases.actor import Actor
from cases.case import Case
from cases.casework import assessment_name, letter_name
from cases.codec import from_entry
from cases.desk import Desk
from cases.errors import NotAllowed
from cases.events_papers import InkAccepted
from cases.events_review import EvidenceExported
from cases.evidence_readme import README
from cases.films import listed
from cases.manifest import manifest_name
from cases.stills import listed_photos, still_name, stills_of
from cases.workflow import load, record
from ports.chain import journal_key
from ports.journal import Entry

INDEX, SIGNATURE = "package.json", "package.sig"


async def package(desk: Desk, actor: Actor, case_id: str) -> bytes:
    """The zip; that it was made is itself an event. Stills of the call are in it: not for agents (F37)."""
    case = await load(desk, case_id)
    gates.related(case, actor)
    if not gates.sees_media(actor):
        raise NotAllowed("only who may see media")
    files = await _files(desk, case)
    index = _json({name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())})
    files[INDEX] = index
    files[SIGNATURE] = await desk.keys.sign(hashlib.sha256(index).digest())
    data = await asyncio.to_thread(_zipped, files)
    exported = EvidenceExported(viewer_id=actor.id, sha256=hashlib.sha256(data).hexdigest())
    await record(desk, actor, case_id, lambda _: [exported])
    return data


async def _files(desk: Desk, case: Case) -> dict[str, bytes]:
    entries = await desk.journal.read(case.case_id)
    rows = await desk.journal.stored(case.case_id)
    files = {
        "README.txt": README.format(case_no=case.case_no).encode(),
        "journal/rows.jsonl": _lines(msgspec.to_builtins(row) for row in rows),
        "journal/key.hex": journal_key(await desk.keys.data_key(case.case_id)).hex().encode(),
        "journal/events.jsonl": _lines(_event(entry) for entry in entries),
        "keys/system.ed25519.hex": (await desk.keys.public_key()).hex().encode(),
        "photos.json": _json(listed_photos(case)),
        "compositions.json": _json(listed(case.compositions)),
        "ink.json": _json(_bindings(entries)),
    }
    files |= {f"keys/root-{number}.pem": root for number, root in enumerate(desk.roots, 1)}
    files |= await _documents(desk, case) | await _manifests(desk, case) | await _stills(desk, case, entries)
    return files | await _assessments(desk, case) | await _letters(desk, case)


async def _documents(desk: Desk, case: Case) -> dict[str, bytes]:
    """Every revision as it was shown, and the last file of the current one."""
    files = {}
    for document in case.papers:
        folder = f"documents/{document.document_id}"
        for issued in document.issues:
            files[f"{folder}-{issued.revision}-issued.pdf"] = await desk.blobs.get(issued.blob, scope=case.case_id)
        last = document.sealed or (document.signed[-1] if document.signed else None)
        if last:
            kind = "sealed" if document.sealed else "signed"
            files[f"{folder}-{last.revision}-{kind}.pdf"] = await desk.blobs.get(last.blob, scope=case.case_id)
    return files


async def _manifests(desk: Desk, case: Case) -> dict[str, bytes]:
    """One of each part of each recording."""
    return {
        manifest_name(recording, part): await desk.blobs.get(part.manifest_blob, scope=case.case_id)
        for recording in case.recordings
        if recording.sealed
        for part in recording.parts
    }


async def _assessments(desk: Desk, case: Case) -> dict[str, bytes]:
    """What the rule core said at submission and decision, as it was hashed."""
    recorded = {a.sha256: a.blob for a in case.assessments if a.blob}
    return {
        assessment_name(digest): await desk.blobs.get(blob, scope=case.case_id) for digest, blob in recorded.items()
    }


async def _letters(desk: Desk, case: Case) -> dict[str, bytes]:
    return {letter_name(letter): await desk.blobs.get(letter.blob, scope=case.case_id) for letter in case.letters}


async def _stills(desk: Desk, case: Case, entries: tuple[Entry, ...]) -> dict[str, bytes]:
    """Of every side of an ID that was shown."""
    kept = {shown.still_sha256: shown.still_blob for shown in stills_of(map(from_entry, entries))}
    return {still_name(digest): await desk.blobs.get(blob, scope=case.case_id) for digest, blob in kept.items()}


def _event(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "id": entry.id,
        "type": entry.type,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "body": entry.body,
        "hash": entry.hash.hex(),
    }


def _bindings(entries: tuple[Entry, ...]) -> list[dict[str, Any]]:
    inks = ((entry, from_entry(entry).event) for entry in entries if entry.type == InkAccepted.__name__)
    return [
        {
            "event": entry.id,
            "document": ink.document_id,
            "revision": ink.revision,
            "binding": json.loads(ink.binding_json),
            "ink_sha256": ink.ink_sha256,
            "digest": ink.binding,
        }
        for entry, ink in inks
        if isinstance(ink, InkAccepted)
    ]


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _lines(values: Any) -> bytes:
    return b"".join(json.dumps(value, ensure_ascii=False, sort_keys=True).encode() + b"\n" for value in values)
