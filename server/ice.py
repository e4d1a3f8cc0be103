"""How browsers reach the media workers: STUN and TURN addresses, with credentials that last as long as a call."""

import base64
import hashlib
import hmac

from ports.clock import Clock
from server.settings import Settings
from signaling.peers import Peer

LIFE_SECONDS = 6 * 3600


def ice_servers(settings: Settings, clock: Clock, peer: Peer) -> list[dict]:
    """In the shape of RTCIceServer. TURN names its user by expiry and session and signs that with the shared secret
    (draft-uberti-behave-turn-rest-00, as coturn does)."""
    stun = [url for url in settings.ice_urls if url.startswith("stun")]
    turn = [url for url in settings.ice_urls if url.startswith("turn")]
    servers: list[dict] = [{"urls": stun}] if stun else []
    if turn:
        user = f"{int(clock.now().timestamp()) + LIFE_SECONDS}:{peer.session_id[:16]}"
        tag = hmac.digest(settings.turn_secret.encode(), user.encode(), hashlib.sha1)
        servers.append({"urls": turn, "username": user, "credential": base64.b64encode(tag).decode()})
    return servers
