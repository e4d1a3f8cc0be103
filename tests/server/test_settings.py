from pathlib import Path

import pytest

from server.settings import Settings, SettingsError, load_settings

PRODUCTION = {
    "CVX_ENV": "production",
    "CVX_DB_URL": "postgresql+asyncpg://db/cvx",
    "CVX_REDIS_URL": "redis://kv",
    "CVX_BLOB_URL": "s3://bucket",
    "CVX_PUBLIC_URL": "https://cvx.example",
    "CVX_KEK_FILE": "/run/secrets/kek",
    "CVX_AUTHORITY_DIR": "/run/secrets/authority",
    "CVX_TSA_URL": "https://tsa.example",
    "CVX_SMS": "mitake",
    "CVX_SMS_URL": "https://sms.example",
}


def problems_of(environ):
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    return caught.value.problems


def test_without_variables_the_embedded_default_binds_only_this_machine():
    settings = load_settings({"PATH": "/bin"})
    assert settings == Settings()
    assert settings.host == "127.0.0.1"


def test_an_unknown_variable_of_ours_is_an_error_that_names_it():
    assert problems_of({"CVX_PROT": "1"}) == ("CVX_PROT is not a setting",)


def test_all_problems_are_reported_at_once():
    assert problems_of({"CVX_PORT": "eighty", "CVX_MEDIA_WORKERS": "x", "CVX_FOO": ""}) == (
        "CVX_FOO is not a setting",
        "CVX_PORT: must be a whole number",
        "CVX_MEDIA_WORKERS: must be a whole number",
    )


def test_production_with_every_engine_named_is_accepted():
    assert load_settings(PRODUCTION).env == "production"


@pytest.mark.parametrize("name", ["CVX_DB_URL", "CVX_REDIS_URL", "CVX_BLOB_URL", "CVX_KEK_FILE", "CVX_TSA_URL"])
def test_production_refuses_to_fall_back_to_an_embedded_engine(name):
    environ = {key: value for key, value in PRODUCTION.items() if key != name}
    assert problems_of(environ) == (f"{name} must be set when CVX_ENV=production",)


def test_production_refuses_the_console_sms_twin():
    environ = PRODUCTION | {"CVX_SMS": "console"}
    assert problems_of(environ) == ("CVX_SMS=console sends no SMS: choose a gateway when CVX_ENV=production",)


def test_a_child_process_gets_the_same_settings_through_its_environment():
    settings = Settings(port=9000, data_dir=Path("/tmp/x"), ice_urls=("stun:a", "stun:b"))
    assert load_settings(settings.environment()) == settings


@pytest.mark.parametrize(
    "url", ["turn:", "turn://turn.example", "turn:turn.example?transport=tls", "http://a", "turn:a b"]
)
def test_an_address_that_a_browser_would_refuse_stops_the_start(url):
    environ = {"CVX_ICE_URLS": f"stun:stun.example,{url}", "CVX_TURN_SECRET": "a" * 16}
    assert problems_of(environ) == (f"CVX_ICE_URLS: {url} is no stun:, turn: or turns: address (RFC 7064, RFC 7065)",)


def test_turn_over_udp_tcp_and_tls_is_named_by_address():
    urls = ("turn:turn.example:3478?transport=udp", "turn:turn.example?transport=tcp", "turns:[2001:db8::1]:443")
    assert load_settings({"CVX_ICE_URLS": ",".join(urls), "CVX_TURN_SECRET": "a" * 16}).ice_urls == urls


@pytest.mark.parametrize("secret", ["", "short"])
def test_turn_without_a_secret_worth_its_name_stops_the_start(secret):
    environ = {"CVX_ICE_URLS": "turns:turn.example:443", "CVX_TURN_SECRET": secret}
    assert problems_of(environ) == ("CVX_TURN_SECRET must have at least 16 characters where CVX_ICE_URLS names TURN",)
