"""Fixtures for every package: the real engines, each started once a session when a test asks for it."""

from hypothesis import settings

from tests.engines import (  # noqa: F401 -- pytest finds fixtures by their names here
    engine_folder,
    postgres_server,
    postgres_url,
    private_valkey,
    s3_server,
    s3_url,
    valkey_server,
    valkey_url,
)

# How long an example takes says something of the machine, and nothing of the code.
settings.register_profile("here", deadline=None)
settings.load_profile("here")
