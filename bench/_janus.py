"""Janus with its VideoRoom plugin, recording, in a process of its own, under the same load.

Debian's package, its own defaults, but: only the VideoRoom and WebSocket plugins are loaded, no address but the
benchmark's is offered, no bit rate is imposed, and sessions do not time out.
"""

import asyncio
import contextlib
import itertools
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import aiohttp

from bench._clip import Clip
from bench._media_load import Arrivals, Receiver, Sender, settled
from bench._process import running
from media.ice import IceSettings

PORT = 8188
START_SECONDS = 15.0
ASK_SECONDS = 20.0
CORE = """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{folder}/plugins"
  transports_folder = "{folder}/transports"
  events_folder = "{folder}/none"
  loggers_folder = "{folder}/none"
  debug_level = 2
  session_timeout = 0
}}
media: {{ ipv6 = false }}
nat: {{ ice_enforce_list = "{address}" }}
"""
WEBSOCKETS = """
general: {{ json = "compact" ws = true ws_port = {port} ws_ip = "{address}" wss = false }}
admin: {{ admin_ws = false }}
"""


def installed() -> bool:
    return shutil.which("janus") is not None and _library("plugins/libjanus_videoroom.so") is not None


def version() -> str:
    told = subprocess.run(["janus", "--version"], capture_output=True, text=True).stdout
    found = re.search(r"\((\d+\.\d+\.\d+)\)", told)
    return found.group(1) if found else "of unknown version"


def _library(name: str) -> Path | None:
    return next((path for base in ("/usr/lib", "/usr/local/lib") for path in Path(base).glob(f"**/janus/{name}")), None)


class Janus:
    """The same surface as `_ours.Ours`."""

    def __init__(self, folder: Path, address: str):
        self._folder, self._address = folder, address
        self._stack = contextlib.ExitStack()
        self._participants: list[Participant] = []
        self.pid = 0

    async def start(self) -> None:
        self._configure()
        process = running(["janus", "--configs-folder", str(self._folder)], self._folder / "janus.log")
        self.process = self._stack.enter_context(process)
        self.pid = self.process.pid
        self._http = aiohttp.ClientSession()
        self._session = Session(await self._connect())
        await self._session.open()

    def _configure(self) -> None:
        for folder in ("plugins", "transports", "none", "recordings"):
            (self._folder / folder).mkdir(parents=True)
        for name in ("plugins/libjanus_videoroom.so", "transports/libjanus_websockets.so"):
            (self._folder / name).symlink_to(_library(name))
        values = {"folder": self._folder, "address": self._address, "port": PORT}
        (self._folder / "janus.jcfg").write_text(CORE.format(**values))
        (self._folder / "janus.transport.websockets.jcfg").write_text(WEBSOCKETS.format(**values))

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                url = f"ws://{self._address}:{PORT}/"
                return await self._http.ws_connect(url, protocols=["janus-protocol"])
            except aiohttp.ClientError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                await asyncio.sleep(0.05)

    async def open(self, rooms: int, parties: int, video: Clip, audio: Clip, arrivals: Arrivals) -> None:
        ice = IceSettings(addresses=(self._address,))
        plugin = await self._session.attach()
        for room in range(1, rooms + 1):
            await self._session.ask(plugin, {"request": "create", **self._room(room)})
            party = [Participant(self._session, room, ice, video, audio, arrivals) for _ in range(parties)]
            self._participants += party
            for participant in party:
                await participant.publish()
            for participant in party:
                await participant.subscribe([other.feed for other in party if other is not participant])

    def _room(self, room: int) -> dict[str, Any]:
        rules = {"publishers": 6, "bitrate": 0, "fir_freq": 0, "audiocodec": "opus", "videocodec": "vp8"}
        folder = self._folder / "recordings" / str(room)
        folder.mkdir()
        return {"room": room, "record": True, "rec_dir": str(folder), **rules}

    @property
    def senders(self) -> list[Sender]:
        return [participant.sender for participant in self._participants]

    async def close(self) -> int:
        """The number of recorded tracks."""
        for participant in self._participants:
            await participant.close()
        await self._session.close()
        await self._http.close()
        return sum(path.stat().st_size > 10_000 for path in self._folder.glob("recordings/*/*.mjr"))

    async def stop(self) -> None:
        await asyncio.to_thread(self._stack.close)


class Participant:
    """A publishing and a receiving handle of one person."""

    def __init__(self, session: "Session", room: int, ice: IceSettings, video: Clip, audio: Clip, arrivals: Arrivals):
        self._session, self._room = session, room
        self.sender, self._receiver = Sender(ice, video, audio), Receiver(ice, arrivals)
        self.feed = 0

    async def publish(self) -> None:
        handle = await self._session.attach()
        joined = await self._session.ask(handle, {"request": "join", "ptype": "publisher", "room": self._room})
        self.feed = joined["plugindata"]["data"]["id"]
        offer = {"type": "offer", "sdp": await self.sender.offer()}
        answered = await self._session.ask(handle, {"request": "publish"}, offer)
        await self.sender.transport.accept_answer(answered["jsep"]["sdp"])
        await self.sender.start()

    async def subscribe(self, feeds: list[int]) -> None:
        handle = await self._session.attach()
        body = {"request": "join", "ptype": "subscriber", "room": self._room}
        offered = await self._session.ask(handle, body | {"streams": [{"feed": feed} for feed in feeds]})
        answer, _ = await self._receiver.transport.accept(offered["jsep"]["sdp"])
        await self._session.ask(handle, {"request": "start"}, {"type": "answer", "sdp": answer})
        await settled(self._receiver.transport)

    async def close(self) -> None:
        await self.sender.close()
        await self._receiver.close()


class Session:
    """Requests over one WebSocket; the event that ends a request carries its transaction."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse):
        self._socket, self._numbers = socket, itertools.count(1)
        self._waiting: dict[str, asyncio.Future[dict]] = {}
        self._id = 0
        self._reading = asyncio.create_task(self._read())

    async def open(self) -> None:
        self._id = (await self._say({"janus": "create"}))["data"]["id"]

    async def attach(self) -> int:
        request = {"janus": "attach", "plugin": "janus.plugin.videoroom", "session_id": self._id}
        return (await self._say(request))["data"]["id"]

    async def ask(self, handle: int, body: dict, jsep: dict | None = None) -> dict:
        """The plugin's reply. Raises RuntimeError with the plugin's words when it refuses."""
        request = {"janus": "message", "session_id": self._id, "handle_id": handle, "body": body}
        reply = await self._say(request | ({"jsep": jsep} if jsep else {}))
        data = reply["plugindata"]["data"]
        if "error" in data:
            raise RuntimeError(f"janus: {data['error']}")
        return reply

    async def _say(self, request: dict) -> dict:
        transaction = str(next(self._numbers))
        self._waiting[transaction] = asyncio.get_running_loop().create_future()
        await self._socket.send_json(request | {"transaction": transaction})
        async with asyncio.timeout(ASK_SECONDS):
            reply = await self._waiting[transaction]
        if reply["janus"] == "error":
            raise RuntimeError(f"janus: {reply['error']}")
        return reply

    async def _read(self) -> None:
        async for message in self._socket:
            reply = message.json()
            waiting = self._waiting.get(reply.get("transaction", ""))
            if reply["janus"] != "ack" and waiting is not None and not waiting.done():
                waiting.set_result(reply)

    async def close(self) -> None:
        await self._socket.close()
        await self._reading
