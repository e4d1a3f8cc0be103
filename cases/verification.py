"""Checking an evidence package offline: files in, a report out. Pure, but for reading the PDFs' signatures."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cases.case import Case
from cases.casework import assessment_name, letter_name
from cases.codec import EventUnknown, Happened, from_entry
from cases.errors import CaseError, EvidenceInvalid
from cases.events_papers import InkAccepted
from cases.films import listed
from cases.fold import replay
from cases.manifest import manifest_name, signed_manifest
from cases.papers import Document
from cases.stills import listed_photos, still_name, stills_of
from cases.submission import package_sha256, submitted_documents
from cases.trust import Anchors, fingerprint
from esign.verify import verify
from ports.chain import Stored, opened, verify_chain
from ports.errors import PortError

Files = dict[str, bytes]
MAX_PACKAGE = 200 << 20
MAX_FILES = 2000
KEY = "keys/system.ed25519.hex"
NOBODY = Anchors()


class Problem(msgspec.Struct, frozen=True):
    """`check` is a stable code; `where` names the file or entry."""

    check: str
    where: str


class PackageReport(msgspec.Struct, frozen=True):
    """`head` is the hex hash of the journal's last entry. `documents` counts the sealed PDFs that verified.

    `system_key` (hex) and `roots` (SHA-256 fingerprints) are what the package brings along and was checked with;
    `trusted` says whether they are those that the verifier knows, and is None when he named none."""

    ok: bool
    case_no: str
    state: str
    entries: int
    head: str
    documents: int
    system_key: str
    roots: tuple[str, ...]
    trusted: bool | None
    problems: tuple[Problem, ...]


def verify_package(data: bytes, anchors: Anchors = NOBODY) -> PackageReport:
    """Check everything that can be checked offline, and that the keys are those of `anchors`. Raises EvidenceInvalid
    for what is no package at all.

    Not on a running event loop: reading the PDFs' signatures brings its own."""
    return check_files(_unzipped(data), anchors)


def check_files(files: Files, anchors: Anchors = NOBODY) -> PackageReport:
    key, roots = _key(files), _roots(files)
    problems = [*_index(files), *_signature(files, key), *_foreign(roots, key, anchors)]
    rows, happenings, chain_problems = _journal(files)
    case = _folded(rows, happenings)
    problems += chain_problems
    sealed = 0
    if case:
        problems += [
            *_submission(case),
            *_bindings(files, case, happenings),
            *_issued(files, case),
            *_manifests(files, case, key),
            *_compositions(files, case),
            *_assessments(files, case),
            *_letters(files, case),
            *_pictures(files, case, happenings),
        ]
        for document in case.documents:
            found = list(_sealed(files, document, anchors.roots or tuple(roots.values())))
            problems += found
            sealed += document.sealed is not None and not found
    return PackageReport(
        ok=not problems,
        case_no=case.case_no if case else "",
        state=str(case.state) if case else "",
        entries=len(rows),
        head=rows[-1].hash.hex() if rows else "",
        documents=sealed,
        system_key=key.hex(),
        roots=tuple(map(fingerprint, roots.values())),
        trusted=anchors.trusted(key, map(fingerprint, roots.values())),
        problems=tuple(problems),
    )


def _unzipped(data: bytes) -> Files:
    """All files, after their number and sizes are known to be sane."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if len(infos) > MAX_FILES or sum(info.file_size for info in infos) > MAX_PACKAGE:
                raise EvidenceInvalid("too large")
            if len({info.filename for info in infos}) != len(infos):
                raise EvidenceInvalid("a name twice")
            return {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise EvidenceInvalid(str(error)) from None


def _index(files: Files) -> Iterator[Problem]:
    """Exactly the listed files, each with its digest."""
    listed = _parsed(files, "package.json")
    if not isinstance(listed, dict):
        yield Problem("index_missing", "package.json")
        return
    for name in sorted(set(listed) ^ (set(files) - {"package.json", "package.sig"})):
        yield Problem("file_missing" if name in listed else "file_unlisted", name)
    for name in sorted(set(listed) & set(files)):
        if hashlib.sha256(files[name]).hexdigest() != listed[name]:
            yield Problem("file_changed", name)


def _key(files: Files) -> bytes:
    """The raw public key that the package names; empty when it names none."""
    try:
        return bytes.fromhex(files[KEY].decode())
    except (KeyError, ValueError):
        return b""


def _roots(files: Files) -> Files:
    return {name: data for name, data in sorted(files.items()) if name.startswith("keys/root-")}


def _foreign(roots: Files, key: bytes, anchors: Anchors) -> Iterator[Problem]:
    if anchors.distrusts_key(key):
        yield Problem("key_untrusted", KEY)
    for name, root in roots.items():
        if anchors.distrusts_root(fingerprint(root)):
            yield Problem("root_untrusted", name)


def _signature(files: Files, key: bytes) -> Iterator[Problem]:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(
            files["package.sig"], hashlib.sha256(files["package.json"]).digest()
        )
    except (KeyError, ValueError, InvalidSignature):
        yield Problem("signature_invalid", "package.sig")


def _journal(files: Files) -> tuple[list[Stored], list[Happened], list[Problem]]:
    """The chain over the sealed rows, the fold of what they hold, and that the readable text says the same."""
    try:
        lines = files["journal/rows.jsonl"].decode().splitlines()
        rows = [msgspec.convert(json.loads(line), Stored) for line in lines]
        key = bytes.fromhex(files["journal/key.hex"].decode())
        case_id = rows[0].case_id
        chain = verify_chain(case_id, rows, key)
        if not chain.ok:
            return rows, [], [Problem("chain_broken", str(chain.broken_at))]
        entries = [opened(row, key) for row in rows]
        happenings = [from_entry(entry) for entry in entries]
        replay(case_id, happenings)
    except (KeyError, IndexError, ValueError, PortError, CaseError, EventUnknown, msgspec.MsgspecError):
        return [], [], [Problem("journal_unreadable", "journal/rows.jsonl")]
    told = [{"seq": entry.seq, "body": entry.body, "hash": entry.hash.hex()} for entry in entries]
    return rows, happenings, [] if told == _told(files) else [Problem("events_differ", "journal/events.jsonl")]


def _folded(rows: list[Stored], happenings: list[Happened]) -> Case | None:
    return replay(rows[0].case_id, happenings) if happenings else None


def _told(files: Files) -> list[dict[str, Any]] | None:
    try:
        lines = [json.loads(line) for line in files["journal/events.jsonl"].decode().splitlines()]
        return [{"seq": line["seq"], "body": line["body"], "hash": line["hash"]} for line in lines]
    except (KeyError, ValueError, TypeError):
        return None


def _submission(case: Case) -> Iterator[Problem]:
    """What was submitted is what the journal says was signed (S67)."""
    if case.submission is None:
        return
    documents = submitted_documents(case)
    if documents != case.submission.documents or package_sha256(documents) != case.submission.package_sha256:
        yield Problem("submission_differs", "CaseSubmitted")


def _bindings(files: Files, case: Case, happenings: list[Happened]) -> Iterator[Problem]:
    """Each ink's digest is that of its binding and strokes, its document the one that was issued. Recomputed here from
    the definition, not by the code that made it."""
    listed = []
    for happened in happenings:
        ink = happened.event
        if isinstance(ink, InkAccepted):
            binding = json.loads(ink.binding_json)
            listed.append({"event": happened.id, "binding": binding, "digest": ink.binding})
            value = binding | {"ink_sha256": ink.ink_sha256}
            canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            digest = hashlib.sha256(canonical.encode()).hexdigest()
            if digest != ink.binding or binding["document_sha256"] not in _issued_digests(case, ink):
                yield Problem("binding_differs", happened.id)
    told = _parsed(files, "ink.json")
    keys = ("event", "binding", "digest")
    if not isinstance(told, list) or [{key: _get(one, key) for key in keys} for one in told] != listed:
        yield Problem("binding_differs", "ink.json")


def _issued_digests(case: Case, ink: InkAccepted) -> set[str]:
    document = next((document for document in case.papers if document.document_id == ink.document_id), None)
    return {issued.sha256 for issued in document.issues if issued.revision == ink.revision} if document else set()


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _issued(files: Files, case: Case) -> Iterator[Problem]:
    for document in case.papers:
        for issued in document.issues:
            name = f"documents/{document.document_id}-{issued.revision}-issued.pdf"
            if hashlib.sha256(files.get(name, b"")).hexdigest() != issued.sha256:
                yield Problem("document_differs", name)


def _sealed(files: Files, document: Document, roots: tuple[bytes, ...]) -> Iterator[Problem]:
    """The sealed PDF: the digest of the journal, every expected field, every signature up to one of the roots."""
    if document.sealed is None or document.issued is None:
        return
    name = f"documents/{document.document_id}-{document.revision}-sealed.pdf"
    pdf = files.get(name, b"")
    if hashlib.sha256(pdf).hexdigest() != document.sealed.sha256:
        yield Problem("document_differs", name)
        return
    result = verify(pdf, roots, [field.name for field in document.issued.fields], document.sealed.sha256)
    yield from (Problem(f"pdf_{problem.code}", name) for problem in result.problems)
    reasons = {signature.field: signature.reason for signature in result.signatures}
    if any(ink.binding not in reasons.get(ink.field, "") for ink in document.inks):
        yield Problem("binding_differs", name)
    if not result.ok and not result.problems:
        yield Problem("pdf_invalid", name)


def _manifests(files: Files, case: Case, key: bytes) -> Iterator[Problem]:
    """Each is the one that the journal has the digest of, and signed with the system's key by itself."""
    for recording in case.sealed_recordings:
        for part in recording.parts:
            name = manifest_name(recording, part)
            data = files.get(name, b"")
            manifest = signed_manifest(data, key)
            if hashlib.sha256(data).hexdigest() != part.manifest_sha256:
                yield Problem("recording_differs", name)
            elif manifest is None or (manifest.recording_id, manifest.part) != (recording.recording_id, part.part):
                yield Problem("recording_unsigned", name)


def _compositions(files: Files, case: Case) -> Iterator[Problem]:
    """The digests of the films are those of the journal."""
    if _parsed(files, "compositions.json") != listed(case.compositions):
        yield Problem("composition_differs", "compositions.json")


def _assessments(files: Files, case: Case) -> Iterator[Problem]:
    """Each text is the one that the journal has the digest of."""
    for name, digest in {assessment_name(a.sha256): a.sha256 for a in case.assessments if a.sha256}.items():
        if hashlib.sha256(files.get(name, b"")).hexdigest() != digest:
            yield Problem("assessment_differs", name)


def _letters(files: Files, case: Case) -> Iterator[Problem]:
    """Each is the one that the journal has the digest of."""
    for letter in case.letters:
        if hashlib.sha256(files.get(letter_name(letter), b"")).hexdigest() != letter.sha256:
            yield Problem("letter_differs", letter_name(letter))


def _pictures(files: Files, case: Case, happenings: list[Happened]) -> Iterator[Problem]:
    """The digests of uploaded photos are those of the journal; each still is the picture that it has the digest of."""
    if _parsed(files, "photos.json") != listed_photos(case):
        yield Problem("photo_differs", "photos.json")
    for name, digest in {still_name(shown.still_sha256): shown.still_sha256 for shown in stills_of(happenings)}.items():
        if hashlib.sha256(files.get(name, b"")).hexdigest() != digest:
            yield Problem("still_differs", name)


def _parsed(files: Files, name: str) -> Any:
    try:
        return json.loads(files[name])
    except (KeyError, ValueError):
        return None
