"""The rule core as a service of its own, without a case."""

import asyncio
from typing import Any

from server.call import Call
from server.typedefs import Assess
from underwriting.evaluate import evaluate


async def assess(call: Call, body: Assess) -> dict[str, Any]:
    """In a thread: facts of a megabyte take a second."""
    return await asyncio.to_thread(lambda: evaluate(body.facts, call.desk.rulebook, body.as_of).as_dict())
