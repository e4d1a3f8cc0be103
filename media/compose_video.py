"""Pictures of a film: decoded, scaled, put beside each other on planes of brightness and colour, encoded.

A picture is held until the next one, so late joins, gaps, resizes and other frame rates are all the same thing. Planes
are pasted with numpy, each only when its source has something new, into the frame that is encoded; libx264 takes two
thirds of the time, and libavfilter's scale and xstack would be no faster (`python -m bench compose`).
"""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec.context import Flags
from av.container import InputContainer
from av.video.reformatter import Interpolation, VideoReformatter

from media import mp4
from media.compose_layout import BAR, HEIGHT, WIDTH, Rect, arrange, fit
from media.compose_overlay import PAPER, Bar, Letters, Name, plate
from media.compose_part import Picture
from media.compose_plan import FPS, Clip, Lane, Plan, Span
from media.compose_source import Clips, seek

TICK_MS = 1000 // FPS
NEAREST_MS = TICK_MS // 2  # a picture is shown at the moment that is nearest to its own
GREY = 128
TURNS = {90: 3, 180: 2, 270: 1}  # numpy turns the other way
PLATES = ("camera_off", "interrupted", "absent", "unreadable")
OPTIONS = {
    "preset": "veryfast",
    "crf": "25",
    "maxrate": "2500k",
    "bufsize": "5000k",
    "g": "200",
    "threads": "1",
    "x264-params": "colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m",
}

Planes = tuple[np.ndarray, np.ndarray, np.ndarray]


class Reel:
    """The pictures of one clip, forward from wherever it is asked first."""

    def __init__(self, clip: Clip, container: InputContainer, at_ms: float):
        self._clip, self._container = clip, container
        seek(self._container, at_ms - clip.start_ms)
        self._frames = self._decoded()
        self._next = next(self._frames, None)

    def at(self, at_ms: float) -> av.VideoFrame | None:
        """The newest picture by then, None where the last answer still stands."""
        newest = None
        while self._next is not None and self._next[0] <= at_ms + NEAREST_MS:
            newest = self._next[1]
            self._next = next(self._frames, None)
        return newest

    def close(self) -> None:
        self._container.close()

    def _decoded(self) -> Iterator[tuple[float, av.VideoFrame]]:
        stream = self._container.streams[0]
        for packet in self._container.demux(stream):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue  # a picture that cannot be decoded: the one before it stands
            for frame in frames:
                if frame.pts is not None:
                    yield self._clip.start_ms + float(frame.pts * stream.time_base * 1000), frame


class Canvas:
    """The picture that is being put together, in the memory of one frame: encoders copy what they are given."""

    def __init__(self) -> None:
        self.frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        self._luma, self._blue, self._red = (_plane(plane) for plane in self.frame.planes)
        self.fill(Rect(0, 0, WIDTH, HEIGHT), PAPER)

    def region(self, place: Rect) -> Planes:
        x, y, width, height = place
        half = np.s_[y // 2 : (y + height) // 2, x // 2 : (x + width) // 2]
        return self._luma[y : y + height, x : x + width], self._blue[half], self._red[half]

    def fill(self, place: Rect, brightness: int | np.ndarray) -> None:
        luma, blue, red = self.region(place)
        luma[:], blue[:], red[:] = brightness, GREY, GREY


class Tile:
    """One lane in its place of the picture."""

    def __init__(self, lane: Lane, letters: Letters, clips: Clips, words: dict[str, str]):
        self.lane = lane
        self._letters, self._clips, self._words = letters, clips, words
        self._scaler = VideoReformatter()
        self._place = Rect(0, 0, 0, 0)
        self._name: Name | None = None
        self._span: Span | None = None  # that is followed
        self._drawn: Span | None = None  # that the canvas shows in this place
        self._shape = (0, 0)  # of the picture there
        self._reel: Reel | None = None
        self._frame: av.VideoFrame | None = None

    def showing(self, at_ms: float) -> bool:
        return self._span_at(at_ms).state == "live"

    def move(self, place: Rect, label: str) -> None:
        """To another place."""
        self._place, self._drawn = place, None
        self._name = Name(self._letters, label, place.width) if label else None

    def draw(self, canvas: Canvas, at_ms: float) -> None:
        """What changed since the last time."""
        span = self._span_at(at_ms)
        frame = self._follow(span, at_ms)
        fresh = span is not self._drawn
        self._drawn = span
        if self._frame is not None and (fresh or frame is not None):
            self._draw_picture(canvas, self._frame, fresh)
        elif fresh:
            canvas.fill(self._place, plate(self._letters, self._place, self._reason(span)))
            self._print_name(canvas, self._place)

    def _reason(self, span: Span) -> str:
        """Why there is no picture: none may have come yet."""
        if span.state != "live":
            return self._words[span.state]
        return "" if self._reel else self._words["unreadable"]

    def close(self) -> None:
        if self._reel is not None:
            self._reel.close()
        self._reel = self._frame = None

    def _span_at(self, at_ms: float) -> Span:
        return next(span for span in reversed(self.lane.spans) if span.from_ms <= at_ms or span.from_ms <= 0)

    def _follow(self, span: Span, at_ms: float) -> av.VideoFrame | None:
        """The picture that is new, None where there is none."""
        if span is not self._span:
            self.close()
            self._span = span
            self._turn = self.lane.clips[span.clip].rotation if span.clip >= 0 else 0
            self._reel = self._opened(span, at_ms) if span.state == "live" else None
        frame = self._reel.at(at_ms) if self._reel else None
        self._frame = frame or self._frame
        return frame

    def _opened(self, span: Span, at_ms: float) -> Reel | None:
        clip = self.lane.clips[span.clip]
        container = self._clips.open(clip)
        return Reel(clip, container, at_ms) if container else None

    def _draw_picture(self, canvas: Canvas, frame: av.VideoFrame, around: bool) -> None:
        planes = self._scaled(frame)
        height, width = planes[0].shape
        inside = fit(width, height, self._place)
        if around or self._shape != (width, height):
            canvas.fill(self._place, PAPER)
        self._shape = width, height
        for region, plane in zip(canvas.region(inside), planes, strict=True):
            region[:] = plane
        self._print_name(canvas, inside)

    def _scaled(self, frame: av.VideoFrame) -> Planes:
        """As large as it will be shown, upright."""
        lying = self._turn in (90, 270)
        upright = (frame.height, frame.width) if lying else (frame.width, frame.height)
        inside = fit(*upright, self._place)
        width, height = (inside.height, inside.width) if lying else (inside.width, inside.height)
        scaled = self._scaler.reformat(frame, width, height, "yuv420p", interpolation=Interpolation.BILINEAR, threads=1)
        planes = tuple(_plane(plane) for plane in scaled.planes)
        return tuple(np.rot90(plane, TURNS[self._turn]) for plane in planes) if self._turn else planes

    def _print_name(self, canvas: Canvas, inside: Rect) -> None:
        name = self._name
        if name and name.width <= inside.width and name.height <= inside.height:
            bottom = inside.y + inside.height - name.height
            name.over(*canvas.region(Rect(inside.x, bottom, name.width, name.height)))


def _plane(plane: av.video.plane.VideoPlane) -> np.ndarray:
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]


class Stage:
    """All tiles of a film, and the line on top."""

    def __init__(self, plan: Plan, font: Path, clips: Clips):
        words = plan.words
        letters, texts = Letters(font), {name: getattr(words, name) for name in PLATES}
        self._plan = plan
        self._canvas = Canvas()
        self._faces = [Tile(lane, letters, clips, texts) for lane in plan.faces]
        self._screens = [Tile(lane, letters, clips, texts) for lane in plan.screens]
        self._bar = Bar(letters, words.title, words.clock)
        self._shared: list[Tile] | None = None
        self._second = -1

    def draw(self, number: int) -> av.VideoFrame:
        """The picture of this number, in the memory of the one before."""
        at_ms = number * TICK_MS
        self._draw_bar(at_ms)
        shared = [tile for tile in self._screens if tile.showing(at_ms)]
        if shared != self._shared:
            self._arrange(shared)
        for tile in (*self._faces, *shared):
            tile.draw(self._canvas, at_ms)
        return self._canvas.frame

    def close(self) -> None:
        for tile in (*self._faces, *self._screens):
            tile.close()

    def _draw_bar(self, at_ms: int) -> None:
        moment = self._plan.started_at + timedelta(milliseconds=at_ms)
        second = int(moment.timestamp())
        if second != self._second:
            self._second = second
            self._canvas.fill(Rect(0, 0, WIDTH, BAR), self._bar.at(moment))

    def _arrange(self, shared: list[Tile]) -> None:
        self._shared = shared
        faces, screens = arrange(len(self._faces), len(shared))
        self._canvas.fill(Rect(0, BAR, WIDTH, HEIGHT - BAR), PAPER)
        for tile, place in zip(self._faces, faces, strict=True):
            tile.move(place, tile.lane.label)
        for tile, place in zip(shared, screens, strict=True):
            tile.move(place, f"{self._plan.words.screen} {tile.lane.label}".strip())


def encode(stage: Stage, numbers: range) -> tuple[bytes, int, list[Picture], list[bytes]]:
    """The avcC record, the delay, and the pictures of these numbers in the order of decoding: a closed group of
    pictures, the same to the byte whenever it is made."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.options = Fraction(1, FPS), Fraction(FPS), OPTIONS
    encoder.flags |= Flags.global_header
    packets = []
    for number in numbers:
        frame = stage.draw(number)
        frame.pts, frame.time_base = number - numbers.start, encoder.time_base
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    delay = -packets[0].dts
    if [packet.dts for packet in packets] != [number - delay for number in range(len(numbers))]:
        raise ValueError("the encoder did not give one picture after the other")
    data = [mp4.length_prefixed(bytes(packet)) for packet in packets]
    pictures = [
        Picture(len(unit), packet.pts - packet.dts, packet.is_keyframe)
        for packet, unit in zip(packets, data, strict=True)
    ]
    return mp4.avc_setup(bytes(encoder.extradata)), delay, pictures, data
