"""The recording: what there is, its segments by range, what was watched."""

from collections.abc import AsyncIterator

from aiohttp import web

from cases.composition import composition_blob
from cases.recording import recording_view, segment_blob, view_recording
from cases.view_types import CaseView, RecordingView
from ports.blobs import Blobs
from server.call import Call
from server.errors import RangeInvalid
from server.handlers.cases import view_of
from server.typedefs import Id, OfRecording, SegmentNumber, Viewed

PART_BYTES = 4 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
MEDIA_TYPES = {"webm": "video/webm", "mkv": "video/x-matroska"}


async def get_recording(call: Call, case_id: Id, query: OfRecording) -> RecordingView:
    return await recording_view(call.desk, call.actor, case_id, query.recording)


async def get_segment(
    call: Call, case_id: Id, track_id: Id, n: SegmentNumber, query: OfRecording
) -> web.StreamResponse:
    """One segment. A range is answered with at most 4 MB; the player asks for the next by itself."""
    segment = await segment_blob(call.desk, call.actor, case_id, track_id, n, query.recording)
    kind = MEDIA_TYPES.get(segment.blob.rsplit(".", 1)[-1], "video/webm")
    return await _streamed(call, case_id, segment.blob, segment.sha256, kind)


async def get_composition(call: Call, case_id: Id, query: OfRecording) -> web.StreamResponse:
    """The film of a meeting, by range as segments are."""
    film = await composition_blob(call.desk, call.actor, case_id, query.recording)
    return await _streamed(call, case_id, film.blob, film.sha256, "video/mp4")


async def _streamed(call: Call, case_id: str, blob: str, sha256: str, kind: str) -> web.StreamResponse:
    size = await call.desk.blobs.size(blob, scope=case_id)
    start, stop, partial = wanted_range(call.request, size)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Content-Length": str(stop - start),
        "Content-Type": kind,
        "ETag": f'"{sha256}"',
    }
    if partial:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    response = web.StreamResponse(status=206 if partial else 200, headers=headers)
    await response.prepare(call.request)
    if call.request.method != "HEAD":
        async for chunk in _chunks(call.desk.blobs, blob, case_id, start, stop):
            await response.write(chunk)
    await response.write_eof()
    return response


def wanted_range(request: web.Request, size: int) -> tuple[int, int, bool]:
    """(start, stop, partial) of a single byte range. Raises RangeInvalid with the size that there is."""
    if "Range" not in request.headers:
        return 0, size, False
    try:
        wanted = request.http_range
    except ValueError:
        raise RangeInvalid(size=size) from None
    start = max(0, size + wanted.start) if (wanted.start or 0) < 0 else wanted.start or 0
    stop = min(size, wanted.stop or size, start + PART_BYTES)
    if start >= stop:
        raise RangeInvalid(size=size)
    return start, stop, True


async def _chunks(blobs: Blobs, name: str, scope: str, start: int, stop: int) -> AsyncIterator[bytes]:
    while start < stop:
        chunk = await blobs.read(name, start, min(CHUNK_BYTES, stop - start), scope=scope)
        if not chunk:
            return
        yield chunk
        start += len(chunk)


async def log_viewing(call: Call, case_id: Id, query: OfRecording, body: Viewed) -> CaseView:
    ranges = [list(span) for span in body.ranges]
    return await view_of(call, await view_recording(call.desk, call.actor, case_id, ranges, query.recording))
