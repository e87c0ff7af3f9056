"""Broken files beside a search and a plan: what is wrong is named."""

from pathlib import Path

import pytest
from laennec.datasets.readers.cohorts import read_cohort
from laennec.engine.errors import DataError
from laennec.serving.batch.options import BatchRefused
from laennec.serving.batch.result.read import check_same_input, result_tables
from laennec.serving.years.drift.from_results import tally_results
from laennec.serving.years.drift.from_tables import tally_tables
from made_result import stamp_manifest

HEAD = 'schema = "laennec.cohort/1"\ntitle = "t"\n'


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_manifest_that_is_none_is_told_as_such(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BatchRefused, match=r"manifest\.json that can't be read, or is none"):
        list(result_tables(tmp_path))


@pytest.mark.parametrize(
    "change",
    [
        {"plan": None},
        {"plan": []},
        {"plan": {"input": 3, "models": [], "guidelines": {}}},
        {"plan": {"input": [], "models": ["m"], "guidelines": {}}},
        {"plan": {"input": [], "models": [], "guidelines": "fr"}},
        {"plan": {"input": [], "models": [], "guidelines": {}, "today": "2026-13-45"}},
        {"output": []},
        {"output": {"parts": [3], "content_sha256": "0"}},
        {"output": {"parts": []}},
        {"not_done": 5},
    ],
)
def test_a_manifest_of_another_shape_is_refused_by_whoever_reads_it(tmp_path, change):
    """Pinned: each of these ended a search or the drift with a traceback."""
    stamp_manifest(tmp_path, **change)
    calls = (
        lambda: list(result_tables(tmp_path)),
        lambda: check_same_input([], [tmp_path], "--visits"),
        lambda: tally_results([tmp_path], records=True),
        lambda: tally_tables((Path(__file__),), None, [tmp_path]),
    )
    for call in calls:
        with pytest.raises(BatchRefused, match=r"manifest\.json that can't be read, or is none"):
            call()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + 'where = ["urgency is known"]\nextra = 1\n', "extra, which no cohort has"),
        (HEAD + 'where = "urgency is known"\n', "a where that is no list of texts"),
        (HEAD + "where = [1]\n", "a where that is no list of texts"),
        (HEAD, "no where"),
        ('schema = "laennec.cohort/2"\nwhere = []\n', "the schema 'laennec.cohort/2'"),
        ('schema = "laennec.cohort/1"\ntitle = 3\nwhere = []\n', "a title that is no text"),
    ],
)
def test_a_file_that_is_no_cohort_is_refused_with_the_key(tmp_path, text, said):
    path = tmp_path / "cohort.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read_cohort(path)
