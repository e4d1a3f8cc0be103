"""The sections of a description: what a peer's bring, what ours carry, and which codecs may be in them.

One of the three files that touch private names (see transport): here of aiortc.
"""

from typing import NamedTuple

from aiortc import RTCRtpSender, RTCRtpTransceiver
from aiortc.codecs import CODECS
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from aiortc.rtcrtpparameters import RTCRtcpFeedback, RTCRtpCodecParameters
from aiortc.sdp import MediaDescription, SessionDescription

from media import sdp
from media.errors import BadDescription
from media.forwarding import Position, mid_extension

CODEC_ORDER = ("VP8", "H264", "VP9", "AV1", "opus")
MAX_SECTIONS = 16
MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
REFUSALS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    InternalError,
    InvalidAccessError,
    InvalidStateError,
    OperationError,
)


def offer_codecs() -> None:
    """Let aiortc negotiate VP9 and AV1 too; it never has to decode them here. Safe to call again."""
    known = {codec.name for codec in CODECS["video"]}
    for name, payload_type in (("VP9", 110), ("AV1", 112)):
        if name not in known:
            feedback = [RTCRtcpFeedback("nack"), RTCRtcpFeedback("nack", "pli"), RTCRtcpFeedback("goog-remb")]
            CODECS["video"].append(
                RTCRtpCodecParameters(f"video/{name}", 90000, payloadType=payload_type, rtcpFeedback=feedback)
            )


offer_codecs()


class Incoming(NamedTuple):
    """One section of the peer's offer that brings a track."""

    mid: str
    kind: str
    codec: str
    clock_rate: int
    payload_type: int
    ssrc: int | None
    mid_extension_id: int
    capability: RTCRtpCodecParameters


class Outgoing:
    """One section of our offer and the one stream (SSRC) in it; when its track has ended, another goes on in it.
    `position`: where the stream stands, once something was sent."""

    def __init__(self, transceiver: RTCRtpTransceiver):
        self._transceiver = transceiver
        self.free = True
        self.position: Position | None = None

    @property
    def kind(self) -> str:
        return self._transceiver.kind

    @property
    def mid(self) -> str:
        return self._transceiver.mid

    @property
    def ssrc(self) -> int:
        return self._transceiver.sender._ssrc

    @property
    def payload_type(self) -> int:
        return self._transceiver._codecs[0].payloadType

    @property
    def accepted(self) -> bool:
        """Whether the peer's last answer takes this track."""
        return not self.free and self._transceiver.currentDirection == "sendonly" and bool(self._transceiver._codecs)

    @property
    def extension(self) -> bytes:
        return mid_extension(_mid_extension_id(self._transceiver), self.mid)

    def carry(self, codec: RTCRtpCodecParameters, stream_id: str, track_id: str) -> None:
        """The next offer brings this track."""
        self.free = False
        sender = self._transceiver.sender
        sender._stream_id, sender._track_id = stream_id, track_id
        capabilities = RTCRtpSender.getCapabilities(self.kind).codecs
        same = [c for c in capabilities if c.mimeType == codec.mimeType and c.parameters == codec.parameters]
        self._transceiver.setCodecPreferences(same)
        self._transceiver.direction = "sendonly"

    def release(self) -> None:
        self.free = True
        self._transceiver.direction = "inactive"


def incoming(media: MediaDescription, transceivers: list[RTCRtpTransceiver]) -> Incoming:
    """What a section of the peer's offer brings, now that it is answered."""
    transceiver = next(t for t in transceivers if t.mid == media.rtp.muxId)
    codec = transceiver._codecs[0]
    return Incoming(
        mid=media.rtp.muxId,
        kind=media.kind,
        codec=codec.name,
        clock_rate=codec.clockRate,
        payload_type=codec.payloadType,
        ssrc=media.ssrc[0].ssrc if media.ssrc else None,
        mid_extension_id=_mid_extension_id(transceiver),
        capability=codec,
    )


def sending_sections(offer: str) -> dict[str, str]:
    """MID -> kind of the sections that bring a track. Raises BadDescription."""
    return {media.rtp.muxId: media.kind for media in parse(offer).media if sends(media)}


def parse(description: str) -> SessionDescription:
    """Raises BadDescription."""
    try:
        described = SessionDescription.parse(sdp.admit(description))
        kinds = {media.kind for media in described.media}
        mids = {media.rtp.muxId for media in described.media}
    except REFUSALS as error:
        raise BadDescription("a description that cannot be read") from error
    sections = len(described.media)
    if not 0 < sections <= MAX_SECTIONS or not kinds <= {"audio", "video"} or len(mids) != sections:
        raise BadDescription(f"a description with {sections} sections of {sorted(kinds)}")
    return described


def sends(media: MediaDescription) -> bool:
    return media.port != 0 and media.direction in ("sendonly", "sendrecv")


def one_codec(common: list[RTCRtpCodecParameters]) -> list[RTCRtpCodecParameters]:
    """The one we like best. Raises ValueError."""
    usable = [codec for codec in common if codec.name in CODEC_ORDER]
    if not usable:
        raise ValueError("no codec in common")
    return [min(usable, key=lambda codec: CODEC_ORDER.index(codec.name))]


def _mid_extension_id(transceiver: RTCRtpTransceiver) -> int:
    ids = (extension.id for extension in transceiver._headerExtensions if extension.uri == MID_URI)
    return next(ids, 0)
