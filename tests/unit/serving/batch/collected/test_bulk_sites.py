"""The site of an Encounter of Bulk Data: kept beside its row and its draft, read by the drift."""

import json

from bulk_runs import NAMES, NOW, all_of, rows, run
from fhir_support import example, exported, resources_of
from laennec.serving.fhir.visit_in import read_visit
from laennec.serving.screening import screen_visit
from laennec.serving.years.drift.from_tables import tally_collected
from laennec.serving.years.drift.run import DriftOptions, run_drift

PLACES = [
    ({"serviceProvider": {"reference": "Organization/7", "display": "Lille"}}, "Organization/7"),
    ({"serviceProvider": {"display": "Lens"}}, "Lens"),
    ({"location": [{"location": {"identifier": {"value": "room 2"}}}]}, "room 2"),
    ({"location": [{"location": {"display": "a"}}, {"location": {"display": "b"}}]}, None),
    ({"serviceProvider": {"display": "x" * 201}}, None),
    ({"serviceProvider": "Lille", "location": {"location": "x"}}, None),
    ({}, None),
]


def test_the_place_of_an_encounter_is_the_site_of_its_row_and_changes_nothing_else(
    tmp_path, folder
):
    name = NAMES[0]
    resources = resources_of(name)
    bare = run(tmp_path, resources)
    before = rows(tmp_path / "out")
    assert bare.state == "complete"
    assert "site" not in next(iter(before.values()))
    for number, (more, expected) in enumerate(PLACES):
        placed = [{**r, **more} if r["resourceType"] == "Encounter" else r for r in resources]
        exported(tmp_path / "in", placed)
        out = tmp_path / f"out-{number}"
        run(tmp_path, out=out)
        for person, row in rows(out).items():
            assert row.pop("site", None) == expected
            assert row == before[person]


def test_the_site_of_a_bundle_is_kept_beside_its_draft_and_outside_its_hash(engine):
    document, *_ = example(NAMES[0])
    bundle = {"resourceType": "Bundle", "type": "collection",
              "entry": [{"resource": r} for r in resources_of(NAMES[0])]}  # fmt: skip
    placed = json.loads(json.dumps(bundle))
    for entry in placed["entry"]:
        if entry["resource"]["resourceType"] == "Encounter":
            entry["resource"]["serviceProvider"] = {"display": "Lille"}
    read = read_visit(json.dumps(placed).encode())
    assert read.document["site"] == "Lille"
    one, other = (
        screen_visit(json.dumps(read_visit(json.dumps(b).encode()).document).encode(), engine,
                     now=NOW).draft for b in (bundle, placed)
    )  # fmt: skip
    assert one.content_hash == other.content_hash
    assert document["person"]["id"] == other.person_id


def test_drift_parts_bulk_data_by_site_and_counts_its_inputs_without_the_tables(tmp_path, folder):
    placed = [
        {**r, "serviceProvider": {"display": "Lille"}} if r["resourceType"] == "Encounter" else r
        for r in all_of(NAMES)
    ]
    run(tmp_path, placed)
    options = DriftOptions((tmp_path / "out",), tmp_path / "drift", lang="en")
    document = run_drift(options)
    assert "no_inputs" not in document["notices"]
    tally = tally_collected((tmp_path / "out",))
    counted = tally.table().to_pylist()
    assert {row["group"] for row in counted if row["by"] == "site"} == {"Lille"}
