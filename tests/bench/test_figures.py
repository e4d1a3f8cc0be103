import os
import time

import pytest

from bench import join, media, recording, rejoin
from bench._media_load import STAMP, Arrivals
from bench._process import cpu_seconds
from bench._table import show
from bench._windows import Subject, Window, figures, percentile


def arrivals(*seconds):
    heard = Arrivals()
    heard.seconds = list(seconds)
    return heard


def test_a_percentile_is_a_value_that_was_measured():
    values = [float(n) for n in range(1, 21)]
    assert [percentile(values, p) for p in (5, 50, 95, 99, 100)] == [1.0, 10.0, 19.0, 20.0, 20.0]
    assert percentile([7.0], 95) == 7.0


def test_only_what_was_sent_in_the_window_counts_as_arrived():
    heard = Arrivals()
    heard.heard(b"header" + STAMP.pack(5.0))
    heard.since = 10.0
    heard.heard(b"header" + STAMP.pack(9.9))
    heard.heard(b"header" + STAMP.pack(10.0))
    assert len(heard.seconds) == 1


def test_figures_are_medians_of_the_windows_and_latency_is_beyond_the_direct_path():
    windows = [Window(2.0, cpu, 0.5, sent=100, delivered=200) for cpu in (0.02, 0.04, 0.9)]
    subject = Subject(None, 2, arrivals(*[0.003] * 100), arrivals(*[0.001] * 100), windows)
    found = figures(subject, rooms=2)
    assert found["us_per_forwarded_packet"] == 200.0
    assert found["cpu_percent_per_room"] == 1.0
    assert (found["latency_ms_p50"], found["latency_ms_p99"], found["through_ms_p99"]) == (2.0, 2.0, 3.0)
    assert (found["delivered_ratio"], found["packets_per_s"], found["generator_cpu_percent"]) == (1.0, 100, 25.0)


def test_lost_packets_show_in_the_ratio_that_was_delivered():
    subject = Subject(None, 2, arrivals(0.1), arrivals(0.1), [Window(1.0, 0.1, 0.1, sent=100, delivered=150)])
    assert figures(subject, rooms=1)["delivered_ratio"] == 0.75


def test_the_ratio_to_janus_is_of_the_price_of_a_packet():
    ours = {"us_per_forwarded_packet": 40.0, "generator_cpu_percent": 30.0}
    janus = {"us_per_forwarded_packet": 50.0, "generator_cpu_percent": 90.0}
    both = media.compared(5, 3, [ours, janus])
    assert (both["ratio_to_janus"], both["janus"], both["generator_saturated"]) == (0.8, janus, True)
    alone = media.compared(5, 3, [ours])
    assert (alone["ratio_to_janus"], alone["janus"], alone["generator_saturated"]) == (None, None, False)


def test_rooms_at_the_limit_follow_from_the_greatest_load_of_three():
    results = [
        {"rooms": rooms, "parties": parties, "cpu_percent_per_room": percent}
        for rooms, parties, percent in [(1, 3, 6.0), (12, 3, 2.9), (20, 6, 1.0)]
    ]
    assert media.rooms_within_limit(results) == 20
    assert media.rooms_within_limit(results[2:]) is None


def test_what_a_kill_lost_is_counted_by_the_worst_track():
    sent = {"p0": {"video": 300, "audio": 500}, "p1": {"video": 300, "audio": 500}}
    back = {("p0", "video"): 294, ("p0", "audio"): 500, ("p1", "video"): 300, ("p1", "audio"): 475}
    found = recording.lost(10.0, sent, back)
    assert (found["lost_seconds_max"], found["undecodable"], found["tracks"]) == (0.5, 0, 4)


def test_a_track_that_is_gone_or_does_not_decode_is_lost_whole():
    found = recording.lost(10.0, {"p0": {"video": 300, "audio": 500}}, {("p0", "video"): None})
    assert (found["lost_seconds_max"], found["undecodable"], found["tracks"]) == (10.0, 1, 1)


def test_joins_are_reported_by_their_percentiles():
    joins = [{"publish_ms": float(n), "subscribe_ms": 2.0 * n, "after_offer_ms": 1.5 * n} for n in range(1, 21)]
    found = join.report(joins)
    assert found["joins"] == 20
    assert found["publish_to_connected_ms_p95"] == 19.0
    assert found["subscribe_to_first_frame_ms_p95"] == 38.0


def test_media_is_back_with_the_third_picture_after_the_first_silence():
    moments = [10.0, 10.1, 10.2, 12.0, 12.1, 12.2, 12.3]
    assert rejoin.back(moments, 10.0) == pytest.approx(2.2)


@pytest.mark.parametrize("moments", [[10.0], [10.0, 10.1, 10.2, 10.3, 10.4], [10.0, 12.0, 12.1]])
def test_media_is_not_back_while_there_was_no_silence_or_too_few_pictures(moments):
    assert rejoin.back(moments, 10.0) is None


def test_the_network_changes_and_the_killed_workers_are_reported_apart():
    tries = [{"fault": "network_change", "to_media_s": 1.0}, {"fault": "worker_killed", "to_media_s": 2.0}]
    found = rejoin.report(tries)
    assert (found["network_change_to_media_s_p95"], found["worker_killed_to_media_s_p95"]) == (1.0, 2.0)


def test_processor_time_is_that_of_the_process_asked_for():
    before = cpu_seconds(os.getpid())
    until = time.process_time() + 0.02
    while time.process_time() < until:
        pass
    assert 0.015 < cpu_seconds(os.getpid()) - before < 1.0


def test_columns_of_a_table_stand_below_each_other(capsys):
    show([{"load": "1x3", "ratio": 0.8}, {"load": "12x3", "ratio": ""}])
    assert capsys.readouterr().out == "load  ratio\n 1x3    0.8\n12x3       \n"
