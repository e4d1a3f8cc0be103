"""The jobs role as a process that a test can kill:
`python -m tests.server.jobs_process <blobs> <authority> <database URL> <data folder> [<seconds that its clock is
ahead>]`."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from cases.desk import Desk
from esign.authority import root_certificate
from ports.blobs import open_blobs
from ports.database import open_engine
from ports.sqljournal import SqlJournal
from ports.sqlkeys import SqlKeys
from server.jobs import run_jobs
from tests.cases.stage import Stage


def on_disk(desk: Desk, engine: AsyncEngine, authority: Path, folder: Path) -> Desk:
    """The same desk with journal and keys in the database, and files in `folder`."""
    keys = SqlKeys(engine, b"k" * 32)
    return replace(
        desk,
        journal=SqlJournal(engine, keys),
        keys=keys,
        blobs=open_blobs(f"file://{folder / 'blobs'}", keys),
        roots=(root_certificate(authority),),
    )


async def main(folder: Path, authority: Path, url: str, data_dir: Path, ahead: float) -> None:
    stage = Stage()
    stage.clock.advance(ahead)
    engine = open_engine(url)
    desk = on_disk(stage.desk, engine, authority, folder)
    async with run_jobs(desk, engine=engine, sms=stage.outbox, authority_dir=authority, data_dir=data_dir, processes=1):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]), float((*sys.argv, 0)[5])))
