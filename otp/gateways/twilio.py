"""Twilio, Messages resource: a form with basic authentication, and JSON with the message's `sid`. It knows no
de-duplication key, so nothing is sent twice after a time-out."""

import aiohttp
import msgspec

from otp.errors import SmsTimeout
from otp.gateways.http import post_form


class _Message(msgspec.Struct):
    sid: str


class TwilioSms:
    deduplicates = False

    def __init__(self, session: aiohttp.ClientSession, base_url: str, account: str, token: str, sender: str):
        """`sender` is a number in E.164 or the id of a messaging service (MG...)."""
        self._session, self._headers = session, {"Authorization": aiohttp.encode_basic_auth(account, token)}
        self._url = f"{base_url.rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json"
        self._sender = {"MessagingServiceSid" if sender.startswith("MG") else "From": sender}

    async def send(self, phone: str, text: str, dedup_key: str) -> str:
        body = await post_form(self._session, self._url, {"To": phone, "Body": text, **self._sender}, self._headers)
        try:
            return msgspec.json.decode(body, type=_Message).sid
        except (msgspec.DecodeError, msgspec.ValidationError) as unreadable:
            raise SmsTimeout("an answer without a message id") from unreadable
