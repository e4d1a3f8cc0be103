"""The local test authority: root, intermediate, document signer and timestamp authority in one folder.

It lets a newcomer's machine sign at once. Whatever it signs says so on its pages: it is no approved authority in the
sense of the Electronic Signatures Act. Certificates are made once, by certomancer; keys are 0600.
"""

import functools
import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import crl as asn1_crl
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from certomancer import CertomancerConfig
from certomancer.registry import ArchLabel, CertLabel
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .errors import AuthorityMissing
from .signer import LocalTimestamper, SoftwareSigner

_KEY_BITS = 3072
# Long, so that a demonstration file still validates offline in ten years; nothing of a test authority is ever revoked.
_YEARS = 25
_CMS_ROOM = 1_600  # attributes and algorithms of signature and token: 1.2 KB
_NAMES = {
    "root": "CVX Local TEST Root CA",
    "intermediate": "CVX Local TEST Issuing CA",
    "signer": "CVX Local TEST Document Signer",
    "tsa": "CVX Local TEST Timestamp Authority",
}
_ISSUERS = {"root": "root", "intermediate": "root", "signer": "intermediate", "tsa": "intermediate"}


@dataclass(frozen=True)
class Authority:
    """A loaded folder: everything that signing and checking need, keys parsed once."""

    signer: SoftwareSigner
    timestamper: LocalTimestamper
    root: asn1_x509.Certificate
    intermediate: asn1_x509.Certificate
    crls: tuple[asn1_crl.CertificateList, ...]

    @property
    def signature_digits(self) -> int:
        """Hexadecimal digits that a signature with a token of ours takes, so that pyHanko need not sign everything
        once more to find out (15 ms): both carry the whole chain and an RSA signature."""
        chain = len(self.root.dump()) + len(self.intermediate.dump())
        leaves = len(self.signer.signing_cert.dump()) + len(self.timestamper.certificate.dump())
        return 2 * (2 * chain + leaves + 2 * _KEY_BITS // 8 + _CMS_ROOM)


def make_test_authority(folder: Path | str) -> Path:
    """Make the authority in `folder` unless it is there; 1-3 s of CPU. Returns the folder. Whole or not at all."""
    folder = Path(folder)
    if (folder / "tsa.pem").is_file():
        return folder
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty and holds no authority")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".authority-", dir=folder.parent))
    try:
        _write(draft)
        _settle(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _settle(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        # Another process was first, and its authority is as good.
        if not (folder / "tsa.pem").is_file():
            raise


def _write(folder: Path) -> None:
    for name in _NAMES:
        _write_private(folder / f"{name}.key", _new_key())
    architecture = CertomancerConfig(_certomancer_config(), key_search_dir=str(folder)).get_pki_arch(ArchLabel("cvx"))
    for name in _NAMES:
        certificate = architecture.get_cert(CertLabel(name))
        (folder / f"{name}.pem").write_bytes(pem.armor("CERTIFICATE", certificate.dump()))


def _new_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_private(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _certomancer_config() -> dict:
    now = datetime.now(UTC).replace(microsecond=0)
    validity = {
        "valid-from": (now - timedelta(days=1)).isoformat(),
        "valid-to": (now + timedelta(days=365 * _YEARS)).isoformat(),
    }
    return {
        "keysets": {"cvx": {"keys": {name: {"path": f"{name}.key"} for name in _NAMES}}},
        "pki-architectures": {
            "cvx": {
                "keyset": "cvx",
                "entity-defaults": {"country-name": "TW", "organization-name": "CVX demonstration"},
                "entities": {name: {"common-name": common} for name, common in _NAMES.items()},
                "certs": {name: _certificate(name, validity) for name in _NAMES},
            }
        },
    }


def _certificate(name: str, validity: dict) -> dict:
    kinds = {
        "root": {"profiles": [{"id": "simple-ca", "params": {"max-path-len": 1}}]},
        "intermediate": {"profiles": [{"id": "simple-ca", "params": {"max-path-len": 0}}]},
        "signer": {"profiles": ["digsig-commitment"]},
        "tsa": {"extensions": _TSA_EXTENSIONS},
    }
    return {
        "subject": name,
        "issuer": _ISSUERS[name],
        "serial": secrets.randbits(63),
        "validity": validity,
    } | kinds[name]


_TSA_EXTENSIONS = [
    {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": ["digital_signature"]}},
    {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]},  # RFC 3161, 2.3: alone and critical
]


def load_authority(folder: Path | str) -> Authority:
    """Read the folder, once a process. Raises AuthorityMissing."""
    return _load(Path(folder))


@functools.lru_cache(maxsize=8)
def _load(folder: Path) -> Authority:
    if not (folder / "tsa.pem").is_file():
        raise AuthorityMissing(f"no authority in {folder}: make_test_authority makes one")
    certificates = {name: parse_certificate((folder / f"{name}.pem").read_bytes()) for name in _NAMES}
    chain = (certificates["root"], certificates["intermediate"])
    signer, tsa = (
        SoftwareSigner((folder / f"{name}.key").read_bytes(), certificates[name], chain) for name in ("signer", "tsa")
    )
    crls = tuple(_crl(folder, name) for name in ("root", "intermediate"))
    return Authority(signer, LocalTimestamper(tsa), *chain, crls)


def root_certificate(folder: Path | str) -> bytes:
    """The root, PEM: what a verifier is given to trust."""
    return (Path(folder) / "root.pem").read_bytes()


def parse_certificate(data: bytes) -> asn1_x509.Certificate:
    """One certificate, PEM or DER."""
    return asn1_x509.Certificate.load(pem.unarmor(data)[2] if pem.detect(data) else data)


def _crl(folder: Path, name: str) -> asn1_crl.CertificateList:
    """A fresh and empty revocation list, to go into the document security store of a seal."""
    key = serialization.load_der_private_key(
        (folder / f"{name}.key").read_bytes(), password=None, unsafe_skip_rsa_key_validation=True
    )
    issuer = x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())
    now = datetime.now(UTC).replace(microsecond=0)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now - timedelta(minutes=5))
        .next_update(issuer.not_valid_after_utc)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False)
    )
    return asn1_crl.CertificateList.load(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
