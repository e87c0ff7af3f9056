"""Nobody works a group of 1 to 10 people out of the counts that are printed, by any sum of them.

The attacker knows every printed number, that ``<11`` is 1 to 10 and what ``hidden`` may be, and
solves for the least and greatest number of people that each hidden part can have.
"""

from itertools import combinations, product
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import example, given, settings
from hypothesis import strategies as st
from laennec.datasets.readers.cohorts import (
    AGES_AND_SEXES,
    PERSONS,
    Cohort,
    parse_criteria,
    who_is_not_known,
    who_meets,
)
from laennec.serving.batch.result.aggregate import HIDDEN, SMALLEST_SHOWN, suppressed
from laennec.serving.years.last_visits import ELSEWHERE
from laennec.serving.years.overlap import shown_counts
from laennec.serving.years.plan.calls import call_list
from laennec.serving.years.plan.calls import counts as plan_counts
from laennec.serving.years.plan.hidden_rows import shown_rows
from laennec.serving.years.plan.thresholds import threshold_rows
from laennec.serving.years.search.find import Found, counted
from plan_people import SETTINGS, TODAY, people, with_reasons
from scipy.optimize import Bounds, LinearConstraint, milp

FEW = SMALLEST_SHOWN - 1


def limits(told):
    """Return what a printed count can be."""
    if told == HIDDEN:
        return 1, FEW
    return (1, np.inf) if told == "hidden" else (told, told)


def reach(cells, told, what):
    """Return the least and greatest sum of some cells, as far as printed sums of cells tell."""
    rows = np.array([row for row, _ in told], dtype=float)
    low, high = np.array([limits(n) for _, n in told], dtype=float).T
    ends = []
    for sign in (1, -1):
        solved = milp(
            sign * np.array(what, dtype=float),
            constraints=LinearConstraint(rows, low, high),
            bounds=Bounds(0, np.inf),
            integrality=np.ones(cells),
        )
        ends.append(np.inf if solved.status == 3 else round(sign * solved.fun))
    return ends


RISKS = (0.001, 0.007, 0.015, 0.03, 0.15, None, None)
BANDS = ("low", "low", "intermediate", "intermediate", "high", "not_assessable", "earlier_sign")
small_or_not = st.one_of(st.integers(0, 14), st.integers(0, 400))


@given(st.lists(small_or_not, min_size=2, max_size=5))
@example([1, 1, 105, 237])
@example([1, 11])
@example([2, 1, 341])
@example([10, 10])
def test_no_group_of_a_whole_can_be_worked_out(counts):
    told = suppressed({str(i): n for i, n in enumerate(counts)})
    assert all(not 0 < n <= FEW for n in told.values() if isinstance(n, int))
    whole = sum(counts)
    if whole < SMALLEST_SHOWN:
        return
    k = len(counts)
    printed = [(np.eye(k)[i], told[str(i)]) for i in range(k)] + [(np.ones(k), whole)]
    hidden = [i for i in range(k) if not isinstance(told[str(i)], int)]
    rest = sum(counts[i] for i in hidden)
    assert rest == 0 or rest > FEW
    for i in hidden:
        low, high = reach(k, printed, np.eye(k)[i])
        assert low < high or low > FEW


@given(st.lists(small_or_not, min_size=7, max_size=7))
@example([100, 121, 150, 33, 9, 4, 0])
@example([1, 0, 0, 27, 0, 0, 0])
@example([100, 121, 150, 33, 20, 40, 3])
@example([0, 7, 4, 11, 11, 4, 0])
def test_no_part_of_a_plan_can_be_worked_out_of_its_table_of_tests(counts):
    n = sum(counts)
    if n < SMALLEST_SHOWN:
        return
    of = np.repeat(np.arange(len(counts)), counts)
    found = people(*((f"p{i:05d}", None, BANDS[a], 99, RISKS[a]) for i, a in enumerate(of)))
    calls = call_list(found, SETTINGS, TODAY)
    told = plan_counts(found, calls)
    rows = threshold_rows(found, SETTINGS)
    beside = {**told["band"], "called": told["calls"]["called"]}
    risk = np.array([np.nan if r is None else r for r in RISKS])
    printed = [(np.array(BANDS) == band, told["band"][band]) for band in dict.fromkeys(BANDS)]
    printed.append((np.ones(len(counts)), n))
    before = len(printed)
    shown = shown_rows(rows, found, calls, beside)
    printed += [(np.nan_to_num(risk) >= row.risk, row.tests) for row in shown]
    for parts in (np.eye(len(counts)), [np.array(BANDS) == b for b in dict.fromkeys(BANDS)]):
        for part in parts:
            low, high = reach(len(counts), printed, part)
            alone = reach(len(counts), printed[:before], part)
            assert low < high or not 0 < low <= FEW or alone == [low, high], (part, told, shown)


_PRESSING = [
    (u, band, 30, "excluded" if band == "not_screened" else None)
    for u in range(3)
    for band in ("low", "measured", "high", "not_screened")
]
_WAITING = [
    (u, band, since, why)
    for u in (3, None)
    for band, since, why in (
        ("low", 30, None),
        ("low", 3000, None),
        ("measured", 30, None),
        ("measured", 3000, None),
        ("high", 30, None),
        ("not_screened", 30, "excluded"),
        ("not_screened", 30, "declined"),
    )
]
WHOM: Final = (*_PRESSING, *_WAITING)
"""Urgency, band, days since the visit, reason: each kind is called in whole or not at all."""


def whole_plan(counts):
    """Return how many people there are of each kind, from those that some have."""
    return [counts.get(kind, 0) for kind in WHOM]


U1, U2 = (1, "low", 30, None), (2, "high", 30, None)
U3, U3_CALLED = (3, "low", 30, None), (3, "low", 3000, None)
CALM, CALM_CALLED = (None, "low", 30, None), (None, "low", 3000, None)
some_of_a_plan = st.dictionaries(st.sampled_from(WHOM), small_or_not, min_size=2, max_size=7)


@settings(max_examples=60)
@given(some_of_a_plan.map(whole_plan))
@example(whole_plan({U1: 2, U2: 234, U3: 916, U3_CALLED: 320, CALM: 28}))
@example(whole_plan({U1: 1, U2: 155, U3: 610, U3_CALLED: 212, CALM: 22}))
@example(whole_plan({U2: 100, U3: 60, U3_CALLED: 40, CALM: 30, CALM_CALLED: 5}))
@example(whole_plan({U1: 2, U2: 100, U3: 60, U3_CALLED: 40}))
@example(whole_plan({U1: 2, U2: 100, CALM: 60, CALM_CALLED: 40}))
@example(whole_plan({WHOM[0]: 2, WHOM[1]: 11, (3, "high", 30, None): 11}))
@example(whole_plan({WHOM[1]: 1, WHOM[2]: 13, WHOM[24]: 12}))
def test_no_part_of_a_plan_can_be_worked_out_of_its_calls(counts):
    """Pinned: called less U2 less those of U3 who are called were 2 people, the U1.

    Of the calls what is hidden may be nobody.
    """
    n = sum(counts)
    if n < SMALLEST_SHOWN:
        return
    of = np.repeat(np.arange(len(counts)), counts)
    rows = [
        (f"p{i:05d}", u, band, since, None)
        for i, (u, band, since, _) in enumerate(WHOM[a] for a in of)
    ]
    found = with_reasons(people(*rows), [WHOM[a][3] for a in of])
    calls = call_list(found, SETTINGS, TODAY)
    told = plan_counts(found, calls)
    is_called = np.array([u in (0, 1, 2) or s == 3000 or band == "high" for u, band, s, _ in WHOM])
    assert set(of[calls.order]) == set(of) & set(np.flatnonzero(is_called))
    urgency, band, _, reason = (np.array(part, dtype=object) for part in zip(*WHOM, strict=True))
    left_out = (band == "not_screened") & ~is_called
    levels = {f"U{level}": urgency == level for level in range(4)}
    levels["none"] = np.array([level is None for level in urgency])
    bands = {name: band == name for name in dict.fromkeys(band)}
    groups = {
        "urgency": levels,
        "band": bands,
        "calls": {"called": is_called, "not_called": ~is_called},
        "not_called": {
            "advice_at_next_visit": ~is_called & (urgency == 3),
            "nothing_asked": ~is_called & (urgency != 3),
        },
        "left_out": {
            "left_out": left_out,
            **{why: left_out & (reason == why) for why in ("excluded", "declined")},
        },
    }
    printed = [(np.ones(len(counts)), n)]
    for kind, parts in groups.items():
        said = [(part, told[kind][name]) for name, part in parts.items()]
        printed += [one for one in said if kind != "calls" or one[1] != "hidden"]
    wholes = [part for parts in groups.values() for part in parts.values()]
    wholes += [part & is_called for part in (*levels.values(), *bands.values())]
    for part in wholes:
        low, high = reach(len(counts), printed, part)
        assert low < high or not 0 < low <= FEW, ([WHOM[i] for i in np.flatnonzero(part)], told)


@st.composite
def exposed(draw):
    """Return how many people have each set of two or three exposures, none, or are unknown."""
    codes = "abc"[: draw(st.integers(2, 3))]
    sets = [s for r in range(1, len(codes) + 1) for s in combinations(codes, r)]
    return {s: draw(small_or_not) for s in (*sets, ("none",), ("unknown",))}


@given(exposed())
@example({("a",): 195, ("b",): 300, ("a", "b"): 5, ("none",): 1500, ("unknown",): 0})
@example({("a",): 300, ("b",): 5, ("a", "b"): 60, ("none",): 1500, ("unknown",): 40})
def test_no_overlap_of_exposures_can_be_worked_out(people):
    atoms = list(people)
    n = sum(people.values())
    if n < SMALLEST_SHOWN:
        return
    of = np.repeat(np.arange(len(atoms)), list(people.values()))
    groups = {g: np.array([g in a for a in atoms]) for g in sorted({g for a in atoms for g in a})}
    told = shown_counts(
        {g: rows[of] for g, rows in groups.items()}, np.ones(n, dtype=bool), ("none", "unknown")
    )
    printed = [(groups[g], c) for g, c in told.items()] + [(np.ones(len(atoms)), n)]
    for i, j in product(range(len(atoms)), repeat=2):
        if i <= j:
            what = np.eye(len(atoms))[i] + (i != j) * np.eye(len(atoms))[j]
            low, high = reach(len(atoms), printed, what)
            assert low < high or not 0 < low <= FEW, (atoms[i], atoms[j], told)


SAID = ("found", "younger", "a man", "of no known age", "of no known sex")
"""Of each kind of person, what a search by age and sex says of them."""


@settings(max_examples=30)
@given(st.lists(small_or_not, min_size=5, max_size=5))
@example([30, 5, 20, 15, 0])
@example([30, 12, 3, 40, 40])
@example([100, 0, 0, 5, 0])
@example([5, 100, 40, 0, 12])
def test_nobody_is_singled_out_by_a_search_for_an_age_and_a_sex(counts):
    """What one answer tells: found and others, and of how many neither age nor sex is known."""
    n = sum(counts)
    if n < SMALLEST_SHOWN:
        return
    of = np.repeat(np.arange(len(counts)), counts)
    names = pa.array([f"p{i:05d}" for i in range(n)])
    age = pa.array([(60, 40, 60, None, 60)[a] for a in of], pa.int64())
    sex = pa.array([("female", "female", "male", "female", None)[a] for a in of], pa.string())
    everybody = pa.table({"person_id": names, ELSEWHERE: pa.nulls(n, pa.string())})
    persons = pa.table([names, age, age, sex], schema=AGES_AND_SEXES)
    cohort = Cohort("", parse_criteria(["age_years >= 50 and sex = female"]))
    tables = {"people": everybody, PERSONS: persons}
    found = everybody.filter(pc.is_in(names, who_meets(cohort.criteria, tables)))
    unknown = tuple(who_is_not_known(cohort.criteria, tables))
    told = counted(cohort, Found(found, everybody, not_known=unknown), ())
    is_found, _, _, no_age, no_sex = np.eye(len(counts))
    printed = [
        (np.ones(len(counts)), n),
        (is_found, told["people"]["found"]),
        (1 - is_found, told["people"]["others"]),
        (no_age, told["not_known"]["age_years"]["people"]),
        (no_sex, told["not_known"]["sex"]["people"]),
    ]
    parts = [(name, kind) for name, kind in zip(SAID, np.eye(len(counts)), strict=True)]
    for name, part in [*parts, ("no to one of both", 1 - is_found - no_age - no_sex)]:
        low, high = reach(len(counts), printed, part)
        assert low < high or not 0 < low <= FEW, (name, told)
