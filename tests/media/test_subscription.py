"""A publication and its subscription over connections that are up: what reaches whom, byte for byte."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from media import rtcp, rtx
from media.extensions import block, mid_of, orientation_of
from media.forwarding import BANDWIDTH_CAP, HEADER, payload_of, upstream_bandwidth
from media.ice import LOOPBACK
from media.messages import ParticipantSpec
from media.publication import Publication
from media.recent import SIZE
from media.resending import AGAIN_S, BURST
from media.subscription import REPAIRS_AT_ONCE, Subscription
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

    def send(self, sequence: int, time: int, payload: bytes, marker: int = 0x80, extension: bytes = b"") -> None:
        """From the camera's end, as if the uplink had received it now."""
        self.publication.rtp(self.header(sequence, time, marker, extension) + payload, self.uplink.transport.now())

    def send_again(self, sequence: int, time: int, payload: bytes, number: int = 0) -> None:
        agreed = self.sent.agreed
        header = rtx.wrap(self.header(sequence, time), agreed.rtx_payload_type, agreed.rtx_ssrc, number)
        self.publication.rtx(header + payload, self.uplink.transport.now())

    def header(self, sequence: int, time: int, marker: int = 0x80, extension: bytes = b"") -> bytes:
        first, payload_type = 0x90 if extension else 0x80, self.publication.info.payload_type
        return HEADER.pack(first, marker | payload_type, sequence, time, self.sent.ssrc) + extension

    def numbers(self) -> list[int]:
        """Of the packets that the viewer got, in its own count."""
        return [HEADER.unpack_from(packet)[2] for packet in self.viewer.packets]

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


async def test_the_recorder_gets_the_packet_as_it_came_with_the_next_tick(path):
    path.send(1, 2, b"payload")
    assert path.sink.packets == []
    path.publication.tick(0.0)
    assert [packet[12:] for packet in path.sink.packets] == [b"payload"]
    assert int.from_bytes(path.sink.packets[0][8:12]) == path.sent.ssrc


async def test_the_recorder_waits_for_no_tick_while_packets_come_in_a_hurry(path):
    for number in range(70):
        path.send(number, 3000, b"payload")
    assert len(path.sink.packets) == 64


async def test_what_the_recorder_is_told_comes_after_the_packets_before_it(path):
    path.send(1, 2, b"payload")
    path.publication.mute(True)
    assert len(path.sink.packets) == 1


async def test_a_recorder_that_fails_at_a_packet_is_still_told_that_the_track_ends(path):
    path.send(1, 2, b"payload")

    def fail(packet, arrived):
        raise ValueError("not for me")

    path.sink.rtp = fail
    path.publication.end("left")
    assert path.sink.closed == "left"


async def test_a_recorder_that_fails_at_a_packet_ends_no_tick_and_gets_the_next(path):
    path.send(1, 2, b"payload")
    taken, path.sink.rtp = path.sink.rtp, lambda packet, arrived: 1 / 0
    path.publication.tick(0.2)
    path.sink.rtp = taken
    path.send(2, 2, b"payload")
    path.publication.tick(0.4)
    assert len(path.sink.packets) == 1


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


def again(path: Path, packet: bytes) -> bytes:
    """The original of a packet that the viewer got by RTX."""
    agreed = path.section.agreed
    assert (packet[1] & 0x7F, int.from_bytes(packet[8:12])) == (agreed.rtx_payload_type, agreed.rtx_ssrc)
    return rtx.unwrap(packet, agreed.payload_type, agreed.ssrc)


async def test_what_a_viewer_misses_is_sent_again_as_it_was_by_rtx(path):
    for number in range(3):
        path.send(65535 + number & 0xFFFF, number, b"payload %d" % number)
    await until(lambda: len(path.viewer.packets) == 3)
    path.subscription.heard(rtcp.PacketsMissing(path.section.ssrc, tuple(path.numbers()[:2])), 0.0)
    await until(lambda: len(path.viewer.packets) == 5)
    first, second = path.viewer.packets[3:]
    assert [again(path, first), again(path, second)] == path.viewer.packets[:2]
    assert HEADER.unpack_from(second)[2] - HEADER.unpack_from(first)[2] == 1
    assert path.downlink.transport.counters.rtx_sent == 2


async def test_a_viewer_without_rtx_gets_the_packet_itself_again(path):
    path.subscription._agreed = path.section.agreed._replace(rtx_payload_type=0)
    path.send(1, 2, b"payload")
    sent = []
    path.subscription._resender._transport = Sent(path.downlink.transport, sent)
    await until(lambda: path.viewer.packets)
    path.subscription.heard(rtcp.PacketsMissing(path.section.ssrc, tuple(path.numbers())), 0.0)
    assert sent == path.viewer.packets


class Sent:
    """A transport of which only what it is given to send matters: SRTP takes a copy of a packet for a replay."""

    def __init__(self, transport: Transport, packets: list[bytes]):
        self.counters, self._packets = transport.counters, packets

    def send_rtp(self, header: bytes, payload: bytes) -> None:
        self._packets.append(header + payload)


async def test_a_request_that_crossed_the_answer_is_not_answered_twice(path):
    path.send(1, 2, b"payload")
    await until(lambda: path.viewer.packets)
    wanted = rtcp.PacketsMissing(path.section.ssrc, tuple(path.numbers()))
    for now in (0.0, AGAIN_S / 2, AGAIN_S * 2):
        path.subscription.heard(wanted, now)
    counters = path.downlink.transport.counters
    assert (counters.rtx_sent, counters.rtx_refused) == (2, 1)


async def test_a_far_viewer_may_ask_again_only_after_half_its_round_trip(path):
    path.send(1, 2, b"payload")
    await until(lambda: path.viewer.packets)
    path.publication.sender_report(rtcp.SenderReport(path.sent.ssrc, 0x0123456789ABCDEF, 4000), 0.0)
    heard = path.downlink.transport.now() + 0.5
    path.subscription.heard(rtcp.LossReport(path.section.ssrc, 0, 0x456789AB, int(0.1 * 65536)), heard)
    wanted = rtcp.PacketsMissing(path.section.ssrc, tuple(path.numbers()))
    for now in (0.0, 0.15, 0.25):
        path.subscription.heard(wanted, now)
    assert path.downlink.transport.counters.rtx_sent == 2


async def test_a_flood_of_requests_gets_no_more_than_was_sent_and_a_burst(path):
    count = SIZE
    for number in range(count):
        path.send(number, number, b"payload")
    first = path.subscription._rewrite.header(0, 0, 0)
    start = HEADER.unpack_from(first)[2]
    everything = rtcp.PacketsMissing(path.section.ssrc, tuple(start + number & 0xFFFF for number in range(count)))
    for round_ in range(20):
        path.subscription.heard(everything, float(round_))
    counters = path.downlink.transport.counters
    assert (counters.rtx_sent, counters.rtx_sent + counters.rtx_refused) == (BURST, 20 * REPAIRS_AT_ONCE)
    path.send(count, count, b"payload")
    path.subscription.heard(everything, 30.0)
    assert counters.rtx_sent == BURST + 1


async def test_what_is_kept_no_more_costs_a_picture(path):
    for number in range(SIZE + 10):
        path.send(number, number, b"payload")
    path.publication.tick(path.uplink.transport.now() + 1.0)
    before = path.uplink.transport.counters.keyframe_requests
    path.subscription.heard(
        rtcp.PacketsMissing(path.section.ssrc, (path.subscription._rewrite._sequence & 0xFFFF,)), 0.0
    )
    path.publication.tick(path.uplink.transport.now() + 2.0)
    assert path.uplink.transport.counters.keyframe_requests == before + 1
    assert path.downlink.transport.counters.rtx_sent == 0


async def test_nothing_from_before_a_viewer_came_is_sent_to_it(path):
    path.subscription.detach()
    for number in range(5):
        path.send(number, number, b"before")
    await path.subscribe()
    path.subscription.attach()
    path.send(5, 5, b"after")
    await until(lambda: path.viewer.packets)
    (number,) = path.numbers()
    path.subscription.heard(rtcp.PacketsMissing(path.section.ssrc, (number - 1, number - 5)), 0.0)
    assert path.downlink.transport.counters.rtx_sent == 0


async def test_what_did_not_arrive_is_asked_for_and_goes_its_way_late(path):
    path.send(10, 1000, b"first")
    path.send(12, 3000, b"third")
    await until(lambda: rtcp.PacketsMissing(path.sent.ssrc, (11,)) in path.camera.reports)
    assert path.publication.waits_for(11)
    path.send_again(11, 2000, b"second")
    path.send_again(11, 2000, b"second", number=1)
    await until(lambda: len(path.viewer.packets) == 3)
    assert [payload_of(packet) for packet in path.viewer.packets] == [b"first", b"third", b"second"]
    start = path.numbers()[0]
    assert path.numbers() == [start, start + 2, start + 1]
    path.publication.tick(0.0)
    assert path.sink.packets[2] == path.header(11, 2000) + b"second"
    counters = path.uplink.transport.counters
    assert (counters.repaired, counters.duplicates, counters.late) == (1, 1, 2)
    assert path.publication.arrivals.reception(1, 1.0).packets_lost == 1


async def test_what_does_not_come_for_a_second_is_given_up_for_a_picture(path):
    path.send(10, 1000, b"first")
    await until(lambda: path.camera.reports == [rtcp.KeyframeWanted(path.sent.ssrc)])
    path.send(12, 3000, b"third")
    await until(lambda: path.uplink.transport.counters.given_up == 1)
    assert not path.publication.waits_for(11)
    path.publication.tick(path.uplink.transport.now() + 1.0)
    await until(lambda: path.camera.reports.count(rtcp.KeyframeWanted(path.sent.ssrc)) == 2)
    assert 5 < path.camera.reports.count(rtcp.PacketsMissing(path.sent.ssrc, (11,))) < 15


async def test_a_viewers_request_for_what_we_wait_for_ourselves_costs_no_picture(path):
    path.send(10, 1000, b"first")
    path.send(12, 3000, b"third")
    path.publication.tick(path.uplink.transport.now() + 1.0)
    before = path.uplink.transport.counters.keyframe_requests
    hole = path.subscription._rewrite._sequence + 11 & 0xFFFF
    path.subscription.heard(rtcp.PacketsMissing(path.section.ssrc, (hole,)), 0.0)
    path.publication.tick(path.uplink.transport.now() + 3.0)
    assert path.uplink.transport.counters.keyframe_requests == before


async def test_one_key_frame_a_second_is_asked_for_however_much_is_lost(path):
    """F29: ten seconds with 10 % loss that nothing repairs."""
    now = path.uplink.transport.now()
    path.uplink.transport.now = lambda: now
    for number in range(600):
        now += 1 / 60
        if number % 10 != 5:
            path.send(number, number * 1500, b"payload")
        if path.publication._repair is not None:
            path.publication._repair._ask()
        path.subscription.heard(rtcp.KeyframeWanted(path.section.ssrc), now)
        path.publication.tick(now)
    assert 9 <= path.uplink.transport.counters.keyframe_requests <= 11


async def test_how_the_picture_is_turned_reaches_viewers_and_recorder(path):
    for number, turn in enumerate((1, 1, 3, None, 3)):
        extension = block([(2, b"x"), (path.publication.incoming.orientation_id, bytes([turn]))]) if turn else b""
        path.send(number, number, b"payload", extension=extension)
    path.send(5, 5, b"not the last of its frame", marker=0, extension=extension)
    await until(lambda: len(path.viewer.packets) == 6)
    identifier = path.section.agreed.orientation_id
    assert identifier == 4
    assert [orientation_of(packet, identifier) for packet in path.viewer.packets] == [1, 1, 3, None, 3, None]
    assert {mid_of(packet, 1) for packet in path.viewer.packets} == {path.section.mid}
    assert [payload_of(packet) for packet in path.viewer.packets[:5]] == [b"payload"] * 5
    assert path.sink.turns == [90, 270]
