"""Dates are compared with a day: the period of a study, and the day of the reference standard."""

import pytest
from laennec.validation.errors import ProtocolRefused
from laennec.validation.protocol import parse_protocol
from study_examples import change, protocol_text, run

PERIOD = """[[population.exclude]]
id = "before"
label = "Visit before the study"
when = { column = "year", op = "<", day = "2026-01-01" }

[index_test]
"""


def with_period(folder, period=PERIOD):
    text = (folder / "study.toml").read_text("utf-8")
    (folder / "study.toml").write_text(text.replace("[index_test]\n", period, 1), "utf-8")


def dated(folder, *days):
    change(folder, "year", lambda row, _: days[min(row // 100, len(days) - 1)])


def test_visits_before_the_period_leave_and_an_undated_one_is_told(folder):
    with_period(folder)
    dated(folder, "2025-12-31", "2026-01-01 08:30:00", "", "2026-06-01T07:00:00+02:00")
    document = run(folder)
    (step,) = (s for s in document["flow"] if s["id"] == "before")
    assert step["left"] == 100
    (undecided,) = (d for d in document["deviations"] if d.get("exclusion") == "before")
    assert (undecided["code"], undecided["n"]) == ("exclusion_undecided", 100)


def test_a_cell_that_is_no_date_is_refused_with_its_row_and_not_its_words(folder):
    with_period(folder)
    dated(folder, "2026-01-01", "31/12/2025")
    with pytest.raises(
        ProtocolRefused, match=r"500 filled cells are no date .*rows.*101"
    ) as raised:
        run(folder)
    assert "31/12" not in str(raised.value)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ('column = "year", op = "<", day = "01/01/2026"', "condition_day"),
        ('column = "year", op = "<", day = "2026-02-30"', "condition_day"),
        ('feature = "age_years", op = "<", day = "2026-01-01"', "condition_day"),
        ('column = "year", op = "<", day = "2026-01-01", value = 1.0', "condition_value"),
        ('column = "year", op = "missing", day = "2026-01-01"', "condition_value"),
    ],
)
def test_a_wrong_day_is_refused_before_anything_is_read(wrong, code):
    period = PERIOD.replace('column = "year", op = "<", day = "2026-01-01"', wrong)
    text = protocol_text().replace("[index_test]\n", period, 1)
    with pytest.raises(ProtocolRefused) as raised:
        parse_protocol(text)
    assert code in {problem.code for problem in raised.value.problems}
