"""One HTTP request to a vendor, and what its outcome says about the message."""

from collections.abc import Mapping

import aiohttp

from otp.errors import SmsRefused, SmsTimeout

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=3)
ANSWER_LIMIT = 64 << 10


async def post_form(
    session: aiohttp.ClientSession, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> str:
    """The body of a 2xx answer. Raises SmsRefused when nothing was accepted: no connection, or a 4xx answer; and
    SmsTimeout when nobody knows: silence, a broken connection, or a 5xx answer."""
    try:
        async with session.post(url, data=form, headers=headers, timeout=TIMEOUT, allow_redirects=False) as response:
            body = (await response.content.read(ANSWER_LIMIT)).decode("utf-8", "replace")
            status = response.status
    except aiohttp.ClientConnectorError as unreachable:
        raise SmsRefused("the gateway cannot be reached") from unreachable
    except (TimeoutError, aiohttp.ClientError) as silent:
        raise SmsTimeout("the gateway did not answer") from silent
    if status >= 500:
        raise SmsTimeout(f"the gateway answered {status}")
    if not 200 <= status < 300:
        raise SmsRefused(f"the gateway answered {status}")
    return body
