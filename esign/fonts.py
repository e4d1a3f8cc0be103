"""The fonts that forms are printed with: Noto Sans TC, installed by `python -m esign.fonts <node_modules>`.

System fonts are never used: the same data must give the same document on every machine. Noto lacks some characters of
names; any other TTF or OTF in the folder (such as Hanazono) is asked for those.
"""

import functools
import shutil
import sys
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

from .errors import FontsMissing

FOLDER = Path(__file__).parent / "fonts"
_PACKAGE = Path("@expo-google-fonts/noto-sans-tc")
_FILES = ("400Regular/NotoSansTC_400Regular.ttf", "700Bold/NotoSansTC_700Bold.ttf")


def install(node_modules: Path) -> tuple[Path, ...]:
    """Copy Regular and Bold, and their licence, out of the npm package; returns what was written."""
    package = node_modules / _PACKAGE
    sources = [package / name for name in (*_FILES, "LICENSE_FONT")]
    missing = [str(source) for source in sources if not source.is_file()]
    if missing:
        raise FontsMissing(f"not found: {', '.join(missing)}; run `npm ci` first")
    FOLDER.mkdir(exist_ok=True)
    return tuple(Path(shutil.copyfile(source, FOLDER / source.name)) for source in sources)


def font_files() -> tuple[Path, ...]:
    files = tuple(FOLDER / Path(name).name for name in _FILES)
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise FontsMissing(
            f"{', '.join(missing)} not in {FOLDER}: run `python -m esign.fonts web/node_modules` after `npm ci`"
        )
    return files


@functools.cache
def load_fonts() -> typst.Fonts:
    font_files()
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])


@functools.cache
def _drawable() -> frozenset[int]:
    """Code points that both weights draw, or any font that was put beside them."""
    ours = font_files()
    others = (path for path in sorted(FOLDER.iterdir()) if path.suffix in (".ttf", ".otf") and path not in ours)
    return frozenset.intersection(*map(_code_points, ours)).union(*map(_code_points, others))


def _code_points(file: Path) -> frozenset[int]:
    with TTFont(file, lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing_characters(text: str) -> tuple[str, ...]:
    """The characters of `text` that the fonts cannot draw, each once, in order: to ask before a form is issued."""
    drawable = _drawable()
    return tuple(dict.fromkeys(c for c in text if ord(c) not in drawable and not c.isspace()))


if __name__ == "__main__":
    for path in install(Path(sys.argv[1] if len(sys.argv) > 1 else "web/node_modules")):
        print(f"installed {path.name}")
