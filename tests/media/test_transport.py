"""What transport.py, sections.py and srtp.py rely on in aiortc, aioice, pylibsrtp and asyncio, one test a name, then
the real thing."""

import asyncio
import inspect
import os
import re
import threading

import aioice.ice
import pylibsrtp
import pytest
from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver, RTCSessionDescription
from aiortc.codecs import CODECS, HEADER_EXTENSIONS, is_rtx
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcicetransport import RTCIceTransport

from media.errors import BadDescription
from media.forwarding import HEADER
from media.ice import LOOPBACK
from media.sections import CODEC_ORDER, ORIENTATION_URI, sending_sections
from media.srtp import MAX_DATAGRAM
from media.transport import PINNED, Transport, check_versions
from ports.clock import SystemClock
from tests.media.peers import Picture, Tone, connection, hang_up, until


def test_exactly_the_pinned_versions_are_installed():
    check_versions()
    with pytest.raises(RuntimeError):
        check_versions(PINNED | {"aiortc": "1.15.0"})


def test_a_transceiver_has_the_private_fields_we_read_and_write():
    transceiver = inspect.getsource(RTCRtpTransceiver)
    for name in ("self._codecs", "self._headerExtensions"):
        assert name in transceiver
    sender = inspect.getsource(RTCRtpSender.__init__)
    for name in ("self._ssrc", "self._stream_id", "self._track_id"):
        assert name in sender or name in inspect.getsource(RTCRtpSender.replaceTrack)


async def test_a_new_connection_has_the_names_we_hook():
    pc = connection()
    transceiver = pc.addTransceiver("video")
    dtls = transceiver.receiver.transport
    assert isinstance(dtls, RTCDtlsTransport)
    assert isinstance(dtls.transport, RTCIceTransport)
    assert (dtls._rx_srtp, dtls._tx_srtp, dtls._task) == (None, None, None)
    assert (dtls.transport._connection._nominated, dtls.transport._connection._protocols) == ({}, [])
    assert dtls.transport._connection._query_consent_task is None
    assert dtls.transport._RTCIceTransport__monitor_task is None
    assert inspect.iscoroutinefunction(pc._RTCPeerConnection__connect)
    assert inspect.iscoroutinefunction(transceiver.sender.send)
    assert inspect.iscoroutinefunction(transceiver.receiver.receive)
    await hang_up(pc)


def test_senders_and_receivers_that_never_started_stop_without_waiting():
    for method in (RTCRtpSender.stop, RTCRtpReceiver.stop):
        assert inspect.getsource(method).split('"""')[2].strip().startswith("if self.__started:")


def test_descriptions_call_connect_by_its_private_name():
    for method in (RTCPeerConnection.setLocalDescription, RTCPeerConnection.setRemoteDescription):
        assert "asyncio.ensure_future(self.__connect())" in inspect.getsource(method)


def test_gathering_asks_for_host_addresses_by_the_name_we_replace():
    source = inspect.getsource(aioice.ice.Connection.gather_candidates)
    assert "get_host_addresses(" in source
    assert aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True) == ["127.0.0.1"]


def test_srtp_is_reached_through_the_session():
    policy = pylibsrtp.Policy(key=bytes(30), ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
    session = pylibsrtp.Session(policy)
    plain = HEADER.pack(0x80, 96, 1, 2, 3) + b"payload"
    cdata, length = pylibsrtp.ffi.new("char[]", 200), pylibsrtp.ffi.new("int *")
    pylibsrtp.ffi.buffer(cdata)[0 : len(plain)] = plain
    length[0] = len(plain)
    assert pylibsrtp.lib.srtp_protect(session._srtp[0], cdata, length) == 0
    assert length[0] == len(plain) + 10
    opposite = pylibsrtp.Policy(key=bytes(30), ssrc_type=pylibsrtp.Policy.SSRC_ANY_INBOUND)
    assert pylibsrtp.Session(opposite).unprotect(pylibsrtp.ffi.buffer(cdata)[0 : length[0]]) == plain


def test_retransmissions_are_negotiated_by_the_names_we_read():
    assert "self._rtx_ssrc" in inspect.getsource(RTCRtpSender.__init__)
    for codec in CODECS["video"]:
        if not is_rtx(codec):
            rtx = [other for other in CODECS["video"] if is_rtx(other) and other.parameters["apt"] == codec.payloadType]
            assert [other.payloadType for other in rtx] == [codec.payloadType + 1]
    payload_types = [codec.payloadType for codec in CODECS["video"]]
    assert len(payload_types) == len(set(payload_types))


def test_video_orientation_is_negotiated_with_an_id_of_its_own():
    ids = {extension.uri: extension.id for kind in ("audio", "video") for extension in HEADER_EXTENSIONS[kind]}
    assert ids[ORIENTATION_URI] == 4
    assert len(set(ids.values())) == len(ids)


class Socket(asyncio.DatagramProtocol):
    """One whose instances take attributes, as aioice's do."""


async def test_asyncio_reads_a_datagram_through_the_instance_and_with_our_size():
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(Socket, local_addr=("127.0.0.1", 0))
    received = loop.create_future()
    protocol.datagram_received = lambda data, address: received.set_result(data)
    transport.max_size = 4
    transport._sock.sendto(b"abcdef", transport.get_extra_info("sockname"))
    assert await asyncio.wait_for(received, 2) == b"abcd"
    transport.close()
    await asyncio.sleep(0)


async def test_a_reader_of_ours_takes_the_place_of_asyncios_and_ends_with_the_transport():
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Socket, local_addr=("127.0.0.1", 0))
    await asyncio.sleep(0)
    received = loop.create_future()
    buffer = bytearray(100)
    transport._loop._add_reader(
        transport._sock_fd, lambda: received.set_result(transport._sock.recvfrom_into(buffer, 4))
    )
    address = transport.get_extra_info("sockname")
    transport._sock.sendto(b"abcdef", address)
    assert await asyncio.wait_for(received, 2) == (4, address)
    assert transport._loop._remove_reader(transport._sock_fd) is True
    transport.close()
    assert transport._loop._remove_reader(transport._sock_fd) is False
    await asyncio.sleep(0)


def test_all_the_codecs_that_we_pass_through_are_offered():
    names = {codec.name for codec in CODECS["video"]} | {codec.name for codec in CODECS["audio"]}
    assert set(CODEC_ORDER) <= names


class Heard:
    """A Transport with what it got."""

    def __init__(self) -> None:
        self.rtp: list[bytes] = []
        self.rtcp: list[bytes] = []
        self.states: list[str] = []
        self.transport = Transport(
            LOOPBACK,
            SystemClock(),
            on_rtp=lambda packet, now: self.rtp.append(packet),
            on_rtcp=lambda packet, now: self.rtcp.append(packet),
            on_state=self.states.append,
        )


async def offered(*tracks) -> RTCPeerConnection:
    pc = connection()
    for track in tracks:
        pc.addTransceiver(track, "sendonly")
    await pc.setLocalDescription(await pc.createOffer())
    return pc


async def test_packets_of_a_real_sender_arrive_decrypted_and_no_decoder_thread_starts():
    threads = {thread.name for thread in threading.enumerate()}
    heard, pc = Heard(), await offered(Picture(), Tone())
    answer, incoming = await heard.transport.accept(pc.localDescription.sdp)
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await until(lambda: len(heard.rtp) > 20 and heard.rtcp)
    assert [(track.kind, track.codec) for track in incoming] == [("video", "VP8"), ("audio", "opus")]
    ssrcs = {int.from_bytes(packet[8:12]) for packet in heard.rtp}
    assert ssrcs == {track.ssrc for track in incoming}
    assert not {t.name for t in threading.enumerate() if "decoder" in t.name} - threads
    await heard.transport.close()
    await hang_up(pc)
    assert heard.states == ["connected", "closed"]


async def test_closing_gives_back_every_task_and_socket_and_may_be_repeated():
    before, files = asyncio.all_tasks(), len(os.listdir("/proc/self/fd"))
    heard, pc = Heard(), await offered(Tone())
    answer, _ = await heard.transport.accept(pc.localDescription.sdp)
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await until(lambda: heard.transport.connected)
    await asyncio.gather(heard.transport.close(), heard.transport.close())
    await heard.transport.close()
    await hang_up(pc)
    await until(lambda: asyncio.all_tasks() == before, 2.0)
    assert len(os.listdir("/proc/self/fd")) == files


async def test_closing_while_connecting_leaves_nothing_behind():
    before, files = asyncio.all_tasks(), len(os.listdir("/proc/self/fd"))
    heard, pc = Heard(), await offered(Tone())
    await heard.transport.accept(pc.localDescription.sdp)
    await asyncio.sleep(0.05)
    await heard.transport.close()
    await hang_up(pc)
    await until(lambda: asyncio.all_tasks() == before, 2.0)
    assert (heard.states, len(os.listdir("/proc/self/fd"))) == (["closed"], files)


async def test_a_close_that_hangs_leaves_no_socket_and_no_task(monkeypatch):
    before, files = asyncio.all_tasks(), len(os.listdir("/proc/self/fd"))
    heard, pc = Heard(), await offered(Tone())
    answer, _ = await heard.transport.accept(pc.localDescription.sdp)
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await until(lambda: heard.transport.connected)
    monkeypatch.setattr("media.transport.CLOSE_SECONDS", 0.05)
    for ice in heard.transport._guards:
        ice.close = asyncio.Event().wait
    await heard.transport.close()
    await hang_up(pc)
    await until(lambda: len(os.listdir("/proc/self/fd")) == files, 2.0)
    await until(lambda: asyncio.all_tasks() == before, 2.0)


async def test_the_time_to_connect_runs_from_the_description_and_not_while_a_turn_is_waited_for(monkeypatch):
    monkeypatch.setattr("media.transport.CONNECT_SECONDS", 0.05)
    waiting, offering = Heard(), Heard()
    await asyncio.sleep(0.1)
    assert waiting.states == []
    offering.transport.section("audio")
    await offering.transport.offer()
    await until(lambda: offering.states == ["failed"], 2.0)
    await waiting.transport.close()
    await offering.transport.close()


async def test_the_end_of_the_peer_is_told_as_closed():
    heard, pc = Heard(), await offered(Tone())
    answer, _ = await heard.transport.accept(pc.localDescription.sdp)
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await until(lambda: heard.transport.connected)
    await hang_up(pc)
    await until(lambda: heard.states == ["connected", "closed"])
    await heard.transport.close()


async def test_what_does_not_authenticate_or_is_too_short_or_empty_is_dropped():
    heard, pc = Heard(), await offered(Tone())
    answer, _ = await heard.transport.accept(pc.localDescription.sdp)
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await until(lambda: heard.transport.connected)
    address = ("127.0.0.1", int(answer.split("a=candidate:")[1].split()[5]))
    loop = asyncio.get_running_loop()
    stranger, _ = await loop.create_datagram_endpoint(Socket, local_addr=("127.0.0.1", 0))
    for datagram in (b"", b"\x80", b"\x80" * 40, b"\x80\xc8" + bytes(40), b"\x80" * (MAX_DATAGRAM + 1)):
        stranger._sock.sendto(datagram, address)
    await until(lambda: heard.transport.refused == 5)
    before = len(heard.rtp)
    await until(lambda: len(heard.rtp) > before)
    stranger.close()
    await heard.transport.close()
    await hang_up(pc)


async def test_a_peer_without_a_fingerprint_ends_only_its_own_connection():
    heard, pc = Heard(), await offered(Tone())
    lines = [line for line in pc.localDescription.sdp.splitlines() if not line.startswith("a=fingerprint")]
    answer, _ = await heard.transport.accept("\r\n".join(lines) + "\r\n")
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await until(lambda: heard.states == ["failed"])
    await heard.transport.close()
    await hang_up(pc)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sdp: "",
        lambda sdp: "nonsense",
        lambda sdp: sdp.replace("m=audio", "m=application"),
        lambda sdp: sdp.replace("a=rtcp-mux", "a=sendonly"),
        lambda sdp: sdp.replace("opus/48000/2", "unheard/8000").replace("PCMU", "X").replace("PCMA", "Y"),
        lambda sdp: sdp.replace("a=ice-pwd", "a=nothing"),
        lambda sdp: sdp.replace("m=audio", "m="),
        lambda sdp: re.sub(r"a=ssrc:\d+", "a=ssrc:4294967296", sdp),
        lambda sdp: re.sub(r"a=ssrc:\d+", "a=ssrc:-1", sdp),
        lambda sdp: sdp + "a=ssrc-group:FID 1 6281948219\r\n",
    ],
)
async def test_an_offer_that_cannot_be_used_is_refused_by_name(spoil):
    heard, pc = Heard(), await offered(Tone())
    with pytest.raises(BadDescription):
        await heard.transport.accept(spoil(pc.localDescription.sdp))
    await heard.transport.close()
    await hang_up(pc)


@pytest.mark.parametrize("codec", ["VP8", "H264", "VP9"])
async def test_the_answer_keeps_one_codec_with_its_retransmissions_and_reads_their_ssrc(codec):
    heard, pc = Heard(), connection()
    transceiver = pc.addTransceiver("video", "sendonly")
    capabilities = RTCRtpSender.getCapabilities("video").codecs
    transceiver.setCodecPreferences([c for c in capabilities if c.name == codec or is_rtx(c)])
    await pc.setLocalDescription(await pc.createOffer())
    answer, (track,) = await heard.transport.accept(pc.localDescription.sdp)
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    assert [c.name for c in transceiver._codecs] == [codec, "rtx"]
    assert (track.codec, track.rtx_payload_type) == (codec, track.payload_type + 1)
    assert (track.ssrc, track.rtx_ssrc) == (transceiver.sender._ssrc, transceiver.sender._rtx_ssrc)
    assert track.orientation_id == 4
    await heard.transport.close()
    await hang_up(pc)


async def test_a_video_that_could_not_be_recorded_is_refused_when_it_is_offered():
    heard, pc = Heard(), await offered(Tone(), Picture())
    only_av1 = re.sub(r"(a=rtpmap:\d+) (VP8|H264|VP9|rtx)/90000", r"\1 AV1/90000", pc.localDescription.sdp)
    with pytest.raises(BadDescription):
        await heard.transport.accept(only_av1)
    await heard.transport.close()
    await hang_up(pc)


async def test_a_peer_that_refuses_retransmissions_and_orientation_gets_none():
    heard, pc = Heard(), connection()
    section = heard.transport.section("video")
    section.carry(CODECS["video"][0], "a", "a-camera")
    offer = await heard.transport.offer()
    plain = [
        line
        for line in offer.splitlines()
        if not any(word in line for word in ("rtx", "apt=", ":98 ", "video-orientation"))
    ]
    await pc.setRemoteDescription(RTCSessionDescription("\r\n".join(plain).replace(" 97 98", " 97") + "\r\n", "offer"))
    await pc.setLocalDescription(await pc.createAnswer())
    await heard.transport.accept_answer(pc.localDescription.sdp)
    agreed = section.agreed
    assert (agreed.rtx_payload_type, agreed.orientation_id, agreed.payload_type) == (0, 0, 97)
    await heard.transport.close()
    await hang_up(pc)


async def test_sections_that_send_are_listed_before_anything_is_negotiated():
    pc = await offered(Picture(), Tone())
    sdp = pc.localDescription.sdp
    assert sending_sections(sdp) == {"0": "video", "1": "audio"}
    assert sending_sections(sdp.replace("a=sendonly", "a=recvonly")) == {}
    await hang_up(pc)


async def test_nothing_is_sent_before_the_connection_is_up():
    heard = Heard()
    heard.transport.send_rtp(HEADER.pack(0x80, 96, 1, 2, 3), b"payload")
    assert heard.transport.unsent == 1
    await heard.transport.close()
