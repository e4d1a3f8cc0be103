"""Passwords (argon2id, 19 MiB, 2 passes: 31 ms) and authenticator codes (RFC 6238)."""

import asyncio
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

STEP_SECONDS = 30
TOTP_KEPT_SECONDS = 120.0
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


class Passwords:
    """Verification off the loop, two at a time: a flood of logins costs 40 MB and two threads, not the service."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(2)

    async def matches(self, hashed: str | None, password: str) -> bool:
        """None is an unknown login, which takes as long as a known one."""
        async with self._turn:
            matches = await asyncio.to_thread(_verify, hashed or _NOBODY, password)
        return matches and hashed is not None


def _verify(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def totp_step(secret: str, code: str, now: datetime) -> int | None:
    """The 30 s step that this code belongs to; one step early or late is good (RFC 6238, 5.2)."""
    present = int(now.timestamp()) // STEP_SECONDS
    generator = pyotp.HOTP(secret)
    return next((step for step in (present, present - 1, present + 1) if generator.verify(code, step)), None)


def totp_now(secret: str, now: datetime) -> str:
    return pyotp.HOTP(secret).at(int(now.timestamp()) // STEP_SECONDS)
