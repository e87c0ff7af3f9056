"""Other reading rules for the signed delineator: graph and folds stay, and the card says so."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laennec.datasets.simulator import sample_scenario, simulate
from laennec.datasets.sources.ecg_files import AnnotatedEcg
from laennec.engine.bundles.load import load_models
from laennec.engine.errors import DataError
from laennec.training.ecg_delineation import reread as program
from laennec.training.ecg_delineation.organised import TABLE, organised_lines
from laennec.training.ecg_delineation.simulated import annotated
from laennec.training.metrics import Estimate
from laennec.training.report import Line, find, from_json

SHIPPED = Path(program.__file__).parents[2] / "models" / "ecg_delineation" / "bundles" / "waves"
KEPT = ("boundaries", "folds", "intervals", "single lead", "where the errors are", "errors by lead")


def line(table, value):
    return Line(table, "row", "F1", Estimate(value, value, value, 3, "counted"))


@pytest.fixture
def bundle(tmp_path):
    """A copy of the shipped bundle, in a place with its name."""
    return shutil.copytree(SHIPPED, tmp_path / "ecg_delineation" / "bundles" / "waves")


def test_the_version_that_it_has_is_refused(bundle):
    with pytest.raises(DataError, match="two bundles of one version would find other waves"):
        program.reread(bundle, bundle)


def test_the_graph_stays_and_the_card_says_what_was_counted_by_which_rules(bundle, monkeypatch):
    opened = program.open_run

    def next_version(*args, **options):
        run = opened(*args, **options)
        return replace(run, about={**run.about, "version": "9.9.9"})

    monkeypatch.setattr(program, "open_run", next_version)
    monkeypatch.setattr(program, "read_ludb", lambda _: [])
    monkeypatch.setattr(program, "outside_lines", lambda *_: [line("rhythms", 0.25)])
    before = {name: (bundle / name).read_bytes() for name in ("model.onnx", "golden.json")}
    _, _, old = from_json((bundle / "metrics.json").read_text(encoding="utf-8"))
    made = program.reread(bundle, bundle)
    assert made.manifest.version == "9.9.9"
    assert {name: (bundle / name).read_bytes() for name in before} == before
    _, about, lines = from_json((bundle / "metrics.json").read_text(encoding="utf-8"))
    assert [x for x in lines if x.table in KEPT] == [x for x in old if x.table in KEPT]
    assert [x for x in lines if x.table == "rhythms"] == [line("rhythms", 0.25)]
    assert "the tables of LUDB are those of" in about["run"][-1]
    assert about["run"][-1] in (bundle / "card.md").read_text(encoding="utf-8")


def test_lines_stand_in_the_order_of_the_card():
    old = [line("boundaries", 1.0), line("rhythms", 1.0), line("export", 1.0)]
    made = program.joined(old, [line("rhythms", 2.0)])
    assert [(x.table, x.estimate.value) for x in made] == [
        ("boundaries", 1.0),
        ("rhythms", 2.0),
        ("export", 1.0),
    ]


def test_the_command_says_what_it_needs_and_why_it_refuses(bundle, capsys):
    assert program.main([]) == 2
    assert "DATA BUNDLE" in capsys.readouterr().err
    assert program.main([str(bundle), str(bundle)]) == 1
    assert "that the bundle has already" in capsys.readouterr().err


def test_the_rule_finds_more_p_waves_before_premature_beats_and_none_in_fibrillation():
    ready = load_models().signal("ecg_delineation/waves").delineator()
    made = [
        simulate(sample_scenario(np.random.default_rng(seed), name), seed=seed)
        for seed, name in enumerate(["premature_atrial_complex"] * 3 + ["atrial_fibrillation"])
    ]
    said = ["NSR|PAC"] * 3 + ["AF"]
    others = [
        AnnotatedEcg(str(k), str(k), one.signal, labels={"dx_final_abbr": said[k]})
        for k, one in enumerate(made)
    ]
    lines = list(organised_lines(ready, [annotated(one) for one in made[:3]], others))

    def value(row, measure):
        return find(lines, TABLE, row, measure).estimate.value

    rows, early = ("with the rule", "without it"), "sinus rhythm, with premature atrial beats"
    assert value(rows[0], f"{early}, P per beat") >= value(rows[1], f"{early}, P per beat")
    assert [value(row, "atrial fibrillation, P per beat") for row in rows] == [0, 0]
    assert all(value(row, "P onset F1, LUDB") > 0.9 for row in rows)
