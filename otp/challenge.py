"""What a code is bound to and how it is made and recognised, with nothing at rest that could give it away (pure)."""

import hmac
import re
import secrets
import struct
from base64 import b32encode

import msgspec
import pyotp

from otp.errors import MalformedCode, PhoneNotAllowed

DIGITS = 6
FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}
BLANKS = {ord(blank): None for blank in " \t\r\n\u00a0\u3000\u200b"}
TYPED = FULL_WIDTH | BLANKS
CODE = re.compile(rf"[0-9]{{{DIGITS}}}")
DASHES = {ord(dash): None for dash in "-()"}
MOBILE = re.compile(r"(?:09|\+8869|008869|8869)([0-9]{8})")


class Binding(msgspec.Struct, frozen=True):
    """What one code is good for (S36). A code of another session, room or purpose is a wrong code."""

    case_id: str
    person_id: str
    room_id: str
    purpose: str
    session_id: str


class Challenge(msgspec.Struct, frozen=True):
    """One code on its way: `code` goes into the SMS, `tag` and `nonce` into the store."""

    nonce: str
    code: str
    tag: str


def new_challenge(pepper: bytes, binding: Binding) -> Challenge:
    """A fresh code. The secret is HMAC(pepper, challenge), the challenge the binding and 16 random bytes; the code is
    the first HOTP value (RFC 4226) of that secret, which is used once and kept nowhere."""
    nonce = secrets.token_hex(16)
    secret = hmac.digest(pepper, _joined("code", nonce, *_fields(binding)), "sha256")
    code = pyotp.HOTP(b32encode(secret).decode(), digits=DIGITS).at(0)
    return Challenge(nonce, code, tag_of(pepper, binding, code))


def tag_of(pepper: bytes, binding: Binding, code: str) -> str:
    """What the store compares: without the pepper neither a code nor its binding can be searched from it."""
    return hmac.digest(pepper, _joined("tag", code, *_fields(binding)), "sha256").hex()


def phone_tag(pepper: bytes, phone: str) -> str:
    """A phone number as a key: counts it without keeping it."""
    return hmac.digest(pepper, _joined("phone", phone), "sha256").hex()[:32]


def typed_code(text: str) -> str:
    """Six ASCII digits of what was typed or pasted: full-width digits and blanks are taken (S33). Raises
    MalformedCode."""
    code = text.translate(TYPED) if len(text) <= 64 else ""
    if not CODE.fullmatch(code):
        raise MalformedCode("a code has six digits")
    return code


def mobile_number(text: str) -> str:
    """`+8869xxxxxxxx` of a Taiwanese mobile number in any usual spelling. Raises PhoneNotAllowed: codes to other
    destinations are how SMS fraud is paid."""
    match = MOBILE.fullmatch(text.translate(TYPED | DASHES) if len(text) <= 64 else "")
    if match is None:
        raise PhoneNotAllowed("not a Taiwanese mobile number")
    return "+8869" + match[1]


def mask_phone(phone: str) -> str:
    """`0912***678` of `+886912345678`."""
    local = "0" + phone.removeprefix("+886")
    return f"{local[:4]}***{local[-3:]}"


def _fields(binding: Binding) -> tuple[str, ...]:
    return msgspec.structs.astuple(binding)


def _joined(*fields: str) -> bytes:
    """Each field behind its length, so that no two lists of fields give the same bytes."""
    encoded = [field.encode() for field in fields]
    return b"".join(struct.pack(">I", len(field)) + field for field in encoded)
