from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from esign.envelope import render
from esign.errors import AuthorityMissing, MissingGlyph, SealingRefused
from esign.sealing import certify, seal
from esign.service import warm
from esign.verify import verify
from tests.esign.conftest import ISSUED_AT, form_data


def test_the_whole_way_of_a_document_runs_in_a_pool_of_processes(authority, roots):
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=warm, initargs=(authority,)) as pool:
        form = pool.submit(render, "notice", form_data(), ISSUED_AT).result()
        certified = pool.submit(certify, form.pdf, form.fields, authority).result()
        sealed = pool.submit(seal, certified, str(authority)).result()
        assert pool.submit(verify, sealed, roots, ()).result().ok
        with pytest.raises(SealingRefused):
            pool.submit(seal, form.pdf, authority).result()
        with pytest.raises(MissingGlyph) as refused:
            pool.submit(render, "notice", form_data(case_no="𡍼"), ISSUED_AT).result()
        assert refused.value.characters == ("𡍼",)


def test_warming_up_without_an_authority_says_so(tmp_path):
    with pytest.raises(AuthorityMissing):
        warm(tmp_path)
