"""Whatever is done to a sealed bundle, it is refused by name, and its neighbour still runs."""

import os
import random
import shutil

import bundle_maker
import numpy as np
import pytest
from laennec.engine.bundles import generate_key, load_trust, read_private_key, sign_bundle
from laennec.engine.bundles.load import load_models
from laennec.engine.bundles.manifest_file import sha256_of
from laennec.engine.errors import ContractBroken, FileChanged
from onnx import helper

FILES = ("manifest.toml", "signature", "model.onnx", "rules.toml", "golden.json", "card.md")
SAMPLES = 60


@pytest.fixture
def folder(tmp_path):
    """The bundle that is attacked; a good one stands beside it."""
    bundle_maker.make(tmp_path, "mamdani")
    return bundle_maker.make(tmp_path)


def refusal(folder, kind=FileChanged):
    """Load the folder of models and return why the attacked bundle is refused."""
    models = load_models([folder.parents[2]])
    assert [b.manifest.id for b in models.loaded] == ["toy_disease/mamdani_form"]
    assert [r.id for r in models.refused] == [f"toy_disease/{folder.name}"]
    error = models.refused[0].error
    assert isinstance(error, kind), str(error)
    assert str(folder) not in str(error), "a message names no path of this machine"
    return error


def resealed(folder):
    sign_bundle(folder, read_private_key(bundle_maker.KEY), "development")


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_bit_in_any_file(folder, name):
    """Every bit of the first and last bytes, and a sample of those between."""
    path = folder / name
    good = path.read_bytes()
    bits = range(len(good) * 8)
    chosen = {*bits[:16], *bits[-16:], *random.Random(1).sample(bits, min(SAMPLES, len(bits)))}  # noqa: S311 - a sample, not a secret
    trust = load_trust()
    for bit in sorted(chosen):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(bytes(bad))
        models = load_models([folder], trust=trust)
        assert models.loaded == (), f"bit {bit} of {name}"
        error = models.refused[0].error
        assert isinstance(error, FileChanged), f"bit {bit} of {name}: {error}"
        assert f"bundles/tsk_form/{'signature' if name == 'manifest.toml' else name}" in str(
            error
        ) or name in ("manifest.toml",)
    path.write_bytes(good)
    assert load_models([folder], trust=trust).refused == ()


@pytest.mark.parametrize("name", ["model.onnx", "rules.toml", "golden.json", "card.md"])
def test_an_altered_file_is_named_with_both_hashes(folder, name):
    path = folder / name
    before = sha256_of(path.read_bytes())
    path.write_bytes(path.read_bytes() + b"\n")
    error = refusal(folder)
    assert error.path == f"toy_disease/bundles/tsk_form/{name}"
    assert f"sha256 {sha256_of(path.read_bytes())}, the signed manifest says {before}" in str(error)
    assert "Restore the bundle from its release" in error.remedy


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file(folder, name):
    (folder / name).unlink()
    assert f"the file {name} is missing" in refusal(folder).found


@pytest.mark.parametrize("name", FILES)
def test_an_empty_file(folder, name):
    (folder / name).write_bytes(b"")
    assert refusal(folder).path.startswith("toy_disease/bundles/tsk_form/")


@pytest.mark.parametrize("name", ["note.txt", ".hidden", "model.onnx.data", "MODEL.ONNX"])
def test_an_added_file(folder, name):
    (folder / name).write_text("x")
    assert f"the file {name} is not in the manifest's list" in refusal(folder).found


def test_an_added_folder(folder):
    (folder / "more").mkdir()
    assert "the file more is not in the manifest's list" in refusal(folder).found


def test_a_listed_further_file_that_goes_missing(folder):
    (folder / "report.json").write_text("{}")
    resealed(folder)
    (folder / "report.json").unlink()
    assert "the file report.json is missing" in refusal(folder).found


@pytest.mark.parametrize("name", FILES)
def test_a_link_in_place_of_a_file_with_the_right_content(folder, tmp_path, name):
    aside = tmp_path / "aside"
    shutil.move(folder / name, aside)
    (folder / name).symlink_to(aside)
    assert "the file is a link" in refusal(folder).found


def test_a_folder_in_place_of_a_file(folder):
    (folder / "card.md").unlink()
    (folder / "card.md").mkdir()
    assert "not a regular file" in refusal(folder).found


def test_a_pipe_in_place_of_a_file_does_not_hang(folder):
    (folder / "card.md").unlink()
    os.mkfifo(folder / "card.md")
    assert "not a regular file" in refusal(folder).found


def test_a_file_that_vanishes_between_listing_and_reading(folder, monkeypatch):
    """The listing still shows it."""
    from laennec.engine.bundles import sealed

    names = sealed._names(folder)
    (folder / "card.md").unlink()
    monkeypatch.setattr(sealed, "_names", lambda *_: names)
    error = load_models([folder]).refused[0].error
    assert "the file is unreadable (No such file or directory)" in error.found


@pytest.mark.parametrize("name", ["manifest.toml", "card.md"])
def test_a_file_that_is_too_large(folder, name):
    with (folder / name).open("ab") as file:
        file.write(b" " * (1 << 22))
    assert "larger than" in refusal(folder).found


def test_the_signature_of_another_bundle(folder):
    other = folder.parent / "mamdani_form" / "signature"
    (folder / "signature").write_bytes(other.read_bytes())
    assert "the key development has not signed this manifest, sha256" in refusal(folder).found


def test_the_signature_of_an_older_version(folder):
    old = (folder / "signature").read_bytes()
    (folder / "card.md").write_text("# Toy, second edition\n")
    resealed(folder)
    (folder / "signature").write_bytes(old)
    error = refusal(folder)
    assert "the key development has not signed this manifest, sha256" in error.found
    assert error.path == "toy_disease/bundles/tsk_form/signature"


def test_an_older_manifest_with_its_own_signature(folder):
    """Both genuine, but the files are of another version."""
    kept = {n: (folder / n).read_bytes() for n in ("manifest.toml", "signature")}
    (folder / "card.md").write_text("# Toy, second edition\n")
    resealed(folder)
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    assert refusal(folder).path == "toy_disease/bundles/tsk_form/card.md"


def test_another_key_under_the_same_name(folder):
    sign_bundle(folder, generate_key(), "development")
    assert "the key development has not signed this manifest" in refusal(folder).found


def test_a_key_that_nobody_trusts(folder):
    sign_bundle(folder, generate_key(), "hospital")
    assert "signed with the key 'hospital', trusted are development" in refusal(folder).found


def test_a_manifest_that_no_longer_parses_is_called_changed(folder):
    (folder / "manifest.toml").write_text("id = ")
    assert "is signed by none of development" in refusal(folder).found


def test_a_signed_manifest_that_is_wrong_is_called_broken(folder):
    """Signed by somebody trusted, and still not a manifest: the signer made a mistake."""
    raw = (folder / "manifest.toml").read_bytes().replace(b'version = "0.1.0"', b'version = "1"')
    (folder / "manifest.toml").write_bytes(raw)
    (folder / "signature").write_bytes(read_private_key(bundle_maker.KEY).sign(raw))
    assert "version: '1' is not of the form" in refusal(folder, ContractBroken).found


def test_a_genuine_bundle_in_the_folder_of_another(folder):
    moved = folder.parent / "other_form"
    folder.rename(moved)
    error = refusal(moved)
    assert "toy_disease/tsk_form stands in the folder of toy_disease/other_form" in error.found


def test_a_bundle_outside_a_bundles_folder(folder, tmp_path):
    place = tmp_path / "toy_disease" / "parcels" / "tsk_form"
    place.parent.mkdir()
    folder.rename(place)
    from laennec.engine.bundles.verify import open_bundle

    with pytest.raises(FileChanged, match="stands in the folder of toy_disease/tsk_form"):
        open_bundle(place, load_trust())


# What a trusted signer signed by mistake is refused too.


def renamed_output(kind="tsk"):
    model = bundle_maker.graph(kind)
    model.graph.output[0].name = "probability"
    model.graph.node[-1].output[0] = "probability"
    return model


def reshaped(index, dims):
    model = bundle_maker.graph()
    port = model.graph.output[index]
    kind = port.type.tensor_type.elem_type
    port.CopyFrom(helper.make_tensor_value_info(port.name, kind, dims))
    return model


def retyped():
    model = bundle_maker.graph()
    model.graph.output[0].type.tensor_type.elem_type = 1
    return model


def with_operator(name, **attributes):
    model = bundle_maker.graph()
    model.graph.node.append(helper.make_node(name, ["x"], ["more"], **attributes))
    return model


def opset(version):
    model = bundle_maker.graph()
    model.opset_import[0].version = version
    return model


def external():
    model = bundle_maker.graph()
    tensor = model.graph.initializer[0]
    tensor.data_location = 1
    tensor.external_data.add(key="location", value="model.onnx.data")
    return model


def heavier():
    """The same graph with one weight changed by a thousandth."""
    model = bundle_maker.graph()
    weights = next(t for t in model.graph.initializer if t.name == "weights")
    values = np.frombuffer(weights.raw_data).copy()
    values[0] += 1e-3
    weights.raw_data = values.tobytes()
    return model


def unknown_node_input():
    model = bundle_maker.graph()
    model.graph.node[0].input[0] = "nowhere"
    return model


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (
            renamed_output(),
            "outputs are probability, rule_firing, rule_contribution, bias, expected",
        ),
        (
            bundle_maker.graph("mamdani"),
            "outputs are score, rule_firing, rule_share, expected risk",
        ),
        (reshaped(0, ["n", 1]), "outputs has risk: float64 (n, 1), expected risk: float64 (n)"),
        (reshaped(1, ["n", 7]), "outputs has rule_firing: float64 (n, 7), expected rule_firing"),
        (reshaped(3, [1]), "outputs has bias: float64 (1), expected bias: float64 (n)"),
        (retyped(), "outputs has risk: float32 (n), expected risk: float64 (n)"),
        (with_operator("NonZero"), "operators outside the allowed list: NonZero"),
        (with_operator("Gelu", domain="com.microsoft"), "operator domain 'com.microsoft'"),
        (opset(7), "opset 7, known are 13 to 23"),
        (external(), "external data"),
        (bundle_maker.graph().SerializeToString()[:-40], "not a readable ONNX file"),
        (b"", "0 graphs"),
        (unknown_node_input(), "onnxruntime"),
        (heavier(), "a known answer differs by"),
    ],
)
def test_a_signed_graph_that_breaks_the_contract(tmp_path, model, said):
    bundle_maker.make(tmp_path, "mamdani")
    error = refusal(bundle_maker.make(tmp_path, model=model), ContractBroken)
    assert said in error.found
    assert error.path == "toy_disease/bundles/tsk_form/model.onnx"


def without_input(model, name):
    keep = [i for i in model.graph.input if i.name != name]
    del model.graph.input[:]
    model.graph.input.extend(keep)
    return model


def test_a_graph_without_the_mask(tmp_path):
    bundle_maker.make(tmp_path, "mamdani")
    model = without_input(bundle_maker.graph(), "observed")
    error = refusal(bundle_maker.make(tmp_path, model=model), ContractBroken)
    assert "inputs are x, expected x, observed" in error.found


def test_further_outputs_that_are_known_are_let_be(tmp_path):
    model = bundle_maker.graph()
    model.graph.node.append(helper.make_node("Identity", ["risk"], ["risk_low"]))
    model.graph.output.append(helper.make_tensor_value_info("risk_low", 11, ["n"]))
    assert load_models([bundle_maker.make(tmp_path, model=model)]).refused == ()


def test_known_answers_that_the_graph_does_not_give(tmp_path):
    bundle_maker.make(tmp_path, "mamdani")
    from laennec.engine.bundles import write_golden

    x, observed = bundle_maker.records()
    answers = bundle_maker.answers(x, observed)
    x[5, 0] = 200.0
    golden = write_golden(x, observed, answers, made_by="test")
    error = refusal(bundle_maker.make(tmp_path, golden=golden), ContractBroken)
    assert "known answer 5 is not answered: outside_universe" in error.found


def test_known_answers_that_leave_an_input_out_everywhere(tmp_path):
    bundle_maker.make(tmp_path, "mamdani")
    from laennec.engine.bundles import write_golden

    x, observed = bundle_maker.records()
    observed[:, 1] = False
    golden = write_golden(x, observed, bundle_maker.answers(x, observed), made_by="test")
    error = refusal(bundle_maker.make(tmp_path, golden=golden), ContractBroken)
    assert "no known answer has every input" in error.found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("logit +1.2", "logit +1.3", "the printed rules and the graph differ by"),
        ("[50.0, 10.0]", "[52.0, 10.0]", "the printed rules and the graph differ by"),
        ("[18.0, 110.0]", "[18.0, 100.0]", "universes are ((18.0, 100.0)"),
        ('unit = "a"', 'unit = "mo"', "units are ('mo', '1', '1'), the manifest says ('a', '1'"),
        ('optional = ["waist_to_height", "family_history"]', 'optional = ["family_history"]',
         "optional inputs are ('family_history',), the manifest says"),
        ('"age_years", "waist_to_height", "family_history"]\noptional',
         '"waist_to_height", "age_years", "family_history"]\noptional', "inputs are ('waist_to"),
        ("[system]", "[system", "the rules can't be read (not TOML"),
        ("if age_years is older then", "if age_years is old then", "the rules can't be read"),
    ],
)  # fmt: skip
def test_signed_rules_that_are_not_those_of_the_graph(tmp_path, old, new, said):
    """What a physician reads is what runs, or nothing is read at all."""
    bundle_maker.make(tmp_path, "mamdani")
    text = bundle_maker.rules()
    assert old in text
    folder = bundle_maker.make(tmp_path, text=text.replace(old, new))
    assert said in refusal(folder, ContractBroken).found


def test_signed_rules_of_the_other_kind(tmp_path):
    bundle_maker.make(tmp_path, "mamdani")
    folder = bundle_maker.make(tmp_path, text=bundle_maker.rules("mamdani"))
    error = refusal(folder, ContractBroken)
    assert "kind are mamdani, the manifest says tsk" in error.found
    assert error.path == "toy_disease/bundles/tsk_form/rules.toml"


def test_no_file_of_a_bundle_is_opened_twice(folder, monkeypatch):
    """Between a check and a use nothing can be swapped: the checked bytes are the used bytes."""
    opened = []
    real = os.open

    def counting(path, flags, *args, **kwargs):
        opened.append(str(path))
        return real(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", counting)
    assert load_models([folder]).refused == ()
    ours = [p for p in opened if p.startswith(str(folder))]
    assert sorted(ours) == sorted(str(folder / n) for n in FILES)
