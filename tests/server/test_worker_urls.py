from pathlib import Path

import pytest

from server.app import worker_urls
from server.settings import Settings

PORTS = [
    ("127.0.0.1", "tcp://127.0.0.1:7802", "tcp://127.0.0.1:7802"),
    ("203.0.113.7", "tcp://0.0.0.0:7802", "tcp://203.0.113.7:7802"),
    ("2001:db8::7", "tcp://[::]:7802", "tcp://[2001:db8::7]:7802"),
]


def test_on_one_machine_a_worker_is_reached_through_a_file():
    url = "unix:///srv/cvx/run/media-2.sock"
    assert worker_urls(Settings(data_dir=Path("/srv/cvx")), 2) == (url, url)


@pytest.mark.parametrize(("host", "listens", "told"), PORTS)
def test_between_machines_a_worker_is_reached_at_the_media_address(host, listens, told):
    assert worker_urls(Settings(redis_url="redis://kv", media_host=host), 2) == (listens, told)
