"""The package of a case verifies, and tampering shows. Signed PDFs: tests/server/test_jobs.py."""

import asyncio
import io
import json
import zipfile
from dataclasses import replace
from hashlib import sha256

import pytest

from capture.watch import Watched
from cases import errors
from cases.actor import SYSTEM
from cases.evidence import package
from cases.recording import recording_sealed
from cases.trust import Anchors, fingerprint
from cases.verification import verify_package
from esign.authority import make_test_authority, root_certificate
from media.manifest import digest, read_signed, signed
from ports.keys import MemoryKeys
from tests.cases.stage import AGENT, ALONE, REVIEWER, WANG, Stage


@pytest.fixture
async def data(stage):
    await stage.under_review(ALONE)
    return await package(stage.desk, REVIEWER, stage.case_id)


@pytest.fixture(scope="module")
def authority_root(tmp_path_factory):
    return root_certificate(make_test_authority(tmp_path_factory.mktemp("authority") / "authority"))


def repacked(data, change):
    """The same files with `change(files)` applied."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


async def checked(data):
    return await asyncio.to_thread(verify_package, data)


async def test_an_untouched_package_verifies_and_its_making_is_an_event(stage, data):
    report = await checked(data)
    case = await stage.case()
    assert (report.ok, report.problems) == (True, ())
    assert (report.case_no, report.state, report.entries) == (case.case_no, "under_review", case.version - 1)
    assert case.history[-1].type == "EvidenceExported"


async def test_it_says_in_chinese_that_the_authority_is_a_test_one(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert "測試用之憑證機構" in archive.read("README.txt").decode()


async def test_raw_strokes_and_uploaded_photos_are_not_in_it(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert not any(name.endswith(".jpg") for name in names if not name.startswith("stills/"))
        assert "strokes" not in archive.read("ink.json").decode()


async def test_the_stills_of_shown_cards_are_in_it_by_their_digests(stage):
    await stage.to_the_card()
    await stage.show(WANG, "front", watched=Watched({"front": 5.2}, {"front": 26}, b"first"))
    await stage.show(WANG, "front", watched=Watched({"front": 5.2}, {"front": 26}, b"shown again"))
    await stage.show(WANG, "back", watched=None, override="已目視")
    data = await package(stage.desk, SYSTEM, stage.case_id)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        stills = {name: archive.read(name) for name in archive.namelist() if name.startswith("stills/")}
    assert stills == {f"stills/{sha256(still).hexdigest()}.jpg": still for still in (b"first", b"shown again")}
    assert (await checked(data)).problems == ()
    for name in stills:
        report = await checked(repacked(data, lambda files, name=name: files.update({name: b"another card"})))
        assert ("still_differs", name) in {(problem.check, problem.where) for problem in report.problems}


async def anchored(stage, data, key=None, roots=()):
    return await asyncio.to_thread(verify_package, data, Anchors(key, roots))


async def test_the_assessments_are_in_it_as_they_were_hashed(stage, data):
    name = f"assessments/{(await stage.case()).assessments[0].sha256}.json"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert json.loads(archive.read(name))["rulebook"] == "113-07"
    report = await checked(repacked(data, lambda files: files.update({name: files[name] + b" "})))
    assert "assessment_differs" in {problem.check for problem in report.problems}


async def test_a_package_says_whose_keys_it_was_checked_with(stage, data):
    key = await stage.desk.keys.public_key()
    report = await checked(data)
    assert (report.system_key, report.roots, report.trusted) == (key.hex(), (), None)
    assert (await anchored(stage, data, key)).trusted is True


async def test_a_package_forged_with_keys_of_its_own_is_whole_but_nobodys(stage):
    forger = Stage()
    await forger.under_review(ALONE)
    forged = await package(forger.desk, REVIEWER, forger.case_id)
    assert ((await checked(forged)).ok, (await checked(forged)).trusted) == (True, None)
    report = await anchored(stage, forged, await stage.desk.keys.public_key())
    assert (report.ok, report.trusted) == (False, False)
    assert [problem.check for problem in report.problems] == ["key_untrusted"]


async def test_a_root_that_is_not_the_known_one_is_told(stage, authority_root):
    stage.desk = replace(stage.desk, roots=(authority_root,))
    await stage.under_review(ALONE)
    data = await package(stage.desk, REVIEWER, stage.case_id)
    key = await stage.desk.keys.public_key()
    assert (await anchored(stage, data, key)).trusted is None
    known = await anchored(stage, data, key, (authority_root,))
    assert (known.ok, known.trusted, known.roots) == (True, True, (fingerprint(authority_root),))
    other = await anchored(stage, data, key, (b"another",))
    assert (other.trusted, [problem.check for problem in other.problems]) == (False, ["root_untrusted"])


async def test_a_manifest_that_another_key_signed_shows(stage):
    await stage.submitted(ALONE)
    case = await stage.case()
    sealed = await stage.sealed_recording(case)
    manifest = read_signed(await stage.desk.blobs.get(sealed.manifest_blob, scope=stage.case_id)).manifest
    forger = MemoryKeys()
    forged = signed(manifest, await forger.public_key(), await forger.sign(digest(manifest)))
    await stage.desk.blobs.delete(sealed.manifest_blob)
    info = await stage.desk.blobs.put(sealed.manifest_blob, forged, scope=stage.case_id)
    sealed.manifest_sha256 = info.sha256
    await recording_sealed(stage.desk, stage.case_id, case.meeting.room_id, sealed)
    report = await checked(await package(stage.desk, REVIEWER, stage.case_id))
    assert [problem.check for problem in report.problems] == ["recording_unsigned"]


def changed_file(files):
    files["documents/notice-1-issued.pdf"] += b" "


def changed_event(files):
    lines = files["journal/events.jsonl"].decode().splitlines()
    entry = json.loads(lines[3])
    entry["body"]["extra"] = 1
    lines[3] = json.dumps(entry)
    files["journal/events.jsonl"] = "\n".join(lines).encode()


def cut_row(files):
    lines = files["journal/rows.jsonl"].splitlines(keepends=True)
    files["journal/rows.jsonl"] = b"".join(lines[:5] + lines[6:])


def moved_ink(files):
    inks = json.loads(files["ink.json"])
    inks[0]["binding"]["signer"] = "M9"
    files["ink.json"] = json.dumps(inks).encode()


def other_photo(files):
    photos = json.loads(files["photos.json"])
    photos[0]["original_sha256"] = "0" * 64
    files["photos.json"] = json.dumps(photos).encode()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (changed_file, {"file_changed", "document_differs"}),
        (changed_event, {"file_changed", "events_differ"}),
        (cut_row, {"file_changed", "chain_broken"}),
        (moved_ink, {"file_changed", "binding_differs"}),
        (lambda files: files.pop("photos.json"), {"file_missing", "photo_differs"}),
        (other_photo, {"file_changed", "photo_differs"}),
        (lambda files: files.update(extra=b"x"), {"file_unlisted"}),
        (lambda files: files.update({"package.sig": bytes(64)}), {"signature_invalid"}),
        (lambda files: files.pop("journal/key.hex"), {"file_missing", "journal_unreadable"}),
        (lambda files: files.pop("package.json"), {"index_missing", "signature_invalid"}),
    ],
)
async def test_tampering_shows(data, change, found):
    report = await checked(repacked(data, change))
    assert (report.ok, {problem.check for problem in report.problems}) == (False, found)


@pytest.mark.parametrize("junk", [b"", b"PK\x03\x04", b"x" * 100])
def test_what_is_no_package_is_said_to_be_none(junk):
    with pytest.raises(errors.EvidenceInvalid):
        verify_package(junk)


@pytest.mark.parametrize("person", [WANG, AGENT], ids=["customer", "agent"])
async def test_only_who_may_see_media_gets_a_package(stage, data, person):
    with pytest.raises(errors.NotAllowed):
        await package(stage.desk, person, stage.case_id)
    assert (await package(stage.desk, REVIEWER, stage.case_id))[:2] == b"PK"
