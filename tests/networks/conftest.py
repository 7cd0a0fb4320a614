import pytest


@pytest.fixture(autouse=True)
def _seeded():
    from helpers.start import set_seed

    set_seed(0)
