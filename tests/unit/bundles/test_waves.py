"""Bundles that read signals: sealed, judged and refused by name like risk models."""

import json
import tomllib
from dataclasses import replace

import bundle_maker
import numpy as np
import pytest
import waves_maker
from laennec.engine.bundles.commands import list_models, show_model, verify_models
from laennec.engine.bundles.load import load_models
from laennec.engine.bundles.waves import WAVES_TOLERANCE
from laennec.engine.bundles.waves_manifest import parse_signal_manifest, write_signal_manifest
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.errors import ContractBroken, FileChanged

FILES = ("card.md", "decode.toml", "golden.json", "manifest.toml", "model.onnx", "signature")


@pytest.fixture
def folder(tmp_path):
    return waves_maker.make(tmp_path)


def refusal(folder, kind=FileChanged):
    models = load_models([folder])
    assert models.signals == ()
    assert isinstance(models.refused[0].error, kind), models.refused[0].error
    return models.refused[0].error


def test_a_signed_network_is_loaded_beside_risk_models(tmp_path, folder):
    bundle_maker.make(tmp_path)
    models = load_models([tmp_path])
    assert models.refused == ()
    assert [b.manifest.id for b in models.loaded] == ["toy_disease/tsk_form"]
    assert [b.manifest.id for b in models.signals] == ["toy_waves/waves"]
    assert models.signal("toy_waves/waves") is models.signals[0]
    assert models.signal("nothing") is None
    assert models.is_development


def test_a_network_alone_is_a_development_model(folder):
    assert load_models([folder]).is_development


def test_the_network_starts_once_and_names_its_bundle(folder):
    bundle = load_models([folder]).signals[0]
    ready = bundle.delineator()
    assert bundle.delineator() is ready
    assert (ready.id, ready.version, ready.sha256) == ("toy_waves/waves", "0.1.0", bundle.sha256)
    found = ready.delineate(EcgSignal.of({"II": np.zeros(1000)}, 250.0))
    assert found.n_beats == 0


@pytest.mark.parametrize("name", FILES)
def test_one_altered_byte_refuses_the_bundle(folder, name):
    raw = bytearray((folder / name).read_bytes())
    raw[len(raw) // 2] ^= 1
    (folder / name).write_bytes(bytes(raw))
    assert refusal(folder).path.startswith("toy_waves/bundles/waves/")


@pytest.mark.parametrize("name", ["card.md", "golden.json", "manifest.toml", "model.onnx"])
def test_a_missing_file_refuses_the_bundle(folder, name):
    (folder / name).unlink()
    assert f"the file {name} is missing" in refusal(folder).found


def test_a_bundle_without_its_numbers_is_read_as_a_risk_model_and_refused(folder):
    (folder / "decode.toml").unlink()
    assert "the file rules.toml is missing" in refusal(folder).found


def test_an_added_file_refuses_the_bundle(folder):
    (folder / "more.json").write_text("{}")
    assert "the file more.json is not in the manifest's list" in refusal(folder).found


def test_a_bundle_in_another_models_folder(folder):
    other = folder.parent / "other"
    folder.rename(other)
    assert "the bundle toy_waves/waves stands in the folder of toy_waves/other" in (
        refusal(other).found
    )


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (waves_maker.with_operator("NonZero"), "operators outside the allowed list: NonZero"),
        (waves_maker.with_operator("Gelu", domain="com.microsoft"), "operator domain"),
        (b"", "0 graphs"),
        (waves_maker.graph().SerializeToString()[:-9], "not a readable ONNX file"),
        (bundle_maker.graph(), "inputs are ['x: float64"),
    ],
)
def test_a_signed_graph_that_is_no_such_network(tmp_path, model, said):
    assert said in refusal(waves_maker.make(tmp_path, model=model), ContractBroken).found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outputs": ("p", "qrs")}, "the manifest's outputs are ('p', 'qrs'), expected"),
        (
            {"input": replace(waves_maker.manifest().input, sampling_rate_hz=500.0)},
            "the manifest's input are ('signal', 500.0, 32)",
        ),
    ],
)
def test_a_signed_manifest_of_another_network(tmp_path, change, said):
    says = waves_maker.manifest(**change)
    assert said in refusal(waves_maker.make(tmp_path, says=says), ContractBroken).found


def test_a_network_that_does_not_give_its_known_answers(tmp_path):
    bundle = load_models([waves_maker.make(tmp_path, model=waves_maker.graph(gain=0.8))]).signals[0]
    with pytest.raises(ContractBroken, match="a known answer differs by"):
        bundle.delineator()


def test_a_network_that_answers_in_another_shape(tmp_path):
    bundle = load_models([waves_maker.make(tmp_path, model=waves_maker.graph(outputs=5))]).signals
    with pytest.raises(ContractBroken, match=r"answers of shape \(2, 5, 32\), known are"):
        bundle[0].delineator()


def test_a_graph_that_stops_on_its_known_answer(tmp_path):
    model = waves_maker.graph()
    model.graph.initializer[0].dims[:] = [1, 3, 2, 1]
    bundle = load_models([waves_maker.make(tmp_path, model=model)]).signals[0]
    with pytest.raises(ContractBroken, match="the network stopped with"):
        bundle.delineator()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tolerance": 1.0}, "with an answer and a tolerance"),
        ({"made_by": ""}, "with an answer and a tolerance"),
        ({"schema": "other"}, "with an answer and a tolerance"),
        ({"signal": "x"}, "not a readable laennec.waves_golden/1 file"),
        ({"more": 1}, "not the keys"),
    ],
)
def test_known_answers_that_are_not_of_their_schema(tmp_path, change, said):
    folder = waves_maker.make(tmp_path)
    table = json.loads((folder / "golden.json").read_text()) | change
    bundle = load_models([waves_maker.make(tmp_path, golden=json.dumps(table))]).signals[0]
    with pytest.raises(ContractBroken, match=said):
        bundle.delineator()


def test_known_answers_that_are_no_json(tmp_path):
    bundle = load_models([waves_maker.make(tmp_path, golden="{")]).signals[0]
    with pytest.raises(ContractBroken, match="not a readable"):
        bundle.delineator()
    assert WAVES_TOLERANCE < 1e-3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"laennec.decode/1", b"laennec.decode/2", "not of the schema laennec.decode/1"),
        (b"refractory_s = 0.2\n", b"", "expected ['fewest_beats'"),
        (b"refractory_s = 0.2", b'refractory_s = "a"', "refractory_s is 'a'"),
        (b"refractory_s = 0.2", b"refractory_s = nan", "refractory_s is nan"),
        (b"[p]", b"[p", "not readable as TOML"),
        (b"[p]", b"[other]", "expected ["),
    ],
)
def test_signed_numbers_that_can_not_be_read(tmp_path, old, new, said):
    assert old in waves_maker.DECODE
    decode = waves_maker.DECODE.replace(old, new, 1)
    assert said in refusal(waves_maker.make(tmp_path, decode=decode), ContractBroken).found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": "1"}, "version: '1' is not of the form"),
        ({"id": "toy_waves/other"}, "is not the second part of the id"),
        ({"population": ""}, "population: empty"),
        ({"outputs": ["p", "p"]}, "outputs: none, or one stands twice"),
        ({"key": ""}, "key: missing"),
        ({"files": {}}, "files: card.md is missing"),
        ({"files": {"a.exe": "0" * 64}}, "'a.exe' is not a name that a bundle may hold"),
        ({"files": {"card.md": "0"}}, "files.card.md: not a sha256"),
        ({"colour": "blue"}, "colour: unknown key"),
    ],
)
def test_a_manifest_names_every_problem(folder, change, said):
    table = tomllib.loads((folder / "manifest.toml").read_text()) | change
    from laennec.engine.bundles.decode import to_toml

    with pytest.raises(ContractBroken) as error:
        parse_signal_manifest(to_toml(table).encode())
    assert said in error.value.found


def test_a_manifest_that_is_no_toml():
    with pytest.raises(ContractBroken, match="not readable as TOML"):
        parse_signal_manifest(b"[")


def test_a_manifest_is_read_as_it_was_written():
    says = waves_maker.manifest(key="development")
    assert parse_signal_manifest(write_signal_manifest(says).encode(), sealed=False) == says


def test_the_commands_know_networks(tmp_path, folder):
    bundle_maker.make(tmp_path)
    models = load_models([tmp_path])
    rows = {row["id"]: row for row in list_models(models)}
    assert rows["toy_waves/waves"]["kind"] == "delineation"
    assert rows["toy_waves/waves"]["is_development"]
    shown = show_model(models, "toy_waves/waves")
    assert shown["card"] == "# toy\n"
    assert shown["manifest"]["outputs"][0] == "p"
    assert verify_models(models)[1] == 0


def test_verifying_asks_the_known_answers(tmp_path):
    models = load_models([waves_maker.make(tmp_path, model=waves_maker.graph(gain=0.8))])
    with pytest.raises(ContractBroken, match="a known answer differs"):
        verify_models(models)
