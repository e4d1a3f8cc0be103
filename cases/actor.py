"""Who acts. The server builds it from the session; nothing else about the login reaches the cases."""

from typing import Literal

import msgspec

ActorKind = Literal["member", "agent", "reviewer", "underwriter", "system"]


class Actor(msgspec.Struct, frozen=True):
    """`id` is the person id. `registration_no` is the agent's 登錄證字號, empty for others."""

    id: str
    kind: ActorKind
    name: str = ""
    unit: str | None = None
    session_id: str = ""
    registration_no: str = ""

    @property
    def label(self) -> str:
        """How the journal names the actor."""
        return f"{self.kind}:{self.id}"


SYSTEM = Actor(id="system", kind="system")
