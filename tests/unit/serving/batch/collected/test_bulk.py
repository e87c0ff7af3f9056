"""A batch over FHIR Bulk Data: each Encounter a row with the answer of its visit, all accounted."""

import json
from pathlib import Path

import fhir_support
import pytest
from bulk_runs import NAMES, NOW, all_of, answers, rows, run
from fhir_support import example, exported, is_r4, of, resources_of
from laennec.serving.batch import BatchOptions, BatchRefused, SilentReporter, run_batch
from laennec.serving.batch.explain.person import explain_person
from laennec.serving.batch.profile import profile_batch
from laennec.serving.fhir.bulk import BulkSorter
from laennec.serving.screening import screen_visit


def test_every_encounter_has_the_row_and_the_answer_of_its_visit(tmp_path, folder, engine):
    done = run(tmp_path, all_of(NAMES), answers="fr")
    assert (done.state, done.exit_code, done.counts["in"]) == ("complete", 0, 3)
    assert done.not_in_result == ()
    said, found = answers(tmp_path / "out"), rows(tmp_path / "out")
    for name, answer in zip(NAMES, said, strict=True):
        document = example(name)[0]
        alone = screen_visit(json.dumps(document).encode(), engine, now=NOW).draft
        assert answer["identifier"]["value"] == alone.content_hash
        assert is_r4(answer)
        assert of(answer, "DiagnosticReport")[0]["status"] == "preliminary"
        row = found[document["person"]["id"]]
        assert row["urgency"] == alone.urgency
        risks = {f.id: f.risk for f in alone.findings if f.kind == "risk"}
        assert row["t2d_undiagnosed_risk"] == risks["t2d_undiagnosed"]
        assert row["visit_date"].isoformat() == document["performed_at"][:10]


def test_an_ecg_in_a_bundle_is_read_and_scored(tmp_path, folder):
    name = next(n for n in fhir_support.NAMES if example(n)[1])
    run(tmp_path, all_of([name, *NAMES]))
    found = rows(tmp_path / "out")
    row = found.pop(example(name)[0]["person"]["id"])
    assert row["ecg_state"] == "read"
    assert 0 <= row["atrial_fibrillation_score"] <= 1
    assert {other["ecg_state"] for other in found.values()} == {None}


def test_a_part_of_another_person_refuses_its_encounter_only(tmp_path, folder):
    found = all_of(NAMES)
    wrong = next(one for one in found if one["id"] == "02-items-missing-2")
    wrong["subject"] = {"reference": "Patient/01-raised-risk-0"}
    done = run(tmp_path, found, answers="en")
    assert (done.counts["in"], done.counts["refused_by_reason"]) == (3, {"wrong_patient": 1})
    row = rows(tmp_path / "out")[example("02-items-missing")[0]["person"]["id"]]
    assert (row["status"], row["urgency"], row["t2d_undiagnosed_risk"]) == ("refused", None, None)
    refused = [a for a in answers(tmp_path / "out") if a["resourceType"] == "OperationOutcome"]
    assert [one["id"] for one in refused] == ["02-items-missing-1"]
    codes = [i["details"]["coding"][0]["code"] for i in refused[0]["issue"]]
    assert codes == ["bundle_refused", "wrong_patient"]


def test_an_encounter_without_its_patient_or_twice_is_refused(tmp_path, folder):
    found = all_of(NAMES[:2])
    alone = [one for one in found if one["id"] != "01-raised-risk-0"]
    twice = [*alone, next(one for one in found if one["id"] == "02-items-missing-1")]
    done = run(tmp_path, twice)
    assert done.counts["refused_by_reason"] == {"resource_twice": 1, "wrong_patient": 1}
    assert done.counts["scored"] == 0


def test_what_names_no_encounter_is_counted_and_never_guessed(tmp_path, folder):
    found = resources_of("01-raised-risk")
    del found[2]["encounter"]
    found[3]["encounter"] = {"reference": "Encounter/none"}
    done = run(tmp_path, found)
    assert done.manifest["plan"]["bulk"]["counts"]["resources_without_encounter"] == 2
    assert "resources_without_encounter" in done.manifest["notices"]
    assert done.not_in_result == ("resources_without_encounter",)
    assert (done.exit_code, done.counts["in"]) == (3, 1)


def test_lines_that_cant_be_read_are_named_and_the_rest_goes_on(tmp_path, folder):
    files = exported(folder, resources_of("01-raised-risk"))
    with files[0].open("a", encoding="utf-8") as file:
        file.write('{"resourceType": \n[1]\n\n{"a": 1}\n')
    done = run(tmp_path)
    lost = {"file": files[0].name, "count": 3, "first_lines": [2, 3, 5]}
    assert done.manifest["malformed_lines"] == [lost]
    assert done.not_in_result == ("malformed_lines",)
    assert (done.exit_code, done.counts["in"]) == (3, 1)


def test_a_resumed_run_makes_what_is_missing_and_gives_the_same_bytes(tmp_path, folder):
    whole = run(tmp_path, all_of(NAMES), chunk_rows=1, answers="fr")
    out = tmp_path / "out"
    before = {p.name: p.read_bytes() for p in (out / "parts").iterdir()}
    (out / "parts" / "part-000000-000001.parquet").unlink()
    altered = out / "answers" / "part-000000-000002.ndjson"
    altered.write_text("{}\n", encoding="utf-8")
    again = run(tmp_path, chunk_rows=1, answers="fr", resume=True)
    assert again.rows_screened == 2
    assert again.content_sha256 == whole.content_sha256
    assert {n for n, b in before.items() if (out / "parts" / n).read_bytes() != b} <= {
        "part-000000-000001.parquet", "part-000000-000002.parquet",
    }  # fmt: skip
    assert len(altered.read_text(encoding="utf-8").splitlines()) == 1
    assert len(answers(out)) == 3


def test_workers_and_part_sizes_say_the_same(tmp_path, folder):
    one = run(tmp_path, all_of(NAMES))
    other = run(tmp_path, out=tmp_path / "other", workers=2, chunk_rows=1)
    assert one.content_sha256 == other.content_sha256


def test_files_that_changed_are_not_resumed(tmp_path, folder):
    run(tmp_path, all_of(NAMES))
    with (folder / "Observation.ndjson").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(BatchRefused, match="not those with which the run began.*Restore them"):
        run(tmp_path, resume=True)


def test_results_that_are_there_are_never_mixed(tmp_path, folder):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "before").write_text("x", encoding="utf-8")
    with pytest.raises(BatchRefused, match="a folder that is not empty"):
        run(tmp_path, all_of(NAMES))


@pytest.mark.parametrize("beside", ["another input", "--mapping", "--ecg-folder"])
def test_what_has_no_meaning_beside_bundles_is_refused_by_name(tmp_path, folder, beside):
    table = tmp_path / "t.csv"
    table.write_text("person_id\n1\n", encoding="utf-8")
    given = {
        "another input": {"inputs": (folder, table)},
        "--mapping": {"mapping": table},
        "--ecg-folder": {"ecg_folder": tmp_path},
    }[beside]
    with pytest.raises(BatchRefused, match=f"Bulk Data with {beside}.*Leave {beside} out"):
        run(tmp_path, all_of(NAMES), **given)


def test_a_full_disk_is_told_and_leaves_no_table(tmp_path, folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(BulkSorter, "add", full)
    with pytest.raises(BatchRefused, match="can't be put together.*free space.*run it again"):
        run(tmp_path, all_of(NAMES))
    assert not (tmp_path / "out" / "collected").exists()


def test_a_damaged_packed_file_is_told(tmp_path, folder):
    (folder / "Patient.ndjson.gz").write_bytes(b"\x1f\x8b\x08\x00 cut")
    with pytest.raises(BatchRefused, match="a file is damaged"):
        run(tmp_path, [])


def test_who_withdrew_is_a_tombstone_without_an_answer(tmp_path, folder):
    who = example("01-raised-risk")[0]["person"]["id"]
    (tmp_path / "gone.txt").write_text(f"{who}\n", encoding="utf-8")
    run(tmp_path, all_of(NAMES), withdrawn=tmp_path / "gone.txt", answers="fr")
    row = rows(tmp_path / "out")[who]
    assert (row["status_reason"], row["visit_date"]) == ("consent_withdrawn", None)
    assert len(answers(tmp_path / "out")) == 2
    assert who not in json.dumps(answers(tmp_path / "out"))


def test_a_row_is_explained_from_its_bundle(tmp_path, folder):
    run(tmp_path, all_of(NAMES))
    who = example("01-raised-risk")[0]["person"]["id"]
    options = BatchOptions(inputs=(folder,), out=tmp_path / "out")
    assert "undiagnosed type 2 diabetes" in explain_person(options, who, "en")


def test_a_row_whose_bundle_was_refused_is_explained_by_its_refusal(tmp_path, folder):
    """The bug it pins: it ended in a sentence without its parameter."""
    found = all_of(NAMES)
    wrong = next(one for one in found if one["id"] == "02-items-missing-2")
    wrong["subject"] = {"reference": "Patient/01-raised-risk-0"}
    run(tmp_path, found)
    who = example("02-items-missing")[0]["person"]["id"]
    said = explain_person(BatchOptions(inputs=(), out=tmp_path / "out"), who, "en")
    assert "wrong_patient: A resource Observation of another person than the Patient" in said
    assert "refused" in said


def test_a_table_inside_the_folder_is_never_left_unread(tmp_path, folder):
    (folder / "more.csv").write_text("person_id\n1\n", encoding="utf-8")
    with pytest.raises(BatchRefused, match="Bulk Data with another input"):
        run(tmp_path, all_of(NAMES))


def test_what_a_run_would_find_is_told_before_it(tmp_path, folder):
    exported(folder, all_of(NAMES))
    options = BatchOptions(inputs=(folder,), out=tmp_path / "out", workers=1)
    assert profile_batch(options)["rows"] == len(NAMES)


def test_a_table_of_tables_is_no_bulk_data(tmp_path):
    with pytest.raises(BatchRefused, match="answers to Bundles.*only Bulk Data"):
        run_batch(
            BatchOptions(
                inputs=(Path("examples/table/visits.csv"),), out=tmp_path / "out", answers="fr"
            ),
            SilentReporter(),
        )
