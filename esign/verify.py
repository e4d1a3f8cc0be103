"""Is this file what we signed? Every signature, what changed after each, and the record of what should be there.

A validator alone is not enough: a file cut back to an earlier revision validates, and some viewers call an overlaid
page valid. So pyHanko's difference analysis judges each later revision, and the caller's record (expected fields, final
SHA-256) judges the whole. Synchronous; not to be called on a running event loop.
"""

import asyncio
import hashlib
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Literal

import msgspec
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import FieldMDPAction, MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    EmbeddedPdfSignature,
    ModificationInfo,
    SignatureCoverageLevel,
    validate_pdf_signature,
    validate_pdf_timestamp,
)
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.dss import NoDSSFoundError
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec, ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from .authority import parse_certificate
from .sealing import CERTIFICATION, SEAL

Kind = Literal["certification", "approval", "seal", "timestamp"]


class Problem(msgspec.Struct, frozen=True):
    """A stable code and the field it is about, when there is one."""

    code: str
    field: str | None = None


class SignatureReport(msgspec.Struct, frozen=True):
    """`at`: the trusted time, or the claimed one when there is no timestamp. `intact`: the signed bytes and what came
    after them; `trusted`: the chain to a given root, with revocation data in sealed files."""

    field: str
    kind: Kind
    signer: str
    at: datetime | None
    intact: bool
    trusted: bool
    timestamped: bool
    reason: str


class Verification(msgspec.Struct, frozen=True):
    ok: bool
    signatures: tuple[SignatureReport, ...]
    problems: tuple[Problem, ...]


def verify(
    pdf: bytes,
    roots: Sequence[bytes],
    expected_fields: Sequence[str],
    final_sha256: str | None = None,
    *,
    sealed: bool = True,
    at: datetime | None = None,
) -> Verification:
    """Check `pdf` against `roots` (certificates, PEM or DER) and the record, as at `at` (default now)."""
    problems = []
    if final_sha256 is not None and hashlib.sha256(pdf).hexdigest() != final_sha256:
        problems.append(Problem("sha256_differs"))
    try:
        document = _Document(pdf, [parse_certificate(root) for root in roots], at or datetime.now(UTC))
        reports = tuple(document.report(signature) for signature in document.signatures)
        problems += chain(document.check_record(tuple(expected_fields), sealed), *map(_judge, reports))
        if sealed and not problems and not document.has_long_term_data():
            problems.append(Problem("long_term_data_insufficient", SEAL))
    except Exception:  # noqa: BLE001 -- a hostile file fails anywhere inside of the parsers; it is told, never passed
        return Verification(False, (), (*problems, Problem("unreadable")))
    return Verification(not problems, reports, tuple(problems))


def _judge(report: SignatureReport) -> Iterator[Problem]:
    if not report.intact:
        yield Problem("changed", report.field)
    if not report.trusted:
        yield Problem("untrusted", report.field)
    if not report.timestamped:
        yield Problem("timestamp_missing", report.field)


class _Document:
    """One file under examination."""

    def __init__(self, pdf: bytes, roots: list[x509.Certificate], at: datetime) -> None:
        self.reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        self.signatures: tuple[EmbeddedPdfSignature, ...] = tuple(self.reader.embedded_signatures)
        self.roots = roots
        self.at = at

    def report(self, signature: EmbeddedPdfSignature) -> SignatureReport:
        if signature.sig_object_type == "/DocTimeStamp":
            return self._report_timestamp(signature)
        status = validate_pdf_signature(signature, self._context(), self._context())
        stamp = status.timestamp_validity
        return SignatureReport(
            field=signature.field_name,
            kind=_kind(signature.field_name),
            signer=str(signature.sig_object.get("/Name", "")),
            at=stamp.timestamp if stamp else status.signer_reported_dt,
            intact=status.valid and status.intact and status.docmdp_ok is True and _unchanged(status),
            trusted=status.trusted,
            timestamped=stamp is not None and stamp.valid and stamp.intact and stamp.trusted,
            reason=str(signature.sig_object.get("/Reason", "")),
        )

    def _report_timestamp(self, signature: EmbeddedPdfSignature) -> SignatureReport:
        status = validate_pdf_timestamp(signature, self._context())
        return SignatureReport(
            field=signature.field_name,
            kind="timestamp",
            signer=status.signing_cert.subject.human_friendly,
            at=status.timestamp,
            intact=status.valid and status.intact and _unchanged(status),
            trusted=status.trusted,
            timestamped=True,
            reason="",
        )

    def _context(self) -> ValidationContext:
        """Roots, and the revocation data that the file brings; nothing is fetched."""
        settings = {"trust_roots": self.roots, "allow_fetching": False, "moment": self.at}
        try:
            store = DocumentSecurityStore.read_dss(self.reader)
        except NoDSSFoundError:
            return ValidationContext(**settings, revocation_mode="soft-fail")
        return store.as_validation_context(settings | {"revocation_mode": "require"})

    def check_record(self, expected: tuple[str, ...], sealed: bool) -> Iterator[Problem]:
        yield from self._check_fields(expected)
        yield from self._check_certification()
        yield from self._check_end()
        if sealed:
            yield from self._check_seal()

    def _check_fields(self, expected: tuple[str, ...]) -> Iterator[Problem]:
        """Exactly the fields that were issued, each signed; nothing more, of any type."""
        signed = [signature.field_name for signature in self.signatures]
        stamps = {s.field_name for s in self.signatures if s.sig_object_type == "/DocTimeStamp"}
        yield from (Problem("signature_missing", name) for name in expected if name not in signed)
        present = {name for name, _, _ in enumerate_sig_fields(self.reader)} - stamps
        known = {CERTIFICATION, SEAL, *expected}
        yield from (Problem("field_missing", name) for name in sorted(known - present))
        yield from (Problem("field_unexpected", name) for name in sorted(present - known))
        yield from (Problem("signed_twice", name) for name in sorted({n for n in signed if signed.count(n) > 1}))

    def _check_certification(self) -> Iterator[Problem]:
        first = self.signatures[0] if self.signatures else None
        if first is None or first.field_name != CERTIFICATION or first.docmdp_level is not MDPPerm.FILL_FORMS:
            yield Problem("certification_missing", CERTIFICATION)

    def _check_end(self) -> Iterator[Problem]:
        """The last signature covers the last byte."""
        last = self.signatures[-1] if self.signatures else None
        if last is not None and last.evaluate_signature_coverage() is not SignatureCoverageLevel.ENTIRE_FILE:
            yield Problem("bytes_after_signatures", last.field_name)

    def _check_seal(self) -> Iterator[Problem]:
        seals = [signature for signature in self.signatures if signature.field_name == SEAL]
        if not seals:
            yield Problem("seal_missing", SEAL)
            return
        lock = seals[0].fieldmdp
        if lock is None or lock.action is not FieldMDPAction.ALL:
            yield Problem("seal_locks_nothing", SEAL)
        if self.signatures[-1].sig_object_type != "/DocTimeStamp":
            yield Problem("archive_timestamp_missing", SEAL)

    def has_long_term_data(self) -> bool:
        """Strict (ETSI EN 319 102-1, 5.6.3), from the file alone. The slowest check: for files sound so far."""
        seal = next(signature for signature in self.signatures if signature.field_name == SEAL)
        policy = CertValidationPolicySpec(SimpleTrustManager.build(self.roots), CertRevTrustPolicy(REQUIRE_REVINFO))
        timing = ValidationTimingInfo(self.at, self.at, point_in_time_validation=True)
        spec = PdfSignatureValidationSpec(SignatureValidationSpec(policy))
        result = asyncio.run(ades_lta_validation(seal, spec, timing_info=timing))
        return result.ades_subindic is AdESPassed.OK


def _kind(field: str) -> Kind:
    return {CERTIFICATION: "certification", SEAL: "seal"}.get(field, "approval")


def _unchanged(status: ModificationInfo) -> bool:
    """Later revisions did only what signing does."""
    return (
        status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
        and status.modification_level <= ModificationLevel.FORM_FILLING
    )
