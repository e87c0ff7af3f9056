"""What an earlier row of a person said is not forgotten where the last one did not measure it."""

import numpy as np
import pyarrow as pa
import pytest
from laennec.engine.past import IMPOSSIBLE_DAY
from laennec.serving.years.earlier_signs import earlier_signs
from laennec.serving.years.last_visits import UNKNOWN_DAY, last_visits
from years_support import batch_result, planned, result_rows, searched

KNOWN, HIGH, WAITS = "diabetes_known_or_treated", "measured_high", "value_waits"
CONTRADICT = "tests_contradict"
PREGNANT = "measured_in_pregnancy"


def rows(*said):
    """Return rows of one person: (day or None, glucose_says[, status_reason[, status]])."""
    filled = [(*one, *(None, "scored")[len(one) - 2 :]) for one in said]
    days, words, reasons, statuses = zip(*filled, strict=True)
    return result_rows(
        days,
        person_id=["p"] * len(said),
        urgency=[None] * len(said),
        status=statuses,
        status_reason=reasons,
        glucose_says=words,
    )


def signs_of(table):
    found = earlier_signs(table, last_visits(table).last)
    return found.sign.to_pylist(), found.is_open.tolist(), found.asks_day.tolist()


LATE = "2026-11-20"
LATER = "2025-01-01"


@pytest.mark.parametrize(
    ("said", "sign", "is_open"),
    [
        ([("2024-11-20", "high"), (LATE, None)], HIGH, True),
        ([(None, "high"), (LATE, None)], HIGH, True),
        ([("2024-11-20", "high"), (LATER, None), (LATE, None)], HIGH, True),
        ([("2024-11-20", "high"), (LATER, "below"), (LATE, None)], HIGH, False),
        ([("2023-11-20", "below"), ("2024-11-20", "high"), (LATE, None)], HIGH, True),
        ([("2024-11-20", "high"), (LATE, "below")], HIGH, False),
        ([("2024-11-20", "high"), (LATE, "both_below")], HIGH, False),
        ([("2024-11-20", "high"), (LATE, "high")], HIGH, False),
        ([("2024-11-20", "high"), (LATE, "diabetes", "excluded")], None, False),
        ([("2024-11-20", "high"), (LATE, None, "pregnancy")], HIGH, True),
        ([("2024-11-20", "diabetes"), (LATE, None)], KNOWN, True),
        ([("2024-11-20", "diabetes"), (LATE, "both_below")], KNOWN, True),
        ([("2024-11-20", "diabetes"), (LATE, "high")], KNOWN, True),
        ([("2024-11-20", "diabetes"), (LATE, "diabetes")], None, False),
        ([("2024-11-20", "diabetes"), (LATE, None, "declined", "not_assessable")], None, False),
        ([("2024-11-20", "diabetes"), (LATE, None, "age_missing", "refused")], None, False),
        ([("2024-11-20", None, "pregnancy"), (LATE, None)], None, False),
        ([("2022-01-01", "high"), ("2024-11-20", "diabetes"), (LATE, None)], KNOWN, True),
        ([(LATE, "high")], None, False),
        ([(LATE, "high_waits")], None, False),
        ([(LATE, "diabetes")], None, False),
        # What waits is no milder than what was used.
        ([("2024-11-20", "high_waits"), (LATE, None)], WAITS, True),
        ([("2024-11-20", "high_waits"), (LATE, "below")], WAITS, False),
        ([("2024-11-20", "high_waits"), (LATE, "high")], WAITS, False),
        ([("2024-11-20", "hba1c_high_waits"), (LATE, None)], WAITS, True),
        ([("2024-11-20", "high"), (LATE, "high_waits")], HIGH, True),
        ([("2022-01-01", "high_waits"), ("2024-11-20", "high"), (LATE, None)], HIGH, True),
        # One test never settles the other.
        ([("2024-11-20", "hba1c_high"), (LATE, "below")], CONTRADICT, True),
        ([("2024-11-20", "hba1c_high_waits"), (LATE, "below")], CONTRADICT, True),
        ([("2024-11-20", "hba1c_high"), (LATER, "below"), (LATE, None)], CONTRADICT, True),
        ([("2024-11-20", "high"), (LATE, "hba1c_below")], CONTRADICT, True),
        ([("2024-11-20", "high_waits"), (LATE, "hba1c_below")], CONTRADICT, True),
        ([("2024-11-20", "hba1c_high"), (LATE, "hba1c_below")], HIGH, True),
        ([("2024-11-20", "hba1c_high"), (LATER, "below"), (LATE, "hba1c_below")], HIGH, False),
        ([("2024-11-20", "hba1c_high"), (LATE, "both_below")], HIGH, False),
        ([("2023-11-20", "below"), ("2024-11-20", "hba1c_high"), (LATE, None)], HIGH, True),
        # One of a pregnancy comes back after it, and a glucose below settles it.
        ([("2024-11-20", "high_in_pregnancy", "pregnancy"), (LATE, None)], PREGNANT, True),
        ([("2024-11-20", "high_in_pregnancy"), (LATE, None, "pregnancy")], PREGNANT, False),
        ([("2024-11-20", "high_in_pregnancy"), (LATE, "below")], PREGNANT, False),
        ([("2024-11-20", "high_in_pregnancy"), (LATE, "hba1c_below")], PREGNANT, True),
        ([("2024-11-20", "high_in_pregnancy"), (LATE, "high")], PREGNANT, False),
        ([("2024-11-20", "high_in_pregnancy"), (LATE, "diabetes", "excluded")], None, False),
        ([(LATE, "high_in_pregnancy", "pregnancy")], None, False),
    ],
)  # fmt: skip
def test_a_sign_stays_until_it_is_stated_or_a_later_test_of_its_kind_is_below(said, sign, is_open):
    table = rows(*said)
    for order in (range(len(said)), range(len(said))[::-1]):
        shuffled = table.take(pa.array(list(order)))
        found = earlier_signs(shuffled, last_visits(shuffled).last)
        assert found.sign.to_pylist() == [sign]
        assert found.is_open.tolist() == [is_open]
        day = np.datetime64(said[-2][0], "D").astype(int) if sign and said[-2][0] else UNKNOWN_DAY
        if len(said) == 2:
            assert found.day.tolist() == [day]


@pytest.mark.parametrize("day", [None, "2062-11-20", "1926-11-20"])
@pytest.mark.parametrize(
    ("says", "sign"), [("high", HIGH), ("high_waits", WAITS), ("diabetes", KNOWN)]
)
def test_a_sign_of_a_day_that_can_not_be_right_counts_and_asks_for_the_day(day, says, sign):
    """Pinned: 1.40 g/L in a row of 2062 was lost, and the same row without a day was called."""
    reason = {"2062": "moment_in_future", "1926": "birth_after_visit"}.get((day or "")[:4])
    status = "refused" if reason else "scored"
    table = rows((day, says, reason, status), (LATE, None))
    assert signs_of(table) == ([sign], [True], [True])
    below = rows((day, says, reason, status), (LATE, "both_below"))
    assert signs_of(below)[1] == [True], "which of the two came later is not known"


@pytest.mark.parametrize("reason", IMPOSSIBLE_DAY)
@pytest.mark.parametrize(("says", "sign"), [("high", HIGH), ("hba1c_high_waits", WAITS)])
def test_a_sign_in_the_only_row_of_a_person_counts_where_its_day_can_not_be_right(
    reason, says, sign
):
    """Pinned: such a row has no finding that could speak, and was taken to speak by itself."""
    table = rows((None, says, reason, "refused"))
    assert signs_of(table) == ([sign], [True], [True])


def test_nobody_gives_nobody():
    table = rows((None, None)).slice(0, 0)
    assert signs_of(table) == ([], [], [])


HEAD = (
    "person_id,visit_date,birth_date,sex,height_cm,weight_kg,waist_cm,systolic_bp_mmhg,"
    "diastolic_bp_mmhg,fasting_glucose_g_per_l,hba1c_percent,known_diabetes"
)
BEFORE = {
    "glucose": "1.40,,false",
    "hba1c": ",7.5,false",
    "known": ",8.5,true",
    "waits": "5.0,,false",
    "refused": "6.5,,false",
    "hba1c waits": ",18.5,false",
    "calm": "0.90,,false",
}


WRONG_DAYS = [
    ("2062", "2062-11-20", "1.40,,false"),
    ("2062k", "2062-11-20", ",,true"),
    ("1926", "1926-11-20", "5.0,,false"),
    ("slashes", "30/08/2026", "1.40,,false"),
    ("february", "2026-02-30", ",7.5,false"),
    ("slashes-known", "30/08/2026", ",,true"),
    ("word-waits", "august", "6.5,,false"),
]
OPPOSITE = [("13-095", ",13,false", "0.95,,false"), ("250-52", "2.50,,false", ",5.2,false")]


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
    for name, day, said in WRONG_DAYS:
        lines += [row(name, day, said), row(name, LATE, ",,false")]
    for name, said, later in OPPOSITE:
        lines += [row(name, "2026-09-01", said), row(name, LATE, later)]
    lines += [row("alone", "30/08/2026", "1.40,,false")]
    lines += [row("settled", "2024-11-20", BEFORE["glucose"]), row("settled", LATE, "0.90,,false")]
    return batch_result(folder, lines)


def test_the_plan_calls_who_had_a_sign_before_and_says_which(result, tmp_path):
    """Pinned: they were intermediate, with a risk of undiagnosed diabetes, and called by nobody."""
    told, calls, page = planned(result, tmp_path)
    kinds = {"glucose": HIGH, "hba1c": HIGH, "known": KNOWN, "waits": WAITS, "refused": WAITS}
    kinds |= {"hba1c waits": WAITS}
    lasting = [c for c in calls if c["person_id"].partition("-")[0] in kinds]
    assert len(lasting) == 72
    for call in lasting:
        kind = call["person_id"].partition("-")[0]
        assert call["earlier_sign"] == kinds[kind]
        assert (call["band"], call["risk"]) == ("earlier_sign", "")
        assert (call["earlier_sign_date"], call["visit_date"]) == ("2024-11-20", LATE)
        assert (call["earlier_sign_check_date"], call["days_overdue"]) == ("", "10")
    others = {
        c["person_id"]: (c["earlier_sign"], c["earlier_sign_date"], c["earlier_sign_check_date"])
        for c in calls
        if c not in lasting
    }
    assert others == {
        "2062": (HIGH, "", "yes"),
        "2062k": (KNOWN, "", "yes"),
        "1926": (WAITS, "", "yes"),
        "slashes": (HIGH, "", "yes"),
        "february": (HIGH, "", "yes"),
        "slashes-known": (KNOWN, "", "yes"),
        "word-waits": (WAITS, "", "yes"),
        "alone": (HIGH, "", "yes"),
        "13-095": (CONTRADICT, "2026-09-01", ""),
        "250-52": (CONTRADICT, "2026-09-01", ""),
    }
    assert told["counts"]["band"]["earlier_sign"] == 82
    assert "it does not go away" in page


def test_a_search_finds_them(result):
    def found(where):
        return searched(result, where)["people"]["found"]

    assert found("earlier_sign = diabetes_known_or_treated") == 14
    assert found("earlier_sign = measured_high") == 29
    assert found("earlier_sign = value_waits") == 38
    assert found("earlier_sign in value_waits, tests_contradict") == 40
    assert found("earlier_sign is known and t2d_undiagnosed_band = intermediate") == 79


def test_a_measured_glucose_and_an_earlier_one_are_called_before_risks_of_the_same_urgency(
    tmp_path,
):
    lines = [HEAD, row("now", LATE, "1.43,,false")]
    lines += [row("before", "2024-11-20", "1.43,,false"), row("before", LATE, ",,false")]
    heavy = "high-risk,2024-01-01,1955-01-01,male,170,115,125,138,88,,,false"
    lines += [heavy.replace("high-risk", f"risk-{i}") for i in range(3)]
    _, calls, _ = planned(batch_result(tmp_path, lines), tmp_path / "plan")
    urgent = [(c["person_id"], c["urgency"]) for c in calls]
    assert sorted(urgent[:2]) == [("before", "U3"), ("now", "U2")]
    assert {level for _, level in urgent[2:]} == {"U2"}, "the risks are of the same urgency"


def test_a_pregnancy_that_is_over_is_no_sign_and_a_diabetes_in_it_is_one(tmp_path):
    """Pinned: a result said the same of both; and 1.40 g/L of a pregnancy never came back."""
    body = "1995-01-01,female,165,60,70,110,70,,"
    lines = [f"{HEAD},enceinte"]
    for name, known in (("over", "false"), ("diabetic", "true")):
        lines += [f"{name},2024-11-20,{body},{known},O", f"{name},{LATE},{body},false,N"]
    for name, glucose in (("high", "1.40"), ("very-high", "2.60"), ("refused", "6.5")):
        there = f"{body[:-2]},{glucose},"
        lines += [f"{name},2024-11-20,{there},false,O", f"{name},{LATE},{body},false,N"]
    there = f"{body[:-2]},1.40,"
    lines += [
        f"settled,2024-11-20,{there},false,O",
        f"settled,2025-06-01,{body[:-2]},0.85,,false,N",
    ]
    lines += [f"settled,{LATE},{body},false,N", f"still,2026-10-01,{there},false,O"]
    lines += [f"still,{LATE},{body},false,O"]
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        'schema = "laennec.mapping/1"\n[columns]\n"condition.pregnancy" = '
        '{ column = "enceinte", values = { O = "yes", N = "no" } }\n'
    )
    result = batch_result(tmp_path, lines, "--mapping", mapping)
    _, calls, _ = planned(result, tmp_path / "plan")
    found = {c["person_id"]: (c["earlier_sign"], c["earlier_sign_date"]) for c in calls}
    assert found == {
        "diabetic": (KNOWN, "2024-11-20"),
        **dict.fromkeys(("high", "very-high", "refused"), (PREGNANT, "2024-11-20")),
    }
