"""A publication and its subscription over connections that are up: what reaches whom, byte for byte."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from media import rtcp
from media.extensions import mid_of
from media.forwarding import BANDWIDTH_CAP, HEADER, payload_of, upstream_bandwidth
from media.ice import LOOPBACK
from media.messages import ParticipantSpec
from media.publication import Publication
from media.subscription import Subscription
from media.transport import Transport
from ports.clock import SystemClock
from tests.media.peers import CountingSink, until

OWNER = ParticipantSpec(participant_id="a", person_id="x", role="host")


class End:
    """One end of a connection with what it received."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.reports: list = []
        self.transport = Transport(LOOPBACK, SystemClock(), self._rtp, self._rtcp, lambda state: None)

    def _rtp(self, packet: bytes, now: float) -> None:
        self.packets.append(packet)

    def _rtcp(self, packet: bytes, now: float) -> None:
        self.reports += rtcp.parse(packet)


class Path:
    """A camera, its publication at the server, and one subscription of it at another peer."""

    def __init__(self) -> None:
        self.camera, self.uplink, self.downlink, self.viewer = End(), End(), End(), End()
        self.sink: CountingSink | None = None

    async def connect(self) -> None:
        self.sent = self.camera.transport.section("video")
        self.sent.carry(_vp8(), "a", "a-camera")
        answer, (incoming,) = await self.uplink.transport.accept(await self.camera.transport.offer())
        await self.camera.transport.accept_answer(answer)
        self.publication = Publication(OWNER, "camera", incoming, self.uplink.transport, self._open_sink, {})
        self.section = self.downlink.transport.section("video")
        await self.subscribe()
        ends = (self.camera, self.uplink, self.downlink, self.viewer)
        await until(lambda: all(end.transport.connected for end in ends))
        self.subscription.attach()

    async def subscribe(self) -> None:
        self.subscription = Subscription(self.publication, self.section, self.downlink.transport)
        answer, _ = await self.viewer.transport.accept(await self.downlink.transport.offer())
        await self.downlink.transport.accept_answer(answer)

    def _open_sink(self, publication: Publication) -> CountingSink:
        self.sink = CountingSink(publication.info, publication.request_keyframe)
        return self.sink

    def send(self, sequence: int, time: int, payload: bytes, marker: int = 0x80) -> None:
        """From the camera's end, as if the uplink had received it now."""
        header = HEADER.pack(0x80, marker | self.publication.info.payload_type, sequence, time, self.sent.ssrc)
        self.publication.rtp(header + payload, self.uplink.transport.now())

    async def close(self) -> None:
        for end in (self.camera, self.uplink, self.downlink, self.viewer):
            await end.transport.close()


def _vp8():
    from aiortc.codecs import CODECS

    return CODECS["video"][0]


@pytest.fixture
async def path() -> AsyncIterator[Path]:
    path = Path()
    await path.connect()
    yield path
    await path.close()


async def test_a_packet_reaches_the_viewer_with_its_payload_and_a_new_identity(path):
    path.send(65535, 2**32 - 1, b"first", marker=0)
    path.send(0, 2999, b"second")
    await until(lambda: len(path.viewer.packets) == 2)
    first, second = path.viewer.packets
    assert (payload_of(first), payload_of(second)) == (b"first", b"second")
    numbers = [HEADER.unpack_from(packet) for packet in (first, second)]
    assert {header[4] for header in numbers} == {path.section.ssrc}
    assert [header[1] for header in numbers] == [path.section.payload_type, 0x80 | path.section.payload_type]
    assert (numbers[1][2] - numbers[0][2], (numbers[1][3] - numbers[0][3]) % 2**32) == (1, 3000)
    assert numbers[0][2] < 2**14
    assert mid_of(first, 1) == path.section.mid


async def test_the_recorder_gets_the_packet_as_it_came(path):
    path.send(1, 2, b"payload")
    assert [packet[12:] for packet in path.sink.packets] == [b"payload"]
    assert int.from_bytes(path.sink.packets[0][8:12]) == path.sent.ssrc


async def test_a_packet_of_another_payload_type_is_not_forwarded(path):
    header = HEADER.pack(0x80, 13, 1, 2, path.sent.ssrc)
    path.publication.rtp(header + b"comfort noise", 0.0)
    assert (path.sink, path.viewer.packets) == (None, [])


async def test_a_sender_report_is_told_in_the_viewers_time(path):
    path.send(1, 1000, b"payload")
    path.publication.sender_report(rtcp.SenderReport(path.sent.ssrc, 0x0123456789ABCDEF, 4000), 0.0)
    await until(lambda: path.viewer.packets and path.viewer.reports)
    shift = HEADER.unpack_from(path.viewer.packets[0])[3] - 1000
    assert path.viewer.reports == [rtcp.SenderReport(path.section.ssrc, 0x0123456789ABCDEF, (4000 + shift) % 2**32)]
    assert path.sink.reports == [(0x0123456789ABCDEF, 4000)]


async def test_many_wishes_for_a_picture_are_one_request_a_second(path):
    path.send(1, 1000, b"payload")
    for _ in range(50):
        path.subscription.heard(rtcp.KeyframeWanted(path.section.ssrc), 0.0)
        path.subscription.heard(rtcp.PacketsMissing(path.section.ssrc, (1,)), 0.0)
    await until(lambda: path.camera.reports)
    await asyncio.sleep(0.1)
    assert path.camera.reports == [rtcp.KeyframeWanted(path.sent.ssrc)]
    path.publication.tick(path.uplink.transport.now() + 1.0)
    await until(lambda: len(path.camera.reports) == 2)


async def test_only_a_receiver_that_loses_packets_limits_the_sender(path):
    estimate = rtcp.Bandwidth(400_000, (path.section.ssrc,))
    path.send(1, 1000, b"payload")
    path.subscription.heard(estimate, 1.0)
    assert upstream_bandwidth(path.publication.bandwidths(), 1.0) == BANDWIDTH_CAP
    path.subscription.heard(rtcp.LossReport(path.section.ssrc, 30), 2.0)
    path.subscription.heard(estimate, 2.5)
    assert upstream_bandwidth(path.publication.bandwidths(), 3.0) == 400_000


async def test_another_track_goes_on_in_the_section_without_a_jump_back(path):
    path.send(500, 1000, b"one")
    await until(lambda: len(path.viewer.packets) == 1)
    path.subscription.detach()
    path.send(501, 4000, b"not forwarded")
    await path.subscribe()
    path.subscription.attach()
    path.send(9, 77, b"two")
    await until(lambda: len(path.viewer.packets) == 2)
    (_, _, sequence, time, ssrc), (_, _, later, later_time, same) = map(HEADER.unpack_from, path.viewer.packets)
    assert (later - sequence, same) == (1, ssrc)
    assert 0 < (later_time - time) % 2**32 < 90000 * 5


async def test_an_ended_publication_forwards_and_records_nothing_more(path):
    path.send(1, 1000, b"payload")
    path.publication.end("left")
    path.publication.end("again")
    path.send(2, 2000, b"late")
    assert (len(path.sink.packets), path.sink.closed) == (1, "left")
