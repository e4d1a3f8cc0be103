"""Mitake (三竹), short message API: a form, and an answer in lines `name=value`. Shape after public clients, to be
checked against the contract. `clientid` de-duplicates for 12 hours."""

import aiohttp

from otp.errors import SmsRefused, SmsTimeout
from otp.gateways.http import post_form

ACCEPTED = frozenset("0124")  # booked, at the operator, at the operator, delivered


class MitakeSms:
    deduplicates = True

    def __init__(self, session: aiohttp.ClientSession, base_url: str, username: str, password: str):
        self._session, self._username, self._password = session, username, password
        self._url = base_url.rstrip("/") + "/api/mtk/SmSend?CharsetURL=UTF8"

    async def send(self, phone: str, text: str, dedup_key: str) -> str:
        form = {
            "username": self._username,
            "password": self._password,
            "dstaddr": "0" + phone.removeprefix("+886"),
            "smbody": text.replace("\n", "\x06"),  # Mitake's spelling of a line break
            "clientid": dedup_key[:36],
        }
        answer = _fields(await post_form(self._session, self._url, form))
        if "statuscode" not in answer:
            raise SmsTimeout("an answer without a status")
        if answer["statuscode"] not in ACCEPTED or "msgid" not in answer:
            raise SmsRefused(f"status {answer['statuscode'][:8]}")
        return answer["msgid"]


def _fields(body: str) -> dict[str, str]:
    lines = (line.partition("=") for line in body.splitlines())
    return {name.strip().lower(): value.strip() for name, equals, value in lines if equals}
