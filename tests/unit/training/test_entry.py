"""The whole road, from an invented survey to signed bundles, through the one door."""

import tomllib

import numpy as np
import pytest
from laennec.engine.bundles import load_trust
from laennec.engine.bundles.verify import open_bundle
from laennec.engine.errors import ContractBroken, DataError
from laennec.training import bundle as bundles
from laennec.training.entry import train
from laennec.training.export import differences
from laennec.training.report import from_json
from survey_people import write_survey

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:mlflow.*"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    data = write_survey(tmp_path_factory.mktemp("survey"), n=1600)
    out = tmp_path_factory.mktemp("models")
    said = []
    learned = train("diabetes_type_2", data, out, forms=("undiagnosed_no_lab",), say=said.append)
    written = train("diabetes_textbook", data, out)
    return out, [*learned, *written], said


def test_both_models_are_signed_and_open(run):
    out, found, said = run
    assert [b.manifest.id for b in found] == [
        "diabetes_type_2/undiagnosed_no_lab",
        "diabetes_textbook/no_lab",
    ]
    for bundle in found:
        again = open_bundle(bundle.folder, load_trust())
        assert again.manifest.key == "development"
    assert said[-1].startswith("undiagnosed_no_lab: signed and verified, run ")


def test_the_run_is_tracked_with_data_rules_and_intervals(run):
    import mlflow

    out, (learned, _), _ = run
    mlflow.set_tracking_uri(f"sqlite:///{out / 'mlflow.db'}")
    client = mlflow.MlflowClient()
    tracked = client.get_run(learned.manifest.training.mlflow_run_id)
    assert tracked.info.status == "FINISHED"
    (sha256,) = learned.manifest.training.data.values()
    assert tracked.data.tags["data.dev_1999_2014.parquet"] == sha256
    assert tracked.data.params["rules"] == "15"
    names = ("discrimination/pooled/auroc", "discrimination/pooled/auroc/ci_low")
    assert all(name in tracked.data.metrics for name in names)
    artifacts = {a.path for a in client.list_artifacts(tracked.info.run_id)}
    assert {"rules.toml", "card.md", "manifest.toml", "plots"} <= artifacts
    model = mlflow.models.get_model_info(f"runs:/{tracked.info.run_id}/model")
    assert [i.name for i in model.signature.inputs] == ["x", "observed"]


def test_measurements_card_and_manifest_say_the_same(run):
    _, (learned, _), _ = run
    model, about, lines = from_json(learned.files["metrics.json"].decode())
    assert model == learned.manifest.id
    by_name = {f"{line.table} / {line.row} / {line.measure}": line for line in lines}
    for metric in learned.manifest.metrics:
        assert metric.value == pytest.approx(by_name[metric.name].estimate.value, rel=1e-8)
    assert learned.manifest.training.mlflow_run_id in learned.files["card.md"].decode()
    assert tomllib.loads(learned.files["rules.toml"].decode())["system"]["kind"] == "tsk"


def test_a_form_alone_can_be_asked_for_by_name_only(run, tmp_path):
    with pytest.raises(DataError, match="this model has one form"):
        train("diabetes_textbook", tmp_path, tmp_path, forms=("lipids",))


def test_an_unknown_model_is_named(tmp_path):
    with pytest.raises(DataError, match="Train one of diabetes_type_2, diabetes_textbook"):
        train("gout", tmp_path, tmp_path)


def test_a_graph_that_differs_from_its_rules_is_not_exported(run, monkeypatch):
    _, (learned, _), _ = run
    from laennec.engine.fuzzy.system import parse_system

    system = parse_system(learned.files["rules.toml"].decode())
    real = bundles.reference_answers

    def shifted(*given):
        answers = real(*given)
        return {**answers, "risk": answers["risk"] + 1e-5}

    monkeypatch.setattr(bundles, "reference_answers", shifted)
    x = system.universes.mean(axis=1)[None]
    with pytest.raises(ContractBroken, match="differs from its rules by 1e-05"):
        bundles.export(system, x, np.ones(x.shape, bool))


@pytest.mark.parametrize("output", range(3))
def test_a_graph_that_answers_with_no_number_is_not_exported(output):
    """In any but the first output it was smaller than every difference."""
    wanted = [np.zeros(4), np.zeros((4, 2)), np.zeros(1)]
    given = [answer.copy() for answer in wanted]
    assert differences(given, wanted, 1e-6, "it differs") == [0.0, 0.0, 0.0]
    given[output].flat[0] = np.nan
    with pytest.raises(ContractBroken, match="it differs by nan"):
        differences(given, wanted, 1e-6, "it differs")


def test_invented_people_are_in_the_universe_and_whole_where_they_must_be():
    universes = np.array([[18.0, 110.0], [0.0, 1.0]])
    typical = np.array([[20.0, 80.0], [0.0, 1.0]])
    x = bundles.invented_people(universes, typical, [True, True], n=200, seed=3)
    assert ((x >= universes[:, 0]) & (x <= universes[:, 1])).all()
    assert (x == np.round(x)).all()
    assert (x[:, 0] > 80).any()
