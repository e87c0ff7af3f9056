import pytest
from browser_support import browser, needs_browser
from http_support import People


@pytest.fixture(scope="session")
def chromium():
    needs_browser()
    with browser() as running:
        yield running


@pytest.fixture
def people(tmp_path):
    """The pages stand on the routes, which are tested on both databases."""
    with People(tmp_path, f"sqlite:///{tmp_path / 'laennec.db'}") as running:
        yield running


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.browser)
