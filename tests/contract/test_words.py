"""Whatever the engine, its data and the shipped bundles can say has words in both languages."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from typing import get_args

import pytest
from house import ROOT, modules, named, tree
from laennec.engine.bundles.load import load_models
from laennec.engine.combine import MEAN_OF_LAST_TWO
from laennec.engine.derived import DERIVED
from laennec.engine.facts.changes import INTERARM
from laennec.engine.facts.findings import ROW_MESSAGES
from laennec.engine.guidelines import load_guidelines
from laennec.engine.guidelines.load import topics
from laennec.engine.guidelines.model import MEASURE_AGAIN, STATES
from laennec.engine.published.columns import published_table
from laennec.engine.risks import Abstention, load_outcomes
from laennec.engine.risks.labels import model_labels
from laennec.engine.scores import Reason
from laennec.engine.scores.tables import score_table
from laennec.engine.urgency.again import REMEASURE_ADDRESSEE
from laennec.engine.vocabulary import load_vocabulary
from laennec.engine.words import LANGUAGES, Sentences
from laennec.engine.words.load import load_sentences, placeholders
from laennec.serving.fhir.issue_codes import KeptCode

SENTENCES = load_sentences()["fr"]
BANDS = ("low", "intermediate", "high", "not_assessable")
BOTH = [Sentences(lang) for lang in LANGUAGES]
ENGINE = [path for path in modules("engine") if "words" not in path.parts]
SEVERITIES = {"refused_record", "refused_item", "suspect_item", "note"}
GIVEN_BY_ALL = {"item", "path"}
PARTS = ("", "_item", "_unit")
GIVEN_BY_PLAUSIBILITY = GIVEN_BY_ALL | {"value", "unit"}


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    for path in ENGINE:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in names:
                    yield named(path), node


def pattern(node: ast.expr) -> str | None:
    """Return a literal, or an f-string as a regular expression with a name in each hole."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"[a-z0-9_.]+"
            for v in node.values
        )
    return None


def test_every_literal_message_id_of_the_engine_has_a_sentence():
    found = [(where, pattern(call.args[0])) for where, call in calls("Message") if call.args]
    literal = [(where, p) for where, p in found if p is not None]
    assert len(literal) >= 10
    lost = [(w, p) for w, p in literal if not any(re.fullmatch(p, key) for key in SENTENCES)]
    assert not lost


def test_every_intake_problem_is_worded_and_gives_what_its_sentences_need():
    """The bug it pins: a problem whose sentence needs a parameter that the code never gives."""
    checked = set()
    for where, call in calls("add", "refuse_record", "Flag", "Problem"):
        if len(call.args) == 1:  # set.add
            continue
        literals = [a.value for a in call.args if isinstance(a, ast.Constant)]
        codes = [t for t in literals if isinstance(t, str) and f"intake.{t}.found" in SENTENCES]
        texts = [t for t in literals if isinstance(t, str) and re.fullmatch("[a-z_]+", t)]
        if not set(texts) - SEVERITIES:
            continue
        assert codes, (where, call.lineno, texts)
        given = GIVEN_BY_ALL | {k.arg for k in call.keywords}
        if "plausibility" in where or "contradictions" in where:
            given |= GIVEN_BY_PLAUSIBILITY | {"low", "high", "reads_as"}
            given |= {f"{role}{part}" for role in ("other", "third") for part in PARTS}
            given |= {"tolerance", "tolerance_unit", "recomputed"}
        if where.endswith("intake/table.py"):
            given |= {"found", "accepted", "pointed"}  # by position
        if codes[0] in ("previous_visit_refused", "previous_ecg_refused"):
            given |= {"reason"}
        for part in ("found", "why", "remedy"):
            assert placeholders(SENTENCES[f"intake.{codes[0]}.{part}"]) <= given, (where, codes[0])
        checked.add(codes[0])
    worded = {key.split(".")[1] for key in SENTENCES if key.startswith("intake.")}
    assert len(checked) >= 30
    where_files_are_opened = {
        "ecg_unreadable",
        "ecg_several_recordings",
        "ecg_no_such_recording",
        "ecg_leads_unnamed",
        "ecg_outside_folder",
        "ecg_file_not_used",
        "ecg_person_not_stated",
        "ecg_file_missing",
        "previous_ecg_undated",
        "previous_ecg_other_person",
        "previous_ecg_not_before",
        "previous_ecg_other_date",
    }
    where_visits_are_planned = {"planned_for_another"}
    told = {"value_not_decimal", "unknown_key", "identifier_missing"} | where_files_are_opened
    told |= where_visits_are_planned
    told |= set(get_args(KeptCode))
    assert worded <= checked | told | {
        code for code in worded if code in "".join(p.read_text("utf-8") for p in ENGINE)
    }


def test_every_risk_in_every_band_and_every_abstention_is_worded():
    for outcome in load_outcomes():
        assert Sentences("fr").name(outcome.id) != outcome.id
        for band in BANDS:
            assert f"finding.{outcome.id}.{band}" in SENTENCES
    assert {f"abstention.{a.name.lower()}" for a in Abstention} <= SENTENCES.keys()


def test_every_published_score_is_worded_in_every_band():
    for score_id in ("findrisc", "ada", "desir", "cambridge", "score2"):
        row = published_table()[score_id]
        tails = [*row["bands"], "interval"] if row["bands"] else ["value", "interval"]
        assert {f"finding.{row['finding']}.{tail}" for tail in tails} <= SENTENCES.keys()
        assert {f"grade.{row['finding']}.{band}" for band in row["bands"]} <= SENTENCES.keys()
        assert row["reference_standard"] in SENTENCES
        assert Sentences("en").name(row["finding"]) != row["finding"]
        for exclusion in score_table(score_id).exclusions:
            assert f"condition.{exclusion.id}" in SENTENCES
    assert {f"score.not_applicable.{r.name.lower()}" for r in Reason} <= SENTENCES.keys()


@pytest.mark.parametrize("score_id", ["findrisc", "ada", "desir", "cambridge", "score2"])
def test_every_item_of_every_score_has_a_name(score_id):
    raw = tomllib.loads((ROOT / f"engine/scores/{score_id}.toml").read_text(encoding="utf-8"))
    items = {row["id"] for key in ("items", "terms") for row in raw.get(key, ())}
    items |= {row["id"] for row in raw.get("equation", {}).get("terms", ())}
    items |= {name for row in raw.get("equations", ()) for name in row["centre"]}
    assert items
    assert {f"score_item.{item}" for item in items} <= SENTENCES.keys()


SETS = [(topic, name) for topic, row in topics().items() for name in row["sets"]]


def can_disagree(item: str) -> bool:
    """Say whether several results of an item all count, instead of one mean or derived value."""
    return item not in DERIVED and load_vocabulary().item_of(item).combine != MEAN_OF_LAST_TWO


@pytest.mark.parametrize(("topic", "name"), SETS)
def test_every_grade_state_note_and_next_step_of_every_guideline_set_is_worded(topic, name):
    guidelines = load_guidelines({topic: name})
    for spec in guidelines.findings:
        tails = {grade.code for grade in spec.grades} | {"not_assessable"}
        tails |= {STATES[grade.state] for grade in spec.grades if grade.state == 0} or {"absent"}
        if any(row.borderline_from for row in spec.rows):
            tails.add("borderline")
        if any(can_disagree(item) for item in spec.items):
            assert spec.disagree.action, spec.id
            tails.add("disagree")
        if spec.id != INTERARM:
            assert {f"becomes.{spec.id}.{g.code}" for g in spec.grades} <= SENTENCES.keys()
        lost = [t for t in tails if f"finding.{spec.id}.{t}" not in SENTENCES]
        assert not lost, spec.id
        assert {note.message for note in spec.notes} <= SENTENCES.keys()
        steps = {grade.next_step for grade in spec.grades} | {spec.next_step}
        for step in steps - {""}:
            assert f"next.{step}" in SENTENCES or f"action.{step}" in SENTENCES
    assert {f"{m}{n}" for m in ROW_MESSAGES.values() for n in ("", ".not")} <= SENTENCES.keys()


def proposed_by_guidelines() -> Iterator[tuple[str, str]]:
    for topic, name in SETS:
        guidelines = load_guidelines({topic: name})
        for spec in guidelines.findings:
            yield "", spec.next_addressee
            for outcome in (
                spec.borderline,
                spec.disagree,
                *(grade.outcome for grade in spec.grades),
            ):
                yield outcome.action, outcome.addressee
        yield from ((rule.action, rule.addressee) for rule in guidelines.urgent)


def proposed_by_risks() -> Iterator[tuple[str, str]]:
    for outcome in load_outcomes():
        yield from ((band.action, band.addressee) for band in outcome.bands.values())
    for row in published_table().values():
        for band in row.get("bands", {}).values():
            yield band.get("action", ""), band.get("addressee", "")
    yield MEASURE_AGAIN, REMEASURE_ADDRESSEE


def test_every_action_and_every_addressee_is_worded():
    pairs = {*proposed_by_guidelines(), *proposed_by_risks()}
    assert len(pairs) > 10
    actions, addressees = {a for a, _ in pairs if a}, {b for _, b in pairs if b}
    assert {f"action.{a}" for a in actions} <= SENTENCES.keys()
    assert {f"addressee.{a}" for a in addressees} <= SENTENCES.keys()


def test_every_urgent_rule_is_worded_with_what_it_can_give():
    for rule in load_guidelines().urgent:
        needed = placeholders(SENTENCES[f"urgent.{rule.id}"])
        measures = any(all(c.threshold for c in clause) for clause in rule.clauses)
        assert needed <= ({"item", "value", "unit"} if measures else set()), rule.id


def test_every_item_slot_question_answer_and_derived_value_has_a_label():
    vocabulary = load_vocabulary()
    codes = [f"item:{name}" for name in (*vocabulary.items, *vocabulary.slots, *DERIVED)]
    for question in vocabulary.questions.values():
        codes += [f"answer:{question.name}.{c.code}" for c in question.choices]
        codes.append(f"answer:{question.name}")
    for sentences in BOTH:
        assert all(sentences.label(code) for code in codes)


def test_every_accepted_unit_is_written_as_people_write_it():
    units = {u.ucum for item in load_vocabulary().items.values() for u in item.units}
    assert {f"unit.{ucum}" for ucum in units} <= SENTENCES.keys()


def test_every_feature_has_a_name_and_a_next_step():
    raw = tomllib.loads((ROOT / "engine/vocabulary/features.toml").read_text(encoding="utf-8"))
    for row in raw["feature"]:
        assert f"next_step.{row['name']}" in SENTENCES
        for sentences in BOTH:
            assert sentences.label(f"feature:{row['name']}")


MODELS = load_models()
BUNDLES = [pytest.param(b, id=b.manifest.id) for b in MODELS.loaded]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("bundle", BUNDLES)
def test_every_rule_of_every_shipped_bundle_reads_as_words(bundle, lang):
    """No code of a variable or term, and no underscore, is left in what a physician reads."""
    sentences = Sentences(lang, model_labels(MODELS, lang))
    for rule in bundle.rules.rules:
        words = sentences.parameter(f"premise:{rule.antecedent}")
        assert "_" not in words, words
        assert "premise:" not in words
    for variable in bundle.rules.variables:
        assert sentences.name(variable.name) != variable.name
        labels = {sentences.term(variable.name, term.name) for term in variable.terms}
        assert len(labels) == len(variable.terms), "two terms with one word"


@pytest.mark.parametrize("bundle", BUNDLES)
def test_every_shipped_bundle_names_sentences_that_exist(bundle):
    manifest = bundle.manifest
    assert manifest.reference_standard in SENTENCES
    assert set(manifest.limits) <= SENTENCES.keys()
    assert not any(placeholders(SENTENCES[limit]) for limit in manifest.limits)
    for change in manifest.changes:
        assert all(s.name(change.name) != change.name for s in BOTH)


def test_sentences_are_filled_by_plain_names_only():
    """A placeholder with a format or an attribute would let data reach into the code."""
    for table in load_sentences().values():
        for key, sentence in table.items():
            for _, name, spec, conversion in string.Formatter().parse(sentence):
                assert name is None or (name.isidentifier() and not spec and not conversion), key
