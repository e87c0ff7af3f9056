"""A table says what its visits say one by one, in whatever order, units, company and format."""

from datetime import date

import batch_support
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laennec.datasets.readers.tables import TableMapping, parse_mapping, plan_table
from laennec.engine.guidelines import load_guidelines
from laennec.engine.intake import parse
from laennec.engine.screen import draft_of, screen
from laennec.engine.screening import screen_columns
from laennec.serving.batch import decoded, screen_table
from laennec.serving.batch.result.fingerprint import fingerprint

GUIDELINES = load_guidelines()
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
VISIT_DAY = date(2026, 11, 3)

QUANTITIES = {
    "waist_cm": ("waist", "cm", {}, (30, 210)),
    "height_cm": ("height", "cm", {}, (90, 260)),
    "weight_kg": ("weight", "kg", {}, (20, 360)),
    "systolic_bp_left_mmhg": ("systolic_bp", "mm[Hg]", {"site": "left_arm"}, (50, 310)),
    "diastolic_bp_left_mmhg": ("diastolic_bp", "mm[Hg]", {"site": "left_arm"}, (25, 210)),
    "systolic_bp_right_mmhg": ("systolic_bp", "mm[Hg]", {"site": "right_arm"}, (50, 310)),
    "diastolic_bp_right_mmhg": ("diastolic_bp", "mm[Hg]", {"site": "right_arm"}, (25, 210)),
    "heart_rate_per_min": ("heart_rate", "/min", {}, (15, 310)),
    "total_cholesterol_mmol_per_l": ("total_cholesterol", "mmol/L", {}, (0, 35)),
    "hdl_cholesterol_g_per_l": ("hdl_cholesterol", "g/L", {}, (0, 3)),
    "fasting_glucose_g_per_l": (
        "glucose", "g/L", {"specimen": "venous_plasma", "fasting_hours": "10"}, (0, 15),
    ),
    "hba1c_percent": ("hba1c", "%", {}, (2, 25)),
}  # fmt: skip
ANSWERS = {
    "physically_active": ("questionnaire", "physically_active"),
    "daily_fruit_vegetables": ("questionnaire", "daily_fruit_vegetables"),
    "ever_high_glucose": ("questionnaire", "ever_high_glucose"),
}


@st.composite
def people(draw):
    """One person as a table row of texts; most items there, near the limits as often as not."""
    row = {"age_years": draw(st.integers(18, 95)), "sex": draw(st.sampled_from(["female", "male"]))}
    for name, (_, _, _, (low, high)) in QUANTITIES.items():
        value = st.decimals(low, high, places=2).map(lambda d: f"{d:f}")
        sign = st.sampled_from(["", "", "", "<", ">="])
        row[name] = draw(st.none() | st.tuples(sign, value).map("".join))
    for name in ANSWERS:
        row[name] = draw(st.sampled_from([None, True, False]))
    row["family_history_diabetes"] = draw(
        st.sampled_from([None, "none", "second_degree", "first_degree"])
    )
    return row


def as_visit(row):
    measurements = []
    for name, (code, unit, how, _) in QUANTITIES.items():
        if row[name] is not None:
            measurements.append({"code": code, "value": row[name], "unit": unit, **how})
    asked = {q: row[name] for name, (_, q) in ANSWERS.items() if row[name] is not None}
    if row["family_history_diabetes"] is not None:
        asked["family_history_diabetes"] = row["family_history_diabetes"]
    birth = date(VISIT_DAY.year - row["age_years"], 1, 1)
    return {
        "schema": "laennec.visit/1", "visit_id": "v", "performed_at": "2026-11-03T09:00:00+01:00",
        "person": {"id": "p", "birth_date": birth.isoformat(), "sex": row["sex"]},
        "measurements": measurements, "questionnaire": asked,
    }  # fmt: skip


def as_table(rows):
    names = ("age_years", "sex", *QUANTITIES, *ANSWERS, "family_history_diabetes")
    kinds = {"age_years": pa.int64()} | dict.fromkeys(ANSWERS, pa.bool_())
    columns = {n: pa.array([r[n] for r in rows], kinds.get(n, pa.string())) for n in names}
    return pa.record_batch({"person_id": [f"p{i}" for i in range(len(rows))], **columns})


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return batch_support.toy_models(tmp_path_factory.mktemp("models"))


def screened(table, models, mapping=None):
    plan = plan_table([(f.name, f.type) for f in table.schema], mapping or TableMapping())
    found = screen_table(table, plan, models, GUIDELINES)
    plain = decoded(found)
    assert fingerprint(plain) == fingerprint(found)
    return plain


@given(row=people())
@FEW
def test_a_row_says_what_its_visit_says(row, models):
    """The gate for tables and the gate for visits lead to the same answer."""
    said = screen(parse(as_visit(row)), models, GUIDELINES)
    (found,) = screened(as_table([row]), models).to_pylist()
    findings = {f.id: f for f in said.findings}
    assert found["urgency"] == said.urgency
    assert found["t2d_undiagnosed_band"] == findings["t2d_undiagnosed"].band
    assert found["t2d_undiagnosed_risk"] == findings["t2d_undiagnosed"].risk
    assert found["score2_10y_risk"] == findings["score2"].risk
    assert found["desir_risk"] == findings["desir"].risk
    facts = {(f.id, r.rule_id) for f in said.findings if f.kind == "fact" for r in f.reasons_for}
    given_facts = {
        (r["finding"], r["rule_id"])
        for r in found["reasons"]
        if r["contribution"] is None and not r["finding"].startswith("urgent")
    }
    assert given_facts == facts
    again = {i.item for i in said.refused_items}
    assert {i.partition(":")[0] for i in found["refused_items"]} == again


@given(rows=st.lists(people(), min_size=2, max_size=5), seed=st.integers(0, 99))
@FEW
def test_neither_company_nor_order_changes_a_row(rows, seed, models):
    table = as_table(rows)
    whole = screened(table, models)
    order = np.random.default_rng(seed).permutation(len(rows))
    mixed = screened(table.take(pa.array(order)), models)
    assert mixed.equals(whole.take(pa.array(order)))
    assert fingerprint(mixed) == fingerprint(whole)
    half = len(rows) // 2
    parts = [screened(table.slice(0, half), models), screened(table.slice(half), models)]
    assert pa.concat_batches(parts).equals(whole)


@given(row=people())
@FEW
def test_a_column_under_another_name_and_in_a_map_says_the_same(row, models):
    table = as_table([row])
    renamed = table.rename_columns([f"c{i}" for i in range(table.num_columns)])
    lines = [f'{n} = "c{i}"' for i, n in enumerate(table.schema.names) if n != "sex"]
    sex = table.schema.names.index("sex")
    renamed = renamed.set_column(sex, f"c{sex}", pa.array([{"female": 2, "male": 1}[row["sex"]]]))
    lines.append(f'sex = {{ column = "c{sex}", values = {{ "1" = "male", "2" = "female" }} }}')
    text = 'schema = "laennec.mapping/1"\n[columns]\n' + "\n".join(lines)
    found = screened(renamed, models, parse_mapping(text))
    assert fingerprint(found) == fingerprint(screened(table, models))


@given(centimetres=st.decimals(40, 200, places=1))
@FEW
def test_a_declared_unit_is_compared_in_that_unit_and_means_the_same(centimetres, models):
    columns = {"person_id": ["a"], "age_years": [50], "sex": ["male"], "height_cm": ["175"]}
    in_cm = pa.record_batch({**columns, "waist_cm": [f"{centimetres:f}"]})
    in_m = pa.record_batch({**columns, "waist_m": [f"{centimetres / 100:f}"]})
    mapping = parse_mapping(
        'schema = "laennec.mapping/1"\ncolumns.waist = { column = "waist_m", unit = "m" }'
    )
    assert fingerprint(screened(in_m, models, mapping)) == fingerprint(screened(in_cm, models))


@given(rows=st.lists(people(), min_size=1, max_size=4))
@FEW
def test_the_draft_of_a_row_is_made_from_the_same_columns(rows, models):
    """What the batch keeps is enough to find the person's draft again: same rules, same numbers."""
    from laennec.datasets.readers.tables import read_rows

    table = as_table(rows)
    plan = plan_table([(f.name, f.type) for f in table.schema], TableMapping())
    screening = screen_columns(read_rows(table, plan).batch, models, GUIDELINES)
    for index, row in enumerate(screened(table, models).to_pylist()):
        risk = next(f for f in draft_of(screening, index, "").findings if f.id == "t2d_undiagnosed")
        rules = {r.rule_id: r.contribution for r in (*risk.reasons_for, *risk.reasons_against)}
        kept = {
            r["rule_id"]: r["contribution"]
            for r in row["reasons"]
            if r["finding"] == "t2d_undiagnosed" and r["rule_id"] != "bias"
        }
        assert kept == {k: v for k, v in rules.items() if v}
