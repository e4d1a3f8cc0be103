"""The evidence package of a case, verifiable without this system."""

from aiohttp import web

from cases.evidence import package
from cases.reading import visible
from server.call import Call
from server.typedefs import Id


async def get_evidence(call: Call, case_id: Id) -> web.Response:
    case = await visible(call.desk, call.actor, case_id)
    data = await package(call.desk, call.actor, case_id)
    name = f'attachment; filename="{case.case_no}.zip"'
    headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
    return web.Response(body=data, content_type="application/zip", headers=headers)
