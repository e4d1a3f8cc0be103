"""What an evidence package is held against from outside: a forger puts keys of his own in it."""

import hashlib
from collections.abc import Iterable

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256


class Anchors(msgspec.Struct, frozen=True):
    """What the verifier has from elsewhere: the system's raw Ed25519 key, and root certificates (PEM)."""

    key: bytes | None = None
    roots: tuple[bytes, ...] = ()

    @property
    def fingerprints(self) -> frozenset[str]:
        return frozenset(fingerprint(root) for root in self.roots)

    def distrusts_key(self, key: bytes) -> bool:
        return self.key is not None and self.key != key

    def distrusts_root(self, root: str) -> bool:
        return bool(self.roots) and root not in self.fingerprints

    def trusted(self, key: bytes, roots: Iterable[str]) -> bool | None:
        """True: key and roots are the known ones. False: one is not. None: nobody said what to compare with."""
        found = tuple(roots)
        if self.distrusts_key(key) or any(map(self.distrusts_root, found)):
            return False
        known = self.key is not None and (bool(self.roots) or not found)
        return True if known else None


def fingerprint(pem: bytes) -> str:
    """SHA-256 of the certificate, in hex; of the bytes themselves when they are none."""
    try:
        return x509.load_pem_x509_certificate(pem).fingerprint(SHA256()).hex()
    except ValueError:
        return hashlib.sha256(pem).hexdigest()
