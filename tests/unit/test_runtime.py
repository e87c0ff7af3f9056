"""Running a model: right where it answers, said where it does not."""

import bundle_maker
import numpy as np
import pytest
from laennec.engine.bundles.load import load_models
from laennec.engine.errors import ContractBroken
from laennec.engine.model_output import RecordState
from laennec.engine.runtime import RiskModel, open_session


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    bundle_maker.make(root)
    bundle_maker.make(root, "mamdani")
    return load_models([root])


@pytest.fixture(scope="module")
def tsk(models) -> RiskModel:
    return models.get("toy_disease/tsk_form")


@pytest.fixture(scope="module")
def mamdani(models) -> RiskModel:
    return models.get("toy_disease/mamdani_form")


class Session:
    """A graph that answers what it is told to."""

    def __init__(self, model: RiskModel, change):
        self.session, self.change = model.session, change

    def run(self, names, feed):
        return self.change([np.array(v) for v in self.session.run(names, feed)])


def broken(model: RiskModel, change) -> RiskModel:
    return RiskModel(
        manifest=model.manifest,
        rule_ids=model.rule_ids,
        sha256="",
        session=Session(model, change),
    )


def test_answers_are_those_of_the_model(tsk):
    x, observed = bundle_maker.records(500)
    output, expected = tsk.run(x, observed), bundle_maker.answers(x, observed)
    assert output.ok.all()
    assert np.abs(output.value - expected["risk"]).max() < 1e-12
    assert np.abs(output.rule_firing - expected["rule_firing"]).max() < 1e-12
    assert np.abs(output.rule_contribution - expected["rule_contribution"]).max() < 1e-12
    logit = np.log(output.value / (1 - output.value))
    assert np.abs(tsk.additive(output) - logit).max() < 1e-9
    assert output.failures == ()


def test_a_score_and_its_shares(mamdani):
    x, observed = bundle_maker.records(500)
    output, expected = mamdani.run(x, observed), bundle_maker.answers(x, observed, "mamdani")
    assert output.ok.any()
    assert np.abs((output.value - expected["score"])[output.ok]).max() < 1e-10
    assert np.abs(output.rule_contribution.sum(axis=1) - 1)[output.ok].max() < 1e-12
    assert np.array_equal(mamdani.additive(output), output.value, equal_nan=True)


def test_no_rule_fires_is_an_answer_of_its_own(mamdani):
    output = mamdani.run(np.array([[30.0, 0.3, 0.0]]), np.ones((1, 3), bool))
    assert output.state.tolist() == [RecordState.NO_RULE_FIRED]
    assert np.isnan(output.value).all()
    assert output.failures == ()


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e300, 0.0, 1e6])
def test_what_stands_where_nothing_was_observed_has_no_effect(tsk, value):
    x, observed = bundle_maker.records(200)
    other = np.where(observed, x, value)
    a, b = tsk.run(x, observed), tsk.run(other, observed)
    assert (~observed).any()
    assert np.array_equal(a.value, b.value)
    assert np.array_equal(a.rule_firing, b.rule_firing)


def test_each_state_and_its_cause(tsk):
    nan, inf = float("nan"), float("inf")
    x = np.array([
        [50.0, 0.5, 0.0], [nan, 0.5, 0.0], [17.0, 0.5, 0.0], [50.0, 1.3, 0.0], [50.0, 0.5, 0.5],
        [nan, 0.5, 0.0], [50.0, inf, 1.0], [nan, 9.0, 1.0],
    ])  # fmt: skip
    observed = np.ones((8, 3), bool)
    observed[1, 0] = observed[7, 0] = False
    output = tsk.run(x, observed)
    ok, missing, outside = (
        RecordState.OK, RecordState.REQUIRED_MISSING, RecordState.OUTSIDE_UNIVERSE,
    )  # fmt: skip
    assert output.state.tolist() == [
        ok, missing, outside, outside, outside, outside, outside, missing,
    ]  # fmt: skip
    assert np.argwhere(output.required_missing).tolist() == [[1, 0], [7, 0]]
    assert np.argwhere(output.outside).tolist() == [[2, 0], [3, 1], [4, 2], [5, 0], [6, 1], [7, 1]]
    for part in (output.value, output.bias, output.rule_firing[:, 0], tsk.additive(output)):
        assert np.isnan(part).tolist() == [False, *[True] * 7]


def test_nan_never_reaches_the_graph(tsk):
    seen = []

    class Watching:
        def run(self, names, feed):
            seen.append(feed["x"])
            return tsk.session.run(names, feed)

    model = RiskModel(manifest=tsk.manifest, rule_ids=tsk.rule_ids, sha256="", session=Watching())
    x, observed = bundle_maker.records(100)
    x[~observed] = np.nan
    x[::7] = np.nan
    model.run(x, observed)
    fed = np.concatenate(seen)
    assert len(fed) == 100 - len(range(0, 100, 7))
    assert np.isfinite(fed).all()


def test_extrapolation_is_said(tsk):
    x = np.array([[19.0, 0.5, 0.0], [20.0, 0.95, 0.0], [80.0, 0.9, 1.0], [50.0, 9.0, 0.0]])
    observed = np.array([[True, True, True]] * 3 + [[True, False, True]])
    assert np.argwhere(tsk.run(x, observed).extrapolated).tolist() == [[0, 0], [1, 1]]


@pytest.mark.parametrize("chunk", [1, 7, 64, 1000])
def test_chunks_do_not_change_the_answer(tsk, chunk):
    x, observed = bundle_maker.records(150)
    whole, parts = tsk.run(x, observed), tsk.run(x, observed, chunk=chunk)
    assert np.allclose(whole.value, parts.value, rtol=0, atol=1e-14)
    assert np.array_equal(tsk.bands(whole.value), tsk.bands(parts.value))


def test_nobody_at_all(tsk):
    output = tsk.run(np.zeros((0, 3)), np.zeros((0, 3), bool))
    assert output.value.shape == (0,)
    assert output.rule_firing.shape == (0, 4)


def put(position: int, index: int, value: float):
    def change(found):
        found[position][index] = value
        return found

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put(0, 3, np.nan), "the answer is not finite"),
        (put(3, 3, np.inf), "the answer is not finite"),
        (put(2, 3, np.nan), "the answer is not finite"),
        (put(0, 3, 1.5), "the answer lies outside 0 to 1"),
        (put(1, 3, -0.1), "a firing strength lies outside 0 to 1"),
        (put(1, 3, np.nan), "a firing strength lies outside 0 to 1"),
        (put(3, 3, 0.0), "the explanation does not sum to the answer"),
    ],
)
def test_an_answer_that_does_not_hold_is_not_given(tsk, change, said):
    x, observed = bundle_maker.records(10)
    output = broken(tsk, change).run(x, observed)
    assert output.state[3] == RecordState.MODEL_FAILED
    assert np.isnan(output.value[3])
    assert np.isnan(output.rule_contribution[3]).all()
    assert output.ok.sum() == 9
    assert said in output.failures


def test_shares_that_do_not_sum_to_one_are_not_given(mamdani):
    x, observed = np.array([[70.0, 0.6, 1.0]] * 2), np.ones((2, 3), bool)
    output = broken(mamdani, put(2, 1, 0.4)).run(x, observed)
    assert output.state.tolist() == [RecordState.OK, RecordState.MODEL_FAILED]
    assert output.failures == ("the explanation does not sum to the answer",)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda found: [found[0][:, None], *found[1:]],
            "risk is float64 (10, 1), expected float64",
        ),
        (lambda found: [found[0].astype("f4"), *found[1:]], "risk is float32 (10,), expected"),
    ],
)
def test_outputs_of_another_shape_are_not_read(tsk, change, said):
    x, observed = bundle_maker.records(10)
    output = broken(tsk, change).run(x, observed)
    assert (output.state == RecordState.MODEL_FAILED).all()
    assert output.failures[0].startswith(said)


def test_a_graph_that_stops_fails_its_own_records_only(tsk):
    calls = []

    def second_call_fails(found):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("out of memory")
        return found

    x, observed = bundle_maker.records(30)
    output = broken(tsk, second_call_fails).run(x, observed, chunk=10)
    assert np.flatnonzero(~output.ok).tolist() == list(range(10, 20))
    assert output.failures == ("the graph stopped with RuntimeError",)


@pytest.mark.parametrize(
    ("x", "observed"),
    [
        (np.zeros((2, 4)), np.ones((2, 4), bool)),
        (np.zeros(3), np.ones(3, bool)),
        (np.zeros((2, 3)), np.ones((1, 3), bool)),
        (np.zeros((2, 3)), np.ones((2, 3))),
    ],
)
def test_other_columns_are_refused(tsk, x, observed):
    with pytest.raises(ContractBroken, match="reads 3 columns: age_years, waist_to_height, family"):
        tsk.run(x, observed)


def test_bands_are_decided_on_the_printed_number(tsk):
    """0.02996 is printed 0.0300, and 0.03 is not low."""
    assert tsk.bands(np.array([0.02994, 0.02996, 0.11994, 0.11996, np.nan])).tolist() == [
        0, 1, 1, 2, -1,
    ]  # fmt: skip
    assert tsk.rounded(np.array([0.123456])).tolist() == [0.1235]


def test_the_session_is_the_stated_one(tsk):
    options = tsk.session.get_session_options()
    assert options.intra_op_num_threads == 1
    assert options.use_deterministic_compute
    assert tsk.session.get_providers() == ["CPUExecutionProvider"]


def test_a_graph_that_onnxruntime_does_not_accept_is_refused():
    with pytest.raises(ContractBroken, match="does not accept the graph"):
        open_session(b"nothing")
