"""A photo in pieces: begin, send from where it broke off, finish. Offsets and lengths are in the headers, as in the
IETF's draft of resumable uploads, so that HEAD answers where to go on."""

from datetime import datetime

import msgspec
from aiohttp import web

from cases.uploads import Progress, Upload, begin_upload, drop_upload, finish_upload, take_bytes, upload_progress
from server.api import JSON_TYPE
from server.call import Call
from server.errors import ConnectionLost, InvalidInput
from server.handlers.cases import view_of
from server.handlers.photos import PhotoAdded, idempotency_key
from server.typedefs import Id, NewUpload, Nothing

OFFSET, LENGTH = "Upload-Offset", "Upload-Length"
CHUNK_BYTES = 64 * 1024
DIGITS = 12


class UploadState(msgspec.Struct, frozen=True):
    """`offset`: bytes that are safe. `photo_id`: the photo that it has become, else null."""

    upload_id: str
    offset: int
    size: int
    expires_at: datetime
    photo_id: str | None


async def start_upload(call: Call, case_id: Id, task: Id, body: NewUpload) -> UploadState:
    """The same Idempotency-Key again answers how far it has come."""
    upload = Upload(
        key=idempotency_key(call),
        side=body.side,
        detection_on=body.detection == "on",
        size=body.size,
        sha256=body.sha256,
        document=body.document,
        dragged=body.quad,
    )
    return _answered(await begin_upload(call.desk, call.actor, case_id, task, upload))


async def state_of_upload(call: Call, case_id: Id, task: Id, upload: Id) -> web.Response:
    return _with_headers(await upload_progress(call.desk, call.actor, case_id, task, upload))


async def continue_upload(call: Call, case_id: Id, task: Id, upload: Id) -> web.Response:
    """The body goes on at the header Upload-Offset, and is read as it comes: what has come stays, however it ends."""
    offset = call.request.headers.get(OFFSET, "")
    if not (offset.isascii() and offset.isdigit() and len(offset) <= DIGITS):
        raise InvalidInput(f"header {OFFSET}: a number of bytes")
    chunks = call.request.content.iter_chunked(CHUNK_BYTES)
    try:
        progress = await take_bytes(call.desk, call.actor, case_id, task, upload, int(offset), chunks)
    except (ConnectionError, web.RequestPayloadError):
        raise ConnectionLost from None
    return _with_headers(progress)


async def complete_upload(call: Call, case_id: Id, task: Id, upload: Id, body: Nothing) -> PhotoAdded:
    case, photo_id = await finish_upload(call.desk, call.actor, case_id, task, upload)
    return PhotoAdded(photo_id, await view_of(call, case))


async def cancel_upload(call: Call, case_id: Id, task: Id, upload: Id) -> None:
    await drop_upload(call.desk, call.actor, case_id, task, upload)


def _answered(progress: Progress) -> UploadState:
    return UploadState(progress.upload_id, progress.offset, progress.size, progress.expires_at, progress.photo_id)


def _with_headers(progress: Progress) -> web.Response:
    headers = {OFFSET: str(progress.offset), LENGTH: str(progress.size)}
    body = msgspec.json.encode(_answered(progress))
    return web.Response(body=body, content_type=JSON_TYPE, headers=headers)
