"""What the command line prints about models, as data."""

import json

import bundle_maker
import pytest
from laennec.engine.bundles import generate_key
from laennec.engine.bundles.commands import (
    list_models,
    open_models,
    show_model,
    sign_model,
    verify_models,
)
from laennec.engine.bundles.signing import private_key_pem, public_key_pem
from laennec.engine.errors import ContractBroken, FileChanged


def test_list_shows_ready_and_refused(tmp_path):
    folder = bundle_maker.make(tmp_path)
    bundle_maker.make(tmp_path, "mamdani")
    (folder / "card.md").write_text("other")
    rows = list_models(open_models([tmp_path]))
    assert [(r["id"], r["state"]) for r in rows] == [
        ("toy_disease/mamdani_form", "ready"),
        ("toy_disease/tsk_form", "refused"),
    ]
    assert rows[0]["is_development"] is True
    assert rows[0]["rules"] == 4
    assert rows[1]["error"]["code"] == "file_changed"
    assert json.loads(json.dumps(rows)) == rows


def test_show_gives_manifest_rules_and_card(tmp_path):
    bundle_maker.make(tmp_path)
    shown = show_model(open_models([tmp_path]), "toy_disease/tsk_form")
    assert shown["card"] == "# Toy\n"
    assert shown["rules"][3] == {
        "id": "TOY-3",
        "text": "if age_years is older and waist_to_height is raised then logit +0.9",
        "source": "test",
    }
    assert shown["manifest"]["bands"] == {"low_below": 0.03, "high_from": 0.12}
    assert json.loads(json.dumps(shown)) == shown


def test_show_says_why_a_model_is_refused(tmp_path):
    folder = bundle_maker.make(tmp_path)
    (folder / "signature").write_bytes(b"")
    with pytest.raises(FileChanged, match="a signature of 0 bytes"):
        show_model(open_models([tmp_path]), "toy_disease/tsk_form")


def test_show_names_the_models_there_are(tmp_path):
    with pytest.raises(ContractBroken, match=r"no model 'x/y': .*none: no model was found"):
        show_model(open_models([tmp_path]), "x/y")
    bundle_maker.make(tmp_path)
    with pytest.raises(ContractBroken, match="Name one of toy_disease/tsk_form"):
        show_model(open_models([tmp_path]), "x/y")


def test_verify_gives_an_exit_code(tmp_path):
    assert verify_models(open_models([tmp_path])) == ([], 1)
    folder = bundle_maker.make(tmp_path)
    assert verify_models(open_models([tmp_path]))[1] == 0
    bundle_maker.make(tmp_path, "mamdani")
    (folder / "card.md").write_text("other")
    assert verify_models(open_models([tmp_path]))[1] == 3
    assert verify_models(open_models([tmp_path], development=False))[1] == 1


def test_sign_with_a_site_key(tmp_path):
    folder = bundle_maker.make(tmp_path / "models")
    key, trust = generate_key(), tmp_path / "trust"
    trust.mkdir()
    (trust / "site.pem").write_bytes(public_key_pem(key))
    (tmp_path / "private.pem").write_bytes(private_key_pem(key, b"secret"))
    signed = sign_model(folder, tmp_path / "private.pem", "site", password=b"secret")
    rows = list_models(open_models([tmp_path / "models"], trust_folder=trust, development=False))
    assert (signed["key"], signed["sha256"]) == ("site", rows[0]["sha256"])
    assert rows[0]["is_development"] is False
    assert sorted(signed["files"]) == ["card.md", "golden.json", "model.onnx", "rules.toml"]
