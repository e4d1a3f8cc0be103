import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ports.errors import KeyErased, Tampered
from tests.ports.conftest import Ledger


async def test_a_scope_keeps_its_key_and_shares_it_with_no_other(ledger: Ledger):
    first = await ledger.keys.data_key("a")
    assert len(first) == 32
    assert await ledger.keys.data_key("a") == first
    assert await ledger.keys.data_key("b") != first


async def test_an_erased_scope_never_gets_a_key_again(ledger: Ledger):
    wrapped = await ledger.keys.wrap("a", bytes(32))
    await ledger.keys.erase("a")
    await ledger.keys.erase("a")
    for ask in (ledger.keys.data_key("a"), ledger.keys.wrap("a", bytes(32)), ledger.keys.unwrap("a", wrapped)):
        with pytest.raises(KeyErased):
            await ask
    assert len(await ledger.keys.data_key("b")) == 32


async def test_a_scope_can_be_erased_before_it_was_used(ledger: Ledger):
    await ledger.keys.erase("never")
    with pytest.raises(KeyErased):
        await ledger.keys.data_key("never")


async def test_a_wrapped_key_opens_in_its_scope_only(ledger: Ledger):
    key = bytes(range(32))
    wrapped = await ledger.keys.wrap("a", key)
    assert len(wrapped) == len(key) + 28
    assert await ledger.keys.unwrap("a", wrapped) == key
    with pytest.raises(Tampered):
        await ledger.keys.unwrap("b", wrapped)


async def test_a_signature_verifies_with_the_public_key_and_no_other_digest(ledger: Ledger):
    signature = await ledger.keys.sign(b"d" * 32)
    public = Ed25519PublicKey.from_public_bytes(await ledger.keys.public_key())
    public.verify(signature, b"d" * 32)
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"e" * 32)
