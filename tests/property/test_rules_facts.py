"""What must hold of fact findings for every visit, and a slow and obvious oracle beside it."""

from decimal import Decimal

import pytest
from guideline_rows import COMPARE, raw_rows
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.engine.facts.findings import evaluate_facts, fact_findings
from laennec.engine.guidelines import load_guidelines
from laennec.engine.guidelines.model import ABSENT, NOT_ASSESSABLE
from laennec.engine.words.sentences import Sentences
from visit_strategies import OTHER_ANSWERS, SLOTS, SYMPTOMS, readings, visits
from visits import one_by_one, visit_batch, without

CHOICES = [{}, {"diabetes": "ada", "blood_pressure": "esc2024", "anthropometry": "idf"}]
SETS = [load_guidelines(choice) for choice in CHOICES]
RAW = {(r.file, r.id): r for r in raw_rows()}


@given(st.lists(visits(), min_size=1, max_size=5), st.sampled_from(SETS))
@settings(max_examples=30, deadline=None)
def test_a_batch_of_n_is_n_batches_of_one(people, guidelines):
    batch = visit_batch(*people)
    together = evaluate_facts(batch, guidelines)
    for row, one in enumerate(one_by_one(batch)):
        alone = evaluate_facts(one, guidelines)
        assert alone.state[0].tolist() == together.state[row].tolist()
        assert alone.urgency[0].tolist() == together.urgency[row].tolist()
        for own, shared in zip(alone.columns, together.columns, strict=True):
            assert own.grade[0] == shared.grade[row]
            assert own.rows[0].tolist() == shared.rows[row].tolist()
        assert fact_findings(alone, one, 0) == fact_findings(together, batch, row)


@given(visits(), st.sampled_from((*SLOTS, *SYMPTOMS)), st.sampled_from(SETS))
@settings(max_examples=100, deadline=None)
def test_removing_an_item_never_turns_not_assessable_into_absent(person, item, guidelines):
    """T7. Only what bars a finding (pregnancy, anaemia) is no item in this sense."""
    batch = visit_batch(person)
    before = evaluate_facts(batch, guidelines).state[0]
    after = evaluate_facts(without(batch, item), guidelines).state[0]
    turned = (before == NOT_ASSESSABLE) & (after == ABSENT)
    assert not turned.any()


@given(visits(), st.sampled_from((*SLOTS, *SYMPTOMS)), st.sampled_from(SETS))
@settings(max_examples=60, deadline=None)
def test_a_row_whose_inputs_remain_says_what_it_said(person, item, guidelines):
    """Nothing is filled in from elsewhere, and nothing that was reached is unsaid."""
    batch = visit_batch(person)
    before = evaluate_facts(batch, guidelines)
    after = evaluate_facts(without(batch, item), guidelines)
    for old, new in zip(before.columns, after.columns, strict=True):
        for index, row in enumerate(old.spec.rows):
            if not _touches(row, old.spec, item):
                assert old.rows[0, index] == new.rows[0, index]


def _touches(row, spec, item):
    own = [row] if row.threshold else [r for r in spec.rows if r.id in row.tally]
    base = item.split(".")[0]
    items = {r.threshold.item for r in own}
    derived = {
        "systolic_bp": ("systolic_bp.higher_arm", "interarm_difference"),
        "diastolic_bp": ("diastolic_bp.higher_arm",),
    }.get(base, ("body_mass_index",) if base in ("height", "weight", "bmi") else (item,))
    flags = {f.name for r in own for f in (*r.also, *r.not_when)}
    return item in flags or any(i.startswith(d) for i in items for d in derived)


@given(visits(("accepted",)), st.sampled_from(SETS), st.integers(1, 400))
@settings(max_examples=60, deadline=None)
def test_raising_glucose_never_lowers_urgency(person, guidelines, rise):
    raised = {
        slot: [_raised(r, rise, slot) for r in found] if slot.startswith("glucose.") else found
        for slot, found in person.items()
    }
    columns = evaluate_facts(visit_batch(person, raised), guidelines)
    assert columns.urgency[1].min() <= columns.urgency[0].min()


def _raised(reading, rise, slot):
    """Return a reading some steps higher, in its own unit."""
    text, unit, state = reading
    sign = text[: len(text) - len(text.lstrip("<>="))]
    step = {"g/L": "0.01", "mmol/L": "0.1", "mg/dL": "1", "mm[Hg]": "1", "kPa": "0.1"}[unit]
    value = Decimal(text.lstrip("<>=")) + Decimal(step) * rise
    # A bound above a value says less than the value; only plain values are raised.
    return (text, unit, state) if sign else (f"{value:f}", unit, state)


@given(readings("systolic_bp.left_arm", ("accepted",)), st.integers(1, 120), st.sampled_from(SETS))
@settings(max_examples=40, deadline=None)
def test_raising_systolic_pressure_never_lowers_its_urgency(found, rise, guidelines):
    raised = [_raised(r, rise, "systolic_bp") for r in found]
    diastolic = {"diastolic_bp.left_arm": "84 mm[Hg]", "diastolic_bp.right_arm": "92 mm[Hg]"}
    other = {"systolic_bp.right_arm": "141 mm[Hg]", **diastolic}
    people = [{"systolic_bp.left_arm": r, **other} for r in (found, raised)]
    column = evaluate_facts(visit_batch(*people), guidelines).column("blood_pressure")
    if len({unit for _, unit, _ in found}) == 1:
        assert column.urgency[1] <= column.urgency[0]
        assert column.state[1] >= column.state[0]


@given(visits(("accepted",)), st.sampled_from(SETS))
@settings(max_examples=30, deadline=None)
def test_the_arms_have_no_order(person, guidelines):
    swap = {"left_arm": "right_arm", "right_arm": "left_arm"}
    mirrored = {
        ".".join(swap.get(part, part) for part in name.split(".")): value
        for name, value in person.items()
    }
    columns = evaluate_facts(visit_batch(person, mirrored), guidelines)
    assert columns.state[0].tolist() == columns.state[1].tolist()
    assert columns.urgency[0].tolist() == columns.urgency[1].tolist()


@given(visits(), st.sampled_from(SETS))
@settings(max_examples=32, deadline=None)
def test_every_finding_can_be_worded_and_never_reassures(person, guidelines):
    batch = visit_batch(person)
    findings = fact_findings(evaluate_facts(batch, guidelines), batch, 0)
    for language in ("fr", "en"):
        sentences = Sentences(language)
        for finding in findings:
            messages = [finding.message, *finding.limits]
            messages += [r.message for r in (*finding.reasons_for, *finding.reasons_against)]
            messages += [c.message for c in finding.what_would_change]
            for message in messages:
                words = sentences.render(message)
                assert "{" not in words
                assert "normal" not in words.lower()
    assert len({f.id for f in findings}) == len(findings)


@given(visits(("accepted",)), st.sampled_from(range(len(SETS))))
@settings(max_examples=60, deadline=None)
def test_the_columns_say_what_the_printed_rows_say_one_by_one(person, which):
    """A slow oracle in Decimal, from the files alone, agrees row by row."""
    guidelines = SETS[which]
    person = {k: v[:1] if isinstance(v, list) else v for k, v in person.items()}
    columns = evaluate_facts(visit_batch(person), guidelines)
    for column in columns.columns:
        for index, row in enumerate(column.spec.rows):
            raw = next(r.raw for (_, i), r in RAW.items() if i == row.id)
            if raw.get("item") not in SLOTS:
                continue
            assert column.rows[0, index] == _oracle(raw, person), raw["id"]


def _oracle(raw, person):
    """Return 1, 0 or -1: the row read as a sentence."""
    parts = [_compared(raw, person)]
    if "sex" in raw:
        parts.append(0 if person["sex"] is None else 1 if person["sex"] == raw["sex"] else -1)
    if "also" in raw:
        given_answers = [person["answers"].get(name) for name in raw["also"]]
        parts.append(max({"yes": 1, "no": -1, None: 0}[a] for a in given_answers))
    if "not_when" in raw:
        barred = {"condition.anaemia", "condition.pregnancy"}
        parts.append(0 if any(person["answers"].get(n) == "yes" for n in barred) else 1)
    return min(parts)


def _compared(raw, person):
    if raw["item"] not in person:
        return 0
    text, unit, _ = person[raw["item"]][0]
    sign = text[: len(text) - len(text.lstrip("<>="))]
    value, limit = Decimal(text.lstrip("<>=")), Decimal(raw["values"][unit])
    compare = COMPARE[raw["op"]]
    tiny = Decimal("0.0000001")
    allowed = {
        "": [value],
        "<": [value - tiny, value - 1000],
        "<=": [value, value - 1000],
        ">": [value + tiny, value + 1000],
        ">=": [value, value + 1000],
    }[sign]
    verdicts = {compare(v, limit) for v in allowed}
    return 0 if len(verdicts) > 1 else 1 if verdicts == {True} else -1


def test_the_strategies_cover_every_answer_that_bars():
    """The oracle knows two of the answers that bar HbA1c; the strategies draw no others."""
    assert {"condition.anaemia", "condition.pregnancy"} <= set(OTHER_ANSWERS)
    with pytest.raises(KeyError):
        _compared(
            {"item": "waist", "values": {"cm": "94"}, "op": ">"}, {"waist": [("9", "in", "")]}
        )
