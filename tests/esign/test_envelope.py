import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256

import pypdfium2
import pytest

from esign import envelope
from esign.envelope import AMENDABLE, QUESTIONS, TEMPLATES, render, signer_keys
from esign.errors import InvalidFormData, MissingGlyph, UnknownAmendment, UnknownTemplate
from tests.esign.conftest import ISSUED_AT, form_data

ALL_ROLES = ("policyholder", "insured", "legal_representative", "payer")


def everybody():
    person = {"name": "王大陸", "id_no_masked": "A12****789", "birth_date": "1980-03-04"}
    return [person | {"role": role} for role in ALL_ROLES]


def text_of(form):
    document = pypdfium2.PdfDocument(form.pdf)
    return [re.sub(r"\s+", "", document[page].get_textpage().get_text_bounded()) for page in range(len(document))]


@pytest.mark.parametrize(
    ("code", "pages", "signers"),
    [
        ("notice", 1, ()),
        ("application_service", 2, ALL_ROLES),
        ("application_new", 3, ALL_ROLES),
        ("video_consent", 1, ALL_ROLES),
        ("declaration", 1, ALL_ROLES[:3]),
        ("review_period", 1, ("policyholder", "legal_representative")),
    ],
)
def test_each_form_has_its_pages_and_a_field_on_the_last_for_each_role_that_signs_it(code, pages, signers):
    form = render(code, form_data(persons=everybody()), ISSUED_AT)
    assert (form.pages, len(pypdfium2.PdfDocument(form.pdf))) == (pages, pages)
    assert [(f.name, f.signer, f.page) for f in form.fields] == [(f"{code}.{role}", role, pages) for role in signers]


def test_all_templates_are_tested_and_each_case_kind_has_something_to_read_and_to_sign():
    assert len(TEMPLATES) == 14
    for kind in ("service", "new_business"):
        assert {t.task for t in TEMPLATES.values() if kind in t.case_kinds} == {"read", "sign"}


def test_forms_on_demand_and_letters_belong_to_no_envelope_and_nobody_signs_a_letter():
    apart = {t.code: t.signs for t in TEMPLATES.values() if not t.case_kinds}
    assert {code for code, signs in apart.items() if signs} == {"terms", "exclusion", "fatca"}
    assert all(TEMPLATES[code].letter for code, signs in apart.items() if not signs)


@pytest.mark.parametrize("code", sorted(code for code, template in TEMPLATES.items() if not template.case_kinds))
def test_a_form_on_demand_prints_its_lines_as_they_are(code):
    data = form_data(persons=everybody()) | {"lines": ["加費 25% *不是* <粗體> #x"], "due": "2026-03-16"}
    form = render(code, data, ISSUED_AT)
    text = pypdfium2.PdfDocument(form.pdf)[0].get_textpage().get_text_bounded().replace(" ", "")
    assert ("加費25%*不是*<粗體>#x" in text) is (code != "fatca")
    assert ("民國115年3月16日" in text) is (code in ("letter_query", "letter_reminder", "letter_cancel"))


def test_fields_lie_on_the_page_have_one_size_and_do_not_overlap():
    fields = render("application_new", form_data(persons=everybody()), ISSUED_AT).fields
    for x0, y0, x1, y1 in (field.rect for field in fields):
        assert 0 < x0 < x1 < 595.3
        assert 0 < y0 < y1 < 841.9
        assert (x1 - x0, y1 - y0) == (pytest.approx(226), pytest.approx(58))
    corners = {(round(f.rect[0] / 240), round(f.rect[1] / 70)) for f in fields}
    assert len(corners) == 4


def test_the_field_is_the_empty_box_under_its_label():
    form = render("video_consent", form_data(), ISSUED_AT)
    page = pypdfium2.PdfDocument(form.pdf)[0].get_textpage()
    for field, name in zip(form.fields, ("王大陸", "王小明"), strict=True):
        x0, y0, x1, y1 = field.rect
        assert page.get_text_bounded(x0, y0, x1, y1) == ""
        assert name in page.get_text_bounded(x0 - 10, y1, x1 + 10, y1 + 22)


def test_the_same_data_and_time_give_the_same_bytes_and_another_time_does_not(form):
    assert form.sha256 == sha256(form.pdf).hexdigest()
    assert render("application_service", form_data(), ISSUED_AT) == form
    later = datetime(2026, 11, 21, 6, 31, tzinfo=UTC)
    assert render("application_service", form_data(), later).sha256 != form.sha256


def test_forms_issued_on_many_threads_at_once_do_not_mix(form):
    with ThreadPoolExecutor(4) as pool:
        codes = ["application_service", "declaration"] * 4
        forms = list(pool.map(lambda code: render(code, form_data(), ISSUED_AT), codes))
    assert {f.sha256 for f in forms[::2]} == {form.sha256}


def test_the_form_is_pdf_a_2b_with_everything_embedded(form):
    assert b"<pdfaid:part>2</pdfaid:part>" in form.pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in form.pdf


def test_every_page_says_case_number_page_count_and_that_a_test_authority_signs():
    for number, text in enumerate(text_of(render("application_new", form_data(), ISSUED_AT)), 1):
        assert "受理編號MC97333074" in text
        assert f"第{number}頁，共3頁" in text
        assert "本文件由本機「測試」憑證機構簽署" in text
        assert "示範人壽保險股份有限公司" in text


def test_a_real_authority_prints_no_warning():
    assert "測試" not in text_of(render("notice", form_data(test_authority=False), ISSUED_AT))[0]


def test_dates_are_printed_in_the_republics_years_and_the_issue_in_taipei_time():
    text = "".join(text_of(render("application_service", form_data(), ISSUED_AT)))
    assert "民國115年11月21日" in text
    assert "民國69年3月4日" in text
    assert "製發時間2026-11-2114:30（臺北）" in text


@pytest.mark.parametrize("key", sorted(AMENDABLE))
def test_whatever_may_be_amended_is_printed_on_the_application(key):
    for code, kind in (("application_service", "service"), ("application_new", "new_business")):
        data = form_data(kind=kind, amendments={key: "變更後之內容甲"}, revision=2)
        text = "".join(text_of(render(code, data, ISSUED_AT)))
        assert "變更後之內容甲" in text
        assert "第2次製發" in text


def test_an_amendment_goes_before_the_first_value():
    data = form_data(
        details={"address": "臺北市甲路一號", "email": "a@example.tw"}, amendments={"address": "臺中市乙路二號"}
    )
    text = "".join(text_of(render("application_service", data, ISSUED_AT)))
    assert "臺中市乙路二號" in text
    assert "a@example.tw" in text
    assert "甲路" not in text


def test_a_change_that_no_form_prints_is_refused():
    with pytest.raises(UnknownAmendment) as refused:
        render("declaration", form_data(amendments={"remark": "x", "shoe_size": "42"}), ISSUED_AT)
    assert refused.value.keys == ("shoe_size",)


@pytest.mark.parametrize("code", sorted(QUESTIONS))
def test_each_question_takes_an_answer_and_blank_boxes_stay_blank(code):
    blank = render(code, form_data(answers={}), ISSUED_AT)
    for key in QUESTIONS[code]:
        yes, no = (render(code, form_data(answers={key: given}), ISSUED_AT) for given in (True, False))
        assert len({blank.sha256, yes.sha256, no.sha256}) == 3


def test_a_rare_character_is_refused_by_name_before_anything_is_issued():
    persons = form_data()["persons"]
    persons[0]["name"] = "王𡍼明☑"
    with pytest.raises(MissingGlyph) as refused:
        render("declaration", form_data(persons=persons), ISSUED_AT)
    assert refused.value.characters == ("𡍼", "☑")
    assert "U+2137C" in str(refused.value)


def test_the_export_itself_refuses_tofu_should_the_first_check_miss_it(monkeypatch):
    monkeypatch.setattr(envelope, "missing_characters", lambda text: ())
    with pytest.raises(MissingGlyph) as refused:
        render("declaration", form_data(case_no="MC𡍼"), ISSUED_AT)
    assert refused.value.characters == ("𡍼",)


def test_data_is_text_and_never_markup():
    data = form_data(amendments={"remark": "#panic() *粗* $x$ <label> @ref \\ [x]"})
    assert "#panic()*粗*$x$<label>@ref\\[x]" in "".join(text_of(render("declaration", data, ISSUED_AT)))


@pytest.mark.parametrize(
    "change",
    [
        {"application_date": "21/11/2026"},
        {"kind": "claim"},
        {"persons": []},
        {"persons": [{"role": "witness", "name": "a", "id_no_masked": "b", "birth_date": "1980-01-01"}]},
        {"case_no": ""},
        {"case_no": 5},
        {"amendments": {"remark": "x" * 1_001}},
        {"agent": None},
    ],
)
def test_data_of_another_shape_is_refused(change):
    with pytest.raises(InvalidFormData):
        render("declaration", form_data(**change), ISSUED_AT)


def test_a_form_that_nobody_would_sign_is_refused():
    insured = form_data()["persons"][1]
    with pytest.raises(InvalidFormData):
        render("review_period", form_data(persons=[insured]), ISSUED_AT)


def test_an_unknown_template_is_refused():
    with pytest.raises(UnknownTemplate):
        render("../base", form_data(), ISSUED_AT)


def test_a_second_insured_has_a_field_of_their_own():
    assert signer_keys(("policyholder", "insured", "insured", "insured")) == (
        "policyholder",
        "insured",
        "2_insured",
        "3_insured",
    )
    first, second = form_data()["persons"]
    form = render("declaration", form_data(persons=[first, second, second]), ISSUED_AT)
    assert [f.name for f in form.fields] == ["declaration.policyholder", "declaration.insured", "declaration.2_insured"]
