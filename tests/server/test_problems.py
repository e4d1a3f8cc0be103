import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

import media.recording_errors  # noqa: F401 - its classes cross the worker socket too
from cases.errors import CaseNotFound, IdentityTooShort
from otp.errors import Cooldown
from server.errors import STATUS, InvalidInput, status_of
from server.problems import describe, problem, problems
from server.texts import FOLDER, problem_text, texts


def test_a_known_error_has_its_status_code_and_both_texts():
    status, body = describe(CaseNotFound())
    assert status == 404
    assert body["code"] == "case_not_found"
    assert body["type"] == "urn:cvx:problem:case_not_found"
    assert body["title"] == problem_text("case_not_found").en
    assert body["detail"] == problem_text("case_not_found").zh


def test_a_class_without_a_line_gets_the_status_of_its_nearest_base():
    class Special(IdentityTooShort):
        pass

    assert status_of(Special()) == STATUS[IdentityTooShort.__base__]


def test_details_reach_the_client():
    assert describe(IdentityTooShort(seconds=4.9))[1]["seconds"] == 4.9
    assert describe(Cooldown(42))[1]["retry_after"] == 42


def test_details_cannot_replace_the_named_members():
    error = CaseNotFound(status=200, code="fine")
    assert describe(error)[1]["code"] == "case_not_found"
    assert describe(error)[1]["status"] == 404


def test_an_unknown_error_says_nothing_but_a_reference():
    status, body = describe(RuntimeError("A123456789 secret"))
    assert status == 500
    assert body["code"] == "internal"
    assert "A123456789" not in str(body)
    assert len(body["reference"]) == 12


def test_retry_after_is_a_header_too():
    response = problem(Cooldown(42), make_mocked_request("GET", "/"))
    assert response.headers["Retry-After"] == "42"
    assert response.content_type == "application/problem+json"


def test_the_reader_gets_the_language_he_prefers():
    english = problem(CaseNotFound(), make_mocked_request("GET", "/", headers={"Accept-Language": "en-GB,zh;q=0.5"}))
    chinese = problem(CaseNotFound(), make_mocked_request("GET", "/", headers={"Accept-Language": "zh-TW"}))
    assert problem_text("case_not_found").en in english.text
    assert problem_text("case_not_found").zh in chinese.text


async def test_the_middleware_is_where_exceptions_end():
    async def raising(request):
        raise InvalidInput("$.kind")

    async def redirecting(request):
        raise web.HTTPFound("/elsewhere")

    response = await problems(make_mocked_request("GET", "/"), raising)
    assert (response.status, response.content_type) == (400, "application/problem+json")
    with pytest.raises(web.HTTPFound):
        await problems(make_mocked_request("GET", "/"), redirecting)


def every_class(base):
    yield base
    for child in base.__subclasses__():
        yield from every_class(child)


def test_every_code_that_a_client_may_see_has_a_text_in_both_languages():
    codes = {kind.code for base in STATUS for kind in every_class(base) if kind.__module__.split(".")[0] != "tests"}
    missing = sorted(code for code in codes if f"problem.{code}" not in texts())
    assert missing == []


def test_no_key_of_the_catalogue_is_given_twice():
    import msgspec

    keys = [key for file in FOLDER.glob("*.json") for key in msgspec.json.decode(file.read_bytes())]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_every_text_has_both_languages():
    assert [key for key, text in texts().items() if not (text.zh and text.en)] == []
