"""Ways to change a sealed file, as someone would who has it and a PDF library, but not our keys."""

import io
import re

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from esign.authority import load_authority

STRAY_INK = b"0.8 0 0 rg 10 10 m 200 40 l 60 50 l h f"


def revisions(pdf: bytes) -> list[bytes]:
    """The file as it was after each save, oldest first."""
    return [pdf[: match.end()] for match in re.finditer(rb"%%EOF\r?\n?", pdf)]


def flipped(pdf: bytes, position: int) -> bytes:
    return pdf[:position] + bytes([pdf[position] ^ 1]) + pdf[position + 1 :]


def flipped_in(pdf: bytes, marker: bytes, offset: int = 40, which: int = 0) -> bytes:
    places = [match.end() for match in re.finditer(re.escape(marker), pdf)]
    return flipped(pdf, places[which] + offset)


def flipped_signature(pdf: bytes, which: int, place: int = 3_000) -> bytes:
    """One hexadecimal digit of a signature's contents, deep inside."""
    contents = list(re.finditer(rb"/Contents <([0-9a-fA-F]+)>", pdf))[which]
    place += contents.start(1) if place > 0 else contents.end(1)
    digit = b"1" if pdf[place : place + 1] == b"0" else b"0"
    return pdf[:place] + digit + pdf[place + 1 :]


def updated(pdf: bytes, change) -> bytes:
    """Save once more, with `change(writer)` in between."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def respelled_timestamp(pdf: bytes) -> bytes:
    """The last token in other letters: the same bytes to every reader, and covered by no signature."""
    contents = list(re.finditer(rb"/Contents <([0-9a-fA-F]+)>", pdf))[-1]
    return pdf[: contents.start(1)] + contents[1].lower() + pdf[contents.end(1) :]


def field(writer, name):
    return next(ref.get_object() for found, _, ref in enumerate_sig_fields(writer) if found == name)


def page(writer, index=0):
    return writer.find_page_for_modification(index)[0].get_object()


def overlay(writer):
    """Paint something new over a page."""
    stream = writer.add_object(generic.StreamObject(stream_data=STRAY_INK))
    writer.add_stream_to_page(0, stream)


def annotate(writer):
    """A note that covers the amount."""
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 500, 300, 520))),
            pdf_name("/Contents"): generic.pdf_string("NTD 3,000,000"),
        }
    )
    target = page(writer)
    annotations = target.get("/Annots", generic.ArrayObject())
    target["/Annots"] = generic.ArrayObject([*annotations, writer.add_object(note)])
    writer.update_container(target)


def swap_ink(name):
    def change(writer):
        target = field(writer, name)
        box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 226, 58)))
        form = {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): box,
        }
        ink = writer.add_object(generic.StreamObject(form, stream_data=STRAY_INK))
        target["/AP"] = generic.DictionaryObject({pdf_name("/N"): ink})
        writer.update_container(target)

    return change


def move_field(name):
    def change(writer):
        target = field(writer, name)
        target["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (300, 700, 526, 758)))
        writer.update_container(target)

    return change


def clear_signature(name):
    def change(writer):
        target = field(writer, name)
        del target["/V"]
        writer.update_container(target)

    return change


def remove_fields(writer):
    form = writer.root["/AcroForm"]
    form["/Fields"] = generic.ArrayObject(list(form["/Fields"])[:1])
    writer.update_container(form)


def remove_form(writer):
    del writer.root["/AcroForm"]
    writer.update_root()


def remove_permissions(writer):
    del writer.root["/Perms"]
    writer.update_root()


def add_field(writer):
    append_signature_field(writer, SigFieldSpec("company.extra", on_page=0, box=(100, 100, 200, 140)))


def crop_page(writer):
    target = page(writer)
    target["/CropBox"] = generic.ArrayObject(map(generic.NumberObject, (0, 400, 595, 842)))
    writer.update_container(target)


def drop_page(writer):
    pages = writer.root["/Pages"]
    pages["/Kids"] = generic.ArrayObject()
    pages["/Count"] = generic.NumberObject(0)
    writer.update_container(pages)


def run_script(writer):
    action = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.alert(1)")}
    writer.root["/OpenAction"] = generic.DictionaryObject(action)
    writer.update_root()


def hide_layer(writer):
    writer.root["/OCProperties"] = generic.DictionaryObject(
        {pdf_name("/OCGs"): generic.ArrayObject(), pdf_name("/D"): generic.DictionaryObject()}
    )
    writer.update_root()


def retitle(writer):
    writer.set_info(generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("other")}))


def nothing(writer):
    writer.update_root()


def countersigned(pdf: bytes, authority_dir, timestamped=True) -> bytes:
    """One more signature of a field of its own, by whatever authority."""
    authority = load_authority(authority_dir)
    meta = PdfSignatureMetadata(field_name="company.extra", md_algorithm="sha256")
    signer = PdfSigner(meta, authority.signer, timestamper=authority.timestamper if timestamped else None)
    return signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf))).getvalue()


def signed_without_timestamp(pdf: bytes, name: str, authority_dir) -> bytes:
    authority = load_authority(authority_dir)
    meta = PdfSignatureMetadata(field_name=name, md_algorithm="sha256")
    return PdfSigner(meta, authority.signer).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf))).getvalue()


def first_page_stream(pdf: bytes) -> int:
    """Where the bytes of the first page's content begin."""
    reader = PdfFileReader(io.BytesIO(pdf))
    reference = reader.root["/Pages"]["/Kids"][0].raw_get("/Contents").reference
    start = pdf.index(b"\n%d 0 obj" % reference.idnum)
    return pdf.index(b"stream\n", start) + 7
