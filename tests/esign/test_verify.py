from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from esign.authority import make_test_authority
from esign.envelope import render
from esign.errors import SealingRefused
from esign.sealing import CERTIFICATION, SEAL, approve, certify, seal
from esign.verify import Problem, verify
from tests.esign import tampering as t
from tests.esign.conftest import ISSUED_AT, form_data
from tests.esign.hand import ink

FIRST = "application_service.policyholder"
SECOND = "application_service.insured"


# Tampering is tried on a page with one signer: the same file, and less to validate each time.
ONE = "review_period.policyholder"


@pytest.fixture(scope="module")
def signed_page(authority):
    form = render("review_period", form_data(), ISSUED_AT)
    return approve(certify(form.pdf, form.fields, authority), ONE, ink(), "binding", "王大陸", authority)


@pytest.fixture(scope="module")
def sealed_page(signed_page, authority):
    return seal(signed_page, authority)


def codes(verification):
    return {problem.code for problem in verification.problems}


def test_a_sealed_file_is_what_we_signed(sealed, roots, fields):
    result = verify(sealed, roots, fields, sha256(sealed).hexdigest())
    assert (result.ok, result.problems) == (True, ())
    assert [(r.field, r.kind) for r in result.signatures[:-1]] == [
        (CERTIFICATION, "certification"),
        (FIRST, "approval"),
        (SECOND, "approval"),
        (SEAL, "seal"),
    ]
    assert result.signatures[-1].kind == "timestamp"
    assert all(r.intact and r.trusted and r.timestamped for r in result.signatures)


def test_a_report_names_signer_time_and_the_reason_with_the_binding(sealed, roots, fields):
    report = verify(sealed, roots, fields).signatures[1]
    assert (report.signer, report.reason) == ("王大陸", f"binding={0:064x}")
    assert abs(report.at - datetime.now(UTC)) < timedelta(minutes=10)


def test_a_file_still_validates_offline_in_ten_years(sealed, roots, fields):
    assert verify(sealed, roots, fields, at=datetime.now(UTC) + timedelta(days=3_653)).ok


def test_before_it_was_signed_or_after_its_authority_ended_it_does_not(sealed_page, roots):
    for days in (-400, 26 * 365):
        assert "untrusted" in codes(verify(sealed_page, roots, [ONE], at=datetime.now(UTC) + timedelta(days=days)))


def test_a_signed_file_on_its_way_to_the_seal_verifies_as_such_and_not_as_sealed(signed, roots, fields):
    assert verify(signed, roots, fields, sealed=False).ok
    assert codes(verify(signed, roots, fields)) == {"seal_missing"}


def test_a_read_only_form_is_certified_and_sealed_without_fields(authority, roots):
    form = render("notice", form_data(), ISSUED_AT)
    pdf = seal(certify(form.pdf, form.fields, authority), authority)
    assert verify(pdf, roots, ()).ok


BYTES = {
    "a byte of a page's content": lambda pdf: t.flipped(pdf, t.first_page_stream(pdf) + 60),
    "a byte of the header": lambda pdf: t.flipped(pdf, 12),
    "a digit of the certification": lambda pdf: t.flipped_signature(pdf, 0),
    "a digit of an approval": lambda pdf: t.flipped_signature(pdf, 1),
    "a digit of the seal": lambda pdf: t.flipped_signature(pdf, 2),
    "a digit of the archive timestamp": lambda pdf: t.flipped_signature(pdf, 3, -60),
    "a byte of the first ink": lambda pdf: t.flipped_in(pdf, b"/BBox [ 0 58 226 0 ]", 400),
    "a letter of a reason": lambda pdf: pdf.replace(b"(binding", b"(Binding", 1),
    "a digit of a claimed time": lambda pdf: t.flipped_in(pdf, b"/M (D", 16),
    "a byte of the revocation data": lambda pdf: t.flipped(pdf, len(t.revisions(pdf)[-2]) + 200),
    "one byte after the end": lambda pdf: pdf + b"\n",
    "a byte cut off": lambda pdf: pdf[:-3],
    "half of the file": lambda pdf: pdf[: len(pdf) // 2],
    "nothing": lambda pdf: b"",
    "no PDF": lambda pdf: b"<html>" * 100,
}


@pytest.mark.parametrize("kind", BYTES)
def test_changed_bytes_are_caught(kind, sealed_page, roots):
    changed = BYTES[kind](sealed_page)
    assert changed != sealed_page
    assert not verify(changed, roots, [ONE]).ok


def test_what_nothing_signs_is_caught_by_the_digest_on_record(sealed_page, roots):
    changed = t.respelled_timestamp(sealed_page)
    assert verify(changed, roots, [ONE]).ok
    assert verify(changed, roots, [ONE], sha256(sealed_page).hexdigest()).problems == (Problem("sha256_differs"),)


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        (0, {"certification_missing", "seal_missing", "signature_missing", "field_missing"}),
        (1, {"seal_missing", "signature_missing"}),
        (2, {"seal_missing"}),
        (3, {"archive_timestamp_missing"}),
    ],
)
def test_a_file_cut_back_to_an_earlier_revision_is_caught_by_the_record(revision, expected, sealed_page, roots):
    assert codes(verify(t.revisions(sealed_page)[revision], roots, [ONE])) == expected


UPDATES = {
    "an overlay": t.overlay,
    "a note over the amount": t.annotate,
    "the ink swapped": t.swap_ink(ONE),
    "a field moved": t.move_field(ONE),
    "a signature cleared": t.clear_signature(ONE),
    "the seal cleared": t.clear_signature(SEAL),
    "fields removed": t.remove_fields,
    "the form removed": t.remove_form,
    "permissions removed": t.remove_permissions,
    "a field added": t.add_field,
    "a page cropped": t.crop_page,
    "a page dropped": t.drop_page,
    "a script": t.run_script,
    "layers": t.hide_layer,
    "another title": t.retitle,
    "an empty revision": t.nothing,
}


@pytest.mark.parametrize("kind", UPDATES)
def test_a_revision_after_the_seal_is_caught(kind, sealed_page, roots):
    result = verify(t.updated(sealed_page, UPDATES[kind]), roots, [ONE])
    assert not result.ok
    assert codes(result) & {"bytes_after_signatures", "signature_missing", "unreadable"}


# What a signature allows (another title) or needs a key to matter is left out.
HIDDEN = (
    "an overlay",
    "a note over the amount",
    "the ink swapped",
    "a field moved",
    "a page cropped",
    "a script",
)


@pytest.mark.parametrize("kind", ["a signature cleared", "a field added"])
def test_a_document_that_got_an_empty_field_before_the_seal_is_not_sealed(kind, signed_page, authority):
    with pytest.raises(SealingRefused):
        seal(t.updated(signed_page, UPDATES[kind]), authority)


@pytest.mark.parametrize("kind", HIDDEN)
def test_a_revision_smuggled_in_before_the_seal_is_caught_by_difference_analysis(kind, signed_page, authority, roots):
    """Someone inside changed the stored file between the last signature and the seal, which then covers the change."""
    pdf = seal(t.updated(signed_page, UPDATES[kind]), authority)
    result = verify(pdf, roots, [ONE])
    assert not result.ok
    assert "changed" in codes(result)


def test_a_further_signature_of_a_stranger_is_caught(sealed_page, roots, strangers):
    result = verify(t.countersigned(sealed_page, strangers), roots, [ONE])
    assert codes(result) >= {"field_unexpected", "untrusted", "changed"}


def test_a_further_signature_of_our_own_key_is_caught(sealed_page, authority, roots):
    assert codes(verify(t.countersigned(sealed_page, authority), roots, [ONE])) >= {"field_unexpected", "changed"}


@pytest.fixture(scope="module")
def strangers(tmp_path_factory):
    """Another authority with the same names."""
    return make_test_authority(tmp_path_factory.mktemp("strangers") / "authority")


def test_a_whole_file_of_another_authority_with_our_names_is_caught(form, strangers, roots, fields):
    pdf = certify(form.pdf, form.fields, strangers)
    for name in fields:
        pdf = approve(pdf, name, ink(), "r", "王大陸", strangers)
    result = verify(seal(pdf, strangers), roots, fields)
    assert codes(result) >= {"untrusted"}
    assert not any(report.trusted for report in result.signatures)


def test_a_signature_without_a_timestamp_is_caught(certified, authority, roots, fields):
    pdf = t.signed_without_timestamp(certified, fields[0], authority)
    result = verify(pdf, roots, fields, sealed=False)
    assert Problem("timestamp_missing", fields[0]) in result.problems


def test_another_document_that_is_valid_itself_is_caught_by_its_fields_and_digest(authority, sealed, roots, fields):
    other = render("declaration", form_data(), ISSUED_AT)
    pdf = certify(other.pdf, other.fields, authority)
    for field in other.fields:
        pdf = approve(pdf, field.name, ink(), "r", "王大陸", authority)
    result = verify(seal(pdf, authority), roots, fields, sha256(sealed).hexdigest())
    assert codes(result) == {"sha256_differs", "signature_missing", "field_missing", "field_unexpected"}


def test_the_same_form_sealed_again_is_valid_but_not_the_file_on_record(signed, authority, sealed, roots, fields):
    again = seal(signed, authority)
    assert verify(again, roots, fields).ok
    assert verify(again, roots, fields, sha256(sealed).hexdigest()).problems == (Problem("sha256_differs"),)


def test_a_seal_that_locks_nothing_is_told(form, authority, roots, fields, monkeypatch):
    from esign import sealing

    monkeypatch.setattr(sealing, "FieldMDPSpec", lambda action, names=None: None)
    pdf = certify(form.pdf, form.fields, authority)
    for name in fields:
        pdf = approve(pdf, name, ink(), "r", "王大陸", authority)
    assert "seal_locks_nothing" in codes(verify(seal(pdf, authority), roots, fields))


def test_no_roots_trust_nobody(sealed_page):
    assert "untrusted" in codes(verify(sealed_page, [], [ONE]))


def test_each_signature_is_a_revision_of_its_own_and_the_archive_timestamp_the_last(sealed_page):
    assert len(t.revisions(sealed_page)) == 5
