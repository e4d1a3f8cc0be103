import pytest

from tests.cases.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()
