"""Every guideline row at, just below and just above its cut-off, in every accepted unit.

The expectation is made here from the printed decimals by Python's own Decimal; nothing of the
evaluator is used for it. Hazard H3: a unit error or a rounding turns a class round.
"""

from decimal import Decimal

import pytest
from guideline_rows import COMPARE, answers_for, last_place, measured, raw_rows
from laennec.engine.derived import DERIVED
from laennec.engine.facts.findings import evaluate_facts, fact_findings
from laennec.engine.guidelines.model import STATES
from laennec.engine.logic import FALSE, TRUE, UNKNOWN
from laennec.engine.vocabulary import load_vocabulary
from visits import visit_batch

ROWS = list(raw_rows())
COMPARING = [row for row in ROWS if "item" in row.raw]
CASES = [(row, unit) for row in COMPARING for unit in row.raw["values"]]
BOUNDABLE = [c for c in CASES if not c[0].raw["item"].startswith("interarm")]
TALLIES = [row for row in ROWS if "rows" in row.raw]
BORDERLINES = [(row, unit) for row in COMPARING for unit in row.raw.get("borderline_from", {})]


def name_of(case):
    row, unit = case
    return f"{row.file}:{row.id}:{unit}"


def person(row, value, unit, **more):
    visit = measured(row.raw["item"], value, unit)
    visit["sex"] = row.raw.get("sex", "male")
    visit["answers"] = answers_for(row.raw["also"]) if "also" in row.raw else {}
    return visit | more


def verdicts(row, *visits):
    """Return what the row says of each visit, and each visit's finding."""
    columns = evaluate_facts(visit_batch(*visits), row.guidelines())
    column = columns.column(row.finding)
    index = [r.id for r in column.spec.rows].index(row.id)
    return column.rows[:, index].tolist(), column


@pytest.mark.parametrize("case", CASES, ids=map(name_of, CASES))
def test_a_row_holds_exactly_where_its_printed_number_says(case):
    row, unit = case
    printed = row.raw["values"][unit]
    limit, step = Decimal(printed), last_place(printed)
    nano = Decimal("0.000000001")
    values = [limit - step, limit - nano, limit, limit + nano, limit + step]
    if row.raw["item"] == "body_mass_index":
        values = [limit - step, limit, limit + step]
    found, _ = verdicts(row, *(person(row, v, unit) for v in values))
    expected = [TRUE if COMPARE[row.raw["op"]](v, limit) else FALSE for v in values]
    assert found == expected


@pytest.mark.parametrize("row", COMPARING, ids=lambda r: f"{r.file}:{r.id}")
def test_the_printed_pair_of_a_row_gives_one_class_in_every_unit(row):
    """1.26 g/L, 7.0 mmol/L and 126 mg/dL are one cut-off, though none converts to another."""
    pairs = row.raw["values"].items()
    found, column = verdicts(row, *(person(row, Decimal(v), unit) for unit, v in pairs))
    assert len(set(found)) == 1
    assert len(set(zip(column.state.tolist(), column.grade.tolist(), strict=True))) == 1


@pytest.mark.parametrize("row", COMPARING, ids=lambda r: f"{r.file}:{r.id}")
def test_a_row_states_its_number_in_every_accepted_unit(row):
    """A value in an accepted unit must never go uncompared for want of a number."""
    name = row.raw["item"]
    item = load_vocabulary().items[DERIVED.get(name, name.split(".")[0])]
    assert set(row.raw["values"]) == {unit.ucum for unit in item.units}
    edges = row.raw.get("borderline_from")
    assert edges is None or set(edges) == set(row.raw["values"])


@pytest.mark.parametrize("case", BOUNDABLE, ids=map(name_of, BOUNDABLE))
def test_a_reported_bound_never_satisfies_what_it_does_not_prove(case):
    """``<v`` never meets a ``>=`` row; ``>v`` at or above the cut-off does."""
    row, unit = case
    limit = Decimal(row.raw["values"][unit])
    rising = row.raw["op"].startswith(">")
    below = person(row, limit, unit)
    slot = next(k for k in below if k not in ("sex", "answers"))
    bounds = [f"<{limit:f}", f">{limit:f}", f"<{limit * 2:f}", f">{limit / 2:f}"]
    found, _ = verdicts(row, *({**below, slot: (b, unit)} for b in bounds))
    assert found == [*((FALSE, TRUE) if rising else (TRUE, FALSE)), UNKNOWN, UNKNOWN]


@pytest.mark.parametrize("row", COMPARING, ids=lambda r: f"{r.file}:{r.id}")
def test_a_missing_or_unused_value_satisfies_no_row(row):
    unit, printed = next(iter(row.raw["values"].items()))
    limit = Decimal(printed)
    states = [measured(row.raw["item"], limit * 2, unit, s) for s in ("suspect", "refused")]
    sex = {"sex": row.raw.get("sex", "male")}
    found, _ = verdicts(row, *(s | sex for s in states), sex)
    assert found == [UNKNOWN, UNKNOWN, UNKNOWN]


@pytest.mark.parametrize("case", BORDERLINES, ids=map(name_of, BORDERLINES))
def test_borderline_is_the_stated_uncertainty_below_the_cut_off_and_nothing_else(case):
    row, unit = case
    edge = Decimal(row.raw["borderline_from"][unit])
    limit = Decimal(row.raw["values"][unit])
    step = last_place(row.raw["values"][unit])
    rising = row.raw["op"] in (">=", ">")
    assert edge < limit if rising else edge > limit
    toward = step if rising else -step
    inside = [edge, limit - toward if row.raw["op"] in (">=", "<=") else limit]
    outside = [edge - toward]
    _, column = verdicts(row, *(person(row, v, unit) for v in (*inside, *outside)))
    index = [r.id for r in column.spec.rows].index(row.id)
    assert column.borderline[:, index].tolist() == [True, True, False]


@pytest.mark.parametrize("row", COMPARING, ids=lambda r: f"{r.file}:{r.id}")
def test_the_printed_row_is_the_evaluated_row(row):
    """The number in the sentence is the number in the file, and its source stands with it."""
    unit, printed = next(iter(row.raw["values"].items()))
    limit, step = Decimal(printed), last_place(printed)
    value = next(v for v in (limit, limit + step, limit - step) if COMPARE[row.raw["op"]](v, limit))
    visit = person(row, value, unit)
    batch = visit_batch(visit)
    columns = evaluate_facts(batch, row.guidelines())
    finding = next(f for f in fact_findings(columns, batch, 0) if f.id == row.finding)
    grade = columns.column(row.finding).grade[0]
    spec = columns.column(row.finding).spec
    if spec.grades[grade].code != row.raw["grade"]:
        pytest.skip("a higher grade of the same finding speaks here")
    reason = next(r for r in finding.reasons_for if r.rule_id == row.id)
    assert reason.message.parameters["limit"] == printed
    assert reason.message.parameters["unit"] == f"unit:{unit}"
    assert Decimal(str(reason.message.parameters["value"])) == value
    assert row.raw["guideline"] in reason.source
    assert row.raw["read_in"] in reason.source
    assert finding.guideline.signed is False


@pytest.mark.parametrize("row", TALLIES, ids=lambda r: f"{r.file}:{r.id}")
def test_a_tally_counts_results_not_people(row):
    """One abnormal result is to be confirmed; two are two."""
    first = next(r for r in COMPARING if r.id == row.raw["rows"][0] and r.file == row.file)
    unit, printed = next(iter(first.raw["values"].items()))
    high = (printed, unit)
    low = (f"{Decimal(printed) / 2:f}", unit)
    slot = first.raw["item"]
    found, _ = verdicts(row, {slot: [high]}, {slot: [high, high]}, {slot: [low, high]}, {slot: low})
    expected = [row.raw["at_least"] <= count for count in (1, 2, 1, 0)]
    assert found == [TRUE if e else FALSE for e in expected]


def test_every_file_of_every_set_is_covered():
    from laennec.engine.guidelines.load import topics

    listed = {f for row in topics().values() for fs in row["sets"].values() for f in fs}
    assert {row.file for row in ROWS} == listed
    assert len(STATES) == 4
