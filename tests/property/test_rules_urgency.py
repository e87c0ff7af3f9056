"""What must hold of the urgent rules for every visit (hazard H1)."""

from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from laennec.engine.facts.findings import evaluate_facts
from laennec.engine.guidelines import load_guidelines, load_urgent_rules
from laennec.engine.urgency.reported import columns_of
from laennec.engine.urgency.rules import evaluate_urgent, urgent_items
from laennec.engine.words.sentences import Sentences
from visit_strategies import SLOTS, SYMPTOMS, readings, visits
from visits import one_by_one, visit_batch, without

RULES = load_urgent_rules()
FR = load_guidelines()
CALM_GLUCOSE = {"g/L": "0.71", "mmol/L": "4.0", "mg/dL": "71"}


@given(st.lists(visits(), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_a_batch_of_n_is_n_batches_of_one(people):
    batch = visit_batch(*people)
    together = evaluate_urgent(batch, RULES)
    for row, one in enumerate(one_by_one(batch)):
        alone = evaluate_urgent(one, RULES)
        assert alone.level[0] == together.level[row]
        assert alone.fired[0].tolist() == together.fired[row].tolist()
        assert alone.remeasure[0].tolist() == together.remeasure[row].tolist()
        assert urgent_items(alone, one, 0) == urgent_items(together, batch, row)


@given(visits(), st.sampled_from((*SLOTS, *SYMPTOMS)))
@settings(max_examples=100, deadline=None)
def test_removing_an_item_never_silences_a_rule_whose_inputs_remain(person, item):
    """T7: a rule that names nothing of what was removed says exactly what it said."""
    batch = visit_batch(person)
    before = evaluate_urgent(batch, RULES)
    after = evaluate_urgent(without(batch, item), RULES)
    for index, rule in enumerate(RULES):
        if not _names(rule, item):
            assert before.fired[0, index] == after.fired[0, index]
            assert before.remeasure[0, index] == after.remeasure[0, index]
        elif after.fired[0, index] and not before.fired[0, index]:
            assert _asks_for(rule, item)


@given(visits(), st.sampled_from(("glucose.capillary", "glucose.fasting_venous")))
@settings(max_examples=60, deadline=None)
def test_removing_a_glucose_only_makes_the_rules_that_ask_for_one_speak(person, item):
    """A symptom that a glucose would explain asks for it; nothing else grows by removing one."""
    person = {**person, item: [("0.95", "g/L", "accepted")]}
    two = {"symptom.polyuria": "yes", "symptom.polydipsia": "yes"}
    person["answers"] = {**person["answers"], **two}
    batch = visit_batch(person)
    before, after = (evaluate_urgent(b, RULES) for b in (batch, without(batch, item)))
    new = [r.id for r, a, b in zip(RULES, after.fired[0], before.fired[0], strict=True) if a > b]
    assert set(new) <= {r.id for r in RULES if _asks_for(r, item)}


def _asks_for(rule, item):
    """Return whether a rule holds only where an item was not measured."""
    prefixes = [c.absent.removesuffix("*") for clause in rule.clauses for c in clause]
    return any(prefix and item.startswith(prefix) for prefix in prefixes)


def _names(rule, item):
    """Return whether a rule looks at an item; a group of slots names each of them."""
    if _asks_for(rule, item):
        return True
    for clause in rule.clauses:
        for condition in clause:
            if condition.flag is not None and condition.flag.name == item:
                return True
            if condition.threshold is not None:
                looked = condition.threshold.item
                prefix = looked[:-1] if looked.endswith(".*") else looked
                if item.startswith(prefix) or looked.startswith("interarm"):
                    return True
    return False


@given(visits(), st.sampled_from(SLOTS), st.data())
@settings(max_examples=60, deadline=None)
def test_one_more_reading_never_lowers_urgency(person, slot, data):
    """A later calm value doesn't take back an alarming one; it may answer who asked for it."""
    more = data.draw(readings(slot))
    batch = visit_batch({**person, slot: [*person.get(slot, []), *more]})
    rules = [rule for rule in RULES if not _asks_for(rule, slot)]
    first = evaluate_urgent(visit_batch(person), rules)
    second = evaluate_urgent(batch, rules)
    assert second.level[0] <= first.level[0]


@given(visits(), st.sampled_from(SYMPTOMS))
@settings(max_examples=40, deadline=None)
def test_declaring_a_symptom_never_lowers_urgency(person, symptom):
    assume(symptom not in person["answers"])
    worse = {**person, "answers": {**person["answers"], symptom: "yes"}}
    levels = evaluate_urgent(visit_batch(person, worse), RULES).level
    assert levels[1] <= levels[0]


@given(visits())
@settings(max_examples=60, deadline=None)
def test_a_doubtful_value_calls_no_later_than_the_same_value_accepted(person):
    """Decision 1: refusing a value may change what is asked, never how soon (U0 and U1)."""
    doubted, trusted = (
        {
            name: [(value, unit, state) for value, unit, _ in found] if name in SLOTS else found
            for name, found in person.items()
        }
        for state in ("refused", "accepted")
    )
    levels = evaluate_urgent(visit_batch(doubted, trusted), RULES).level
    impossible = _explained_as_another_unit(person)
    if levels[1] <= 1 and not impossible:
        assert levels[0] <= levels[1]


def _explained_as_another_unit(person):
    """Return whether a value is impossible in its unit and known to be another one."""
    units = {u.ucum: u for i in visit_batch(person).vocabulary.items.values() for u in i.units}
    found = [
        (Decimal(value.lstrip("<>=")), units[unit])
        for name, readings_ in person.items()
        if name in SLOTS
        for value, unit, _ in readings_
    ]
    return any(u.suspects and not u.hard[0] <= v * 10**9 <= u.hard[1] for v, u in found)


@given(visits(("accepted",)), st.integers(1, 500))
@settings(max_examples=80, deadline=None)
def test_raising_glucose_never_lowers_urgency(person, rise):
    """T8, for glucose that is not low: facts and urgent rules together."""
    glucose = {k: v for k, v in person.items() if k.startswith("glucose.")}
    plain = {k: [_at_least_calm(r) for r in v] for k, v in glucose.items()}
    raised = {k: [_up(r, rise) for r in v] for k, v in plain.items()}
    assert _level({**person, **raised}) <= _level({**person, **plain})


@given(visits(("accepted",)), st.integers(1, 150))
@settings(max_examples=80, deadline=None)
def test_raising_systolic_pressure_on_every_arm_never_lowers_urgency(person, rise):
    """T8, for pressure that is not low: the difference between the arms stays what it was."""
    arms = {k: v for k, v in person.items() if k.startswith("systolic_bp.")}
    millimetres = {k: [("120", "mm[Hg]", "accepted")] * len(v) for k, v in arms.items()}
    raised = {k: [_up(r, rise) for r in v] for k, v in millimetres.items()}
    assert _level({**person, **raised}) <= _level({**person, **millimetres})


def _level(person):
    batch = visit_batch(person)
    facts = evaluate_facts(batch, FR).urgency[0].min()
    return min(int(facts), int(evaluate_urgent(batch, RULES).level[0]))


def _at_least_calm(reading):
    text, unit, state = reading
    value = max(Decimal(text.lstrip("<>=")), Decimal(CALM_GLUCOSE[unit]))
    return f"{value:f}", unit, state


def _up(reading, rise):
    text, unit, state = reading
    step = {"g/L": "0.01", "mmol/L": "0.1", "mg/dL": "1", "mm[Hg]": "1"}[unit]
    return f"{Decimal(text) + Decimal(step) * rise:f}", unit, state


@given(visits())
@settings(max_examples=60, deadline=None)
def test_the_level_is_that_of_the_most_urgent_printed_item(person):
    """What is printed is what was evaluated, in both languages, and nothing urgent stays unsaid."""
    batch = visit_batch(person)
    columns = evaluate_urgent(batch, RULES)
    items = urgent_items(columns, batch, 0)
    levels = [int(item.level[1]) for item in items]
    assert (min(levels) if levels else 4) == columns.level[0]
    assert levels == sorted(levels)
    for language in ("fr", "en"):
        for item in items:
            words = Sentences(language).render(item.message)
            assert "{" not in words
            assert "normal" not in words.lower()


@given(visits())
@settings(max_examples=30, deadline=None)
def test_a_rule_looks_only_at_columns_of_its_own_item(person):
    batch = visit_batch(person)
    slots = {slot for slot, _ in columns_of("glucose.*", batch)}
    assert slots == {slot for slot in batch.quantities if slot.startswith("glucose.")}
