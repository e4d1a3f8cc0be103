from media.entries import Report
from media.timing import Placed, ntp_ms, pace, starts


def ntp(seconds: float) -> int:
    return int(seconds * 2**32)


def report(taken_s: float, timestamp: int, at_ms: int) -> Report:
    return Report(at_ms, 1, ntp(taken_s), timestamp)


def test_ntp_time_is_seconds_and_fractions():
    assert ntp_ms(3 << 31) == 1500.0


def test_without_reports_a_segment_starts_when_it_came():
    assert starts([Placed("p1", 700, 0, 90000), Placed("p2", 900, 0, 48000)]) == [700, 900]


def test_tracks_of_one_sender_keep_the_distance_they_were_taken_at():
    sound = Placed("p1", 130, 48000, 48000, (report(100.0, 48000, 105), report(105.0, 288000, 5090)))
    picture = Placed("p1", 900, 9000, 90000, (report(101.0, 99000, 1300),))
    assert starts([sound, picture]) == [90, 90]


def test_senders_have_clocks_of_their_own():
    first = Placed("p1", 30, 0, 48000, (report(100.0, 0, 20),))
    second = Placed("p2", 2050, 0, 48000, (report(7.0, 0, 2040),))
    assert starts([first, second]) == [20, 2040]


def test_all_reports_count_at_their_pace_since_clocks_drift():
    drifting = Placed("p1", 10, 0, 48000, (report(3600.5, 48000 * 3600, 3600_500), report(0.0, 0, 0)))
    assert starts([drifting]) == [0]


def test_reports_that_cannot_be_true_are_not_believed():
    wild = Placed("p1", 500, 2**40, 48000, (report(100.0, 0, 10),))
    assert starts([wild]) == [500]


def drifting(parts_in_a_million: float, seconds: int, jitter_ms: float = 0.0) -> list[Report]:
    """Reports every 5 s of a sound card that runs slow by that, some of them late."""
    return [
        report(at + (jitter_ms / 1000 if at % 25 == 0 else 0), round(at * 48000 * (1 - parts_in_a_million / 1e6)), at)
        for at in range(0, seconds, 5)
    ]


def test_reports_tell_how_slow_a_sound_card_is_though_some_were_held_up():
    assert round((pace(drifting(200, 3600), 48000) - 1) * 1e6) == 200
    assert abs((pace(drifting(-200, 3600, jitter_ms=200), 48000) - 1) * 1e6 + 200) < 10


def test_a_short_segment_and_an_impossible_clock_keep_the_pace_of_their_times():
    assert pace(drifting(200, 90), 48000) != 1.0
    assert pace(drifting(200, 30), 48000) == 1.0
    assert pace(drifting(5000, 3600), 48000) == 1.0
    assert pace([], 48000) == 1.0
