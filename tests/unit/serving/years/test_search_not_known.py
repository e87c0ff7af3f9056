"""Of whom a search can't decide: told, and hidden where it tells of few people."""

import json

import pyarrow as pa
import pytest
from laennec.cli import app
from laennec.datasets.readers.cohorts import NotKnown
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch
from laennec.serving.years.search.find import Found, told_not_known
from typer.testing import CliRunner


def many(rows):
    """Return the table of a batch with so many people of each kind: kind, how many, hba1c."""
    head = "person_id,visit_date,age_years,sex,hba1c_percent\n"
    lines = (f"{kind}{i},2025-01-10,50,male,{value}" for kind, n, value in rows for i in range(n))
    return head + "\n".join(lines) + "\n"


def told(where, folder):
    path = folder / "visits.csv"
    done = CliRunner().invoke(
        app, ["search", "--result", str(folder / "result"), "--visits", str(path), "--where", where]
    )
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


@pytest.fixture(scope="module")
def extremes(tmp_path_factory):
    """Return a batch with 20 high values, 15 beyond belief, 30 never measured and 40 low ones."""
    folder = tmp_path_factory.mktemp("extremes")
    rows = [("h", 20, 7.2), ("x", 15, 19.5), ("n", 30, ""), ("l", 40, 5.2)]
    (folder / "visits.csv").write_text(many(rows))
    options = BatchOptions(inputs=(folder / "visits.csv",), out=folder / "result", workers=1)
    run_batch(options, SilentReporter())
    return folder


def test_a_search_says_whom_it_could_not_judge_and_who_of_them_had_a_reading(extremes):
    """Pinned: the most extreme values are suspect, and were left out without a word."""
    said = told("value.hba1c >= 6.5 %", extremes)
    assert said["people"] == {"found": 20, "others": 85}
    assert said["not_known"] == {"value.hba1c": {"people": 45, "not_usable": 15}}
    twice = told("value.hba1c >= 6.5 % and value.hba1c < 7 %", extremes)["not_known"]
    assert twice == said["not_known"]


def test_what_nobody_was_asked_is_no_answer_no(extremes):
    said = told("condition.hypertension = yes and finding.blood_pressure = present", extremes)
    assert said["people"]["found"] == 0
    every = {"people": 105}
    assert said["not_known"] == {"condition.hypertension": every, "finding.blood_pressure": every}


def test_an_unknown_that_would_give_few_people_away_is_hidden(tmp_path):
    """Pinned: of 50 people 30 found and 15 not known were five whose value was told as low."""
    head = "person_id,visit_date,age_years,sex,hba1c_percent\n"
    rows = [f"p{i:02},2025-01-01,50,male,{7.0 if i < 30 else 5.0 if i < 35 else ''}"
            for i in range(50)]  # fmt: skip
    (tmp_path / "visits.csv").write_text(head + "\n".join(rows) + "\n")
    batch = ["batch", str(tmp_path / "visits.csv"), "--out", str(tmp_path / "result")]
    assert CliRunner().invoke(app, batch).exit_code == 0
    asked = ["search", "--result", str(tmp_path / "result"), "--visits",
             str(tmp_path / "visits.csv"), "--where", "value.hba1c > 6 %"]  # fmt: skip
    said = json.loads(CliRunner().invoke(app, asked).stdout)
    assert said["people"] == {"found": 30, "others": 20}
    assert said["not_known"]["value.hba1c"]["people"] == "hidden"


def test_few_people_of_whom_something_is_not_known_are_hidden(tmp_path):
    (tmp_path / "visits.csv").write_text(many([("h", 20, 7.2), ("x", 3, 19.5), ("n", 30, "")]))
    options = BatchOptions(inputs=(tmp_path / "visits.csv",), out=tmp_path / "result", workers=1)
    run_batch(options, SilentReporter())
    said = told("value.hba1c >= 6.5 %", tmp_path)["not_known"]["value.hba1c"]
    assert said == {"people": 33, "not_usable": "<11"}


def test_many_conditions_do_not_double_what_is_counted_for_ever():
    """Pinned: every told condition doubled the sums that were tried; after ten none is told."""
    names = pa.array([f"p{i:04d}" for i in range(1_000)])
    everybody = pa.table({"person_id": names})
    unknown = tuple(NotKnown(f"c{i}", names[30 * i : 30 * i + 30], None) for i in range(13))
    said = told_not_known(Found(everybody.slice(600), everybody, not_known=unknown))
    assert [one["people"] for one in said.values()] == [30] * 10 + ["hidden"] * 3
    assert told_not_known(Found(everybody.slice(0, 0), everybody.slice(0, 0))) == {}
