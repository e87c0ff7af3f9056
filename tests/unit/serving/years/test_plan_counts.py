"""The plan's counts and groups: none tells of 1 to 10 people."""

import numpy as np
import pyarrow as pa
import pytest
from laennec.serving.years.overlap import shown_counts
from laennec.serving.years.plan.calls import call_counts, call_list, counts
from laennec.serving.years.plan.groups import call_rows, exposure_rows
from laennec.serving.years.plan.hidden_rows import shown_rows
from laennec.serving.years.plan.thresholds import threshold_rows
from plan_people import SETTINGS, TODAY, crowd, people, with_reasons


def rows_shown(found, **changes):
    calls = call_list(found, SETTINGS, TODAY)
    told = counts(found, calls)
    bands = {**told["band"], "called": told["calls"]["called"], **changes}
    return shown_rows(threshold_rows(found, SETTINGS), found, calls, bands)


def test_no_row_gives_away_a_group_of_one_to_ten():
    risks = [0.001] * 50 + [0.015] * 40 + [0.025] * 5 + [0.035] * 20 + [0.4] * 4
    found = crowd(risks)
    shown = rows_shown(found)
    tests = [found.n, *(row.tests for row in shown)]
    assert all(n >= 11 for n in tests)
    apart = -np.diff(tests)
    assert ((apart == 0) | (apart >= 11)).all()
    assert len(shown) < len(SETTINGS.thresholds)


def test_a_threshold_beside_the_band_counts_gives_away_nobody():
    """Twelve people of the high band and eight from a threshold up would tell of four."""
    found = crowd([0.001] * 50 + [0.04] * 40 + [0.09] * 5 + [0.25] * 30)
    assert {row.tests for row in rows_shown(found)} == {75, 35}
    found = people(
        *((f"p{i:05d}", None, "high" if risk > 0.2 else "low", 0, risk)
          for i, risk in enumerate(found.risk.tolist()))
    )  # fmt: skip
    assert {row.tests for row in rows_shown(found)} == {75, 30}


def test_a_threshold_less_a_band_that_is_told_gives_away_nobody():
    """Pinned: 183 of the intermediate band and 192 tests from its cut-off: 9 of the high one."""
    risks = [0.001] * 221 + [0.02] * 183 + [0.3] * 9
    bands = ["low"] * 221 + ["intermediate"] * 183 + ["high"] * 9
    rows = [(f"p{i:05d}", None, b, 0, r) for i, (b, r) in enumerate(zip(bands, risks, strict=True))]
    rows += [(f"n{i}", None, "not_assessable", 0, None) for i in range(4)]
    found = people(*rows, *((f"m{i}", None, "measured", 0, None) for i in range(20)))
    assert 192 not in {row.tests for row in rows_shown(found)}


def test_a_threshold_that_leaves_one_person_is_not_told():
    """Pinned: of 28 people 27 had a risk from the lowest threshold up."""
    found = people(*((f"p{i}", 1, "low", 9, 0.001 if i == 0 else 0.03) for i in range(28)))
    assert 27 not in {row.tests for row in rows_shown(found)}


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((900, 898, 200), ("hidden", "<11", 200, "hidden")),
        ((900, 898, None), ("hidden", "<11", "hidden", "hidden")),
        ((900, 205, 200), ("hidden", "hidden", 200, "<11")),
        ((900, 600, 200), (600, 300, 200, 400)),
        ((900, 600, 700), (600, 300, 600, 0)),
        ((900, 5, 200), ("<11", "hidden", "<11", "hidden")),
        ((900, 600, 5), ("hidden", "hidden", "<11", "hidden")),
    ],
)
def test_no_two_counts_of_calls_give_a_third_one_away(numbers, told):
    """Pins a leak: called was hidden, and stood there as within plus beyond the capacity."""
    found = call_counts(*numbers)
    names = ("called", "not_called", "within_capacity", "beyond_capacity")
    assert tuple(found[name] for name in names) == told


@pytest.mark.parametrize(
    ("others", "is_told"),
    [
        ([("low", None, 3000)] * 5, False),
        ([("low", None, 3000)] * 12, True),
        ([("intermediate", 1, 10)] * 4, False),
    ],
)
def test_calls_do_not_tell_how_few_of_other_bands_are_called(others, is_told):
    """Pinned: called, less the bands that are called in whole, were 5 people of the low band."""
    found = people(
        *((f"h{i:02}", 2, "high", 1, 0.2) for i in range(60)),
        *((f"n{i:02}", 2, "not_assessable", 1, None) for i in range(30)),
        *((f"l{i:02}", None, "low", 30, 0.01) for i in range(100)),
        *((f"m{i:02}", None, "intermediate", 30, 0.03) for i in range(40)),
        *((f"o{i:02}", u, band, since, 0.01) for i, (band, u, since) in enumerate(others)),
    )
    calls = call_list(found, SETTINGS, TODAY)
    told = counts(found, calls)
    assert isinstance(told["calls"]["called"], int) == is_told
    assert isinstance(call_rows(found, calls, SETTINGS)[0].people, int) == is_told


def test_calls_do_not_tell_how_few_of_other_bands_wait():
    found = people(
        *((f"h{i:02}", None, "high", 1, 0.2) for i in range(60)),
        *((f"l{i:02}", None, "low", 30, 0.01) for i in range(100)),
        *((f"m{i:02}", None, "intermediate", 30, 0.03) for i in range(6)),
        *((f"o{i:02}", None, "intermediate", 3000, 0.03) for i in range(40)),
    )
    told = counts(found, call_list(found, SETTINGS, TODAY))
    assert told["calls"] == {"called": "hidden", "not_called": "hidden"}
    assert told["band"]["low"] == 100


def exposed(*rows):
    """Return exposures of (people, exposure, answer)."""
    names, codes, answers = zip(*((n, c, a) for names, c, a in rows for n in names), strict=True)
    return pa.table({"person_id": names, "exposure": codes, "answer": answers})


def test_groups_by_exposure_are_counted_and_who_was_not_asked_apart():
    """Pinned: one exposure answered no made somebody one who was asked and has none."""
    found = people(*((f"p{i:03d}", None, "high", 50, 0.1) for i in range(100)))
    names = found.person_id.to_pylist()
    said = exposed(
        (names[:40], "noise", "yes"), (names[20:60], "lead", "yes"), (names[:80], "*", "no"),
        (names[80:], "heat", "no"),
    )  # fmt: skip
    rows = {
        r.group: r for r in exposure_rows(found, call_list(found, SETTINGS, TODAY), said, SETTINGS)
    }
    assert {g: r.people for g, r in rows.items()} == {
        "lead": 40, "noise": 40, "none": 20, "unknown": 20,
    }  # fmt: skip
    assert rows["noise"].expected.cases == pytest.approx(4.0)
    assert all(r.called == r.people for r in rows.values())


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": (0, 30), "b": (30, 60)}, set()),
        ({"a": (0, 5), "b": (30, 60)}, {"a", "b"}),
        ({"a": (0, 95)}, {"a"}),
        ({"a": (0, 40), "b": (0, 35), "c": (50, 80)}, {"b", "c"}),
        ({"a": (0, 4), "b": (4, 8), "c": (50, 80)}, {"a", "b", "c"}),
        ({"a": (0, 0), "b": (0, 50)}, set()),
    ],
)
def test_no_group_of_one_to_ten_can_be_worked_out(sizes, hidden):
    groups = {name: np.isin(np.arange(100), np.arange(*span)) for name, span in sizes.items()}
    told = shown_counts(groups, np.ones(100, dtype=bool))
    assert {name for name, n in told.items() if not isinstance(n, int)} == hidden


def test_counts_of_one_to_ten_are_hidden():
    found = people(*((f"p{i}", 0 if i < 3 else None, "high", 5, 0.1) for i in range(40)))
    told = counts(found, call_list(found, SETTINGS, TODAY, capacity=35), 35)
    assert told["urgency"] == {"U0": "<11", "U1": 0, "U2": 0, "U3": 0, "none": "hidden"}
    assert told["capacity"] == {"within_capacity": 35, "beyond_capacity": "<11"}
    assert told["calls"] == {"called": "hidden", "not_called": "hidden"}


def test_how_many_are_advised_at_their_next_visit_is_said_where_it_tells_of_nobody():
    def told(due):
        rows = [(f"u{i:03}", 3, "low", 30, 0.01) for i in range(40)]
        rows += [(f"n{i:03}", None, "low", 30, 0.01) for i in range(20)]
        rows += [(f"d{i:03}", None, "high", 1, 0.2) for i in range(20)]
        rows += [(f"x{i:03}", 3, "high", 1, 0.2) for i in range(due)]
        found = people(*rows)
        return counts(found, call_list(found, SETTINGS, TODAY))["not_called"]

    assert told(0) == {"advice_at_next_visit": 40, "nothing_asked": 20}
    assert told(15) == {"advice_at_next_visit": 40, "nothing_asked": 20}
    assert told(3) == {"advice_at_next_visit": "hidden", "nothing_asked": "hidden"}


def test_how_many_were_left_out_is_said_with_why_and_tells_of_no_few_people():
    def told(excluded, declined, urgent):
        rows = [(f"e{i}", None, "not_screened", 900, None) for i in range(excluded + declined)]
        rows += [(f"u{i}", 1, "not_screened", 0, None) for i in range(urgent)]
        rows += [(f"p{i}", None, "high", 30, 0.2) for i in range(40)]
        reasons = ["excluded"] * excluded + ["declined"] * declined + ["excluded"] * urgent
        found = with_reasons(people(*rows), [*reasons, *[None] * 40])
        return counts(found, call_list(found, SETTINGS, TODAY))["left_out"]

    whole = {
        "left_out": 32, "excluded": 20, "pregnancy": 0, "minor": 0, "declined": 12,
        "consent_withdrawn": 0,
    }  # fmt: skip
    assert told(20, 12, 0) == whole
    assert told(20, 0, 0)["excluded"] == 20
    assert told(20, 3, 0) == {**whole, "left_out": 23, "excluded": "hidden", "declined": "<11"}
    hidden = {n: 0 for n in whole} | {"left_out": "hidden", "excluded": "hidden"}
    assert told(5, 0, 0) == hidden
    assert told(20, 0, 4) == hidden


def test_the_tests_do_not_tell_how_few_are_called_who_are_not_screened():
    """Pinned: called less tests less not assessable was 2, so left out was known."""

    def tests(urgent):
        found = people(
            *((f"p{i}", None, "high", 30, 0.2) for i in range(40)),
            *((f"n{i}", None, "not_assessable", 30, None) for i in range(20)),
            *((f"e{i}", None, "not_screened", 30, None) for i in range(30)),
            *((f"u{i}", 1, "not_screened", 0, None) for i in range(urgent)),
        )
        rows = call_rows(found, call_list(found, SETTINGS, TODAY), SETTINGS)
        return [row.tests for row in rows]

    assert tests(0) == [40, 40]
    assert tests(2) == ["hidden", "hidden"]
    assert tests(12) == [40, 40]
