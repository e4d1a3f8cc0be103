import asyncio
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from asn1crypto import tsp

from esign.authority import load_authority, make_test_authority, root_certificate
from esign.envelope import QUESTIONS, render
from esign.sealing import approve, certify, seal
from tests.esign.hand import ink

ISSUED_AT = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)


def form_data(**changes):
    person = {"name": "王大陸", "id_no_masked": "A12****789", "birth_date": "1980-03-04"}
    child = {"name": "王小明", "id_no_masked": "B12****111", "birth_date": "2010-05-06"}
    return {
        "case_no": "MC97333074",
        "kind": "service",
        "application_date": "2026-11-21",
        "item": {"label": "三倍醫靠住院醫療定期保險", "amount_label": "新臺幣 30 萬元"},
        "persons": [{"role": "policyholder"} | person, {"role": "insured"} | child],
        "agent": {"name": "歐陽林林", "registration_no": "0112345678"},
        "answers": {key: False for keys in QUESTIONS.values() for key in keys},
    } | changes


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return make_test_authority(tmp_path_factory.mktemp("esign") / "authority")


@pytest.fixture(scope="session")
def roots(authority):
    return [root_certificate(authority)]


@pytest.fixture(scope="session")
def form():
    return render("application_service", form_data(), ISSUED_AT)


@pytest.fixture(scope="session")
def fields(form):
    return tuple(field.name for field in form.fields)


@pytest.fixture(scope="session")
def certified(form, authority):
    return certify(form.pdf, form.fields, authority)


@pytest.fixture(scope="session")
def signed(certified, fields, authority):
    pdf = certified
    for seed, name in enumerate(fields):
        pdf = approve(pdf, name, ink(seed), f"binding={seed:064x}", "王大陸", authority)
    return pdf


@pytest.fixture(scope="session")
def sealed(signed, authority):
    return seal(signed, authority)


@pytest.fixture
def tsa(authority):
    """The test authority behind real HTTP, as RFC 3161 3.4 has it; `answers` may be replaced by a test."""
    local = load_authority(authority).timestamper

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            content_type, body = server.answer(request)
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    def granted(request):
        return "application/timestamp-reply", asyncio.run(local.async_request_tsa_response(request)).dump()

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.answer, server.url = granted, f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
