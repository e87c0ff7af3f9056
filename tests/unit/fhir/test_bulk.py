"""Bulk Data files give the answers of the visits in them, and everything is accounted for."""

import errno
import json
from datetime import UTC, datetime

import pytest
from fhir_support import bundle, example, is_r4, of
from laennec.engine import load_guidelines, load_models
from laennec.engine.errors import DataError
from laennec.serving.fhir.bulk import MANIFEST, REFUSED, RESULTS, screen_bulk
from laennec.serving.screening import Engine, screen_visit

NOW = datetime(2026, 11, 30, tzinfo=UTC)
NAMES = ("01-raised-risk", "02-items-missing", "03-urgent")


@pytest.fixture(scope="module")
def engine():
    return Engine(load_models(), load_guidelines())


def resources(name):
    """The resources of an example as a server exports them: by Type/id, each with its Encounter."""
    found = [entry["resource"] for entry in bundle(name)["entry"]]
    for number, one in enumerate(found):
        one["id"] = f"{name}-{number}"
        if one["resourceType"] != "Patient":
            one["subject"] = {"reference": f"Patient/{name}-0"}
        if one["resourceType"] not in ("Patient", "Encounter"):
            one["encounter"] = {"reference": f"Encounter/{name}-1"}
    return found


def exported(folder, found):
    """One file for each resource type, as Bulk Data has it."""
    by_type = {}
    for one in found:
        by_type.setdefault(one["resourceType"], []).append(json.dumps(one))
    files = []
    for kind, lines in by_type.items():
        files.append(folder / f"{kind}.ndjson")
        files[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    return files


def run(tmp_path, found, engine):
    out = tmp_path / "out"
    counts = screen_bulk(exported(tmp_path, found), out, engine, lang="fr", now=NOW)
    said = [json.loads(x) for x in (out / RESULTS).read_text(encoding="utf-8").splitlines()]
    refused = [json.loads(x) for x in (out / REFUSED).read_text(encoding="utf-8").splitlines()]
    manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["encounters"] == manifest["screened"] + manifest["refused_bundles"]
    return counts, said, refused


def test_every_encounter_has_the_answer_of_its_visit(tmp_path, engine):
    found = [one for name in NAMES for one in resources(name)]
    counts, said, refused = run(tmp_path, found, engine)
    assert (counts.encounters, counts.screened, refused) == (3, 3, [])
    assert counts.lines == len(found)
    hashes = []
    for name in NAMES:
        document = json.dumps(example(name)[0]).encode()
        hashes.append(screen_visit(document, engine, now=NOW).draft.content_hash)
    assert sorted(one["identifier"]["value"] for one in said) == sorted(hashes)
    for one in said:
        assert is_r4(one)
        assert of(one, "DiagnosticReport")[0]["status"] == "preliminary"


def test_a_part_of_another_person_refuses_its_encounter_only(tmp_path, engine):
    found = [one for name in NAMES for one in resources(name)]
    wrong = next(one for one in found if one["id"] == "02-items-missing-2")
    wrong["subject"] = {"reference": "Patient/01-raised-risk-0"}
    counts, said, refused = run(tmp_path, found, engine)
    assert (counts.screened, counts.refused_bundles, len(said)) == (2, 1, 2)
    assert refused[0]["id"] == "02-items-missing-1"
    assert refused[0]["issue"][0]["details"]["coding"][0]["code"] == "wrong_patient"


def test_what_names_no_encounter_is_counted_and_never_guessed(tmp_path, engine):
    found = resources("01-raised-risk")
    del found[2]["encounter"]
    found[3]["encounter"] = {"reference": "Encounter/none"}
    counts, said, _ = run(tmp_path, found, engine)
    assert counts.without_encounter == 2
    assert len(said) == 1


def test_lines_that_cant_be_read_are_counted_and_the_rest_goes_on(tmp_path, engine):
    files = exported(tmp_path, resources("01-raised-risk"))
    with files[0].open("a", encoding="utf-8") as file:
        file.write('{"resourceType": \n[1]\n\n{"a": 1}\n')
    counts = screen_bulk(files, tmp_path / "out", engine, lang="en", now=NOW)
    assert (counts.unreadable_lines, counts.screened) == (3, 1)
    told = [
        json.loads(x)["issue"][0] for x in (tmp_path / "out" / REFUSED).read_text().splitlines()
    ]
    places = [issue["expression"][0] for issue in told]
    assert places == [f"{files[0].name} line {n}" for n in (2, 3, 5)]
    assert {issue["details"]["coding"][0]["code"] for issue in told} == {"line_unreadable"}


def test_results_that_are_there_are_never_written_over(tmp_path, engine):
    files = exported(tmp_path, resources("01-raised-risk"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / RESULTS).write_text("before", encoding="utf-8")
    with pytest.raises(DataError, match="a folder that is not empty"):
        screen_bulk(files, tmp_path / "out", engine, lang="fr", now=NOW)
    assert (tmp_path / "out" / RESULTS).read_text(encoding="utf-8") == "before"


def test_a_full_disk_is_told_and_leaves_no_manifest(tmp_path, engine, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    files = exported(tmp_path, resources("01-raised-risk"))
    monkeypatch.setattr("laennec.serving.fhir.bulk._write", full)
    with pytest.raises(DataError, match="No space left on device.*cut short.*run it again"):
        screen_bulk(files, tmp_path / "out", engine, lang="fr", now=NOW)
    assert not (tmp_path / "out" / MANIFEST).exists()


def test_an_encounter_without_its_patient_or_twice_is_refused(tmp_path, engine):
    found = resources("01-raised-risk")
    alone = [one for one in found if one["resourceType"] != "Patient"]
    counts, _, refused = run(tmp_path, alone, engine)
    assert (counts.screened, counts.refused_bundles) == (0, 1)
    assert "wrong_patient" in json.dumps(refused)
    twice = [*found, next(one for one in found if one["resourceType"] == "Encounter")]
    out = tmp_path / "again"
    out.mkdir()
    _, said, refused = run(out, twice, engine)
    assert said == []
    assert "resource_twice" in json.dumps(refused)
