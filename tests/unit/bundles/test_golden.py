"""Known answers are written, read back, and refused when they say too little."""

import json

import bundle_maker
import numpy as np
import pytest
from laennec.engine.bundles.golden import read_golden, write_golden
from laennec.engine.errors import ContractBroken

X, OBSERVED = bundle_maker.records(5)
ANSWERS = bundle_maker.answers(X, OBSERVED)
TEXT = write_golden(X, OBSERVED, ANSWERS, made_by="numpy", tolerance=1e-9)


def test_what_is_written_is_read_back():
    golden = read_golden(TEXT.encode(), 3, 4)
    assert (golden.made_by, golden.tolerance) == ("numpy", 1e-9)
    assert np.array_equal(golden.x, np.where(OBSERVED, X, np.nan), equal_nan=True)
    assert np.array_equal(golden.value, ANSWERS["risk"])
    assert np.array_equal(golden.parts, ANSWERS["rule_contribution"])
    assert np.array_equal(golden.bias, ANSWERS["bias"])


def test_a_score_has_shares_and_no_bias():
    answers = bundle_maker.answers(X, OBSERVED, "mamdani")
    golden = read_golden(write_golden(X, OBSERVED, answers, made_by="numpy").encode(), 3, 4)
    assert np.array_equal(golden.parts, answers["rule_share"])
    assert not golden.bias.any()


def edited(**changes: object) -> bytes:
    return json.dumps(json.loads(TEXT) | changes).encode()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xff", "not readable as JSON"),
        (b"{", "not readable as JSON"),
        (b"[" * 100_000, "not readable as JSON"),
        (b"[]", "not a laennec.golden/1 file with the keys cases, made_by, schema, tolerance"),
        (edited(schema="laennec.golden/2"), "not a laennec.golden/1 file"),
        (edited(extra=1), "not a laennec.golden/1 file"),
        (edited(tolerance=1e-3), "the tolerance 0.001 is not above 0 and at most 1e-06"),
        (edited(tolerance=0.0), "the tolerance 0.0 is not above 0"),
        (edited(tolerance="1e-9"), "the tolerance '1e-9' is not above 0"),
        (edited(made_by=""), "made_by does not say how the answers were made"),
        (edited(cases=[]), "no case"),
        (edited(cases=[{"x": [1, 2, 3]}]), "a case does not have exactly the keys bias, firing"),
        (TEXT.replace('"bias": -4.2', '"bias": NaN', 1).encode(), "bias is not finite"),
        (TEXT.replace('"bias": -4.2', '"bias": "a"', 1).encode(), "does not have 3 inputs"),
        (TEXT.replace('"bias": -4.2', '"bias": [1, 2]', 1).encode(), "does not have 3 inputs"),
    ],
)
def test_what_says_too_little_is_refused(raw, said):
    with pytest.raises(ContractBroken, match="nobody knows that this graph computes") as caught:
        read_golden(raw, 3, 4, path="golden.json")
    assert said in caught.value.found


def test_another_number_of_columns_is_refused():
    with pytest.raises(ContractBroken, match=r"does not have 3 inputs and 5 rules \(firing has"):
        read_golden(TEXT.encode(), 3, 5)
