"""Who signs and who tells the time: the two ports of signing.

pyHanko's `Signer` and `TimeStamper` are the ports: a subclass with `async_sign_raw` (a PKCS#11 token: pyHanko's
`PKCS11Signer`) or `async_request_tsa_response` is all that another key or authority needs.
"""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol

from asn1crypto import cms, core, tsp, x509
from asn1crypto.algos import SignedDigestAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
# An object identifier for examples (RFC 3161 asks for a policy; a test authority has none of its own).
_TEST_POLICY = "1.3.6.1.4.1.4146.2.2"


class Timestamper(Protocol):
    """What signing asks of a timestamp authority (RFC 3161). `message_digest` is raw, the answer a signed token."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo: ...

    async def async_dummy_response(self, md_algorithm: str) -> cms.ContentInfo: ...


class SoftwareSigner(Signer):
    """An RSA key in memory, parsed once.

    pyHanko's `SimpleSigner` parses and validates the key at each signature (130-260 ms); the key comes from our own
    0600 file, so its numbers are not proved again either. RSA and not ECDSA: that would force PDF 2.0, and then the
    file is no PDF/A-2.
    """

    def __init__(self, key_der: bytes, certificate: x509.Certificate, chain: Iterable[x509.Certificate]) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(chain)
        super().__init__(
            signing_cert=certificate,
            cert_registry=store,
            embed_roots=True,  # strict long-term validation fails without the root in the file
            signature_mechanism=SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
        )
        self._key = serialization.load_der_private_key(key_der, password=None, unsafe_skip_rsa_key_validation=True)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(self._key.key_size // 8)
        return self._key.sign(data, PKCS1v15(), _HASHES[digest_algorithm])


class LocalTimestamper(TimeStamper):
    """A timestamp authority inside of the process, for the test authority only: it proves nothing to outsiders."""

    def __init__(self, signer: SoftwareSigner) -> None:
        super().__init__()
        self._signer = signer
        self.certificate = signer.signing_cert

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        content = {"content_type": "tst_info", "content": core.ParsableOctetString(self._info(req).dump())}
        token = await self._signer.async_sign_general_data(
            cms.EncapsulatedContentInfo(content), "sha256", detached=False, use_cades=False
        )
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})

    def _info(self, req: tsp.TimeStampReq) -> tsp.TSTInfo:
        info = {
            "version": "v1",
            "policy": _TEST_POLICY,
            "message_imprint": req["message_imprint"],
            "serial_number": 1 << 62 | secrets.randbits(62),  # of one length, as signing reserves space beforehand
            "gen_time": datetime.now(UTC).replace(microsecond=0),
            "tsa": x509.GeneralName(name="directory_name", value=self._signer.signing_cert.subject),
        }
        return tsp.TSTInfo(info | ({"nonce": req["nonce"]} if req["nonce"].native is not None else {}))


class HttpTimestamper(RequestsHTTPTimeStamper):
    """A real authority, RFC 3161 over HTTP; `timeout` in seconds. Blocks its own thread: for the process pool."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except ValueError as error:  # no ASN.1, or a rejection: asn1crypto parses late and insists on a token
            raise TimestampRequestError("no timestamp in the answer") from error
