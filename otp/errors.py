"""What an OTP request is refused with. Codes are stable; no message holds a code or a phone number."""

from datetime import datetime


class OtpError(Exception):
    code = "otp_error"


class PhoneNotAllowed(OtpError):
    """Not a mobile number of a country that we send to."""

    code = "otp_phone_not_allowed"


class Cooldown(OtpError):
    """A code was asked for less than a minute ago (S34). `retry_after` in whole seconds, at least 1."""

    code = "otp_cooldown"

    def __init__(self, retry_after: int):
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


class DailyLimit(OtpError):
    """As many codes as a day allows were sent to this phone or for this person and case (S34)."""

    code = "otp_daily_limit"


class OtpLocked(OtpError):
    """Ten wrong codes for this person and case today (S38); `until` is the next midnight in Taipei."""

    code = "otp_locked"

    def __init__(self, until: datetime):
        super().__init__("too many wrong codes today")
        self.until = until


class WrongCode(OtpError):
    """`left` tries remain with this code; 0: it is dead and a new one is needed (S38)."""

    code = "otp_wrong_code"

    def __init__(self, left: int):
        super().__init__(f"{left} tries left")
        self.left = left


class Expired(OtpError):
    """There is no living code: too old (S37), used, spent by wrong tries, or never sent."""

    code = "otp_expired"


class MalformedCode(OtpError):
    """Not six digits; costs no try (S33)."""

    code = "otp_malformed_code"


class SmsRefused(OtpError):
    """The gateway certainly did not send; another try may follow at once."""

    code = "sms_refused"


class SmsTimeout(OtpError):
    """Nobody knows whether it was sent; never send again without a de-duplication key."""

    code = "sms_timeout"


class SmsTooLong(OtpError):
    """The text would not fit one SMS (S35)."""

    code = "sms_too_long"
