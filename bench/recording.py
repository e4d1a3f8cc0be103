"""What recording costs, and what is lost when the media worker is killed.

`cpu_ms_per_track_second`: two workers get the same load in turn, one records, the other's recorder hears nothing; the
difference of their user and system time, all threads included, per second of each recorded track (a camera of
VP8 640x480@30 at 600 kbps or a microphone of Opus, a track each).

`lost_seconds_max`: a room of three is recorded by a worker that gets SIGKILL at a random instant; then the recording is
recovered from its spool, every file is decoded, and the frames of each track that came back are compared with all
that its sender had sent until the kill. The greatest difference of all tracks and tries, in seconds of media.
"""

import argparse
import asyncio
import io
import os
import random
import signal
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

import av

from bench._clip import AUDIO_SECONDS, FPS, encode_audio, encode_video
from bench._media_load import Arrivals, Sender
from bench._media_worker import stores
from bench._ours import Ours
from bench._table import show
from bench._windows import Subject, alternate, median
from media.ice import LOOPBACK
from media.messages import SealedTrack
from media.recovery import recover
from media.transport import gather_on
from ports.blobs import Blobs

ADDRESS = LOOPBACK.addresses[0]
ROOMS = {True: 3, False: 5}
PARTIES = 3
WINDOWS = {True: (3, 3.0), False: (6, 5.0)}  # rounds, seconds
TRIES = {True: 3, False: 10}
KILL_AFTER = {True: (2.0, 4.0), False: (3.0, 9.0)}  # seconds after everybody is connected
FRAME_SECONDS = {"video": 1 / FPS, "audio": AUDIO_SECONDS}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1, help="of the instants of the kills")


def run(arguments: argparse.Namespace) -> dict:
    gather_on(LOOPBACK)
    clip = encode_video(), encode_audio()
    cost = asyncio.run(price(clip, arguments.quick))
    moments = random.Random(arguments.seed)
    tries = []
    for _ in range(TRIES[arguments.quick]):
        after = moments.uniform(*KILL_AFTER[arguments.quick])
        tries.append(asyncio.run(killed(clip, after)))
    show(tries)
    print(f"recording costs {cost['cpu_ms_per_track_second']} ms of processor time a track-second")
    return {
        **cost,
        "lost_seconds_max": max(one["lost_seconds_max"] for one in tries),
        "lost_seconds_median": median([one["lost_seconds_max"] for one in tries], 3),
        "tracks_recovered": sum(one["tracks"] for one in tries),
        "files_undecodable": sum(one["undecodable"] for one in tries),
        "tries": len(tries),
    }


async def price(clip: tuple, quick: bool) -> dict:
    rooms, tracks = ROOMS[quick], ROOMS[quick] * PARTIES * 2
    with TemporaryDirectory(prefix="cvx-bench-") as folder:
        planes = [Ours(Path(folder) / "recording", ADDRESS), Ours(Path(folder) / "deaf", ADDRESS, deaf=True)]
        subjects = [Subject(plane, PARTIES - 1) for plane in planes]
        try:
            for subject in subjects:
                await subject.plane.start()
                await subject.plane.open(rooms, PARTIES, *clip, subject.arrivals)
            await alternate(subjects, *WINDOWS[quick])
            for plane in planes:
                await plane.close()
        finally:
            for plane in planes:
                await plane.stop()
    recording, deaf = ([w.cpu / w.seconds for w in subject.windows] for subject in subjects)
    differences = [(a - b) * 1000 / tracks for a, b in zip(recording, deaf, strict=True)]
    return {
        "cpu_ms_per_track_second": median(differences, 2),
        "cpu_ms_per_track_second_spread": round(max(differences) - min(differences), 2),
        "cpu_percent_recording": median([cpu * 100 for cpu in recording], 2),
        "cpu_percent_without": median([cpu * 100 for cpu in deaf], 2),
        "tracks": tracks,
    }


async def killed(clip: tuple, after: float) -> dict:
    """One try: record, kill, recover, decode."""
    with TemporaryDirectory(prefix="cvx-bench-") as name:
        folder = Path(name)
        plane = Ours(folder, ADDRESS)
        try:
            await plane.start()
            await plane.open(1, PARTIES, *clip, Arrivals(), stamped=False)
            await asyncio.sleep(after)
            sent = {who: frames_of(sender) for who, sender in plane.named_senders.items()}
            os.kill(plane.pid, signal.SIGKILL)
            await plane.abandon()
        finally:
            await plane.stop()
        blobs, keys = await stores(folder)
        found = [one async for one in recover(folder / "spool", blobs=blobs, keys=keys)]
        tracks = [(one.scope, track) for one in found for track in one.recording.tracks]
        back = {(track.participant_id, track.kind): await decoded(blobs, scope, track) for scope, track in tracks}
    return lost(after, sent, back)


def frames_of(sender: Sender) -> dict[str, int]:
    return {kind: stream.frames for kind, stream in sender.streams.items()}


def lost(after: float, sent: dict[str, dict[str, int]], back: dict[tuple[str, str], int | None]) -> dict:
    """`back`: (participant, kind) -> frames that a decoder gave, None where a file did not open to the end."""
    missing = [
        (frames - (back.get((who, kind)) or 0)) * FRAME_SECONDS[kind]
        for who, kinds in sent.items()
        for kind, frames in kinds.items()
    ]
    return {
        "killed_after_s": round(after, 2),
        "tracks": len(back),
        "undecodable": sum(frames is None for frames in back.values()),
        "lost_seconds_max": round(max(missing), 3),
        "lost_seconds_mean": round(statistics.mean(missing), 3),
    }


async def decoded(blobs: Blobs, scope: str, track: SealedTrack) -> int | None:
    """Frames of all segments; None when one of them does not decode."""
    try:
        return sum([frames_in(await blobs.get(segment.blob, scope=scope)) for segment in track.segments])
    except av.FFmpegError:
        return None


def frames_in(file: bytes) -> int:
    with av.open(io.BytesIO(file)) as container:
        return sum(1 for _ in container.decode(container.streams[0]))
