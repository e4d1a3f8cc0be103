import os

import msgspec
import pytest

from esign.binding import Binding, binding_digest, open_ink, seal_ink
from esign.errors import InkNotOpened
from tests.esign.hand import ink

KEY = bytes(range(32))
BINDING = Binding("ab" * 32, "application_service.policyholder", "p-1", "s-1", "Y2hhbGxlbmdl")


def test_sealed_strokes_open_for_their_own_binding():
    assert open_ink(KEY, seal_ink(KEY, ink(), BINDING), BINDING) == ink()


@pytest.mark.parametrize("part", ["document_sha256", "field", "signer", "session", "challenge"])
def test_strokes_open_for_no_other_document_field_signer_session_or_challenge(part):
    sealed = seal_ink(KEY, ink(), BINDING)
    with pytest.raises(InkNotOpened):
        open_ink(KEY, sealed, msgspec.structs.replace(BINDING, **{part: "other"}))
    assert binding_digest(msgspec.structs.replace(BINDING, **{part: "other"}), ink()) != binding_digest(BINDING, ink())


def test_strokes_open_with_no_other_key():
    with pytest.raises(InkNotOpened):
        open_ink(os.urandom(32), seal_ink(KEY, ink(), BINDING), BINDING)


def test_no_byte_of_sealed_strokes_can_be_changed_or_cut():
    sealed = seal_ink(KEY, ink(characters=1), BINDING)
    for index in range(0, len(sealed), 7):
        broken = sealed[:index] + bytes([sealed[index] ^ 1]) + sealed[index + 1 :]
        for data in (broken, sealed[:index]):
            with pytest.raises(InkNotOpened):
                open_ink(KEY, data, BINDING)


def test_each_record_is_sealed_with_a_key_and_nonce_of_its_own():
    assert len({seal_ink(KEY, ink(), BINDING)[1:45] for _ in range(20)}) == 20


def test_the_digest_names_the_ink_too():
    assert binding_digest(BINDING, ink(1)) != binding_digest(BINDING, ink(2))


def test_the_binding_is_canonical_json():
    assert BINDING.canonical() == (
        b'{"challenge":"Y2hhbGxlbmdl","document_sha256":"' + b"ab" * 32 + b'",'
        b'"field":"application_service.policyholder","session":"s-1","signer":"p-1"}'
    )


def test_sealed_strokes_of_three_characters_take_about_two_kilobytes():
    assert len(seal_ink(KEY, ink(), BINDING)) < 2_500
