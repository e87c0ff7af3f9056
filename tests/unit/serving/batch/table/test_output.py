"""The result table says, column by column, what a draft says person by person."""

import math

import batch_support
import numpy as np
import pyarrow as pa
import pytest
from laennec.datasets.readers.tables import TableMapping, plan_table, read_rows
from laennec.engine.bundles.load import Models, load_models
from laennec.engine.guidelines import load_guidelines
from laennec.engine.screen import draft_of
from laennec.engine.screening import screen_columns
from laennec.serving.batch import ENCODED, SCHEMA, screen_table
from laennec.serving.batch.table.output import result_table

CONTRACT = [
    "person_id", "visit_date", "t2d_undiagnosed_risk", "t2d_undiagnosed_band", "dysglycaemia_risk",
    "dysglycaemia_band", "cvd_death_10y_risk", "cvd_death_10y_band", "score2_10y_risk",
    "findrisc_points", "findrisc_points_low", "findrisc_points_high", "ada_points", "desir_risk",
    "urgency", "refused_items", "reasons", "model_versions",
]  # fmt: skip
GUIDELINES = load_guidelines()
N = 120


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return batch_support.toy_models(tmp_path_factory.mktemp("models"))


def planned(table):
    batch = table.combine_chunks().to_batches()[0]
    return batch, plan_table([(f.name, f.type) for f in batch.schema], TableMapping())


@pytest.fixture(scope="module")
def screened(models):
    table, plan = planned(batch_support.people(N))
    rows = read_rows(table, plan)
    screening = screen_columns(rows.batch, models, GUIDELINES)
    return screening, result_table(rows, screening).to_pylist()


def test_the_columns_are_those_of_the_contract_and_then_the_new_ones():
    assert SCHEMA.names[: len(CONTRACT)] == CONTRACT
    assert SCHEMA.names[len(CONTRACT) :] == [
        "suspect_items",
        "status",
        "status_reason",
        "glucose_says",
    ]
    reason = SCHEMA.field("reasons").type.value_type
    assert [f.name for f in reason] == ["finding", "rule_id", "contribution"]


def test_a_row_says_what_its_draft_says(screened):
    screening, rows = screened
    for index, row in enumerate(rows):
        said = draft_of(screening, index, "2024-01-01T00:00:00+01:00")
        findings = {f.id: f for f in said.findings}
        risk = findings["t2d_undiagnosed"]
        assert row["t2d_undiagnosed_band"] == risk.band
        assert row["t2d_undiagnosed_risk"] == risk.risk
        assert row["urgency"] == said.urgency
        assert row["score2_10y_risk"] == findings["score2"].risk
        assert row["desir_risk"] == findings["desir"].risk
        facts = {
            (f.id, reason.rule_id)
            for f in said.findings
            if f.kind == "fact"
            for reason in f.reasons_for
        }
        given = {(r["finding"], r["rule_id"]) for r in row["reasons"] if r["contribution"] is None}
        assert {g for g in given if not g[0].startswith("urgent")} == facts
        rules = {r.rule_id: r.contribution for r in (*risk.reasons_for, *risk.reasons_against)}
        numbers = [r for r in row["reasons"] if r["contribution"] is not None]
        kept = {r["rule_id"]: r["contribution"] for r in numbers}
        kept.pop("bias", None)
        assert kept == {k: v for k, v in rules.items() if v}
        assert row["refused_items"] == list(
            dict.fromkeys(f"{i.item}:{i.code}" for i in said.refused_items)
        )
        assert row["suspect_items"] == list(
            dict.fromkeys(f"{i.item}:{i.code}" for i in said.suspect_items)
        )


def test_bias_and_contributions_sum_to_the_logit_of_the_risk(screened):
    answered = 0
    for row in screened[1]:
        if row["t2d_undiagnosed_risk"] is None:
            continue
        answered += 1
        logit = sum(r["contribution"] for r in row["reasons"] if r["contribution"] is not None)
        assert 1 / (1 + math.exp(-logit)) == pytest.approx(row["t2d_undiagnosed_risk"], abs=6e-5)
        assert row["model_versions"] == ["toy_t2d_undiagnosed/no_lab 0.1.0"]
    assert answered > N / 8  # of many both glucose and HbA1c are measured


def test_scores_are_those_of_the_engine(screened):
    screening, rows = screened
    score = screening.published.findrisc
    for index, row in enumerate(rows):
        for name in ("points", "points_low", "points_high"):
            value = int(getattr(score, name)[index])
            assert row[f"findrisc_{name}"] == (None if value < 0 else value)
    assert any(row["findrisc_points_low"] is not None for row in rows)
    assert any(row["ada_points"] is not None for row in rows)


def test_every_row_has_a_status_and_what_is_not_scored_has_a_reason(screened):
    rows = screened[1]
    assert {r["status"] for r in rows} == {"scored", "not_assessable"}
    for row in rows:
        assert row["status_reason"] is not None or row["status"] == "scored"
        told = (None, "excluded", "pregnancy", "measured", "measured_high")
        assert row["status_reason"] in told or row["status"] != "scored"
    known = [r for r in rows if r["status_reason"] == "excluded"]
    assert known
    assert all(r["t2d_undiagnosed_band"] == "not_assessable" for r in known)


def test_an_outcome_that_no_model_answers_is_null_or_not_assessable(screened):
    for row in screened[1]:
        assert row["cvd_death_10y_risk"] is None
        assert row["cvd_death_10y_band"] == "not_assessable"
        assert row["dysglycaemia_risk"] is None
        assert row["dysglycaemia_band"] == "not_assessable"


def test_a_row_alone_gives_what_it_gives_among_others(models):
    table, plan = planned(batch_support.people(40))
    whole = screen_table(table, plan, models, GUIDELINES)
    alone = [screen_table(table.slice(i, 1), plan, models, GUIDELINES) for i in range(40)]
    assert pa.concat_batches(alone).equals(whole)


def test_a_refused_row_says_its_urgent_rules_and_nothing_else(models):
    table, plan = planned(
        pa.table(
            {
                "person_id": ["a", None],
                "age_years": [50, 50],
                "sex": ["male", "male"],
                "waist_cm": [100.0, 100.0],
                "height_cm": [170.0, 170.0],
                "systolic_bp_mmhg": [230.0, 230.0],
                "diastolic_bp_mmhg": [135.0, 135.0],
            }
        )
    )
    good, refused = screen_table(table, plan, models, GUIDELINES).to_pylist()
    assert refused["status"] == "refused"
    assert refused["status_reason"] == "identifier_missing"
    assert refused["person_id"] is None
    assert refused["t2d_undiagnosed_risk"] is None
    assert refused["t2d_undiagnosed_band"] == "not_assessable"
    assert refused["findrisc_points_low"] is None
    assert refused["model_versions"] == []
    assert good["urgency"] == refused["urgency"] is not None
    assert {r["finding"].split(".")[0] for r in refused["reasons"]} == {"urgent"}


def test_a_row_refused_twice_has_one_reason_the_first(models):
    table, plan = planned(
        pa.table({"person_id": [None], "visit_date": ["soon"], "waist_cm": [90.0]}).cast(
            pa.schema(
                [
                    ("person_id", pa.string()),
                    ("visit_date", pa.string()),
                    ("waist_cm", pa.float64()),
                ]
            )  # fmt: skip
        )
    )
    (row,) = screen_table(table, plan, models, GUIDELINES).to_pylist()
    assert row["status_reason"] == "identifier_missing"


def test_refused_and_suspect_values_are_named_without_their_number(models):
    table, plan = planned(
        pa.table(
            {
                "person_id": ["a", "b"],
                "waist_cm": ["9000", "94"],
                "fasting_glucose_g_per_l": ["6.5", "x"],
                "hba1c_percent": [15.0, 5.0],
            }
        )
    )
    first, second = screen_table(table, plan, models, GUIDELINES).to_pylist()
    assert set(first["refused_items"]) == {"waist:hard_implausible", "glucose:unit_suspect"}
    assert first["suspect_items"] == ["hba1c:soft_implausible"]
    assert second["refused_items"] == ["glucose:value_not_decimal"]
    assert second["suspect_items"] == []
    assert any(r["finding"] == "urgent.remeasure" for r in first["reasons"])


def test_who_declined_has_no_risk_and_no_score_in_the_table(models):
    """The column `ai_screening`: false withholds, true and empty do not."""
    people = batch_support.people(60)
    said = ["false", "true", None] * 20
    asked, plan = planned(people.append_column("ai_screening", pa.array(said)))
    rows = screen_table(asked, plan, models, GUIDELINES).to_pylist()
    table, plan = planned(people)
    plain = screen_table(table, plan, models, GUIDELINES).to_pylist()
    scores = [n for n in CONTRACT if n.endswith(("_risk", "points", "points_low", "points_high"))]
    for answer, row, before in zip(said, rows, plain, strict=True):
        if answer != "false":
            assert row == before
            continue
        assert all(row[name] is None for name in scores)
        if before["status"] != "refused":
            assert (row["status"], row["status_reason"]) == ("not_assessable", "declined")
        urgent = [r for r in before["reasons"] if r["finding"].startswith("urgent")]
        assert [r for r in row["reasons"] if r["finding"].startswith("urgent")] == urgent


def test_without_models_everything_else_is_said():
    table, plan = planned(batch_support.people(50))
    rows = screen_table(table, plan, Models(), GUIDELINES).to_pylist()
    assert {r["status"] for r in rows} <= {"scored", "not_assessable"}
    assert {r["status_reason"] for r in rows} >= {"model_refused"}
    assert any(r["urgency"] for r in rows)
    assert any(r["reasons"] for r in rows)


def test_no_rows_give_no_rows(models):
    table, plan = planned(batch_support.people(3))
    found = screen_table(table.slice(0, 0), plan, models, GUIDELINES)
    assert found.num_rows == 0
    assert found.schema == ENCODED


def test_no_rounded_number_is_minus_zero(screened):
    for row in screened[1]:
        for reason in row["reasons"]:
            given = reason["contribution"]
            assert given is None or not (given == 0 and np.signbit(given))


def test_with_the_shipped_models_every_answered_risk_is_the_sum_of_its_reasons():
    """Whichever form answers, and whatever is missing: the draft's rules, and their sum."""
    table, plan = planned(batch_support.people(40, seed=5))
    shipped = load_models()
    forms = set()
    for index, row in enumerate(screen_table(table, plan, shipped, GUIDELINES).to_pylist()):
        alone = read_rows(table.slice(index, 1), plan).batch
        draft = draft_of(screen_columns(alone, shipped, GUIDELINES), 0, "")
        findings = {f.id: f for f in draft.findings}
        forms.update(row["model_versions"])
        for outcome in ("t2d_undiagnosed", "dysglycaemia"):
            said = findings[outcome]
            assert row[f"{outcome}_risk"] == said.risk
            assert row[f"{outcome}_band"] == said.band
            kept = {
                r["rule_id"]: r["contribution"] for r in row["reasons"] if r["finding"] == outcome
            }
            if said.risk is None:
                assert not kept
                continue
            logit = sum(kept.values())
            assert 1 / (1 + math.exp(-logit)) == pytest.approx(said.risk, abs=6e-5)
            assert kept.pop("bias", 0.0) == pytest.approx(said.details["bias"], abs=1e-6)
            rules = {r.rule_id: r.contribution for r in (*said.reasons_for, *said.reasons_against)}
            assert kept == pytest.approx({k: v for k, v in rules.items() if v}, abs=1.5e-6)
    assert len(forms) >= 2
