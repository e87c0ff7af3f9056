"""What stands beside a result and is broken: the table made of a CDM, trajectories, folders."""

import hashlib
import json
import os
import sys
import tempfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from laennec.cli import main
from laennec.serving.batch.ecg.past_columns import FIELDS
from laennec.serving.batch.result.rows import wrong_columns
from laennec.serving.batch.table.columns import plain
from laennec.serving.batch.table.output import SCHEMA
from laennec.serving.years.drift.from_tables import visits_of
from laennec.serving.years.drift.tally import NO_MONTH
from laennec.serving.years.trajectories.run import TRAJECTORIES
from made_result import write_result, write_trajectories

PEOPLE = 24
NAMES = [f"p{i:02}" for i in range(PEOPLE)]
SEARCH = ["search", "--result", "result", "--save", "out", "--where"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    write_result(tmp_path / "result", pa.table({"person_id": NAMES}))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ended(words, capsys, monkeypatch):
    """Run a command as a shell does; return what it says on standard error, and its code."""
    monkeypatch.setattr(sys, "argv", ["laennec", *words])
    with pytest.raises(SystemExit) as end:
        main()
    return capsys.readouterr().err, end.value.code


BULK = {"schema": "laennec.bulk_collected/1", "source": [], "files": ["a.parquet"], "counts": {}}
COLLECTED = [
    "{", "[]", "[" * 100_000, "{}", '"collected"',
    json.dumps({**BULK, "schema": 3}),
    json.dumps({**BULK, "files": "a.parquet"}),
    json.dumps({**BULK, "files": []}),
    json.dumps({**BULK, "files": [3]}),
    json.dumps({**BULK, "files": ["../result/parts/part-000000-000000.parquet"]}),
    json.dumps({**BULK, "counts": []}),
]  # fmt: skip


@pytest.mark.parametrize("content", COLLECTED)
@pytest.mark.parametrize(
    "command",
    [
        [*SEARCH, "value.hba1c > 6 %"],
        ["plan", "result", "--out", "out", "--by", "exposure"],
        ["drift", "result", "--out", "out"],
    ],
)
def test_a_collected_table_of_another_shape_is_refused(here, content, command, capsys, monkeypatch):
    """Pinned: each of these ended with a traceback."""
    (here / "result" / "collected").mkdir()
    (here / "result" / "collected" / "collected.json").write_text(content)
    said, code = ended(command, capsys, monkeypatch)
    assert code == 1
    assert "collected.json that can't be read, or is none of a table" in said
    assert "another folder. [collected.json]" in said
    assert not (here / "out").exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, "'laennec.bulk_collected/1 without its counts'"),
        ({"schema": "laennec.bulk_collected/9"}, "'laennec.bulk_collected/9'"),
    ],
)
def test_a_collected_table_of_another_form_is_refused(here, change, told, capsys, monkeypatch):
    folder = here / "result" / "collected"
    folder.mkdir()
    pq.write_table(pa.table({"person_id": NAMES}), folder / "a.parquet")
    (folder / "collected.json").write_text(json.dumps({**BULK, **change}))
    manifest = here / "result" / "manifest.json"
    content = json.loads(manifest.read_text())

    content["plan"]["input"] = [
        {"sha256": hashlib.sha256((folder / "a.parquet").read_bytes()).hexdigest()}
    ]
    manifest.write_text(json.dumps(content))
    said, code = ended([*SEARCH, "value.hba1c > 6 %"], capsys, monkeypatch)
    assert code == 1
    assert f"a collected.json of the form {told}" in said


def trajectories(**other):
    one = {f.name: pa.array([None] * PEOPLE, f.type) for f in TRAJECTORIES}
    return pa.table({**one, "person_id": NAMES, "item": ["hba1c"] * PEOPLE, **other})


@pytest.mark.parametrize(
    "table",
    [
        trajectories().drop_columns(["slope_per_year"]),
        trajectories(slope_per_year=["steep"] * PEOPLE),
        trajectories(person_id=list(range(PEOPLE))),
        trajectories().append_column("item", trajectories()["item"]),
        pa.table({"a": [1]}),
    ],
)
def test_trajectories_of_another_shape_are_refused(here, table, capsys, monkeypatch):
    """Pinned: a column of another type ended in DuckDB's own words."""
    write_trajectories(here / "t.parquet", table)
    asked = [*SEARCH, "slope.hba1c > 0.1", "--trajectories", "t.parquet"]
    said, code = ended(asked, capsys, monkeypatch)
    assert code == 1
    assert "a file of trajectories that can't be read, or with other columns" in said
    write_trajectories(here / "t.parquet", trajectories())
    assert ended(asked, capsys, monkeypatch)[1] in (0, None)


@pytest.mark.parametrize("place", ["loop", "a.txt", "nowhere"])
@pytest.mark.parametrize(
    "command",
    [["plan", "{}", "--out", "out"], ["drift", "{}", "--out", "out"],
     ["search", "--result", "{}", "--where", "urgency is known", "--save", "out"]],
)  # fmt: skip
def test_what_is_no_folder_is_a_usage_error(here, place, command, capsys, monkeypatch):
    (here / "loop").symlink_to("loop")
    (here / "a.txt").write_text("")
    said, code = ended([word.format(place) for word in command], capsys, monkeypatch)
    assert code == 2
    assert place in said
    assert not (here / "out").exists()


@pytest.fixture
def unprivileged():
    """Go on without root's right to read everything, in a folder of everybody's."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    was = os.geteuid()
    yield folder, lambda: os.seteuid(65534) if was == 0 else None
    os.seteuid(was)


@pytest.mark.parametrize("closed", ["manifest.json", "parts", "parts/part-000000-000000.parquet"])
def test_what_may_not_be_read_is_refused(closed, unprivileged, capsys, monkeypatch):
    folder, drop = unprivileged
    result = write_result(folder / "result", pa.table({"person_id": NAMES}))
    words = ["plan", str(result), "--out", str(folder / "out")]
    assert ended(words, capsys, monkeypatch)[1] in (0, None)
    for path in (folder / "out").iterdir():
        path.unlink()
    (result / closed).chmod(0)
    drop()
    said, code = ended(words, capsys, monkeypatch)
    assert code == 1
    assert "half the people would be taken for everybody" in said
    assert not list((folder / "out").iterdir())


def test_every_column_that_ecgs_add_has_the_type_that_its_name_says():
    """Read so by everyone: a new column must end in its unit, or be text."""
    fields = [*SCHEMA, *(f.with_type(plain(f.type)) for f in FIELDS),
              pa.field("afib_score", pa.float64()), pa.field("ecg_state", pa.string()),
              pa.field("site", pa.string()), pa.field("device.ecg_ms", pa.string())]  # fmt: skip
    assert wrong_columns(pa.schema(fields)) == ""


def test_a_mistyped_year_is_no_month_of_the_drift():
    """Pinned: one visit of the year 1 made a page of 60 megabytes, of a thousand empty years."""
    days = pa.array(["0001-01-01", "1900-01-01", "2099-12-31", "2100-01-01"]).cast(pa.date32())
    found = visits_of(days, {}, date(2100, 1, 1)).month.tolist()
    assert found == [NO_MONTH, 1900 * 12, 2099 * 12 + 11, NO_MONTH]
