"""HTTPS for a real phone in the same network: a certificate of this machine's own, and a QR code."""

import datetime
import io
import ipaddress
import os
import socket
from pathlib import Path

import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAYS = 90
UNROUTED = ("192.0.2.1", 9)  # RFC 5737: connecting a datagram socket sends nothing, it only picks the interface


def lan_address() -> str:
    """The address under which other machines of the network see this one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(UNROUTED)
        except OSError:
            return "127.0.0.1"
        return probe.getsockname()[0]


def serve_lan_certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """Paths of a certificate for `address` and of its key (0600), made anew at every start."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CVX local test certificate")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "certificate.pem", folder / "key.pem"
    cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    descriptor = os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return cert_path, key_path


def qr_lines(url: str) -> list[str]:
    """The QR code of `url` for a terminal."""
    out = io.StringIO()
    segno.make(url).terminal(out, compact=True)
    return out.getvalue().splitlines()
