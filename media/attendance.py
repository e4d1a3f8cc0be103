"""When a room ends by itself: it stays empty, or its host stays away (S72). Pure."""

from collections.abc import Collection

from media.messages import Reason

HOST = "host"
HOST_SECONDS = 120.0
EMPTY_SECONDS = 900.0


class Attendance:
    """Told of the roles that are present after each coming and going; `now` is monotonic seconds. A host that has not
    come yet is waited for as long as an empty room is."""

    def __init__(self, now: float):
        self._deadlines = dict.fromkeys((Reason.ROOM_EMPTY, Reason.HOST_LOST), now + EMPTY_SECONDS)

    def update(self, roles: Collection[str], now: float) -> None:
        self._watch(Reason.ROOM_EMPTY, bool(roles), now + EMPTY_SECONDS)
        self._watch(Reason.HOST_LOST, HOST in roles, now + HOST_SECONDS)

    def verdict(self, now: float) -> Reason | None:
        """Why the room should end now, if it should."""
        return next((reason for reason, deadline in self._deadlines.items() if now > deadline), None)

    def _watch(self, reason: Reason, fine: bool, deadline: float) -> None:
        if fine:
            self._deadlines.pop(reason, None)
        else:
            self._deadlines.setdefault(reason, deadline)
