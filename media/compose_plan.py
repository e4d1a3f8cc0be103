"""What the film of a meeting shows and when: people, their clips on one clock, and where there is nothing. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any, Literal

import msgspec

from media.manifest import Gap, Manifest, ManifestSegment, ManifestTrack
from media.messages import Source, Value

VERSION = 2  # of the pictures: parts of an older one are made anew
FPS = 25
RATE = 48000
PART_FRAMES = 800  # 32 s: a whole number of pictures and of AAC frames
SHOWN_MS = 40  # spans that are shorter show nothing

State = Literal["live", "camera_off", "interrupted", "absent"]
OFF = frozenset({"muted", "unpublished"})
GONE = frozenset({"left", "room_closed", "room_empty", "host_lost"})


class Person(Value, frozen=True):
    """`label` is printed on the picture: role and name."""

    person_id: str
    label: str


class ManifestRef(Value, frozen=True):
    """A manifest's blob, and its digest as the journal has it."""

    blob: str
    sha256: str


class Words(Value, frozen=True):
    """What is printed; the clock is that of Taipei."""

    title: str
    clock: str
    camera_off: str
    interrupted: str
    absent: str
    screen: str
    unreadable: str


class Order(Value, frozen=True):
    """What is asked of the composer. `manifests` in the order of time; `people`: the host first. The film begins at
    `started_at` and lasts `seconds` at least, so that a part that never came is a gap in it."""

    scope: str
    recording_id: str
    started_at: datetime
    seconds: float
    manifests: tuple[ManifestRef, ...]
    people: tuple[Person, ...]
    words: Words


class Clip(Value, frozen=True):
    """A segment on the film's clock, in milliseconds."""

    blob: str
    size: int
    start_ms: int
    end_ms: int
    rotation: int
    ended: str


class Span(Value, frozen=True):
    """From `from_ms` on, until the next span: the clip of this number, or a plate."""

    from_ms: int
    state: State
    clip: int = -1


class Lane(Value, frozen=True):
    """What one source of one person sent. `spans` are there for pictures only, the first from 0."""

    person_id: str
    label: str
    source: Source
    clips: tuple[Clip, ...]
    spans: tuple[Span, ...] = ()


class Plan(Value, frozen=True):
    started_at: datetime
    frames: int
    faces: tuple[Lane, ...]
    screens: tuple[Lane, ...]
    voices: tuple[Lane, ...]
    words: Words

    @property
    def parts(self) -> int:
        return -(-self.frames // PART_FRAMES)

    @property
    def seconds(self) -> float:
        return self.frames / FPS

    def frames_of(self, part: int) -> range:
        return range(part * PART_FRAMES, min((part + 1) * PART_FRAMES, self.frames))

    @property
    def digest(self) -> str:
        """Of everything that decides what the film looks like."""
        return sha256(msgspec.json.encode([VERSION, self], order="sorted")).hexdigest()


def plan(order: Order, manifests: Sequence[Manifest]) -> Plan:
    """The parts of a recording lie on one clock by the wall."""
    placed = [(_ms(manifest.started_at - order.started_at), manifest) for manifest in manifests]
    until = max([round(order.seconds * 1000), *(offset + manifest.duration_ms for offset, manifest in placed)])
    people = _people(order, manifests)
    voices = [_lane(person, "microphone", placed) for person in people]
    cameras = [_lane(person, "camera", placed) for person in people]
    screens = [_lane(person, "screen", placed) for person in people]
    return Plan(
        started_at=order.started_at,
        frames=max(1, -(-until * FPS // 1000)),
        faces=tuple(_face(lane, voice, placed) for lane, voice in zip(cameras, voices, strict=True)),
        screens=tuple(_screen(lane) for lane in screens if lane.clips),
        voices=tuple(lane for lane in voices if lane.clips),
        words=order.words,
    )


def _ms(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)


def _people(order: Order, manifests: Sequence[Manifest]) -> list[Person]:
    """Those who were recorded, as the order names them; whoever it does not name comes last, without a name."""
    seen = dict.fromkeys(track.person_id for manifest in manifests for track in manifest.tracks)
    named = [person for person in order.people if person.person_id in seen]
    known = {person.person_id for person in named}
    return named + [Person(person_id, "") for person_id in seen if person_id not in known]


Placed = list[tuple[int, Manifest]]


def _lane(person: Person, source: Source, placed: Placed) -> Lane:
    clips = [
        _clip(offset, segment)
        for offset, track in _tracks(person.person_id, source, placed)
        for segment in track.segments
    ]
    return Lane(person.person_id, person.label, source, tuple(sorted(clips, key=lambda clip: clip.start_ms)))


def _tracks(person_id: str, source: Source, placed: Placed) -> Iterator[tuple[int, ManifestTrack]]:
    for offset, manifest in placed:
        for track in manifest.tracks:
            if track.person_id == person_id and track.source == source:
                yield offset, track


def _clip(offset: int, segment: ManifestSegment) -> Clip:
    start = offset + segment.start_ms
    return Clip(segment.blob, segment.size, start, start + segment.duration_ms, segment.rotation, segment.ended)


def _gaps(lane: Lane, placed: Placed) -> list[Gap]:
    """On the film's clock."""
    wanted = {(offset, track.track_id) for offset, track in _tracks(lane.person_id, lane.source, placed)}
    return [
        Gap(gap.track_id, offset + gap.from_ms, offset + gap.to_ms, gap.reason)
        for offset, manifest in placed
        for gap in manifest.gaps
        if (offset, gap.track_id) in wanted
    ]


def _screen(lane: Lane) -> Lane:
    """A screen that is not shared is not there; a still one is no gap."""
    return msgspec.structs.replace(lane, spans=tuple(_spans(lane, [], lambda *_: "absent")))


def _face(lane: Lane, voice: Lane, placed: Placed) -> Lane:
    """While nothing is heard of a person either, he is not there."""
    extents = [(clip.start_ms, clip.end_ms) for clip in (*lane.clips, *voice.clips)]
    first, last = min(e[0] for e in extents) if extents else 0, max(e[1] for e in extents) if extents else 0
    heard = [(clip.start_ms, clip.end_ms) for clip in voice.clips]

    def missing(at_ms: int, ended: str) -> State:
        speaks = any(start <= at_ms < end for start, end in heard)
        if not speaks and (not first <= at_ms < last or ended in GONE):
            return "absent"
        return "camera_off" if ended in OFF or not ended else "interrupted"

    return msgspec.structs.replace(lane, spans=tuple(_spans(lane, _gaps(lane, placed), missing)))


def _spans(lane: Lane, gaps: list[Gap], missing: Any) -> list[Span]:
    """Every moment has one span. Where clips overlap, the later one counts."""
    edges = {0}
    for clip in lane.clips:
        edges |= {clip.start_ms, clip.end_ms}
    for gap in gaps:
        edges |= {gap.from_ms, gap.to_ms}
    spans: list[Span] = []
    ordered = sorted(edge for edge in edges if edge >= 0)
    for at, until in pairwise([*ordered, ordered[-1] + 10 * SHOWN_MS]):
        span = _span_at(lane, gaps, at, missing)
        same = bool(spans) and (spans[-1].state, spans[-1].clip) == (span.state, span.clip)
        if not same and (until - at >= SHOWN_MS or not spans):
            spans.append(span)
    return spans


def _span_at(lane: Lane, gaps: list[Gap], at: int, missing: Any) -> Span:
    gap = next((gap for gap in gaps if gap.from_ms <= at < gap.to_ms), None)
    live = [number for number, clip in enumerate(lane.clips) if clip.start_ms <= at < clip.end_ms]
    if live and gap is None:
        return Span(at, "live", live[-1])
    before = [clip for clip in lane.clips if clip.end_ms <= at]
    ended = gap.reason if gap else before[-1].ended if before else ""
    return Span(at, missing(at, ended))
