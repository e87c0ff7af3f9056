"""What an earlier row of a person said is not forgotten where the last one did not measure it."""

import numpy as np
import pyarrow as pa
import pytest
from laennec.serving.years.earlier_signs import earlier_signs, with_glucose_below
from laennec.serving.years.last_visits import UNKNOWN_DAY, last_visits
from years_support import batch_result, planned, result_rows, searched

GLUCOSE_FORM = "diabetes_type_2/undiagnosed_glucose_known 0.1.0"
NO_LAB = "diabetes_type_2/undiagnosed_no_lab 0.1.0"
KNOWN, HIGH = "diabetes_known_or_treated", "measured_high"


def rows(*said):
    """Return rows of one person: (day or None, status_reason[, band[, model[, status]]])."""
    filled = [(*one, *(None, NO_LAB, "scored")[len(one) - 2 :]) for one in said]
    days, reasons, bands, models, statuses = zip(*filled, strict=True)
    table = result_rows(
        days,
        person_id=["p"] * len(said),
        urgency=[None] * len(said),
        status=statuses,
        status_reason=reasons,
        t2d_undiagnosed_band=bands,
    )
    versions = pa.array([[m] for m in models], pa.list_(pa.string()))
    return table.append_column("model_versions", versions)


LATE = "2026-11-20"


@pytest.mark.parametrize(
    ("said", "sign", "is_open"),
    [
        ([("2024-11-20", HIGH), (LATE, None, "low")], HIGH, True),
        ([(None, HIGH), (LATE, None, "low")], HIGH, True),
        ([("2024-11-20", HIGH), ("2025-01-01", None), (LATE, None)], HIGH, True),
        ([("2024-11-20", HIGH), ("2025-01-01", "measured"), (LATE, None)], HIGH, False),
        ([("2023-11-20", "measured"), ("2024-11-20", HIGH), (LATE, None)], HIGH, True),
        ([("2024-11-20", HIGH), (LATE, None, "low", GLUCOSE_FORM)], HIGH, False),
        ([("2024-11-20", HIGH), (LATE, None, "high", GLUCOSE_FORM)], HIGH, True),
        ([("2024-11-20", HIGH), (LATE, None, "low", NO_LAB)], HIGH, True),
        ([("2024-11-20", HIGH), (LATE, HIGH)], HIGH, False),
        ([("2024-11-20", HIGH), (LATE, "excluded")], None, False),
        ([("2024-11-20", HIGH), (LATE, "pregnancy")], HIGH, True),
        ([("2024-11-20", "excluded"), (LATE, None, "low")], KNOWN, True),
        ([("2024-11-20", "excluded"), (LATE, "measured")], KNOWN, True),
        ([("2024-11-20", "excluded"), (LATE, HIGH)], KNOWN, True),
        ([("2024-11-20", "excluded"), (LATE, "excluded")], None, False),
        ([("2024-11-20", "excluded"), (LATE, "declined", None, NO_LAB, "not_assessable")],
         None, False),
        ([("2024-11-20", "excluded"), (LATE, "age_missing", None, NO_LAB, "refused")],
         None, False),
        ([("2024-11-20", "pregnancy"), (LATE, None, "low")], None, False),
        ([("2022-01-01", HIGH), ("2024-11-20", "excluded"), (LATE, None)], KNOWN, True),
        ([(LATE, HIGH)], None, False),
        ([(LATE, "excluded")], None, False),
    ],
)  # fmt: skip
def test_a_sign_stays_until_it_is_stated_or_a_later_glucose_is_below(said, sign, is_open):
    table = rows(*said)
    for order in (range(len(said)), range(len(said))[::-1]):
        shuffled = table.take(pa.array(list(order)))
        found = earlier_signs(with_glucose_below(shuffled), last_visits(shuffled).last)
        assert found.sign.to_pylist() == [sign]
        assert found.is_open.tolist() == [is_open]
        day = np.datetime64(said[-2][0], "D").astype(int) if sign and said[-2][0] else UNKNOWN_DAY
        if len(said) == 2:
            assert found.day.tolist() == [day]


def test_nobody_gives_nobody():
    table = rows((None, None)).slice(0, 0)
    found = earlier_signs(with_glucose_below(table), last_visits(table).last)
    assert (found.sign.to_pylist(), found.is_open.tolist()) == ([], [])


HEAD = (
    "person_id,visit_date,birth_date,sex,height_cm,weight_kg,waist_cm,systolic_bp_mmhg,"
    "diastolic_bp_mmhg,fasting_glucose_g_per_l,hba1c_percent,known_diabetes"
)
BEFORE = {
    "glucose": "1.40,,false",
    "hba1c": ",7.5,false",
    "known": ",8.5,true",
    "calm": "0.90,,false",
}


def row(name, day, last):
    return f"{name},{day},1975-01-01,male,175,80,90,125,78,{last}"


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Return the result of 12 people of each kind, none of whom was measured at the last visit."""
    folder = tmp_path_factory.mktemp("signs")
    lines = [HEAD]
    for kind, said in BEFORE.items():
        for i in range(12):
            lines.append(row(f"{kind}-{i:02}", "2024-11-20", said))
            lines.append(row(f"{kind}-{i:02}", LATE, ",,false"))
    lines += [row("settled", "2024-11-20", BEFORE["glucose"]), row("settled", LATE, "0.90,,false")]
    return batch_result(folder, lines)


def test_the_plan_calls_who_had_a_sign_before_and_says_which(result, tmp_path):
    """Pinned: they were intermediate, with a risk of undiagnosed diabetes, and called by nobody."""
    told, calls, page = planned(result, tmp_path)
    assert {c["person_id"].partition("-")[0] for c in calls} == {"glucose", "hba1c", "known"}
    assert len(calls) == 36
    for call in calls:
        kind = call["person_id"].partition("-")[0]
        assert call["earlier_sign"] == (KNOWN if kind == "known" else HIGH)
        assert (call["band"], call["risk"]) == ("earlier_sign", "")
        assert (call["earlier_sign_date"], call["visit_date"]) == ("2024-11-20", LATE)
        assert call["days_overdue"] == "10"
    assert told["counts"]["band"]["earlier_sign"] == 36
    assert "it does not go away" in page


def test_a_search_finds_them(result):
    def found(where):
        return searched(result, where)["people"]["found"]

    assert found("earlier_sign = diabetes_known_or_treated") == 12
    assert found("earlier_sign = measured_high") == 25
    assert found("earlier_sign is known and t2d_undiagnosed_band = intermediate") == 36


def test_a_pregnancy_that_is_over_is_no_sign_and_a_diabetes_in_it_is_one(tmp_path):
    """Pinned: a result said the same of both, so that neither could be asked about."""
    body = "1995-01-01,female,165,60,70,110,70,,"
    lines = [f"{HEAD},enceinte"]
    for name, known in (("over", "false"), ("diabetic", "true")):
        lines += [f"{name},2024-11-20,{body},{known},O", f"{name},{LATE},{body},false,N"]
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        'schema = "laennec.mapping/1"\n[columns]\n"condition.pregnancy" = '
        '{ column = "enceinte", values = { O = "yes", N = "no" } }\n'
    )
    result = batch_result(tmp_path, lines, "--mapping", mapping)
    _, calls, _ = planned(result, tmp_path / "plan")
    assert [(c["person_id"], c["earlier_sign"]) for c in calls] == [("diabetic", KNOWN)]
