import pytest

from media.errors import BadDescription
from media.sdp import MAX_LENGTH, admit, user_fragment

OFFER = (
    "v=0\r\na=ice-ufrag:abcd\r\n"
    "a=candidate:1 1 udp 2113937151 192.0.2.7 51000 typ host\r\n"
    "a=candidate:2 1 UDP 2113937151 5f0c7a4e-1b2c-4d6e-8f90-a1b2c3d4e5f6.local 51001 typ host generation 0\r\n"
    "a=end-of-candidates\r\n"
)


def test_mdns_candidates_and_the_end_of_candidates_are_left_out():
    assert admit(OFFER) == ("v=0\r\na=ice-ufrag:abcd\r\na=candidate:1 1 udp 2113937151 192.0.2.7 51000 typ host\r\n")


@pytest.mark.parametrize("port", ["0", "65536", "99999", "-1", "x"])
def test_a_candidate_whose_port_is_none_is_left_out(port):
    assert admit(f"v=0\r\na=candidate:1 1 udp 2113937151 192.0.2.7 {port} typ host\r\n") == "v=0\r\n"


def test_lines_may_end_with_a_line_feed_alone():
    assert admit("v=0\ns=-\n") == "v=0\r\ns=-\r\n"


def test_a_description_that_is_too_long_is_refused():
    with pytest.raises(BadDescription):
        admit("v" * (MAX_LENGTH + 1))


def test_the_user_fragment_names_the_connection():
    assert user_fragment(OFFER) == "abcd"


def test_a_description_without_user_fragment_is_refused():
    with pytest.raises(BadDescription):
        user_fragment("v=0\r\n")
