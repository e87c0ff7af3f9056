"""The folder of a made-up study."""

import pytest
import study_examples as study
import validation_examples as example


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a protocol, its mapping and a table of visits."""
    example.write_visits(tmp_path / "visits.csv")
    (tmp_path / "mapping.toml").write_text(study.MAPPING, encoding="utf-8")
    (tmp_path / "study.toml").write_text(study.protocol_text(), encoding="utf-8")
    return tmp_path
