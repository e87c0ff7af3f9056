import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from laennec.engine import load_guidelines, load_models
from laennec.serving.commands.screen import ScreenOptions, keep_draft, screen_file
from laennec.serving.site import load_site

ROOT = Path(__file__).parents[4]
VISIT = ROOT / "examples" / "visits" / "01-raised-risk.json"


@pytest.fixture(scope="module")
def options():
    return ScreenOptions(load_models(), load_guidelines(), "fr", "text", datetime.now(UTC))


@pytest.fixture(scope="module")
def screened(options):
    return screen_file(VISIT, options)


@pytest.fixture
def database(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "examples" / "site", tmp_path / "site")
    monkeypatch.setenv("LAENNEC_SITE", str(tmp_path / "site"))
    monkeypatch.delenv("LAENNEC_DATABASE", raising=False)
    return load_site(tmp_path / "site").database


@pytest.fixture
def kept(database, screened, options):
    return keep_draft(database, screened, options)
