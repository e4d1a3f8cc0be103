"""`cvx verify` as it is called: what it prints and how it exits."""

import asyncio
import json

from cases.actor import SYSTEM
from cases.evidence import package
from server.verify import run_verify
from tests.cases.stage import ALONE, Stage


async def test_the_report_names_the_key_and_the_exit_status_says_whether_all_holds(tmp_path, capsys):
    stage, file = Stage(), tmp_path / "package.zip"
    await stage.open(ALONE)
    file.write_bytes(await package(stage.desk, SYSTEM, stage.case_id))
    key = (await stage.desk.keys.public_key()).hex()

    async def run(*arguments):
        status = await asyncio.to_thread(run_verify, *arguments)
        told = capsys.readouterr()
        return status, json.loads(told.out) if told.out else told.err

    status, report = await run(file)
    assert (status, report["system_key"], report["trusted"]) == (0, key, None)
    status, report = await run(file, key)
    assert (status, report["trusted"]) == (0, True)
    status, report = await run(file, "00" * 32)
    assert (status, report["trusted"]) == (1, False)
    assert (await run(file, "no hex"))[0] == 2
    assert (await run(file, key, [tmp_path / "missing.pem"]))[0] == 2
    file.write_bytes(b"no package")
    assert (await run(file))[0] == 2
