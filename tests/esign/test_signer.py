import hashlib

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509 import load_der_x509_certificate
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from esign.authority import load_authority
from esign.signer import HttpTimestamper

DIGEST = hashlib.sha256(b"document").digest()


def token_info(token) -> tsp.TSTInfo:
    return token["content"]["encap_content_info"]["content"].parsed


async def test_the_key_signs_what_its_certificate_verifies(authority):
    signer = load_authority(authority).signer
    signature = await signer.async_sign_raw(b"data", "sha256")
    key = load_der_x509_certificate(signer.signing_cert.dump()).public_key()
    key.verify(signature, b"data", PKCS1v15(), hashes.SHA256())


async def test_a_dry_run_has_the_size_of_a_signature_and_uses_no_key(authority):
    signer = load_authority(authority).signer
    assert await signer.async_sign_raw(b"data", "sha256", dry_run=True) == bytes(384)


async def test_the_local_authority_answers_with_a_token_for_the_digest(authority):
    info = token_info(await load_authority(authority).timestamper.async_timestamp(DIGEST, "sha256"))
    assert info["message_imprint"]["hashed_message"].native == DIGEST
    assert info["gen_time"].native.microsecond == 0


async def test_tokens_have_one_length_and_serials_of_their_own(authority):
    timestamper = load_authority(authority).timestamper
    tokens = [await timestamper.async_timestamp(DIGEST, "sha256") for _ in range(8)]
    assert len({len(token.dump()) for token in tokens}) == 1
    assert len({token_info(token)["serial_number"].native for token in tokens}) == 8


async def test_a_token_comes_over_http(tsa):
    info = token_info(await HttpTimestamper(tsa.url).async_timestamp(DIGEST, "sha256"))
    assert info["message_imprint"]["hashed_message"].native == DIGEST


@pytest.mark.parametrize(
    "answer",
    [
        ("text/html", b"<h1>busy</h1>"),
        ("application/timestamp-reply", b"<h1>busy</h1>"),
        # PKIStatus 2: rejection, without a token (RFC 3161, 2.4.2)
        ("application/timestamp-reply", bytes.fromhex("30053003020102")),
    ],
)
async def test_any_other_answer_is_an_error_and_never_a_token(tsa, answer):
    tsa.answer = lambda request: answer
    with pytest.raises(TimestampRequestError):
        await HttpTimestamper(tsa.url).async_timestamp(DIGEST, "sha256")


async def test_an_authority_that_is_down_is_an_error():
    with pytest.raises(TimestampRequestError):
        await HttpTimestamper("http://127.0.0.1:9", timeout=0.5).async_timestamp(DIGEST, "sha256")
