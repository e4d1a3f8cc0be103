"""`python -m bench --list` names the benchmarks; `python -m bench NAME [--quick] [--json]` runs one.

A benchmark is a file of this folder that does not begin with an underscore. It has `configure(parser)` and
`run(arguments) -> Result`; a table is printed for people, and with --json the result is the last line, one object.
"""

import argparse
import importlib
import json
import signal
import sys
from pathlib import Path
from types import ModuleType


def names() -> list[str]:
    stems = (path.stem for path in Path(__file__).parent.glob("*.py"))
    return sorted(stem.replace("_", "-") for stem in stems if not stem.startswith("_"))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.split("\n")[0])
    parser.add_argument("name", nargs="?", choices=names(), help="the benchmark to run")
    parser.add_argument("--list", action="store_true", help="name the benchmarks")
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.list or chosen.name is None:
        print("\n".join(names()))
        return 0
    module = module_of(chosen.name)
    given = options(chosen.name, module).parse_args(rest, argparse.Namespace(given=arguments))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is stopped
    try:
        result = module.run(given)
    except KeyboardInterrupt:
        return 130
    if given.json:
        print(json.dumps(result))
    return 0


def module_of(name: str) -> ModuleType:
    return importlib.import_module(f"bench.{name.replace('-', '_')}")


def options(name: str, module: ModuleType) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m bench {name}", description=module.__doc__)
    parser.add_argument("--quick", action="store_true", help="a first impression within a minute")
    parser.add_argument("--json", action="store_true", help="print the result as JSON on the last line")
    module.configure(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
