from pathlib import Path

import pytest

from server.app import worker_urls
from server.settings import Settings

PORTS = [
    ("127.0.0.1", "203.0.113.7", "tcp://127.0.0.1:7802", "tcp://127.0.0.1:7802"),
    ("10.77.7.1", "203.0.113.7", "tcp://10.77.7.1:7802", "tcp://10.77.7.1:7802"),
    ("fd00::7", "2001:db8::7", "tcp://[fd00::7]:7802", "tcp://[fd00::7]:7802"),
    ("0.0.0.0", "203.0.113.7", "tcp://0.0.0.0:7802", "tcp://203.0.113.7:7802"),
    ("::", "2001:db8::7", "tcp://[::]:7802", "tcp://[2001:db8::7]:7802"),
]


def test_on_one_machine_a_worker_is_reached_through_a_file():
    url = "unix:///srv/cvx/run/media-2.sock"
    assert worker_urls(Settings(data_dir=Path("/srv/cvx")), 2) == (url, url)


@pytest.mark.parametrize(("listen", "host", "listens", "told"), PORTS)
def test_between_machines_a_worker_is_reached_where_it_listens(listen, host, listens, told):
    settings = Settings(redis_url="redis://kv", media_listen=listen, media_host=host)
    assert worker_urls(settings, 2) == (listens, told)


def test_unless_it_is_said_a_worker_listens_to_its_own_machine_alone():
    settings = Settings(redis_url="redis://kv", media_host="203.0.113.7")
    assert worker_urls(settings, 0) == ("tcp://127.0.0.1:7800", "tcp://127.0.0.1:7800")
