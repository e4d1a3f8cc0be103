from hypothesis import given
from hypothesis import strategies as st
from socketio.packet import CONNECT, EVENT

from signaling.packets import MALFORMED, GuardedPacket, MsgspecJson

GuardedPacket.json = MsgspecJson


NEARLY = st.from_regex(r"[0-9]{1,3}-?/?[a-z]*,?[0-9]*[\[{].*", fullmatch=True)


@given(st.text(max_size=60) | st.binary(max_size=60) | NEARLY)
def test_no_packet_raises_and_every_event_has_a_name(text):
    packet = GuardedPacket(encoded_packet=text or "2")
    if packet.packet_type == EVENT:
        assert isinstance(packet.data[0], str)


def test_a_good_packet_passes_as_it_is():
    packet = GuardedPacket(encoded_packet='27["room.mute",{"muted":true}]')
    assert (packet.packet_type, packet.id, packet.data) == (EVENT, 7, ["room.mute", {"muted": True}])
    assert GuardedPacket(encoded_packet="0").packet_type == CONNECT


def test_one_attachment_is_put_in_its_place():
    packet = GuardedPacket(encoded_packet='51-["capture.frame",{"jpeg":{"_placeholder":true,"num":0}}]')
    assert packet.attachment_count == 1
    assert packet.add_attachment(b"\xff\xd8")
    assert packet.data == ["capture.frame", {"jpeg": b"\xff\xd8"}]


def test_an_attachment_for_no_place_makes_the_packet_malformed():
    packet = GuardedPacket(encoded_packet='51-["capture.frame",{"jpeg":{"_placeholder":true,"num":9}}]')
    packet.add_attachment(b"x")
    assert packet.data == [MALFORMED]


def test_more_than_one_attachment_is_malformed():
    assert GuardedPacket(encoded_packet='52-["capture.frame"]').data == [MALFORMED]


def test_what_is_sent_is_compact_json():
    assert GuardedPacket(EVENT, data=["x", {"name": "王大陸"}]).encode() == '2["x",{"name":"王大陸"}]'
