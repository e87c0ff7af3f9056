"""Folders that no batch wrote: each command says in four parts what is wrong, writes nothing."""

import hashlib
import json
import os
import shutil
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from laennec.cli import app, main
from laennec.serving.batch.ecg.past_columns import INTERVALS
from laennec.serving.batch.table.output import SCHEMA
from made_result import stamp_manifest
from typer.testing import CliRunner

PEOPLE = 24


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a folder with a table and the result of its batch, with intervals of ECGs."""
    folder = tmp_path_factory.mktemp("made")
    lines = ["person_id,visit_date,age_years,sex,waist_cm,systolic_bp_mmhg,diastolic_bp_mmhg"]
    lines += [f"p{i:02},2025-0{i % 3 + 1}-04,5{i % 9},male,{90 + i},150,9{i % 9}"
              for i in range(PEOPLE)]  # fmt: skip
    (folder / "visits.csv").write_text("\n".join(lines) + "\n")
    batch = ["batch", str(folder / "visits.csv"), "--out", str(folder / "result")]
    done = CliRunner().invoke(app, [*batch, "--workers", "1"])
    assert done.exit_code == 0, done.output
    with_columns(folder / "result", dict.fromkeys(INTERVALS, pa.array([80.0] * PEOPLE)))
    return folder


def part_of(result):
    return next((result / "parts").iterdir())


def written(result, table):
    """Write the part anew, and the manifest as its batch would have: the hash holds."""
    pq.write_table(table, part_of(result))
    stamp_manifest(result)


def with_columns(result, columns):
    table = pq.read_table(part_of(result))
    for name, values in columns.items():
        there = table.schema.get_field_index(name)
        table = (
            table.append_column(name, values)
            if there < 0
            else table.set_column(there, name, values)
        )
    written(result, table)


def without(name):
    return lambda result: written(result, pq.read_table(part_of(result)).drop_columns([name]))


def renamed(name):
    def change(result):
        table = pq.read_table(part_of(result))
        names = [f"{one}_" if one == name else one for one in table.column_names]
        written(result, table.rename_columns(names))

    return change


def filled(name, value, kind=None):
    return lambda result: with_columns(result, {name: pa.array([value] * PEOPLE, kind)})


def doubled(result):
    table = pq.read_table(part_of(result))
    written(result, table.append_column("status", table["status"]))


def unlike(result):
    """Add a part with a column that the first does not have."""
    table = pq.read_table(part_of(result))
    second = part_of(result).with_name("part-000000-000099.parquet")
    pq.write_table(table.append_column("site", pa.repeat("a", PEOPLE)), second)
    stamp_manifest(result)


def cut(result):
    part = part_of(result)
    part.write_bytes(part.read_bytes()[:-100])


def stamped_text(result):
    """List a part that is no Parquet with its right hash."""
    part = part_of(result)
    part.write_bytes(b"PAR1 no table PAR1")
    said = json.loads((result / "manifest.json").read_text())
    said["output"]["parts"][0]["sha256"] = hashlib.sha256(part.read_bytes()).hexdigest()
    (result / "manifest.json").write_text(json.dumps(said))


def instead_of_part(make):
    def change(result):
        part = part_of(result)
        part.unlink()
        make(part)

    return change


def manifest(text):
    return lambda result: (result / "manifest.json").write_bytes(text)


def said(**change):
    return lambda result: stamp_manifest(result, **change)


def looped(result):
    (result / "manifest.json").unlink()
    (result / "manifest.json").symlink_to("manifest.json")


def parts_are_a_file(result):
    shutil.rmtree(result / "parts")
    (result / "parts").write_text("")


def collected(content):
    def change(result):
        (result / "collected").mkdir()
        (result / "collected" / "collected.json").write_text(content)

    return change


DAY = pa.date32()
FAR = pa.array([3_000_000], pa.int32()).cast(DAY)[0]
WRONG = {
    **{f"no {name}": without(name) for name in SCHEMA.names},
    "urgency renamed": renamed("urgency"),
    "person_id renamed": renamed("person_id"),
    "band renamed": renamed("t2d_undiagnosed_band"),
    "person_id numbers": filled("person_id", 1),
    "visit_date text": filled("visit_date", "2025-01-01"),
    "visit_date of year 10183": filled("visit_date", FAR, DAY),
    "risk text": filled("t2d_undiagnosed_risk", "high"),
    "risk of nobody's type": filled("t2d_undiagnosed_risk", None),
    "risk nan": filled("t2d_undiagnosed_risk", float("nan")),
    "risk infinite": filled("t2d_undiagnosed_risk", float("inf")),
    "risk above 1": filled("t2d_undiagnosed_risk", 1.5),
    "risk below 0": filled("t2d_undiagnosed_risk", -0.1),
    "band unknown": filled("t2d_undiagnosed_band", "HIGH"),
    "band a number": filled("t2d_undiagnosed_band", float("nan")),
    "cardiovascular band unknown": filled("cvd_death_10y_band", ""),
    "urgency unknown": filled("urgency", "U9"),
    "urgency a number": filled("urgency", 3),
    "status unknown": filled("status", "fine"),
    "status null": filled("status", None, pa.string()),
    "interval text": filled("ecg_qrs_ms", "wide"),
    "site a number": filled("site", 3),
    "device a number": filled("device.ecg", 3),
    "column twice": doubled,
    "parts unlike": unlike,
    "cut short": cut,
    "no parquet": stamped_text,
    "part a folder": instead_of_part(lambda part: part.mkdir()),
    "part a pipe": instead_of_part(os.mkfifo),
    "part a loop": instead_of_part(lambda part: part.symlink_to(part.name)),
    "part gone": instead_of_part(lambda part: None),
    "parts a file": parts_are_a_file,
    "manifest empty": manifest(b""),
    "manifest cut": manifest(b'{"schema": "laennec.batch/2", "state": "comp'),
    "manifest a list": manifest(b"[]"),
    "manifest deep": manifest(b"[" * 100_000),
    "manifest no text": manifest(b"\xff\xfe\x00"),
    "manifest a loop": looped,
    "manifest gone": lambda result: (result / "manifest.json").unlink(),
    "schema of yesterday": said(schema="laennec.batch/1"),
    "schema of tomorrow": said(schema="laennec.batch/3"),
    "schema none": said(schema=None),
    "schema a list": said(schema=["laennec.batch/2"]),
    "partly done": said(state="partly_done"),
}
OF_A_PART = ("no status", "band renamed", "risk text", "risk nan", "column twice", "no parquet",
             "cut short", "part a folder", "part a loop", "part a pipe")  # fmt: skip
COMMANDS = {
    "plan": ["plan", "result", "--out", "out", "--on", "2026-11-03"],
    "search": ["search", "--result", "result", "--where", "urgency is known", "--save", "out"],
    "drift": ["drift", "result", "--out", "out"],
    "explain": ["explain", "result", "--person", "p01"],
    "trajectories": ["trajectories", "visits.csv", "--ecg-result", "result", "--out", "out"],
}
CASES = [(wrong, command) for wrong in WRONG for command in COMMANDS
         if command != "explain" or wrong in OF_A_PART]  # fmt: skip
"""``explain`` reads the parts alone, those of a run that is not done too."""


def refused(words, capsys, monkeypatch):
    """Run a command as a shell does; return what it says on standard error, and its code."""
    monkeypatch.setattr(sys, "argv", ["laennec", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return capsys.readouterr().err, ended.value.code


@pytest.fixture
def here(made, tmp_path, monkeypatch):
    shutil.copytree(made / "result", tmp_path / "result")
    shutil.copy(made / "visits.csv", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_the_result_as_it_was_written_is_read(here, command, capsys, monkeypatch):
    said, code = refused(COMMANDS[command], capsys, monkeypatch)
    assert code in (0, None), said
    assert (here / "out").exists() or command == "explain"


def assert_four_parts(said):
    code, found, why_and_remedy = said.strip().splitlines()[-1].split(": ", 2)
    assert code.replace("_", "").isalpha()
    assert found
    why, remedy = why_and_remedy.split(". ", 1)
    assert why
    assert remedy[0].isupper()
    assert remedy.endswith("]"), "where it was found"


@pytest.mark.parametrize(("wrong", "command"), CASES)
def test_what_no_batch_wrote_is_refused_and_nothing_is_written(
    here, wrong, command, capsys, monkeypatch
):
    WRONG[wrong](here / "result")
    before = sorted(here.rglob("*"))
    said, code = refused(COMMANDS[command], capsys, monkeypatch)
    assert code == 1, said
    assert_four_parts(said)
    assert sorted(here.rglob("*")) == before
