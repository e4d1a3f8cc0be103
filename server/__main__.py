"""The command line: `cvx up | web | media | jobs | underwrite | rules | capture | verify | simulate`.

Each command imports only what its role needs; importing everything takes seconds.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from server.logs import set_up_logs
from server.processes import AlreadyRunning
from server.settings import Settings, SettingsError, load_settings


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        settings = load_settings(os.environ)
    except SettingsError as error:
        for problem in error.problems:
            print(f"cvx: {problem}", file=sys.stderr)
        return 2
    set_up_logs(settings.log_level, arguments.command)
    try:
        return arguments.run(settings, arguments)
    except AlreadyRunning as error:
        print(f"cvx: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cvx", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)

    up = commands.add_parser("up", help="start and supervise every role on this machine")
    up.add_argument("--lan", action="store_true", help="serve HTTPS to phones in this network and print a QR code")
    up.set_defaults(run=_up)

    for name, run in (("web", _web), ("media", _media), ("jobs", _jobs)):
        role = commands.add_parser(name, help=f"run the role {name} alone")
        role.add_argument("--beat", type=Path, help="file to touch every second once ready")
        role.set_defaults(run=run)
        if name == "media":
            role.add_argument("--index", type=int, default=0, help="which of this machine's workers it is")

    commands.add_parser("compose", help="make the film that standard input asks for (started by jobs)").set_defaults(
        run=_compose
    )
    commands.add_parser("look", help="look at a card shown in a call (started by media)").set_defaults(run=_look)
    commands.add_parser("migrate", help="bring the database to this version's schema").set_defaults(run=_migrate)

    underwrite = commands.add_parser("underwrite", help="assess application facts against the manual")
    underwrite.add_argument("file", nargs="?", type=Path, help="one JSON object; standard input when left out")
    underwrite.add_argument("--jsonl", action="store_true", help="one {id, facts} a line in, one assessment a line out")
    underwrite.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="what if it were so")
    underwrite.set_defaults(run=_underwrite)

    rules = commands.add_parser("rules", help="the manual's rules: what they say, what they read, what is covered")
    rules.add_argument("words", nargs="+", help="list | show ID | trace FILE ID | coverage | diff EDITION EDITION")
    rules.add_argument("--json", action="store_true", help="print one JSON object")
    rules.set_defaults(run=_rules)

    capture = commands.add_parser("capture", help="find the ID card in pictures")
    capture.add_argument("verb", choices=("detect",))
    capture.add_argument("images", nargs="+", metavar="IMAGE", help="JPEG, PNG, WebP or HEIC")
    capture.add_argument("--json", action="store_true", help="print one JSON object, path -> corners, score, quality")
    capture.add_argument("--threads", type=int, choices=(1,), default=1, help="a search takes one core")
    capture.set_defaults(run=_capture)

    verify = commands.add_parser("verify", help="check an evidence package, offline")
    verify.add_argument("package", type=Path)
    verify.add_argument("--key", help="the system's Ed25519 public key in hex, known from elsewhere")
    verify.add_argument(
        "--root", type=Path, action="append", default=[], help="a root certificate known from elsewhere"
    )
    verify.set_defaults(run=_verify)

    simulate = commands.add_parser("simulate", help="drive a whole case with synthetic parties")
    simulate.add_argument("--parties", type=int, default=3, choices=range(2, 7), help="agent included")
    simulate.add_argument("--seconds", type=float, default=20.0, help="length of the recorded call at the least")
    simulate.add_argument("--review", action="store_true", help="go on to the reviewer's decision")
    simulate.add_argument(
        "--new-business", action="store_true", help="a new contract, on to the underwriter's decision and acceptance"
    )
    simulate.add_argument("--own", action="store_true", help="start and stop a system of its own in a temporary folder")
    simulate.add_argument("--if-empty", action="store_true", help="only when there is no case yet")
    simulate.add_argument("--json", action="store_true", help="print one JSON object last")
    simulate.set_defaults(run=_simulate)
    return parser


def _up(settings: Settings, arguments: argparse.Namespace) -> int:
    from server.up import run_up  # noqa: PLC0415 -- a role imports only what it needs

    return asyncio.run(run_up(settings, lan=arguments.lan))


def _web(settings: Settings, arguments: argparse.Namespace) -> int:
    import uvloop  # noqa: PLC0415 -- the web role alone gains from it

    from server.roles import run_web  # noqa: PLC0415 -- slow import

    uvloop.run(run_web(settings, arguments.beat))
    return 0


def _media(settings: Settings, arguments: argparse.Namespace) -> int:
    from server.roles import media_loop, run_media  # noqa: PLC0415 -- slow import

    asyncio.run(run_media(settings, arguments.index, arguments.beat), loop_factory=media_loop)
    return 0


def _jobs(settings: Settings, arguments: argparse.Namespace) -> int:
    from server.roles import run_jobs_role  # noqa: PLC0415 -- slow import

    asyncio.run(run_jobs_role(settings, arguments.beat))
    return 0


def _compose(settings: Settings, _: argparse.Namespace) -> int:
    from server.roles import run_compose  # noqa: PLC0415 -- slow import

    return asyncio.run(run_compose(settings))


def _look(settings: Settings, _: argparse.Namespace) -> int:
    from server.roles import run_look  # noqa: PLC0415 -- slow import

    return run_look()


def _migrate(settings: Settings, _: argparse.Namespace) -> int:
    from server.up import prepare  # noqa: PLC0415 -- slow import

    asyncio.run(prepare(settings))
    return 0


def _underwrite(_: Settings, arguments: argparse.Namespace) -> int:
    from server.underwrite import run_underwrite  # noqa: PLC0415 -- slow import

    return run_underwrite(arguments.file, jsonl=arguments.jsonl, what_if=arguments.set)


def _rules(_: Settings, arguments: argparse.Namespace) -> int:
    from server.rules import run_rules  # noqa: PLC0415 -- slow import

    return run_rules(arguments.words, as_json=arguments.json)


def _capture(_: Settings, arguments: argparse.Namespace) -> int:
    from server.capture_command import run_capture  # noqa: PLC0415 -- slow import

    return run_capture(arguments.images, as_json=arguments.json)


def _verify(_: Settings, arguments: argparse.Namespace) -> int:
    from server.verify import run_verify  # noqa: PLC0415 -- slow import

    return run_verify(arguments.package, arguments.key, arguments.root)


def _simulate(settings: Settings, arguments: argparse.Namespace) -> int:
    from simulate.command import run_simulate  # noqa: PLC0415 -- nothing else may import simulate

    return asyncio.run(run_simulate(settings, arguments))


if __name__ == "__main__":
    sys.exit(main())
