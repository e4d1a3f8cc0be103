"""What a use case needs to do its work: the ports, the OTP service and the rulebook."""

from dataclasses import dataclass, field

from cases.shelf import Shelf
from cases.turns import Turns
from otp.service import OtpService
from ports.blobs import Blobs
from ports.clock import Clock
from ports.journal import Journal
from ports.keys import Keys
from ports.keyvalue import KeyValue
from underwriting.load import Rulebook


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """`count`: photos of one task. `size`: bytes of one."""

    count: int = 10
    size: int = 12 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Desk:
    """`roots` are the certificates (PEM) that signed documents lead to; the evidence package carries them."""

    journal: Journal
    keyvalue: KeyValue
    blobs: Blobs
    keys: Keys
    clock: Clock
    otp: OtpService
    rulebook: Rulebook
    roots: tuple[bytes, ...] = ()
    photo_limits: PhotoLimits = PhotoLimits()
    shelf: Shelf = field(default_factory=Shelf)
    decoders: Turns = field(default_factory=Turns)
