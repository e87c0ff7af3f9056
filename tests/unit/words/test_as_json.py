"""The public JSON obeys its schema, and the content that is hashed has no language."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from follow_up_visits import draft as follow_up_draft
from follow_up_visits import visit
from hypothesis import given, settings
from laennec.engine.canonical import content_hash
from laennec.engine.prediagnosis import Message
from laennec.engine.words import LANGUAGES
from laennec.engine.words.as_json import as_json, canonical_content
from prediagnosis_examples import EXAMPLES, high_risk_example, urgent_example
from prediagnosis_strategies import prediagnoses

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "docs/schema/prediagnosis.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
CODES_ONLY = (
    "id",
    "kind",
    "state",
    "band",
    "risk",
    "risk_interval",
    "urgency",
    "model",
    "guideline",
)


@given(prediagnoses())
@settings(max_examples=60, deadline=None)
def test_every_draft_is_valid_json_in_the_published_form(draft):
    for lang in LANGUAGES:
        VALIDATOR.validate(json.loads(json.dumps(as_json(draft, lang), allow_nan=False)))


@pytest.mark.parametrize("example", EXAMPLES)
def test_codes_and_numbers_do_not_depend_on_the_language(example):
    french, english = (as_json(example(), lang)["findings"] for lang in LANGUAGES)
    assert [[f[k] for k in CODES_ONLY] for f in french] == [
        [f[k] for k in CODES_ONLY] for f in english
    ]
    assert [f["text"] for f in french] != [f["text"] for f in english]


def test_a_reason_keeps_its_rule_its_contribution_and_the_reported_value():
    finding = next(f for f in as_json(high_risk_example(), "fr")["findings"] if f["band"] == "high")
    reason = finding["reasons_for"][0]
    assert reason["rule_id"] == "waist_high"
    assert reason["contribution"] == 1.412
    assert reason["inputs"][0] == {
        "name": "waist_to_height_ratio",
        "value": "0.634",
        "unit": "1",
        "origin": "derived",
    }
    assert (
        reason["text"]
        == "rapport du tour de taille à la taille : niveau élevé (0,634 ; condition remplie à 80 %)"
    )


def test_the_most_urgent_stands_first():
    document = as_json(urgent_example(), "en")
    assert [item["level"] for item in document["urgent"]] == ["U0", "U0", "U1"]


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    "values",
    [
        {"hba1c": "7.6"},
        {"hba1c": "18.5"},
        {"hba1c": ">14.0"},
        {"hba1c": "7.6", "systolic_bp": "210", "diastolic_bp": "84"},
        {"weight": "84"},
        {"weight": "84", "conditions": ()},
    ],
)
def test_what_is_said_over_the_years_obeys_the_schema(values, lang):
    """Pinned: a follow-up without an index was none by the published schema."""
    past = [visit("2026-06-20", hba1c=value) | {"visit_id": value} for value in ("6.8", ">14.0")]
    past += [{**visit("2019-06-20", weight="80", height="176"), "exposures": ["night_work"]}]
    one = follow_up_draft(past, **values)
    told = json.loads(json.dumps(as_json(one, lang)))
    assert told["trajectories"]
    assert told["exposures"][0]["visits_before"] == 1
    VALIDATOR.validate(told)


def test_the_schema_refuses_a_fact_with_a_band_and_an_unknown_key():
    document = as_json(high_risk_example(), "fr")
    fact = next(f for f in document["findings"] if f["kind"] == "fact")
    fact["band"] = "low"
    assert list(VALIDATOR.iter_errors(document))
    document = as_json(high_risk_example(), "fr") | {"diagnosis": "diabetes"}
    assert list(VALIDATOR.iter_errors(document))


def test_a_final_status_can_not_be_written_in_this_form():
    document = as_json(high_risk_example(), "fr") | {"status": "final"}
    with pytest.raises(jsonschema.ValidationError, match="'draft' was expected"):
        VALIDATOR.validate(document)


def test_the_content_has_no_words_and_not_its_own_hash():
    draft = high_risk_example()
    content = canonical_content(draft)
    assert "content_hash" not in content
    assert content_hash(content) == draft.content_hash
    assert canonical_content(replace(draft, content_hash="other")) == content
    assert "conseillée" not in json.dumps(content, ensure_ascii=False)


def test_the_hash_follows_every_number_and_id_but_not_machine_noise():
    draft = high_risk_example()
    risk = next(f for f in draft.findings if f.band == "high")
    others = tuple(f for f in draft.findings if f is not risk)

    def hashed(finding):
        return content_hash(canonical_content(replace(draft, findings=(*others, finding))))

    same = hashed(risk)
    assert hashed(replace(risk, risk=risk.risk + 1e-9)) == same
    assert hashed(replace(risk, risk=risk.risk + 1e-4)) != same
    assert hashed(replace(risk, message=Message("finding.t2d_undiagnosed.low"))) != same
    louder = replace(risk.reasons_for[0], contribution=1.5)
    assert hashed(replace(risk, reasons_for=(louder,))) != same
    assert content_hash(canonical_content(replace(draft, sentences_sha256="0" * 64))) != same


def test_minus_zero_and_zero_are_one_content():
    draft = high_risk_example()
    risk = next(f for f in draft.findings if f.band == "high")
    contents = [
        canonical_content(replace(draft, findings=(replace(risk, risk=zero),)))
        for zero in (0.0, -0.0, -1e-9)
    ]
    assert len({json.dumps(content) for content in contents}) == 1
