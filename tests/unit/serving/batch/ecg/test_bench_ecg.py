"""The benchmark of ECGs in a batch tells nothing of a run in which they were not scored."""

import importlib.util
import sys
from pathlib import Path

import pyarrow as pa
import pytest

BENCHMARKS = Path(__file__).parents[5] / "benchmarks"


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        spec = importlib.util.spec_from_file_location(
            "bench_batch_ecg", BENCHMARKS / "bench_batch_ecg.py"
        )
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCHMARKS))
    return module


def result(states, scores):
    return pa.table({"ecg_state": states, "lvh_score": pa.array(scores, pa.float64())})


def test_all_read_and_scored_are_counted(bench):
    assert bench.scored_ecgs(result(["read", "read"], [0.1, 0.2])) == 2


@pytest.mark.parametrize(
    ("states", "scores"),
    [(["read", "wrong_patient"], [0.1, None]), (["read", "read"], [0.1, None])],
)
def test_a_refused_ecg_or_one_without_a_score_tells_nothing(bench, states, scores):
    """It once printed 4 ms an ECG: every one was of another person, and none was opened further."""
    with pytest.raises(bench.NotScored, match=r"1 of 2 ECGs were scored; their states: .*read"):
        bench.scored_ecgs(result(states, scores))


def test_the_rows_it_writes_are_of_the_persons_of_the_ecgs(bench, tmp_path):
    bench.write_visits(tmp_path / "visits.parquet", tmp_path / "ecgs", 2)
    _, scored = bench._run(tmp_path, "with", tmp_path / "ecgs")
    assert scored == 2
