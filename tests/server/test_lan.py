import ssl

from server.lan import lan_address, qr_lines, serve_lan_certificate


def test_the_certificate_is_for_the_address_and_loads_with_its_key(tmp_path):
    certificate, key = serve_lan_certificate(tmp_path, "192.0.2.7")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    assert ssl._ssl._test_decode_cert(str(certificate))["subjectAltName"] == (("IP Address", "192.0.2.7"),)


def test_the_key_is_readable_by_its_owner_alone(tmp_path):
    _, key = serve_lan_certificate(tmp_path, "192.0.2.7")
    assert key.stat().st_mode & 0o777 == 0o600


def test_the_lan_address_is_an_ipv4_address():
    assert len(lan_address().split(".")) == 4


def test_the_qr_code_has_as_many_rows_as_its_version_needs():
    assert len(qr_lines("https://192.0.2.7:8080/")) > 10
