"""The sections of a description: what a peer's bring, what ours carry, and which codecs may be in them.

One of the five files that touch private names (see transport): here of aiortc.
"""

import random
from collections.abc import Iterator
from typing import NamedTuple

from aiortc import RTCRtpSender, RTCRtpTransceiver
from aiortc.codecs import CODECS, HEADER_EXTENSIONS, is_rtx
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from aiortc.rtcrtpparameters import RTCRtcpFeedback, RTCRtpCodecParameters, RTCRtpHeaderExtensionParameters
from aiortc.sdp import MediaDescription, SessionDescription

from media import sdp
from media.errors import BadDescription
from media.forwarding import Position

CODEC_ORDER = ("VP8", "H264", "VP9", "opus")  # what is not recorded is not taken: a room without record is none
MAX_SECTIONS = 16
MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
ORIENTATION_URI = "urn:3gpp:video-orientation"
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
    StopIteration,
)


def offer_more() -> None:
    """Let aiortc negotiate VP9 too, which it never has to decode here, and video orientation. Safe to call again."""
    if all(codec.name != "VP9" for codec in CODECS["video"]):
        feedback = [RTCRtcpFeedback("nack"), RTCRtcpFeedback("nack", "pli"), RTCRtcpFeedback("goog-remb")]
        CODECS["video"] += [
            RTCRtpCodecParameters("video/VP9", 90000, payloadType=110, rtcpFeedback=feedback),
            RTCRtpCodecParameters("video/rtx", 90000, payloadType=111, parameters={"apt": 110}),
        ]
    if all(extension.uri != ORIENTATION_URI for extension in HEADER_EXTENSIONS["video"]):
        HEADER_EXTENSIONS["video"].append(RTCRtpHeaderExtensionParameters(id=4, uri=ORIENTATION_URI))


offer_more()


class Incoming(NamedTuple):
    """One section of the peer's offer that brings a track. `rtx_*`: the stream of its retransmissions; 0 for what was
    not negotiated, None for what the offer does not say."""

    mid: str
    kind: str
    codec: str
    clock_rate: int
    payload_type: int
    ssrc: int | None
    rtx_payload_type: int
    rtx_ssrc: int | None
    mid_extension_id: int
    orientation_id: int
    capability: RTCRtpCodecParameters


class Agreed(NamedTuple):
    """What the peer's answer says of a section of ours; 0 for what was not negotiated."""

    mid: str
    ssrc: int
    payload_type: int
    rtx_ssrc: int
    rtx_payload_type: int
    mid_extension_id: int
    orientation_id: int


class Outgoing:
    """One section of our offer and the one stream (SSRC) in it; when its track has ended, another goes on in it.
    `position`: where the stream stands, once something was sent; `rtx_sequence`: the next of its retransmissions."""

    def __init__(self, transceiver: RTCRtpTransceiver):
        self._transceiver = transceiver
        self.free = True
        self.position: Position | None = None
        self.rtx_sequence = random.getrandbits(14)

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
    def agreed(self) -> Agreed:
        """To be read when the peer has answered: an offer of ours puts our wishes in the place of what was agreed."""
        transceiver = self._transceiver
        return Agreed(
            mid=self.mid,
            ssrc=self.ssrc,
            payload_type=self.payload_type,
            rtx_ssrc=transceiver.sender._rtx_ssrc,
            rtx_payload_type=_rtx_payload_type(transceiver),
            mid_extension_id=_extension_id(transceiver, MID_URI),
            orientation_id=_extension_id(transceiver, ORIENTATION_URI),
        )

    def carry(self, codec: RTCRtpCodecParameters, stream_id: str, track_id: str) -> None:
        """The next offer brings this track."""
        self.free = False
        sender = self._transceiver.sender
        sender._stream_id, sender._track_id = stream_id, track_id
        capabilities = RTCRtpSender.getCapabilities(self.kind).codecs
        same = [c for c in capabilities if c.mimeType == codec.mimeType and c.parameters == codec.parameters]
        same += [c for c in capabilities if is_rtx(c)]
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
        rtx_payload_type=_rtx_payload_type(transceiver),
        rtx_ssrc=_rtx_ssrc(media),
        mid_extension_id=_extension_id(transceiver, MID_URI),
        orientation_id=_extension_id(transceiver, ORIENTATION_URI),
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
    if not all(0 <= ssrc < 1 << 32 for media in described.media for ssrc in _ssrcs(media)):
        raise BadDescription("a stream's SSRC is no number of 32 bits")
    return described


def _ssrcs(media: MediaDescription) -> Iterator[int]:
    for stream in media.ssrc:
        yield stream.ssrc
    for group in media.ssrc_group:
        yield from group.items


def sends(media: MediaDescription) -> bool:
    return media.port != 0 and media.direction in ("sendonly", "sendrecv")


def one_codec(common: list[RTCRtpCodecParameters]) -> list[RTCRtpCodecParameters]:
    """The one we like best, with its retransmissions. Raises ValueError."""
    usable = [codec for codec in common if codec.name in CODEC_ORDER]
    if not usable:
        raise ValueError("no codec in common")
    best = min(usable, key=lambda codec: CODEC_ORDER.index(codec.name))
    return [best, *(c for c in common if is_rtx(c) and c.parameters.get("apt") == best.payloadType)][:2]


def _rtx_payload_type(transceiver: RTCRtpTransceiver) -> int:
    codecs, payload_type = transceiver._codecs, transceiver._codecs[0].payloadType
    return next((c.payloadType for c in codecs if is_rtx(c) and c.parameters.get("apt") == payload_type), 0)


def _rtx_ssrc(media: MediaDescription) -> int | None:
    """Of the first stream, as its FID group says (RFC 5576 section 4.2)."""
    first = media.ssrc[0].ssrc if media.ssrc else None
    pairs = (group.items for group in media.ssrc_group if group.semantic == "FID" and len(group.items) == 2)
    return next((rtx for original, rtx in pairs if original == first), None)


def _extension_id(transceiver: RTCRtpTransceiver, uri: str) -> int:
    return next((extension.id for extension in transceiver._headerExtensions if extension.uri == uri), 0)
