"""Loading: what is good runs, what is not is named."""

import shutil
from pathlib import Path

import bundle_maker
import pytest
from laennec.engine.bundles import Trust, load_trust
from laennec.engine.bundles.load import find_bundles, load_models
from laennec.engine.errors import ContractBroken, FileChanged


def test_a_folder_of_models_is_searched(tmp_path):
    bundle_maker.make(tmp_path)
    bundle_maker.make(tmp_path, "mamdani")
    models = load_models([tmp_path])
    assert [b.manifest.id for b in models.loaded] == [
        "toy_disease/mamdani_form",
        "toy_disease/tsk_form",
    ]
    assert models.refused == ()
    assert not models.is_degraded
    assert models.get("toy_disease/tsk_form").rule_ids == ("TOY-0", "TOY-1", "TOY-2", "TOY-3")
    assert models.get("toy_disease/other") is None
    assert models.refusal("toy_disease/tsk_form") is None


def test_one_bad_bundle_does_not_stop_the_others(tmp_path):
    bad = bundle_maker.make(tmp_path)
    bundle_maker.make(tmp_path, "mamdani")
    (bad / "signature").unlink()
    models = load_models([tmp_path])
    assert [b.manifest.id for b in models.loaded] == ["toy_disease/mamdani_form"]
    assert [r.id for r in models.refused] == ["toy_disease/tsk_form"]
    assert models.is_degraded
    error = models.refusal("toy_disease/tsk_form")
    assert isinstance(error, FileChanged)
    assert error.path == "toy_disease/bundles/tsk_form/signature"
    assert "signature is missing" in error.found


def test_a_fault_that_no_check_foresaw_refuses_its_bundle_only(tmp_path):
    class Faulty(Trust):
        def verify(self, key, signature, signed, *, path):
            if b"toy_disease/tsk_form" in signed:
                raise RuntimeError("the key store is gone")
            super().verify(key, signature, signed, path=path)

    bundle_maker.make(tmp_path)
    bundle_maker.make(tmp_path, "mamdani")
    models = load_models([tmp_path], trust=Faulty(load_trust().keys))
    assert [b.manifest.id for b in models.loaded] == ["toy_disease/mamdani_form"]
    assert "checking the bundle stopped with RuntimeError" in str(models.refused[0].error)


def test_an_empty_bundle_folder_is_refused_not_overlooked(tmp_path):
    (tmp_path / "toy_disease" / "bundles" / "new_form").mkdir(parents=True)
    models = load_models([tmp_path])
    assert [r.id for r in models.refused] == ["toy_disease/new_form"]


def test_a_bundle_that_is_not_there_is_refused(tmp_path):
    models = load_models([tmp_path / "toy_disease" / "bundles" / "tsk_form"])
    assert "the folder is missing" in str(models.refused[0].error)


def test_a_folder_of_models_that_is_not_there_is_not_passed_over(tmp_path):
    for folder in (tmp_path / "modles", Path("/modles")):
        models = load_models([folder])
        assert "the folder is missing" in str(models.refused[0].error)
        assert models.refused[0].id.endswith("/modles")


def test_a_bundle_that_stands_elsewhere_is_refused_not_overlooked(tmp_path):
    folder = bundle_maker.make(tmp_path)
    shutil.copytree(folder, tmp_path / "copy")
    error = load_models([tmp_path / "copy"]).refused[0].error
    assert "the bundle toy_disease/tsk_form stands in the folder of" in str(error)


def test_a_bundle_may_be_named_from_where_one_stands(tmp_path, monkeypatch):
    folder = bundle_maker.make(tmp_path)
    monkeypatch.chdir(folder.parent)
    assert [b.manifest.id for b in load_models([Path("tsk_form")]).loaded] == [
        "toy_disease/tsk_form"
    ]


def test_of_two_bundles_with_one_name_the_first_counts(tmp_path):
    first = bundle_maker.make(tmp_path / "site")
    bundle_maker.make(tmp_path / "shipped")
    models = load_models([tmp_path / "site", tmp_path / "shipped"])
    assert models.loaded[0].folder == first
    assert isinstance(models.refused[0].error, ContractBroken)
    assert "toy_disease/tsk_form is already loaded from site" in str(models.refused[0].error)


def test_experimental_models_need_research_mode(tmp_path):
    bundle_maker.make(tmp_path / "_experimental")
    assert load_models([tmp_path]).loaded == ()
    assert [b.manifest.id for b in load_models([tmp_path], research=True).loaded] == [
        "toy_disease/tsk_form"
    ]


def test_the_shipped_models_are_found_by_default():
    models = load_models()
    assert models.refused == (), [str(r.error) for r in models.refused]


def test_a_file_beside_the_forms_is_no_bundle(tmp_path):
    folder = bundle_maker.make(tmp_path)
    (folder.parent / "README.md").write_text("notes")
    (folder.parent / "__pycache__").mkdir()
    assert find_bundles(tmp_path) == (folder,)


@pytest.mark.parametrize("kind", ["tsk", "mamdani"])
def test_the_hash_of_the_manifest_names_the_model(tmp_path, kind):
    folder = bundle_maker.make(tmp_path, kind)
    bundle = load_models([folder]).loaded[0]
    again = bundle_maker.make(tmp_path / "again", kind)
    assert bundle.sha256 == bundle.model.sha256 == load_models([again]).loaded[0].sha256
    shutil.rmtree(folder)
    assert load_models([tmp_path / "again"]).loaded[0].rules.inputs == bundle.rules.inputs
