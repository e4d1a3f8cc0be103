"""Signing a form: certification, one approval a handwritten field, the seal. Synchronous, for a process pool.

The order is the protection. All fields exist before the certification, which allows signing only (DocMDP P=2, ISO
32000-1, 12.8.2.2). Each approval locks its own field with the ink as its appearance. The seal locks all fields and adds
the revocation lists and an archive timestamp (PAdES B-LTA, ETSI EN 319 142-1). Every signature has a trusted time: when
the authority does not answer, TimestampUnavailable is raised and nothing is signed.

One document is signed by one caller at a time; arguments and results pickle.
"""

import dataclasses
import io
import logging
from datetime import UTC, datetime
from pathlib import Path

from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
    enumerate_sig_fields,
)
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSignatureMetadata,
    PdfSigner,
    PdfSigningSession,
    TimestampDSSContentSettings,
)
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.stamp import BaseStamp, BaseStampStyle
from pyhanko_certvalidator import ValidationContext

from .authority import Authority, load_authority
from .envelope import SignatureField
from .errors import FieldAlreadySigned, FieldUnknown, SealingRefused, TimestampUnavailable
from .outline import fit, outline, pdf_operators
from .signer import HttpTimestamper, Timestamper
from .strokes import Ink

# Nothing is fetched on purpose: the lists are our own. pyHanko warns of it at each seal.
logging.getLogger("pyhanko.sign.signers.pdf_signer").addFilter(
    lambda record: "fetching is not allowed" not in record.getMessage()
)

CERTIFICATION = "company.certification"
SEAL = "company.seal"
COMPANY = "示範人壽保險股份有限公司"
_MARGIN = 4.0
# Revocation data in the archive timestamp's own revision, so that it covers the last byte of the file.
_DSS = DSSContentSettings(include_vri=False, next_ts_settings=TimestampDSSContentSettings(False, update_before_ts=True))


def certify(
    pdf: bytes,
    fields: tuple[SignatureField, ...],
    authority_dir: Path | str,
    at: datetime | None = None,
    tsa_url: str | None = None,
) -> bytes:
    """Create every signature field and certify: this is the version that was shown. `at`: the claimed time, aware."""
    writer = _writer(pdf)
    if any(True for _ in enumerate_sig_fields(writer)):
        raise SealingRefused("the form has signature fields already")
    for field in fields:
        append_signature_field(writer, _handwritten(field))
    append_signature_field(writer, SigFieldSpec(SEAL, field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL)))
    meta = _meta(
        CERTIFICATION, COMPANY, "本公司製發之版本 issued version", certify=True, docmdp_permissions=MDPPerm.FILL_FORMS
    )
    return _sign(writer, meta, load_authority(authority_dir), tsa_url, at=at)


def approve(
    pdf: bytes,
    field_name: str,
    ink: Ink,
    reason: str,
    signer_name: str,
    authority_dir: Path | str,
    at: datetime | None = None,
    tsa_url: str | None = None,
) -> bytes:
    """Sign one handwritten field: the ink is what one sees, `reason` carries the binding's digest."""
    writer = _writer(pdf)
    _require_certified(writer)
    _require_empty(writer, field_name)
    _require_unsealed(writer)
    meta = _meta(field_name, signer_name, reason)
    return _sign(writer, meta, load_authority(authority_dir), tsa_url, at=at, style=InkStyle(ink=ink))


def seal(pdf: bytes, authority_dir: Path | str, at: datetime | None = None, tsa_url: str | None = None) -> bytes:
    """Close the document when every handwritten field is signed: lock all, embed revocation data, archive timestamp."""
    writer = _writer(pdf)
    _require_certified(writer)
    _require_unsealed(writer)
    empty = [name for name, value, _ in enumerate_sig_fields(writer) if value is None and name != SEAL]
    if empty:
        raise SealingRefused(f"not signed yet: {', '.join(empty)}")
    authority = load_authority(authority_dir)
    meta = _meta(
        SEAL,
        COMPANY,
        "全部簽名完成後封存 sealed after all signatures",
        embed_validation_info=True,
        use_pades_lta=True,
        dss_settings=_DSS,
        tight_size_estimates=tsa_url is None,  # our own authority's tokens have one length
        validation_context=_validation_context(authority),
    )
    return _sign(writer, meta, authority, tsa_url, at=at)


def _handwritten(field: SignatureField) -> SigFieldSpec:
    return SigFieldSpec(
        field.name,
        on_page=field.page - 1,
        box=tuple(round(value) for value in field.rect),
        field_mdp_spec=FieldMDPSpec(FieldMDPAction.INCLUDE, [field.name]),
        readable_field_name=field.name,
    )


def _meta(field_name: str, name: str, reason: str, **more: object) -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=field_name,
        md_algorithm="sha256",
        name=name,
        reason=reason,
        subfilter=SigSeedSubFilter.PADES,
        **more,
    )


def _validation_context(authority: Authority) -> ValidationContext:
    return ValidationContext(
        trust_roots=[authority.root],
        other_certs=[authority.intermediate],
        crls=list(authority.crls),
        allow_fetching=False,
        revocation_mode="require",
    )


def _sign(
    writer: IncrementalPdfFileWriter,
    meta: PdfSignatureMetadata,
    authority: Authority,
    tsa_url: str | None,
    *,
    at: datetime | None,
    style: BaseStampStyle | None = None,
) -> bytes:
    timestamper: Timestamper = HttpTimestamper(tsa_url) if tsa_url else authority.timestamper
    signer = _SignerAt(meta, authority.signer, timestamper=timestamper, stamp_style=style)
    signer.at = at or datetime.now(UTC)
    try:
        signed = signer.sign_pdf(
            writer,
            existing_fields_only=meta.field_name != CERTIFICATION,
            bytes_reserved=None if tsa_url else authority.signature_digits,
        )
        return signed.getvalue()
    except TimestampRequestError as error:
        raise TimestampUnavailable(str(error)) from error


class _SignerAt(PdfSigner):
    """pyHanko reads the machine's clock and zone for the claimed time; ours is given."""

    at: datetime

    def init_signing_session(self, *args: object, **kwargs: object) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session

    def _enforce_certification_constraints(self, reader: PdfFileReader) -> None:
        """Done by `_require_certified`; pyHanko's reads the certification's contents letter by letter (10 ms)."""


def _writer(pdf: bytes) -> IncrementalPdfFileWriter:
    return IncrementalPdfFileWriter(io.BytesIO(pdf))


def _require_certified(writer: IncrementalPdfFileWriter) -> None:
    # Looked up without reading signatures: pyHanko reads their hexadecimal contents letter by letter, 10 ms each.
    if "/DocMDP" not in writer.root.get("/Perms", {}):
        raise SealingRefused("the form is not certified")


def _require_empty(writer: IncrementalPdfFileWriter, name: str) -> None:
    found = {field: value for field, value, _ in enumerate_sig_fields(writer)}
    if name not in found or name in (CERTIFICATION, SEAL):
        raise FieldUnknown(name)
    if found[name] is not None:
        raise FieldAlreadySigned(name)


def _require_unsealed(writer: IncrementalPdfFileWriter) -> None:
    if any(value is not None for _, value, _ in enumerate_sig_fields(writer, with_name=SEAL)):
        raise SealingRefused("the document is sealed")


@dataclasses.dataclass(frozen=True)
class InkStyle(BaseStampStyle):
    """The appearance of a handwritten signature: nothing but the ink."""

    border_width: int = 0
    ink: Ink | None = None

    def create_stamp(self, writer, box, text_params):
        return _InkStamp(writer, self, box)


class _InkStamp(BaseStamp):
    def render(self) -> bytes:
        return pdf_operators(fit(outline(self.style.ink), self.box.width, self.box.height, _MARGIN))

    def as_form_xobject(self) -> StreamObject:
        form = super().as_form_xobject()
        form.compress()  # 38 KB of path operators become 12
        return form
