"""Photo tasks: acknowledge, upload, delete, complete, review, look at."""

import msgspec
from aiohttp import web

from capture.crop import Shares
from cases.photos import (
    acknowledge,
    add_photo,
    complete_photos,
    delete_photo,
    read_photo,
    report_camera,
    review_photos,
)
from cases.stills import read_still
from cases.view_types import CaseView
from server.call import Call
from server.errors import InvalidInput
from server.handlers.cases import view_of
from server.typedefs import CameraReport, Deletion, Id, Nothing, PhotoReview, Sha256, Upload, Variant

KEY_LIMIT = 64


class PhotoAdded(msgspec.Struct, frozen=True):
    photo_id: str
    view: CaseView


async def acknowledge_task(call: Call, case_id: Id, task: Id, body: Nothing) -> CaseView:
    return await view_of(call, await acknowledge(call.desk, call.actor, case_id, task))


async def report_task_camera(call: Call, case_id: Id, task: Id, body: CameraReport) -> CaseView:
    return await view_of(call, await report_camera(call.desk, call.actor, case_id, task, body.outcome))


async def upload_photo(call: Call, case_id: Id, task: Id, query: Upload, data: bytes) -> PhotoAdded:
    """The same Idempotency-Key again answers the photo that is there: an upload may be repeated after a lost answer."""
    on = query.detection == "on"
    key = idempotency_key(call)
    case, photo_id = await add_photo(
        call.desk, call.actor, case_id, task, data, query.side, on, key, query.document, corners(query.quad)
    )
    return PhotoAdded(photo_id, await view_of(call, case))


def corners(text: str) -> Shares | None:
    """x,y,x,y,x,y,x,y of TL, TR, BR, BL; the pattern of the query leaves nothing else but none."""
    numbers = [float(number) for number in text.split(",") if number]
    return tuple(zip(numbers[::2], numbers[1::2], strict=True)) or None


def idempotency_key(call: Call) -> str:
    key = call.request.headers.get("Idempotency-Key", "")
    if not 0 < len(key) <= KEY_LIMIT:
        raise InvalidInput(f"header Idempotency-Key: 1 to {KEY_LIMIT} characters")
    return key


async def delete_one_photo(call: Call, case_id: Id, task: Id, photo: Id, body: Deletion) -> CaseView:
    return await view_of(call, await delete_photo(call.desk, call.actor, case_id, task, photo, body.reason))


async def complete_task(call: Call, case_id: Id, task: Id, body: Nothing) -> CaseView:
    return await view_of(call, await complete_photos(call.desk, call.actor, case_id, task))


async def review_task(call: Call, case_id: Id, task: Id, body: PhotoReview) -> CaseView:
    return await view_of(call, await review_photos(call.desk, call.actor, case_id, task, body.approved, body.reason))


async def get_still(call: Call, case_id: Id, sha256: Sha256) -> web.Response:
    """Of a side that was shown in a call."""
    return _jpeg(await read_still(call.desk, call.actor, case_id, sha256))


async def get_photo(call: Call, case_id: Id, photo: Id, query: Variant) -> web.Response:
    return _jpeg(await read_photo(call.desk, call.actor, case_id, photo, query.variant))


def _jpeg(data: bytes) -> web.Response:
    return web.Response(body=data, content_type="image/jpeg", headers={"Cache-Control": "private, no-store"})
