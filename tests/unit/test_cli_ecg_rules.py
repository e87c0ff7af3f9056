"""``ecg findings`` and ``ecg rhythm`` as JSON: every rule with its values, and no other ending.

The bug it pins: ``-o x.json`` wrote CSV into x.json, with exit 0.
"""

import csv
import json
import math
from pathlib import Path

import jsonschema
import pytest
from laennec.cli import app
from laennec.datasets import read_ecg
from laennec.engine import load_models
from laennec.engine.ecg.findings.settings import statement_settings
from typer.testing import CliRunner

RUN = CliRunner()
USAGE = 2
SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"
TOLERANCE = 1e-8


def schema(name):
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


def made(folder, pathology):
    args = ["ecg", "simulate", "--out", str(folder / pathology), "--pathology", pathology]
    assert RUN.invoke(app, args).exit_code == 0
    return next((folder / pathology).glob("*.hea"))


def answered(command, files, out, *more):
    done = RUN.invoke(app, ["ecg", command, *map(str, files), "-o", str(out), *more])
    assert done.exit_code == 0, done.output
    return out.read_text(encoding="utf-8")


def check_statement(one, ids):
    """The rules of a statement add up to its logit, and the logit is its score."""
    if one["state"] == "not_assessable":
        assert one["why"]
        assert (one["score"], one["logit"], one["bias"], one["rules"]) == (None, None, None, [])
        return
    assert {rule["rule_id"] for rule in one["rules"]} == ids
    total = one["bias"] + sum(rule["contribution"] for rule in one["rules"])
    assert abs(total - one["logit"]) < TOLERANCE
    assert abs(1 / (1 + math.exp(-one["logit"])) - one["score"]) < TOLERANCE
    for rule in one["rules"]:
        assert rule["inputs"] and rule["source"] and rule["source_text"] and rule["text"]
        assert "_" not in rule["text"]
        assert all(value["value"] or value["origin"] == "estimated" for value in rule["inputs"])


def rules_of(model_id):
    bundle = load_models().statement_rules(model_id)
    found = {}
    for rule in bundle.rules.rules:
        found.setdefault(rule.id.partition(".")[0], set()).add(rule.id)
    return found


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ecgs")
    return [made(folder, name) for name in ("lbbb", "lvh_with_strain", "sinus_rhythm")]


def test_findings_as_json_hold_every_rule_and_the_same_scores_as_the_table(files, tmp_path):
    data = json.loads(answered("findings", files, tmp_path / "x.json"))
    jsonschema.validate(data, schema("ecg_findings"))
    assert [r["record"] for r in data["records"]] == [f.stem for f in files]
    ids = rules_of("ecg_findings/twelve_lead")
    for record in data["records"]:
        names = [one["statement"] for one in record["statements"]]
        assert names == list(statement_settings()["vocabulary"])
        for one in record["statements"]:
            check_statement(one, ids[one["statement"]])
    answered("findings", files, tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(encoding="utf-8") as table:
        rows = {(r["record"], r["statement"]): r for r in csv.DictReader(table)}
    for record in data["records"]:
        for one in record["statements"]:
            row = rows[record["record"], one["statement"]]
            assert row["state"].partition(":")[0] == one["state"]
            if one["score"] is not None:
                assert math.isclose(float(row["score"]), one["score"], abs_tol=TOLERANCE)


def test_findings_are_worded_in_the_language_that_is_asked_for(files, tmp_path):
    french = answered("findings", files[:1], tmp_path / "fr.json")
    english = answered("findings", files[:1], tmp_path / "en.JSON", "--lang", "en")
    assert "bloc de branche gauche complet" in french
    assert "complete left bundle branch block" in english
    codes = [
        [
            (s["statement"], s["state"], s["score"])
            for s in json.loads(text)["records"][0]["statements"]
        ]
        for text in (french, english)
    ]
    assert codes[0] == codes[1]


def test_a_rhythm_as_json_holds_the_rules_of_its_four_classes(files, tmp_path):
    signal = read_ecg(files[-1]).signal
    strip = tmp_path / "strip.csv"
    lead = signal.lead_mv("I")
    head = f"# fs: {signal.sampling_rate_hz:g} Hz\n# unit: mV\nI\n"
    strip.write_text(head + "\n".join(f"{x:.4f}" for x in lead) + "\n", encoding="utf-8")
    data = json.loads(answered("rhythm", [strip], tmp_path / "x.json"))
    jsonschema.validate(data, schema("ecg_rhythm"))
    ids = rules_of("ecg_findings/single_lead")
    (one,) = data["strips"]
    assert [c["statement"] for c in one["classes"]] == list(ids)
    for found in one["classes"]:
        check_statement(found, ids[found["statement"]])
    best = max((c for c in one["classes"] if c["score"] is not None), key=lambda c: c["score"])
    assert best["text"] == one["rhythm"]


@pytest.mark.parametrize("command", ["findings", "rhythm", "measure"])
@pytest.mark.parametrize("name", ["x.xml", "x.txt", "x", "x.csv.gz"])
def test_an_ending_that_is_not_written_is_refused_before_anything_is_read(command, name, tmp_path):
    out = tmp_path / name
    done = RUN.invoke(app, ["ecg", command, str(tmp_path / "none.hea"), "-o", str(out)])
    assert done.exit_code == USAGE
    assert ".csv or .json" in " ".join(done.output.replace("│", " ").split())
    assert not out.exists()
