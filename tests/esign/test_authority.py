import shutil
import stat

import pytest
from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from esign.authority import load_authority, make_test_authority, parse_certificate, root_certificate
from esign.errors import AuthorityMissing


def test_keys_are_readable_by_their_owner_alone(authority):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in authority.glob("*.key")}
    assert modes == dict.fromkeys(("root.key", "intermediate.key", "signer.key", "tsa.key"), 0o600)
    assert stat.S_IMODE(authority.stat().st_mode) == 0o700


def test_an_authority_is_made_once(authority):
    before = {path.name: path.read_bytes() for path in authority.iterdir()}
    assert make_test_authority(str(authority)) == authority
    assert {path.name: path.read_bytes() for path in authority.iterdir()} == before


def test_of_two_makers_at_once_the_first_wins_and_its_authority_stays_whole(authority, tmp_path, monkeypatch):
    folder = tmp_path / "authority"
    # The other maker settles while this one is still writing.
    monkeypatch.setattr("esign.authority._write", lambda draft: shutil.copytree(authority, folder))
    assert make_test_authority(folder) == folder
    assert [path.name for path in tmp_path.iterdir()] == ["authority"]
    assert load_authority(folder).root.dump() == load_authority(authority).root.dump()


def test_every_name_says_that_it_is_a_test(authority):
    for path in authority.glob("*.pem"):
        assert "TEST" in parse_certificate(path.read_bytes()).subject.human_friendly


def test_keys_have_three_thousand_bits_of_rsa(authority):
    certificate = load_authority(authority).signer.signing_cert
    assert (certificate.public_key.algorithm, certificate.public_key.bit_size) == ("rsa", 3072)


@pytest.mark.parametrize(
    ("name", "usage", "extended"),
    [("signer", {"digital_signature", "non_repudiation"}, set()), ("tsa", {"digital_signature"}, {"time_stamping"})],
)
async def test_each_leaf_chains_to_the_root_for_its_own_use_with_revocation_checked(authority, name, usage, extended):
    loaded = load_authority(authority)
    context = ValidationContext(
        trust_roots=[loaded.root], crls=list(loaded.crls), allow_fetching=False, revocation_mode="require"
    )
    leaf = parse_certificate((authority / f"{name}.pem").read_bytes())
    validator = CertificateValidator(leaf, [loaded.intermediate], validation_context=context)
    path = await validator.async_validate_usage(usage, extended)
    assert len(path) == 3


def test_a_certificate_reads_the_same_from_pem_and_der(authority):
    pem = root_certificate(authority)
    certificate = parse_certificate(pem)
    assert isinstance(certificate, x509.Certificate)
    assert parse_certificate(certificate.dump()).dump() == certificate.dump()


def test_a_folder_without_an_authority_is_told(tmp_path):
    with pytest.raises(AuthorityMissing):
        load_authority(tmp_path)


def test_an_unrelated_folder_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "authority").mkdir()
    (tmp_path / "authority" / "diary.txt").write_text("mine")
    with pytest.raises(OSError, match="not empty"):
        make_test_authority(tmp_path / "authority")
    assert [path.name for path in tmp_path.rglob("*.txt")] == ["diary.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["authority"]
