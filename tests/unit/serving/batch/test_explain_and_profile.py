"""Words on demand for one row, a look beforehand, and counts that may leave the house."""

import json
import shutil
from dataclasses import replace

import batch_support
import pyarrow.parquet as pq
import pytest
from laennec.engine.errors import RecordError
from laennec.serving.batch import BatchOptions, BatchRefused, SilentReporter, run_batch
from laennec.serving.batch.explain.person import explain_person
from laennec.serving.batch.profile import profile_batch
from laennec.serving.batch.result.aggregate import printable, suppressed

N = 90


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    root = tmp_path_factory.mktemp("run")
    pq.write_table(batch_support.people(N, seed=5), root / "visits.parquet", row_group_size=40)
    options = BatchOptions((root / "visits.parquet",), root / "out", workers=1, chunk_rows=25)
    return options, run_batch(options, SilentReporter())


@pytest.fixture(scope="module")
def rows(done):
    return pq.read_table(done[0].out / "parts").to_pylist()


def test_the_rules_of_a_row_are_put_into_words_without_its_input(done, rows):
    row = next(r for r in rows if r["t2d_undiagnosed_risk"] is not None)
    said = explain_person(replace(done[0], inputs=()), row["person_id"], "en")
    assert said.startswith(row["person_id"])
    assert f"t2d_undiagnosed_risk: {row['t2d_undiagnosed_risk']}" in said
    assert "A pre-diagnosis that a physician must confirm" in said
    assert "no answer of the person: an item that was missing was estimated" in said
    kept = {r["rule_id"] for r in row["reasons"] if abs(r["contribution"] or 1) >= 0.005}
    assert all(f"[{rule}]" in said for rule in kept)


@pytest.fixture(scope="module")
def flawed(tmp_path_factory):
    root = tmp_path_factory.mktemp("flawed")
    (root / "bad.csv").write_text(
        "person_id,visit_date,age_years,sex,waist_cm,height_cm,weight_kg,systolic_bp_left_mmhg,"
        "diastolic_bp_left_mmhg,fasting_glucose_g_per_l\n"
        "B1,2026-11-03,52,female,94,162,78.5,142,91,6.5\n"
        "B2,2026-11-03,52,female,94,162,78.5,190\n"
    )
    options = BatchOptions((root / "bad.csv",), root / "out", workers=1)
    run_batch(options, SilentReporter())
    return replace(options, inputs=())


def test_a_row_in_french_says_what_to_do_and_has_french_numbers(flawed):
    said = explain_person(flawed, "B1", "fr")
    again = next(line for line in said.splitlines() if "[glucose_6_0]" in line)
    assert "mesurer de nouveau maintenant et appeler le médecin" in again
    assert "American" not in again
    assert "Ligne : évaluée" in said
    assert "urgency: U0 (maintenant)" in said
    risk = next(line for line in said.splitlines() if "cvd_death_10y_risk" in line)
    assert "0," in risk and "." not in risk
    assert "pas les valeurs de la personne" in said
    assert "pression diastolique (bras le plus haut) ≥ 90 mmHg" in said
    assert "kPa" not in said


def test_a_person_whose_line_was_malformed_is_hinted_at(flawed):
    with pytest.raises(RecordError, match=r"bad\.csv line 3 \(malformed_lines of manifest\.json\)"):
        explain_person(flawed, "B2")


def test_with_the_input_the_whole_draft_of_that_very_row_is_made(done, rows):
    for row in (rows[0], rows[47], rows[-1]):
        said = explain_person(done[0], row["person_id"], "en")
        assert f"person {row['person_id']}" in said
        if row["t2d_undiagnosed_risk"] is not None:
            assert f"{row['t2d_undiagnosed_risk'] * 1000:.0f} in 1000" in said


def test_what_is_not_there_or_not_the_same_is_refused(done, tmp_path):
    options, _ = done
    with pytest.raises(RecordError, match="no row"):
        explain_person(options, "nobody")
    with pytest.raises(BatchRefused, match="a folder without a result"):
        explain_person(replace(options, out=tmp_path), "0")
    other = tmp_path / "visits.parquet"
    pq.write_table(batch_support.people(N, seed=6), other)
    person = pq.read_table(options.out / "parts", columns=["person_id"])[0][0].as_py()
    with pytest.raises(BatchRefused, match="input differ"):
        explain_person(replace(options, inputs=(other,)), person)


@pytest.mark.parametrize("damaged", ["{", "[]", '{"chunk_rows"'])
def test_a_damaged_record_of_the_run_is_told_and_never_a_traceback(done, rows, tmp_path, damaged):
    out = tmp_path / "out"
    shutil.copytree(done[0].out, out)
    for name in ("plan.json", "manifest.json"):
        (out / name).write_text(damaged)
    with pytest.raises(BatchRefused, match="a plan that can't be read"):
        explain_person(replace(done[0], out=out), rows[0]["person_id"])
    with pytest.raises(RecordError, match="no row"):
        explain_person(replace(done[0], out=out), "nobody")


def test_a_profile_says_what_is_there_and_who_could_be_answered(done, rows, tmp_path):
    found = profile_batch(replace(done[0], out=tmp_path / "nothing"))
    assert not (tmp_path / "nothing").exists()
    assert found["rows"] == N
    assert found["columns"]["person_id"] == {"filled": N}
    waist = found["items"]["waist"]
    assert waist["unit cm"] + waist["not_measured"] == N
    assert found["columns"]["waist_cm"]["missing"] == waist["not_measured"]
    scored = sum(r["status"] == "scored" for r in rows)
    assert found["status"]["scored"] in (scored, "hidden")
    answered = sum(r["t2d_undiagnosed_risk"] is not None for r in rows)
    forms = found["model_forms"]["t2d_undiagnosed"]
    given = [n for name, n in forms.items() if name.startswith("diabetes")]
    assert "<11" in given or "hidden" in given or sum(given) == answered
    assert "values_refused_or_suspect" in found


def test_what_is_printed_adds_up_and_tells_no_small_group():
    counts = {
        "in": 1000, "scored": 950, "not_assessable": 34, "refused": 16, "rows_out": 1000,
        "not_assessable_by_reason": {"known_diabetes": 31, "input_missing": 3},
        "refused_by_reason": {"consent_withdrawn": 1, "identifier_missing": 15, "row_malformed": 0},
    }  # fmt: skip
    said = printable(counts)
    assert {name: n for name, n in said.items() if not isinstance(n, dict)} == {
        name: n for name, n in counts.items() if not isinstance(n, dict)
    }
    assert said["not_assessable_by_reason"] == {"known_diabetes": "hidden", "input_missing": "<11"}
    assert said["refused_by_reason"] == {
        "consent_withdrawn": "<11", "identifier_missing": "hidden", "row_malformed": 0,
    }  # fmt: skip


def test_no_group_of_one_to_ten_people_leaves_the_house(done):
    assert suppressed({"a": 10, "b": 3, "c": 50}) == {"a": "<11", "b": "<11", "c": 50}
    assert suppressed({"a": 10, "b": 30, "c": 50}) == {"a": "<11", "b": "hidden", "c": 50}
    assert suppressed({"a": 0, "b": 11}) == {"a": 0, "b": 11}
    assert suppressed({"a": 4}) == {"a": "<11"}
    written = json.loads((done[0].out / "aggregate.json").read_text())
    assert written["rows"] == N
    for counts in written["counts"].values():
        assert not any(isinstance(n, int) and 0 < n < 11 for n in counts.values())
