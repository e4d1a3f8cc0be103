"""What can go wrong in a conversation; the `code` of each is part of the protocol (docs/protocol.md)."""


class SignalingError(Exception):
    """Base of what a participant is told in an acknowledgement."""

    code = "signaling_error"


class ProtocolError(SignalingError):
    """The message has an unknown type, an unknown field or a wrong shape, or `hello` did not come first."""

    code = "protocol_error"


class UnsupportedVersion(SignalingError):
    """None of the protocol versions that the client speaks is spoken here."""

    code = "unsupported_version"


class SessionEnded(SignalingError):
    """The login behind this connection is over."""

    code = "unauthenticated"


class TicketInvalid(SignalingError):
    """Not a ticket of ours, or made for another session."""

    code = "ticket_invalid"


class TicketExpired(SignalingError):
    code = "ticket_expired"


class TicketUsed(SignalingError):
    """Each ticket opens one door once."""

    code = "ticket_used"


class NotInRoom(SignalingError):
    """A request about a room from someone who has no place, or no longer may have one, in it."""

    code = "not_in_room"


class TooManyMessages(SignalingError):
    """More messages than the limit; nothing was done."""

    code = "too_many_messages"


class Superseded(SignalingError):
    """A newer frame took the place of this one."""

    code = "superseded"


class StaleOffer(SignalingError):
    """The answer is to an offer that a newer one replaced; nothing was done."""

    code = "stale_offer"
