import pytest
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from esign import envelope, fonts
from esign.errors import FontsMissing
from tests.esign.conftest import ISSUED_AT, form_data


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty fonts folder, and nothing remembered of the real one."""

    def forget():
        for cached in (fonts.load_fonts, fonts._drawable):
            cached.cache_clear()

    monkeypatch.setattr(fonts, "FOLDER", tmp_path / "fonts")
    forget()
    yield fonts.FOLDER
    forget()


def node_modules(tmp_path, real):
    package = tmp_path / "node_modules" / "@expo-google-fonts" / "noto-sans-tc"
    for name in ("400Regular/NotoSansTC_400Regular.ttf", "700Bold/NotoSansTC_700Bold.ttf"):
        (package / name).parent.mkdir(parents=True)
        (package / name).write_bytes((real / name.split("/")[1]).read_bytes())
    (package / "LICENSE_FONT").write_text("SIL OFL 1.1")
    return tmp_path / "node_modules"


def one_glyph_font(path, character):
    """Our font cut down to one drawing, which is then given to another character and renamed."""
    font = TTFont(fonts.font_files()[0])
    options = Options()
    options.name_IDs = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(text="王")
    subsetter.subset(font)
    table = CmapSubtable.newSubtable(12)
    table.platformID, table.platEncID, table.language = 3, 10, 0
    table.cmap = {ord(character): font.getBestCmap()[ord("王")]}
    font["cmap"].tables = [table]
    for name in font["name"].names:
        name.string = {6: "RareNames"}.get(name.nameID, "Rare Names")
    font.save(path)


def test_fonts_are_copied_out_of_the_npm_package_and_then_print(tmp_path, folder):
    real = fonts.Path(fonts.__file__).parent / "fonts"
    written = fonts.install(node_modules(tmp_path, real))
    assert [path.name for path in written] == [
        "NotoSansTC_400Regular.ttf",
        "NotoSansTC_700Bold.ttf",
        "LICENSE_FONT",
    ]
    assert envelope.render("notice", form_data(), ISSUED_AT).pages == 1


def test_without_fonts_the_error_says_what_to_type(folder):
    with pytest.raises(FontsMissing, match=r"python -m esign\.fonts web/node_modules"):
        envelope.render("notice", form_data(), ISSUED_AT)


def test_an_npm_package_that_is_not_there_is_named(tmp_path, folder):
    with pytest.raises(FontsMissing, match="npm ci"):
        fonts.install(tmp_path)


def test_common_characters_can_be_drawn_and_rare_ones_are_listed_once():
    assert fonts.missing_characters("王大陸 堃喆犇 O'Neill é\n") == ()
    assert fonts.missing_characters("𡍼a𡍼\x07") == ("𡍼", "\x07")


def test_a_font_for_rare_names_beside_ours_prints_them(tmp_path, folder):
    real = fonts.Path(fonts.__file__).parent / "fonts"
    fonts.install(node_modules(tmp_path, real))
    one_glyph_font(folder / "rare.ttf", "𡍼")
    assert fonts.missing_characters("𡍼") == ()
    form = envelope.render("notice", form_data(case_no="MC𡍼"), ISSUED_AT)
    assert b"RareNames" in form.pdf
