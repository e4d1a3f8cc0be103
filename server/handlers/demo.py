"""The embedded default's helper page: who there is, their current codes, the last SMS. Production has no such route."""

from typing import Any

import msgspec

from otp.sms import SentSms, read_outbox
from server.call import Call
from server.demo import demo_logins


class Demo(msgspec.Struct, frozen=True):
    people: tuple[dict[str, Any], ...]
    sms: tuple[SentSms, ...]


async def demo(call: Call) -> Demo:
    return Demo(tuple(demo_logins(call.desk.clock)), await read_outbox(call.desk.keyvalue))
