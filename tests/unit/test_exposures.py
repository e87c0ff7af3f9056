"""Occupational exposures: shown with their source beside the findings, and read by nothing."""

import json
import tomllib
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.cli import app
from laennec.engine import load_guidelines, load_models, parse, screen
from laennec.engine.vocabulary import load_vocabulary
from laennec.engine.words.as_json import as_json, canonical_content
from laennec.engine.words.load import load_sentences
from laennec.engine.words.text import render_text
from laennec.serving.codes.matcher import terms
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
ROWS = tomllib.loads((ROOT / "engine/vocabulary/exposures.toml").read_text("utf-8"))["exposure"]
CODES = sorted(ROWS)
VISITS = [
    {"measurements": [{"code": "waist", "value": "104", "unit": "cm"},
                      {"code": "height", "value": "172", "unit": "cm"},
                      {"code": "weight", "value": "96", "unit": "kg"},
                      {"code": "systolic_bp", "value": "152", "unit": "mm[Hg]"},
                      {"code": "diastolic_bp", "value": "95", "unit": "mm[Hg]"},
                      {"code": "total_cholesterol", "value": "2.3", "unit": "g/L"},
                      {"code": "hdl_cholesterol", "value": "0.4", "unit": "g/L"}],
     "questionnaire": {"smoker": "current", "physically_active": False,
                       "family_history_diabetes": "first_degree"},
     "conditions": [], "medications": [], "symptoms": []},
    {"measurements": [{"code": "hba1c", "value": "8.1", "unit": "%"},
                      {"code": "systolic_bp", "value": "186", "unit": "mm[Hg]"}],
     "conditions": ["diabetes"], "medications": ["insulin_or_secretagogue"],
     "symptoms": ["syncope"]},
]  # fmt: skip


def visit(number, exposures):
    head = {
        "schema": "laennec.visit/1",
        "visit_id": "v",
        "performed_at": "2026-11-03T09:20:00+01:00",
        "person": {"id": "p", "birth_date": "1964-03-02", "sex": "male"},
    }
    said = {} if exposures is None else {"exposures": list(exposures)}
    return head | VISITS[number] | said


@cache
def engine():
    return load_models(), load_guidelines()


def screened(number, exposures):
    return screen(parse(json.dumps(visit(number, exposures))), *engine())


def all_that_is_said(draft):
    """Return the draft without its context, and without the questions on work to the physician."""
    content = canonical_content(draft)
    content.pop("exposures", None)
    if content.get("follow_up"):
        content["follow_up"] = {**content["follow_up"], "questions": None}
    return content


@given(number=st.integers(0, len(VISITS) - 1), exposures=st.sets(st.sampled_from(CODES)))
@settings(max_examples=25, deadline=None)
def test_no_risk_and_no_finding_moves_with_what_somebody_is_exposed_to(number, exposures):
    """Pins the promise that exposures are no hidden input: not one number of the draft moves."""
    without = screened(number, None)
    assert all_that_is_said(screened(number, exposures)) == all_that_is_said(without)
    assert any(f.risk is not None for f in screened(0, exposures).findings)


def test_no_model_guideline_row_or_urgent_rule_names_an_exposure():
    models, guidelines = engine()
    inputs = {name for b in models.loaded for name in getattr(b.manifest, "input_names", ())}
    assert inputs
    assert not [name for name in inputs if name in CODES or name.startswith("exposure")]
    rows = [row for spec in guidelines.findings for row in spec.rows]
    flags = [flag.name for row in rows for flag in (*row.also, *row.not_when)]
    flags += [flag.name for spec in guidelines.findings for flag in spec.not_when]
    assert flags
    assert not [name for name in flags if name.startswith("exposure.")]
    for file in (ROOT / "engine/guidelines").glob("*.toml"):
        assert "exposure." not in file.read_text("utf-8"), file.name


def test_a_batch_gives_the_same_bytes_of_results_whatever_the_exposures(tmp_path):
    head = "person_id,visit_date,age_years,sex,waist_cm,height_cm,weight_kg,systolic_bp_mmhg"
    values = "p{},2025-01-10,{},male,{},175,88,150"
    results = []
    for name, answer in (("no", "false"), ("yes", "true")):
        table = tmp_path / f"{name}.csv"
        columns = ",".join(f"exposure_{code}" for code in CODES)
        rows = [values.format(i, 40 + i, 90 + i) + f",{answer}" * len(CODES) for i in range(5)]
        table.write_text("\n".join([f"{head},{columns}", *rows]) + "\n")
        out = tmp_path / name / "out"
        done = CliRunner().invoke(app, ["batch", str(table), "--out", str(out), "--workers", "1"])
        assert done.exit_code == 0, done.output
        results.append(json.loads((out / "manifest.json").read_text())["output"]["content_sha256"])
    assert results[0] == results[1]


def over_the_years(today, **earlier):
    """Return the draft of a visit with earlier ones, exposures by day (``d2019_05_04``)."""
    past = []
    for day, codes in earlier.items():
        one = visit(0, codes)
        moment = f"{day[1:].replace('_', '-')}T09:20:00+01:00"
        past.append({**one, "visit_id": day, "performed_at": moment})
    return screen(parse(json.dumps(visit(0, today) | {"previous_visits": past})), *engine())


@pytest.mark.parametrize(
    ("today", "said", "words"),
    [
        (["noise"], "no", {"en": "(at visits of 2016 to 2019, not today)",
                           "fr": "(aux visites de 2016 à 2019, pas aujourd'hui)"}),
        (None, "not_asked", {"en": "(at visits of 2016 to 2019, not asked today)",
                             "fr": "(aux visites de 2016 à 2019, pas demandé aujourd'hui)"}),
        (["night_work"], "yes", {"en": "(also at visits of 2016 to 2019)",
                                 "fr": "(aussi aux visites de 2016 à 2019)"}),
    ],
)  # fmt: skip
def test_what_an_earlier_visit_declared_is_shown_with_its_years(today, said, words):
    """Pinned: night work until 2019 stood nowhere at a visit of 2026."""
    draft = over_the_years(
        today, d2022_05_04=["lead"], d2019_05_04=["night_work"], d2016_05_04=["night_work"]
    )
    told = {one["code"]: one for one in as_json(draft, "en")["exposures"]}
    one = told["night_work"]
    assert (one["today"], one["visits_before"]) == (said, 2)
    assert (one["first_on"], one["last_on"]) == ("2016-05-04", "2019-05-04")
    assert one["origin"] == ("visit" if said == "yes" else "earlier_visit")
    for lang, text in words.items():
        assert text in " ".join(render_text(draft, lang).split())
    assert "visits of 2022," in told["lead"]["text"]
    if "noise" in told:
        assert "(" not in told["noise"]["text"].partition(":")[0]


def test_what_an_earlier_visit_declared_moves_nothing():
    one = over_the_years(None, d2019_05_04=CODES)
    assert all_that_is_said(one) == all_that_is_said(over_the_years(None, d2019_05_04=None))
    assert len(one.exposures) == len(CODES)


def test_an_exposure_of_a_visit_that_is_not_used_is_not_carried():
    later = over_the_years(["noise"], d2027_05_04=["night_work"])
    assert [one.name for one in later.exposures] == ["exposure.noise"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_is_shown_with_its_source_beside_the_findings(lang):
    draft = screened(0, ["noise", "lead"])
    text = " ".join(render_text(draft, lang).split())
    told = as_json(draft, lang)["exposures"]
    assert [one["code"] for one in told] == ["noise", "lead"]
    for one in told:
        assert one["text"] in text
        assert ROWS[one["code"]]["source"].split(",")[0] in one["text"]
    title = load_sentences()[lang]["exposure.title"]
    assert title.upper() in text
    assert load_sentences()[lang]["exposure.note"] in text
    assert title.upper() not in render_text(screened(0, []), lang)


def test_the_hash_that_is_decided_on_covers_them_and_a_visit_without_keeps_its_own():
    assert screened(0, []).content_hash == screened(0, None).content_hash
    hashes = {screened(0, some).content_hash for some in combinations(["noise", "lead", "heat"], 2)}
    assert len(hashes) == 3


@pytest.mark.parametrize("code", CODES)
def test_every_exposure_has_a_source_a_sentence_and_words_for_the_nurse(code):
    row = ROWS[code]
    assert row["source"]
    assert row["says"]
    assert isinstance(row["verified"], bool)
    assert row["verified"] is not ("(FM)" in row["source"] or row["source"] == "ENG")
    assert f"exposure.{code}" in load_vocabulary().questions
    assert terms()["term"][f"exposure.{code}"]
    for lang in ("fr", "en"):
        assert load_sentences()[lang][f"exposure_context.{code}"]
        plain = tomllib.loads((ROOT / f"serving/pages/words/plain.{lang}.toml").read_text("utf-8"))
        assert plain[f"plain.exposure.{code}"]
