import json
from pathlib import Path

import pytest

from otp.errors import SmsTooLong
from otp.sms import ConsoleSms, SmsText, read_outbox
from ports.clock import FrozenClock
from ports.keyvalue import KeyValue

PLAIN = "<#>【國泰人壽服務驗證碼】驗證碼為338451。僅限本交易使用並請於5分鐘內輸入。"
LONGEST_HOST = "abcdefgh.example.tw"[-18:]


def test_the_text_is_that_of_the_seed_and_has_its_size():
    text = SmsText().render("338451", "web")
    assert text == PLAIN
    assert (len(text), len(text.encode())) == (42, 106)


def test_the_web_gets_the_host_line_and_android_the_hash():
    text = SmsText(host="cvx.example.tw", app_hash="FA+9qCX9VSu")
    assert text.render("338451", "web") == PLAIN + "\n@cvx.example.tw #338451"
    assert text.render("338451", "ios") == PLAIN + "\n@cvx.example.tw #338451"
    assert text.render("338451", "android") == PLAIN + "\nFA+9qCX9VSu"
    assert len(text.render("338451", "android").encode()) == 118


def test_without_hash_android_gets_the_plain_text():
    assert SmsText(host="cvx.example.tw").render("338451", "android") == PLAIN


def test_a_host_of_eighteen_characters_fits_one_sms_and_nineteen_do_not():
    assert len(SmsText(host=LONGEST_HOST).render("338451", "web")) == 70
    with pytest.raises(SmsTooLong):
        SmsText(host="x" + LONGEST_HOST)


def test_a_brand_that_would_make_it_two_sms_is_refused():
    with pytest.raises(SmsTooLong):
        SmsText(brand="很" * 40)


@pytest.mark.parametrize("wrong", [{"host": "https://a.tw"}, {"host": "a b"}, {"app_hash": "short"}, {"host": ""}])
def test_what_is_not_a_host_or_a_hash_is_refused(wrong: dict):
    with pytest.raises(ValueError):
        SmsText(**wrong)


async def test_the_console_prints_the_text_and_only_a_masked_phone(
    keyvalue: KeyValue, clock: FrozenClock, capsys: pytest.CaptureFixture, tmp_path: Path
):
    gateway = ConsoleSms(tmp_path / "sms.jsonl", keyvalue, clock)
    assert await gateway.send("+886912345678", PLAIN, "nonce") == "console-nonce"
    printed = capsys.readouterr().out
    assert PLAIN in printed
    assert "912345678" not in printed
    line = {"at": "2026-03-02T01:00:00+00:00", "phone_masked": "0912***678", "text": PLAIN}
    assert json.loads((tmp_path / "sms.jsonl").read_text()) == line


async def test_the_outbox_keeps_the_last_twenty_the_newest_first(keyvalue: KeyValue, clock: FrozenClock):
    gateway = ConsoleSms(None, keyvalue, clock)
    assert await read_outbox(keyvalue) == ()
    for number in range(25):
        await gateway.send("+886912345678", f'第 {number} 則 "/\\', str(number))
    sent = await read_outbox(keyvalue)
    assert [message.text for message in sent] == [f'第 {number} 則 "/\\' for number in range(24, 4, -1)]
    assert {message.phone_masked for message in sent} == {"0912***678"}
