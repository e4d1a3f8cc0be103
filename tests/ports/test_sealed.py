"""Our bytes against Tink's, both ways, and against everybody who changes them."""

import asyncio
import base64
import io
import json
import os

import pytest
import tink
from hypothesis import given, settings
from hypothesis import strategies as st
from tink import secret_key_access, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

from ports.errors import Tampered
from ports.sealed import (
    FIRST_PLAIN,
    NEXT_PLAIN,
    SEGMENT_BYTES,
    RangeReader,
    StreamSealer,
    derive,
    open_sealed,
    open_stream,
    plain_size,
    seal,
    sealed_size,
)

KEY = bytes(range(32))
EDGES = [0, 1, FIRST_PLAIN - 1, FIRST_PLAIN, FIRST_PLAIN + 1, FIRST_PLAIN + NEXT_PLAIN, FIRST_PLAIN + NEXT_PLAIN + 1]


@pytest.fixture(scope="module")
def oracle() -> streaming_aead.StreamingAead:
    """Tink's own AES256_GCM_HKDF_1MB with our key."""
    streaming_aead.register()
    parameters = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
        ciphertext_segment_size=SEGMENT_BYTES, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256
    )
    key = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(version=0, params=parameters, key_value=KEY)
    keyset = {
        "primaryKeyId": 1,
        "key": [
            {
                "keyData": {
                    "typeUrl": "type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey",
                    "value": base64.b64encode(key.SerializeToString()).decode(),
                    "keyMaterialType": tink_pb2.KeyData.KeyMaterialType.Name(tink_pb2.KeyData.SYMMETRIC),
                },
                "status": "ENABLED",
                "keyId": 1,
                "outputPrefixType": "RAW",
            }
        ],
    }
    handle = tink.json_proto_keyset_format.parse(json.dumps(keyset), secret_key_access.TOKEN)
    return handle.primitive(streaming_aead.StreamingAead)


def sealed_stream(plain: bytes, aad: bytes = b"name", step: int = 300_000) -> bytes:
    sealer = StreamSealer(KEY, aad)
    parts = [sealer.update(plain[start : start + step]) for start in range(0, len(plain), step)]
    return b"".join([*parts, sealer.finish()])


class _Kept(io.BytesIO):
    """Tink closes what it writes to; what was written stays readable."""

    def close(self) -> None:
        self.kept = self.getvalue()
        super().close()


@pytest.mark.parametrize("size", EDGES)
def test_tink_opens_what_we_seal(oracle: streaming_aead.StreamingAead, size: int):
    plain = os.urandom(size)
    with oracle.new_decrypting_stream(io.BytesIO(sealed_stream(plain)), b"name") as opened:
        assert opened.read() == plain


@pytest.mark.parametrize("size", EDGES)
def test_we_open_what_tink_seals(oracle: streaming_aead.StreamingAead, size: int):
    plain, out = os.urandom(size), _Kept()
    with oracle.new_encrypting_stream(out, b"name") as sealing:
        sealing.write(plain)
    assert len(out.kept) == sealed_size(size)
    assert open_stream(KEY, out.kept, b"name") == plain


@given(st.integers(0, 5 * SEGMENT_BYTES))
def test_plain_and_sealed_size_are_inverse(size: int):
    assert plain_size(sealed_size(size)) == size


@given(st.integers(0, 3 * SEGMENT_BYTES))
def test_a_size_that_no_stream_has_is_refused_or_exact(size: int):
    try:
        plain = plain_size(size)
    except Tampered:
        return
    assert sealed_size(plain) == size


PLAIN = os.urandom(2 * SEGMENT_BYTES + 777)
SEALED = sealed_stream(PLAIN)


async def _fetch(start: int, length: int) -> bytes:
    return SEALED[start : start + length]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(PLAIN) + 10), st.integers(0, len(PLAIN) + 10))
def test_any_range_reads_as_the_slice_of_the_plaintext(start: int, length: int):
    reader = RangeReader(KEY, b"name", len(SEALED), _fetch)
    assert reader.size == len(PLAIN)
    assert asyncio.run(reader.read(start, length)) == PLAIN[start : start + length]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_flipped_byte_anywhere_is_noticed(position: int, flip: int):
    changed = bytearray(SEALED)
    changed[position] ^= flip
    with pytest.raises(Tampered):
        open_stream(KEY, bytes(changed), b"name")


@pytest.mark.parametrize(
    "changed",
    [SEALED[:SEGMENT_BYTES], SEALED[: 2 * SEGMENT_BYTES], SEALED[:-1], SEALED + b"\0", b"", SEALED[:10]],
    ids=["cut at a segment", "cut at two", "cut by a byte", "one byte more", "empty", "half a header"],
)
def test_a_stream_of_another_length_is_refused(changed: bytes):
    with pytest.raises(Tampered):
        open_stream(KEY, changed, b"name")


def test_segments_cannot_be_exchanged():
    header, rest = SEALED[:SEGMENT_BYTES], SEALED[SEGMENT_BYTES:]
    swapped = header + rest[SEGMENT_BYTES:] + rest[:SEGMENT_BYTES]
    with pytest.raises(Tampered):
        open_stream(KEY, swapped, b"name")


def test_another_name_or_key_does_not_open():
    for key, aad in ((KEY, b"other"), (bytes(32), b"name")):
        with pytest.raises(Tampered):
            open_stream(key, SEALED, aad)


def test_the_sealer_tells_size_and_digest_of_the_plaintext():
    sealer = StreamSealer(KEY, b"")
    sealer.update(b"ab")
    sealer.update(b"c")
    sealer.finish()
    assert sealer.size == 3
    assert sealer.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.binary(max_size=100), st.binary(max_size=20), st.integers(0, 127), st.integers(1, 255))
def test_a_small_seal_opens_only_unchanged(plain: bytes, aad: bytes, position: int, flip: int):
    sealed = bytearray(seal(KEY, plain, aad))
    assert open_sealed(KEY, bytes(sealed), aad) == plain
    sealed[position % len(sealed)] ^= flip
    for changed, name in ((bytes(sealed), aad), (seal(KEY, plain, aad), aad + b"!"), (b"", aad)):
        with pytest.raises(Tampered):
            open_sealed(KEY, changed, name)


def test_two_purposes_give_two_keys_and_the_same_one_the_same():
    assert derive(KEY, "journal") == derive(KEY, "journal")
    assert len({derive(KEY, "journal"), derive(KEY, "wrap"), KEY}) == 3
