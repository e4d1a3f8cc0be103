"""How packets look on the wire: JSON by msgspec, and a guard for packets that no client of ours sends."""

import msgspec
from socketio.packet import ACK, BINARY_ACK, BINARY_EVENT, EVENT, Packet

MALFORMED = "malformed"


class MsgspecJson:
    """The two functions that python-socketio asks of a JSON module; `separators` is its habit, always compact here."""

    @staticmethod
    def dumps(value: object, **_: object) -> str:
        return msgspec.json.encode(value).decode()

    @staticmethod
    def loads(text: str | bytes) -> object:
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            raise ValueError("not JSON") from error


class GuardedPacket(Packet):
    """A packet that cannot be read becomes the event `malformed`, so that the owner of the connection ends it.

    Without this the library logs a traceback for each and carries on, and keeps any number of attachments.
    """

    def decode(self, encoded_packet: str | bytes) -> int:
        try:
            attachments = super().decode(encoded_packet)
        except (ValueError, TypeError, IndexError):
            return self._refuse()
        if self.packet_type in (EVENT, BINARY_EVENT) and not _is_event(self.data):
            return self._refuse()
        if attachments > 1 or self.packet_type in (ACK, BINARY_ACK):
            return self._refuse()
        return attachments

    @classmethod
    def reconstruct_binary(cls, data: object, attachments: list[bytes]) -> object:
        try:
            return super().reconstruct_binary(data, attachments)
        except (TypeError, IndexError, RecursionError):
            return [MALFORMED]

    def _refuse(self) -> int:
        self.packet_type = EVENT
        self.namespace = None
        self.id = None
        self.data = [MALFORMED]
        return 0


def _is_event(data: object) -> bool:
    return isinstance(data, list) and bool(data) and isinstance(data[0], str)
