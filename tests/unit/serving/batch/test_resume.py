"""A run that stopped goes on with the same bytes, and only where its plan is the same."""

import json
from datetime import date

import batch_support
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from batch_support import CHUNK, ROWS, every_file, run
from laennec.serving.batch import (
    BatchOptions,
    BatchRefused,
)


def test_resuming_makes_only_what_is_missing_and_the_same_bytes(source, models, tmp_path):
    out = tmp_path / "out"
    run(source, out, models)
    whole = every_file(out)
    parts = sorted((out / "parts").iterdir())
    parts[1].unlink()
    parts[-1].unlink()
    (out / "manifest.json").unlink()
    (out / "parts" / ".part-000000-000001.parquet.aside").write_bytes(b"half")
    done = run(source, out, models, resume=True)
    assert done.rows_screened == 128 + 72
    assert every_file(out) == whole


def test_resuming_a_finished_run_does_nothing_again(source, models, tmp_path):
    first = run(source, tmp_path / "out", models)
    again = run(source, tmp_path / "out", models, resume=True)
    assert again.rows_screened == 0
    assert again.manifest == first.manifest


def test_a_part_that_was_altered_is_made_again(source, models, tmp_path):
    out = tmp_path / "out"
    run(source, out, models)
    whole = every_file(out)
    part = sorted((out / "parts").iterdir())[0]
    table = pq.read_table(part)
    forged = table.set_column(2, "t2d_undiagnosed_risk", pa.nulls(len(table), pa.float64()))
    pq.write_table(forged.replace_schema_metadata(table.schema.metadata), part)
    (out / "parts" / "stray.parquet").write_bytes(b"x")
    run(source, out, models, resume=True)
    assert every_file(out) == whole


def test_a_csv_of_unknown_length_is_resumed_too(models, tmp_path):
    import pyarrow.csv as pacsv

    pacsv.write_csv(batch_support.people(500), tmp_path / "t.csv")
    out = tmp_path / "out"
    run(tmp_path / "t.csv", out, models, workers=2)
    whole = every_file(out)
    for name in ("part-000000-000001.parquet", "part-000000-000003.parquet"):
        (out / "parts" / name).unlink()
    done = run(tmp_path / "t.csv", out, models, resume=True)
    assert done.rows_screened == 128 + 116
    assert every_file(out) == whole


def test_a_middle_part_that_is_missing_is_not_called_complete(models, tmp_path):
    """A part that fails in the middle of a CSV file must not hide behind its last part."""
    import pyarrow.csv as pacsv
    from laennec.serving.batch.make_plan import make_plan
    from laennec.serving.batch.plan import load_screening
    from laennec.serving.batch.result.manifest import make_manifest
    from laennec.serving.batch.result.parts import parts_there

    pacsv.write_csv(batch_support.people(500), tmp_path / "t.csv")
    out = tmp_path / "out"
    run(tmp_path / "t.csv", out, models)
    options = BatchOptions((tmp_path / "t.csv",), out, models=models, chunk_rows=CHUNK)
    loaded = load_screening(options)
    plan = make_plan(options, loaded)
    (out / "parts" / "part-000000-000001.parquet").unlink()
    manifest = make_manifest(plan, loaded, parts_there(out / "parts", plan.sha256), [])
    assert manifest["state"] == "partly_done"
    assert manifest["not_done"] == [
        {"file": "t.csv", "row_group": None, "code": "not_reached", "detail": "",
         "rows_done": 372, "rows": None}
    ]  # fmt: skip


def changed_input(source, out, models, tmp_path):
    table = batch_support.people(ROWS, seed=2)
    batch_support.write(tmp_path / "t.parquet", table, row_group_size=400)
    run(tmp_path / "t.parquet", out, models, resume=True)


def changed_mapping(source, out, models, tmp_path):
    (tmp_path / "m.toml").write_text('schema = "laennec.mapping/1"')
    run(source, out, models, resume=True, mapping=tmp_path / "m.toml")


def changed_models(source, out, models, tmp_path):
    run(source, out, (), resume=True)


def changed_guidelines(source, out, models, tmp_path):
    run(source, out, models, resume=True, guidelines={"diabetes": "ada"})


def changed_rows(source, out, models, tmp_path):
    run(source, out, models, resume=True, chunk_rows=99)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (changed_input, "input"),
        (changed_mapping, "mapping"),
        (changed_models, "models"),
        (changed_guidelines, "guidelines"),
        (changed_rows, "chunk_rows"),
    ],
)
def test_another_plan_is_not_resumed(source, models, tmp_path, change, named):
    run(source, tmp_path / "out", models)
    before = every_file(tmp_path / "out")
    with pytest.raises(BatchRefused, match=f"a run with another plan \\({named} differ\\)"):
        change(source, tmp_path / "out", models, tmp_path)
    after = every_file(tmp_path / "out")
    assert after == before


def test_other_code_is_not_resumed(source, models, tmp_path, monkeypatch):
    run(source, tmp_path / "out", models)
    monkeypatch.setattr("laennec.serving.batch.make_plan.code_sha256", lambda: "0" * 64)
    with pytest.raises(BatchRefused, match=r"\(code differ\)"):
        run(source, tmp_path / "out", models, resume=True)


def test_a_plan_file_that_is_no_plan_is_not_resumed(source, models, tmp_path):
    run(source, tmp_path / "out", models)
    (tmp_path / "out" / "plan.json").write_text("{")
    with pytest.raises(BatchRefused, match="another plan"):
        run(source, tmp_path / "out", models, resume=True)


def test_the_day_of_a_run_is_kept_by_its_resumption_and_changes_no_byte(source, models, tmp_path):
    first, later = date(2026, 11, 3), date(2026, 11, 9)
    run(source, tmp_path / "a", models, today=first)
    run(source, tmp_path / "b", models, today=later)
    for name in ("a", "b"):
        said = json.loads((tmp_path / name / "manifest.json").read_text())["plan"]["today"]
        assert said == {"a": "2026-11-03", "b": "2026-11-09"}[name]
    parts = [every_file(tmp_path / name / "parts") for name in ("a", "b")]
    assert parts[0] == parts[1]
    again = run(source, tmp_path / "a", models, today=later, resume=True)
    assert again.manifest["plan"]["today"] == "2026-11-03"
    assert again.rows_screened == 0
