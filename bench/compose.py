"""One film of three people, 640x480@30 each, to 1280x720@25 H264 and AAC: recorded seconds to a second of processor.

The peer does the same, without names, clock and encryption, in the plain way: the ffmpeg command line where it is
installed, else libavfilter's xstack and amix through PyAV; both with one thread and the same encoder settings.
"""

import argparse
import asyncio
import io
import resource
import shutil
import subprocess
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av

from bench._footage import shoot
from bench._table import show
from esign.fonts import font_files
from media.compose import compose
from media.compose_video import OPTIONS
from ports.blobs import open_blobs
from ports.keys import MemoryKeys

PEOPLE = 3
SECONDS = {True: 30, False: 60}
CELLS = ("0_0", "426_0", "852_0")
PICTURE = "fps=25,scale=426:320,setsar=1,pad=426:720:0:200"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, help="length of the recording")


def run(arguments: argparse.Namespace) -> dict:
    seconds = arguments.seconds or SECONDS[arguments.quick]
    ours, files = asyncio.run(measure(seconds))
    name, theirs = peer(files, seconds)
    result = {
        "realtime_factor": round(seconds / ours["cpu_s"], 2),
        "wall_factor": round(seconds / ours["wall_s"], 2),
        "peer": name,
        "peer_realtime_factor": round(seconds / theirs, 2),
        "ratio_to_peer": round(theirs / ours["cpu_s"], 2),
        "seconds": seconds,
        "megabytes": ours["megabytes"],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    show([result])
    return result


async def measure(seconds: int) -> tuple[dict, list[tuple[bytes, bytes]]]:
    keys = MemoryKeys()
    blobs = open_blobs("memory:", keys)
    order, files = await shoot(PEOPLE, seconds, blobs, keys)
    cpu, wall = time.process_time(), time.monotonic()
    made = await compose(order, blobs=blobs, font=font_files()[0])
    spent = {"cpu_s": time.process_time() - cpu, "wall_s": time.monotonic() - wall}
    return {**spent, "megabytes": round(made.size / 1e6, 2)}, files


def peer(files: list[tuple[bytes, bytes]], seconds: int) -> tuple[str, float]:
    """Its name, and the processor seconds that it took."""
    program = shutil.which("ffmpeg")
    return ("ffmpeg", by_program(program, files)) if program else ("pyav filter graph", by_graph(files))


def by_program(program: str, files: list[tuple[bytes, bytes]]) -> float:
    with tempfile.TemporaryDirectory(prefix="cvx-bench-") as folder:
        paths = [Path(folder) / f"{number}.webm" for number in range(2 * len(files))]
        for path, data in zip(paths, (data for pair in files for data in pair), strict=True):
            path.write_bytes(data)
        inputs = [part for path in paths for part in ("-threads", "1", "-i", str(path))]
        pictures = "".join(f"[{2 * n}:v]{PICTURE}[v{n}];" for n in range(len(files)))
        sounds = "".join(f"[{2 * n + 1}:a]" for n in range(len(files)))
        stack = "".join(f"[v{n}]" for n in range(len(files))) + f"xstack=inputs={len(files)}:layout={'|'.join(CELLS)}"
        graph = f"{pictures}{stack},pad=1280:720[v];{sounds}amix=inputs={len(files)}[a]"
        options = [part for name, value in OPTIONS.items() for part in (f"-{name}", value)]
        command = [program, "-v", "error", "-filter_threads", "1", "-filter_complex_threads", "1", *inputs]
        command += ["-filter_complex", graph, "-map", "[v]", "-map", "[a]", "-c:v", "libx264", *options]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*command, "-c:a", "aac", "-b:a", "64k", f"{folder}/film.mp4"], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def by_graph(files: list[tuple[bytes, bytes]]) -> float:
    cpu = time.process_time()
    with av.open(io.BytesIO(), "w", format="mp4") as out:
        video = out.add_stream("libx264", rate=25, options=OPTIONS)
        video.width, video.height, video.pix_fmt = 1280, 720, "yuv420p"
        sound = out.add_stream("aac", rate=48000, layout="mono", bit_rate=64000)
        pictures(out, video, [av.open(io.BytesIO(camera)) for camera, _ in files])
        voices(out, sound, [av.open(io.BytesIO(microphone)) for _, microphone in files])
    return time.process_time() - cpu


def pictures(out, stream, inputs: list) -> None:
    graph = av.filter.Graph()
    graph.threads = 1
    stack = graph.add("xstack", f"inputs={len(inputs)}:layout={'|'.join(CELLS)}")
    sources = []
    for number, container in enumerate(inputs):
        container.streams[0].codec_context.thread_count = 1
        last = source = graph.add_buffer(template=container.streams.video[0])
        for part in PICTURE.split(","):
            name, _, options = part.partition("=")
            step = graph.add(name, options)
            last.link_to(step)
            last = step
        last.link_to(stack, 0, number)
        sources.append(source)
    pad, sink = graph.add("pad", "1280:720"), graph.add("buffersink")
    stack.link_to(pad)
    pad.link_to(sink)
    graph.configure()
    pump(out, stream, sources, inputs, sink, Fraction(1, 25))


def voices(out, stream, inputs: list) -> None:
    graph = av.filter.Graph()
    mix, sink = graph.add("amix", f"inputs={len(inputs)}"), graph.add("abuffersink")
    shape = graph.add("aformat", "sample_fmts=fltp:channel_layouts=mono")
    sources = [graph.add_abuffer(template=container.streams.audio[0]) for container in inputs]
    for number, source in enumerate(sources):
        source.link_to(mix, 0, number)
    mix.link_to(shape)
    shape.link_to(sink)
    graph.configure()
    pump(out, stream, sources, inputs, sink, Fraction(1, 48000))


def pump(out, stream, sources: list, inputs: list, sink, base: Fraction) -> None:
    """A frame of each input in turn, and what comes out of the graph to the encoder."""
    frames, count = [container.decode(container.streams[0]) for container in inputs], 0
    while sources:
        for source, iterator in list(zip(sources, frames, strict=True)):
            frame = next(iterator, None)
            source.push(frame)
            if frame is None:
                sources, frames = sources[1:], frames[1:]
        count = drain(out, stream, sink, base, count)
    out.mux(stream.encode(None))


def drain(out, stream, sink, base: Fraction, count: int) -> int:
    while True:
        try:
            frame = sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return count
        if isinstance(frame, av.VideoFrame):
            frame.pict_type = 0
            frame.pts, frame.time_base = count, base
            count += 1
        out.mux(stream.encode(frame))
