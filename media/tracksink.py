"""One track on its way into the recording: packets in, segments of frames out to the write-behind queue.

A segment ends, and the next one of the same track begins with a key frame, when the track closes, when its times jump,
when its sender's clock says that they mean something else now, when the disk did not follow, when it is large, and
when its pictures are turned another way: they go on in the old segment until the key frame that was asked for comes.
"""

from media.assembler import Assembler, EncodedFrame
from media.entries import RECORDING, Frame, Muted, Report, SegmentBegan, SegmentEnded
from media.gaps import STILL_MS, is_hole
from media.messages import RequestKeyframe, TrackInfo
from media.payloads import opus_duration
from media.tape import Tape
from media.timing import ntp_ms

STALE_MS = 3000  # issue 3: a stall over 3 s locks signing within 1 s
ASK_EVERY_S = 1.0  # for a key frame that is needed
KEYFRAME_EVERY_S = 10.0  # for a player to seek; browsers send none on their own
SKEW_S = 5.0  # between the track's times and ours, before they are taken for a jump
CLOCK_JUMP_MS = 250  # between two sender reports
REPORT_EVERY_MS = 5000
SEGMENT_LIMIT = 128 << 20  # bytes; sealing holds a segment in memory
SEGMENTS_LIMIT = 500  # of one track: more is an attack
TURNS_LIMIT = 100  # of one track that begin a segment; a phone that is turned more often is recorded as it was before


class LiveSegment:
    """The segment that is being written."""

    def __init__(self, stream: int, began_ms: int, first: EncodedFrame, info: TrackInfo, rotation: int = 0):
        self.stream = stream
        self.began_ms = began_ms
        self.rotation = rotation
        self.size = 0
        self._sender_clock: float | None = None  # ms: NTP less RTP time
        self._doubted: float | None = None
        self.reported_ms = -REPORT_EVERY_MS
        self._rate, self._is_audio = info.clock_rate, info.kind == "audio"
        self._first = self._last = first

    def skew(self, frame: EncodedFrame) -> float:
        """Seconds by which the frame's time runs ahead of its arrival."""
        return (frame.timestamp - self._first.timestamp) / self._rate - (frame.arrived - self._first.arrived)

    def clock_jumped(self, clock: float) -> bool | None:
        """True once two reports in a row agree on another clock, None while only one says so: a sender that was held
        up for a moment pairs a late packet with an early time, and its next report is right again."""
        agreed = self._sender_clock if self._sender_clock is not None else clock
        if abs(clock - agreed) <= CLOCK_JUMP_MS:
            self._sender_clock, self._doubted = clock, None
            return False
        doubted, self._doubted = self._doubted, clock
        return True if doubted is not None and abs(clock - doubted) <= CLOCK_JUMP_MS else None

    def follows(self, frame: EncodedFrame) -> bool:
        return frame.timestamp > self._last.timestamp

    def take(self, frame: EncodedFrame) -> bool:
        """Whether there is a hole before it."""
        before, self._last = self._last, frame
        self.size += len(frame.data)
        return is_hole(before.timestamp, frame.timestamp, self._rate)

    @property
    def until_ms(self) -> int:
        """Where its file would end now, on the recording's clock."""
        last = opus_duration(self._last.data) if self._is_audio else STILL_MS * self._rate // 1000
        return self.began_ms + round((self._last.timestamp - self._first.timestamp + last) * 1000 / self._rate)


class TrackSink:
    """Made by `Recorder.open_track`; for the event loop only, and never waits."""

    def __init__(self, tape: Tape, info: TrackInfo, request_keyframe: RequestKeyframe):
        self.info = info
        self.muted = info.track_id in tape.muted  # until its participant says otherwise
        self._tape = tape
        self._request_keyframe = request_keyframe
        self._assembler = Assembler(info.codec, info.payload_type)
        self._segment: LiveSegment | None = None
        self._fresh_ms = tape.now_ms()  # nothing can be missing before
        self._asked = self._key_at = float("-inf")
        self._open, self._video = True, info.kind == "video"
        self._written = False  # by a segment before this one
        self._spent = False  # has had all its segments
        self._rotation = self._turns = 0
        self._said_ms = self._taken_ms = 0  # when it was last muted or unmuted; its newest frame

    def rtp(self, packet: bytes | memoryview, arrived: float) -> None:
        """A whole plain packet; ``arrived`` is of the clock's monotonic time."""
        if not self._open:
            return
        for frame in self._assembler.push(packet, arrived):
            self._record(frame)
        if self._video:
            self._keep_asking(arrived)

    def sender_report(self, ntp: int, rtp: int) -> None:
        """Of this track's sender: 64-bit NTP time and 32-bit RTP time of one moment."""
        segment, timestamp = self._segment, self._assembler.unwrapped(rtp)
        if not self._open or segment is None or timestamp is None:
            return
        clock = ntp_ms(ntp) - timestamp * 1000 / self.info.clock_rate
        jumped = segment.clock_jumped(clock)
        if jumped:
            self._break("clock")
        if jumped is not False:
            return
        at_ms = self._tape.now_ms()
        if at_ms - segment.reported_ms >= REPORT_EVERY_MS:
            segment.reported_ms = at_ms
            self._tape.write(RECORDING, Report(at_ms, segment.stream, ntp, timestamp))

    def rotate(self, degrees: int) -> None:
        """From the next key frame on, pictures are upright when turned clockwise by 0, 90, 180 or 270 degrees."""
        if self._open and degrees != self._rotation and self._turns < TURNS_LIMIT:
            self._rotation, self._turns = degrees, self._turns + 1
            self._asked = float("-inf")

    def mute(self, muted: bool) -> None:
        """What the participant says. A muted track may fall silent without being missed."""
        if self._open and muted != self.muted:
            self.muted = muted
            self._fresh_ms = self._said_ms = self._tape.now_ms()
            if muted:
                self._tape.muted.add(self.info.track_id)
                self._tape.gaps.muted(self.info.track_id)
            else:
                self._tape.muted.discard(self.info.track_id)
            self._tape.write(RECORDING, Muted(self._fresh_ms, self.info.track_id, muted))

    def close(self, reason: str) -> None:
        """The track is over; a second time is harmless."""
        if not self._open:
            return
        for frame in self._assembler.flush():
            self._record(frame)
        self._open = False
        self._end_segment(reason)

    @property
    def is_open(self) -> bool:
        return self._open

    @property
    def expected(self) -> bool:
        """Whether its silence would mean that something is wrong: a still screen may send nothing."""
        return self._open and not self.muted and self.info.source != "screen"

    @property
    def written(self) -> bool:
        """Whether any frame of it is on the disk."""
        return self._written or self._durable_ms() is not None

    def seen(self, now_ms: int) -> bool:
        """Whether its participant is being recorded by it: pictures or sounds that he wants to be had reach the disk,
        and came since he unmuted it. What a still screen has counts for nobody."""
        return self.expected and self.written and self._taken_ms >= self._said_ms and self.age_ms(now_ms) <= STALE_MS

    def age_ms(self, now_ms: int) -> int:
        """Since the newest frame that is on the disk."""
        durable = self._durable_ms()
        return max(now_ms - max(self._fresh_ms, durable if durable is not None else self._fresh_ms), 0)

    def _durable_ms(self) -> int | None:
        return None if self._segment is None else self._tape.durable_ms(self._segment.stream)

    def _keep_asking(self, now: float) -> None:
        wanted = now - self._key_at > KEYFRAME_EVERY_S or self._assembler.wants_keyframe or self._due()
        if wanted and now - self._asked > ASK_EVERY_S:
            self._asked = now
            self._request_keyframe()

    def _due(self) -> str | None:
        """Why the segment should end with the next key frame, if it should."""
        segment = self._segment
        if segment is None:
            return None
        if segment.size > SEGMENT_LIMIT:
            return "size"
        return "turned" if segment.rotation != self._rotation else None

    def _record(self, frame: EncodedFrame) -> None:
        segment = self._segment
        if segment is not None and abs(segment.skew(frame)) > SKEW_S:
            self._break("jump")
        elif segment is not None and not segment.follows(frame):
            self._assembler.restart()  # it cannot be placed, and what builds on it cannot be decoded
            return
        elif frame.key and (reason := self._due()):
            self._end_segment(reason)
        if self._segment is None and not self._begin_segment(frame):
            return
        self._write(frame)

    def _begin_segment(self, frame: EncodedFrame) -> bool:
        """False where none can begin: with a picture that needs others, or for want of room."""
        info, tape = self.info, self._tape
        number = tape.next_number(info.track_id) if frame.key else None
        if self._spent or (number or 0) > SEGMENTS_LIMIT:
            self._spent = True
            tape.lose()
            return False
        if number is None:
            self._assembler.restart()
            return False
        at_ms = tape.at_ms(frame.arrived)
        segment = LiveSegment(tape.next_stream(), at_ms, frame, info, self._rotation)
        began = SegmentBegan(
            at_ms=at_ms,
            stream=segment.stream,
            number=number,
            track_id=info.track_id,
            participant_id=info.participant_id,
            person_id=info.person_id,
            role=info.role,
            source=info.source,
            kind=info.kind,
            codec=info.codec,
            clock_rate=info.clock_rate,
            timestamp=frame.timestamp,
            at=tape.wall(at_ms),
            rotation=self._rotation,
        )
        if not tape.write(RECORDING, began):
            return False
        self._segment = segment
        return True

    def _write(self, frame: EncodedFrame) -> None:
        segment, gaps = self._segment, self._tape.gaps
        assert segment is not None
        at_ms = self._tape.at_ms(frame.arrived)
        entry = Frame(at_ms, frame.timestamp, frame.key, frame.width, frame.height, frame.data)
        if not self._tape.write(segment.stream, entry):
            self._break("disk")
            return
        if segment.size == 0:
            gaps.begins(self.info.track_id, segment.began_ms)
        self._taken_ms = at_ms
        hole = segment.take(frame)
        gaps.goes_on(self.info.track_id, hole, self.muted)
        if frame.key:
            self._key_at = frame.arrived

    def _break(self, reason: str) -> None:
        """What comes next cannot follow on what there is."""
        self._end_segment(reason)
        self._assembler.restart()

    def _end_segment(self, reason: str) -> None:
        segment = self._segment
        if segment is None:
            return
        self._written = self.written
        self._fresh_ms = max(self._fresh_ms, self._durable_ms() or 0)
        self._segment = None
        if segment.size:
            self._tape.gaps.ends(self.info.track_id, segment.until_ms)
        self._tape.write(RECORDING, SegmentEnded(self._tape.now_ms(), segment.stream, reason))
