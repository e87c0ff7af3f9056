"""A manifest is written, read back, and refused with every problem named."""

from dataclasses import replace

import bundle_maker
import numpy as np
import pytest
from laennec.engine.bundles import Bands, Conformal, Metric, OperatingPoint
from laennec.engine.bundles.manifest_file import parse_manifest, write_manifest
from laennec.engine.errors import ContractBroken

FULL = replace(
    bundle_maker.manifest(),
    limits=("limit.one", "limit.two"),
    conformal=Conformal("class conditional", 0.9, 0.03, 0.05, 0.58),
    operating_points=(OperatingPoint("ada_sensitivity", 0.04, 'said "so"', 0.8, 0.7, 0.3),),
    metrics=(Metric("auroc", 0.8, 0.79, 0.81, 1000, "bootstrap", "développement"),),
    key="development",
    files={n: "0" * 64 for n in ("card.md", "golden.json", "model.onnx", "rules.toml")},
)


def refused(text: str, *, sealed: bool = True) -> str:
    with pytest.raises(ContractBroken) as caught:
        parse_manifest(text.encode(), path="here.toml", sealed=sealed)
    assert caught.value.path == "here.toml"
    assert "sign the bundle again" in caught.value.remedy
    return caught.value.found


def change(old: str, new: str) -> str:
    text = write_manifest(FULL)
    assert old in text
    return text.replace(old, new, 1)


def test_what_is_written_is_read_back():
    assert parse_manifest(write_manifest(FULL).encode()) == FULL
    for kind in ("tsk", "mamdani"):
        says = bundle_maker.manifest(kind)
        assert parse_manifest(write_manifest(says).encode(), sealed=False) == says


def test_numbers_of_numpy_are_written_as_numbers():
    low, high = np.float64(0.03), np.float64(0.12)
    says = replace(FULL, bands=Bands(low, high), training=replace(FULL.training, seed=np.int64(7)))
    again = parse_manifest(write_manifest(says).encode())
    assert (again.bands, again.training.seed) == (Bands(0.03, 0.12), 7)


def test_the_same_manifest_gives_the_same_bytes():
    turned = replace(FULL, files=dict(reversed(list(FULL.files.items()))))
    assert write_manifest(turned) == write_manifest(FULL)


def test_every_problem_is_reported_at_once():
    text = change('version = "0.1.0"', 'version = "new"\ncolour = "blue"')
    text = text.replace("low_below = 0.03", 'low_below = "small"').replace("seed = 0", "")
    found = refused(text)
    assert "colour: unknown key" in found
    assert "bands.low_below: expected float, found str" in found
    assert "training.seed: missing" in found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('schema = "laennec.bundle/1"', 'schema = "laennec.bundle/2"', "schema: 'laennec.bun"),
        ('kind = "tsk"', 'kind = "neural"', "kind: 'neural' is not one of 'tsk', 'mamdani'"),
        ('version = "0.1.0"', 'version = "1"', "version: '1' is not of the form"),
        ('id = "toy_disease/tsk_form"', 'id = "toy disease"', "id: 'toy disease' is not of the"),
        ('form = "tsk_form"', 'form = "other"', "form: 'other' is not the second part of the id"),
        ('intended_use = "tests"', 'intended_use = ""', "intended_use: empty"),
        ('date = "2026-11-03"', 'date = "yesterday"', "training.date: 'yesterday' is not of"),
        ('code = "local:test"', 'code = "test"', "input[0].code: 'test' is not of the form"),
        ('name = "age_years"', 'name = "Age"', "input[0].name: 'Age' is not of the form"),
        ('toy.parquet" = "0', 'toy.parquet" = "x', "training.data.toy.parquet: 'x000"),
        ("required = true", "required = 1", "input[0].required: expected bool, found int"),
        ("[18.0, 110.0]", "[18.0]", "input[0].universe: expected 2 values, found 1"),
        ("[18.0, 110.0]", "18.0", "input[0].universe: expected a list, found float"),
        ("[18.0, 110.0]", "[18.0, inf]", "input[0].universe[1]: inf is not a finite number"),
        ("[18.0, 110.0]", "[110.0, 18.0]", "input[0].universe: the low end is not below"),
        ("training_range = [20.0, 80.0]", "training_range = [80.0, 20.0]", "ends in the wrong"),
        ("reference = 40.0", "reference = 4.0", "input[0].reference, plausible_*_risk or training"),
        ("reference = 0.0", "reference = 0.5", "input[2].reference, plausible_*_risk or training"),
        ("[0.0, 1.0]\ntraining", "[0.0, 2.0]\ntraining", "a binary input has the universe [0, 1]"),
        ("plausible_low_risk = 25.0", "plausible_low_risk = 79.0", "above plausible_high_risk"),
        ('monotone = "increasing"', 'monotone = "decreasing"', "below plausible_high_risk"),
        ('name = "waist_to_height"', 'name = "age_years"', "input: 'age_years' stands twice"),
        ("low_below = 0.03", "low_below = 0.2", "bands: low_below is not below high_from"),
        ("low_below = 0.03", "low_below = 0.03125", "a cut-off has more decimals than the printed"),
        ("high_from = 0.12", "high_from = 1.5", "a cut-off is outside the range"),
        ('value = "risk"', 'value = "score"', "outputs.value: a tsk model answers 'risk'"),
        ("range = [0.0, 1.0]", "range = [1.0, 0.0]", "outputs.range: the low end is not below"),
        ("range = [0.0, 1.0]", "range = [0.0, 2.0]", "outputs.range: a risk is 0 to 1"),
        ("decimals = 4", "decimals = -1", "outputs.decimals: negative"),
        ("training_prevalence = 0.04\n", "", "training_prevalence: missing for a tsk model"),
        ("training_prevalence = 0.04", "training_prevalence = 4.0", "not between 0 and 1"),
        ("step = 1.0", "step = 0.0", "change[0].step: not above 0"),
        ("step = 1.0", "step = 0.25", "change[0].decimals: too few for step"),
        ("reach = [60.0, 150.0]", "reach = [150.0, 60.0]", "change[0].reach: the low end is not"),
        ("max_change = 20.0", "max_change = 0.5", "change[0].max_change: smaller than one step"),
        ('source = "made up for a test"\n\n[[change.moves', 'source = ""\n\n[[change.moves',
         "change[0].source: empty"),
        ('input = "waist_to_height"', 'input = "shoe_size"', "'shoe_size', which is not an input"),
        ('input = "waist_to_height"', 'input = "age_years"', "'age_years', which is not mod"),
        ('key = "development"', 'key = ""', "key: missing"),
        ('"card.md"', '"../card.md"', "files: '../card.md' is not a name that a bundle may hold"),
        ('"card.md" = "0', '"card.md" = "g', "files.card.md: not a sha256"),
        ('"card.md" = "0', '"note.md" = "0', "files: card.md is missing"),
        ('"card.md" = "', '"card.md" = 1 #', "files: expected a table of texts"),
        ("limits = [", "limits = [1, ", "limits[0]: expected str, found int"),
        ("[bands]", "[[bands]]", "bands: expected a table, found list"),
        ("[training]", "[training", "not readable as TOML"),
    ],
)  # fmt: skip
def test_each_problem_is_named(old, new, said):
    assert said in refused(change(old, new))


def test_a_whole_number_stands_for_a_real_one():
    text = change("reference = 40.0", "reference = 40")
    assert parse_manifest(text.encode()).inputs[0].reference == 40.0


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(ContractBroken, match="not readable as TOML"):
        parse_manifest(b"\xff\xfe")


def test_a_manifest_without_inputs_is_refused():
    assert "input: at least one is needed" in refused(
        write_manifest(replace(FULL, inputs=(), changes=()))
    )


def test_bands_are_decided_at_the_cut_off_itself():
    bands = Bands(low_below=0.03, high_from=0.12)
    value = np.array([0.0, 0.0299, 0.03, 0.1199, 0.12, 1.0, np.nan])
    assert bands.of(value).tolist() == [0, 0, 1, 1, 2, 2, -1]


def test_an_input_says_what_it_accepts():
    age, _, family = bundle_maker.inputs()
    assert age.accepts(np.array([17.9, 18.0, 50.5, 110.0, 110.1, np.nan])).tolist() == [
        False, True, True, True, False, False,
    ]  # fmt: skip
    assert family.accepts(np.array([0.0, 0.5, 1.0, 2.0])).tolist() == [True, False, True, False]


def test_an_input_is_found_by_name():
    assert bundle_maker.manifest().index("family_history") == 2
