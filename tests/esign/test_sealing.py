import io
import pickle
import re
from datetime import UTC, datetime

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from esign.errors import (
    FieldAlreadySigned,
    FieldUnknown,
    MissingGlyph,
    SealingRefused,
    TimestampUnavailable,
    UnknownAmendment,
)
from esign.sealing import CERTIFICATION, SEAL, approve, certify, seal
from tests.esign.hand import ink

DOWN = "http://127.0.0.1:9"


def signatures(pdf):
    return PdfFileReader(io.BytesIO(pdf)).embedded_signatures


def has_token(signature):
    return [attribute["type"].native for attribute in signature.signer_info["unsigned_attrs"]] == [
        "signature_time_stamp_token"
    ]


def test_signing_only_appends_so_every_earlier_version_is_still_inside(form, certified, signed, sealed):
    assert certified.startswith(form.pdf)
    assert signed.startswith(certified)
    assert sealed.startswith(signed)


def test_the_order_is_certification_approvals_seal_archive_timestamp(sealed, fields):
    *named, stamp = signatures(sealed)
    assert [signature.field_name for signature in named] == [CERTIFICATION, *fields, SEAL]
    assert stamp.sig_object_type == "/DocTimeStamp"


def test_every_field_exists_before_the_certification(certified, fields):
    names = set(PdfFileReader(io.BytesIO(certified)).root["/AcroForm"]["/Fields"][0].get_object()["/Kids"])
    assert len(names) == len(fields)


def test_the_certification_allows_signing_only_and_each_approval_locks_its_own_field(sealed, fields):
    first, *approvals, last, _ = signatures(sealed)
    assert first.docmdp_level.value == 2
    assert [signature.fieldmdp.fields for signature in approvals] == [[name] for name in fields]
    assert last.fieldmdp.action.name == "ALL"


def test_every_signature_is_cades_with_a_timestamp_token(sealed):
    for signature in signatures(sealed)[:-1]:
        assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
        assert has_token(signature)


def test_the_name_and_reason_are_in_the_signature(signed, fields):
    signature = signatures(signed)[1]
    assert (signature.sig_object["/Name"], signature.sig_object["/Reason"]) == ("王大陸", f"binding={0:064x}")


def test_the_claimed_time_is_given_by_the_caller(form, authority):
    pdf = certify(form.pdf, form.fields, authority, at=datetime(2026, 11, 21, 7, 0, tzinfo=UTC))
    assert signatures(pdf)[0].self_reported_timestamp == datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


def test_points_and_times_of_the_strokes_are_not_in_the_file(signed):
    assert b"t_ms" not in signed
    appearance = signatures(signed)[1].sig_field["/AP"]["/N"].data
    operators = {line.split()[-1] for line in appearance.splitlines()}
    assert operators == {b"rg", b"m", b"l", b"f"}


def test_the_ink_is_a_compressed_vector_of_at_most_sixteen_kilobytes(signed):
    stream = signatures(signed)[1].sig_field["/AP"]["/N"]
    assert stream["/Filter"] == "/FlateDecode"
    assert len(stream.encoded_data) < 16_000


def test_a_signature_adds_at_most_thirty_five_kilobytes(certified, fields, authority):
    assert len(approve(certified, fields[0], ink(), "r", "n", authority)) - len(certified) < 35_000


def test_the_file_stays_pdf_1_7_because_2_0_is_no_pdf_a_2(sealed):
    assert re.match(rb"%PDF-1\.7", sealed)
    assert b"/Version /2" not in sealed


def test_a_field_is_signed_once(signed, fields, authority):
    with pytest.raises(FieldAlreadySigned):
        approve(signed, fields[0], ink(), "r", "n", authority)


@pytest.mark.parametrize("name", ["application_service.payer", SEAL, CERTIFICATION, "", "application_service"])
def test_only_a_handwritten_field_of_the_form_is_approved(certified, authority, name):
    with pytest.raises(FieldUnknown):
        approve(certified, name, ink(), "r", "n", authority)


def test_a_form_is_certified_before_it_is_signed(form, fields, authority):
    with pytest.raises(SealingRefused):
        approve(form.pdf, fields[0], ink(), "r", "n", authority)
    with pytest.raises(SealingRefused):
        seal(form.pdf, authority)


def test_a_form_is_certified_once(certified, form, authority):
    with pytest.raises(SealingRefused):
        certify(certified, form.fields, authority)


def test_a_document_with_an_empty_field_is_not_sealed(certified, fields, authority):
    with pytest.raises(SealingRefused, match=fields[1]):
        seal(approve(certified, fields[0], ink(), "r", "n", authority), authority)


def test_after_the_seal_nothing_more_is_signed(sealed, fields, authority):
    with pytest.raises(SealingRefused):
        seal(sealed, authority)
    with pytest.raises(FieldAlreadySigned):
        approve(sealed, fields[0], ink(), "r", "n", authority)


def test_without_an_answer_from_the_timestamp_authority_nothing_is_signed(form, certified, signed, fields, authority):
    for attempt in (
        lambda: certify(form.pdf, form.fields, authority, tsa_url=DOWN),
        lambda: approve(certified, fields[0], ink(), "r", "n", authority, tsa_url=DOWN),
        lambda: seal(signed, authority, tsa_url=DOWN),
    ):
        with pytest.raises(TimestampUnavailable):
            attempt()


def test_a_timestamp_may_come_over_http(certified, fields, authority, tsa):
    pdf = approve(certified, fields[0], ink(), "r", "n", authority, tsa_url=tsa.url)
    assert has_token(signatures(pdf)[1])


def test_what_crosses_into_the_pool_pickles(form, authority):
    for value in (certify, approve, seal, form, form.fields, ink(), authority):
        assert pickle.loads(pickle.dumps(value)) == value


@pytest.mark.parametrize(
    "error", [FieldUnknown("a"), MissingGlyph(("𡍼",)), UnknownAmendment(("a", "b")), SealingRefused("why")]
)
def test_errors_come_back_from_the_pool_as_they_were(error):
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.__dict__, str(copy)) == (type(error), error.__dict__, str(error))
