"""The content hash sees every change of a cell and no change of order."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from laennec.serving.batch.result.fingerprint import Fingerprint, fingerprint

REASON = pa.struct(
    [("finding", pa.string()), ("rule_id", pa.string()), ("contribution", pa.float64())]
)


def rows():
    return {
        "person_id": pa.array(["a", "b", None, "long pseudonym of more than eight bytes"]),
        "visit_date": pa.array([date(2024, 2, 29), None, date(1969, 1, 1), date(2024, 3, 1)]),
        "risk": pa.array([0.1, None, 0.0, 0.3]),
        "points": pa.array([1, None, 0, -1], pa.int16()),
        "items": pa.array([["x", "y"], [], None, ["y", "x"]], pa.list_(pa.string())),
        "reasons": pa.array(
            [
                [{"finding": "f", "rule_id": "r", "contribution": 1.5}],
                [],
                [{"finding": "f", "rule_id": "r", "contribution": None}] * 2,
                [{"finding": "r", "rule_id": "f", "contribution": 1.5}],
            ],
            pa.list_(REASON),
        ),
    }


def table(columns=None):
    return pa.record_batch(columns or rows())


def test_the_order_of_the_rows_and_the_cut_into_parts_do_not_matter():
    whole = fingerprint(table())
    mixed = table().take(pa.array([3, 1, 0, 2]))
    assert fingerprint(mixed) == whole
    for cut in range(5):
        parts = (table().slice(0, cut), table().slice(cut))
        assert sum((fingerprint(p) for p in parts), Fingerprint()) == whole


def changes():
    base = rows()
    yield "person_id", pa.array(["a", "b", "", base["person_id"][3].as_py()])
    yield "person_id", pa.array(["a", "b", None, "long pseudonym of more than eight bytez"])
    yield "visit_date", pa.array([date(2024, 2, 28), None, date(1969, 1, 1), date(2024, 3, 1)])
    yield "risk", pa.array([np.nextafter(0.1, 1), None, 0.0, 0.3])
    yield "risk", pa.array([0.1, 0.0, 0.0, 0.3])
    yield "risk", pa.array([0.3, None, 0.0, 0.1])
    yield "points", pa.array([1, 0, 0, -1], pa.int16())
    yield "items", pa.array([["y", "x"], [], None, ["y", "x"]], pa.list_(pa.string()))
    yield "items", pa.array([["xy"], [], None, ["y", "x"]], pa.list_(pa.string()))
    yield "items", pa.array([["x"], ["y"], None, ["y", "x"]], pa.list_(pa.string()))
    reasons = base["reasons"].to_pylist()
    reasons[0][0]["finding"], reasons[0][0]["rule_id"] = "r", "f"
    yield "reasons", pa.array(reasons, pa.list_(REASON))
    reasons = base["reasons"].to_pylist()
    reasons[2][1]["contribution"] = 0.0
    yield "reasons", pa.array(reasons, pa.list_(REASON))


@pytest.mark.parametrize(("name", "column"), list(changes()))
def test_any_changed_cell_changes_it(name, column):
    assert fingerprint(table(rows() | {name: column})) != fingerprint(table())


def test_a_row_twice_is_not_a_row_once():
    twice = pa.concat_batches([table(), table().slice(0, 1)])
    assert fingerprint(twice) != fingerprint(table())


def test_the_same_cells_in_other_columns_are_another_table():
    one = pa.record_batch({"a": ["x"], "b": ["y"]})
    assert fingerprint(one) != fingerprint(pa.record_batch({"a": ["y"], "b": ["x"]}))
    assert fingerprint(one).content_sha256(("a", "b")) != fingerprint(one).content_sha256(
        ("b", "a")
    )


def test_no_rows_have_the_fingerprint_of_nothing():
    assert fingerprint(table().slice(0, 0)) == Fingerprint()


def test_minus_zero_and_zero_are_one_number():
    one, other = (pa.record_batch({"a": [x]}) for x in (0.0, -0.0))
    assert fingerprint(one) == fingerprint(other)


def test_two_hundred_thousand_different_rows_have_different_numbers():
    from laennec.serving.batch.result.fingerprint import _row_numbers

    ids = pa.record_batch({"id": [f"p{i}" for i in range(200_000)]})
    assert len(np.unique(_row_numbers(ids))) == 200_000


def test_the_definition_does_not_move():
    """Results of earlier versions are compared by this number: it may never change.

    Made by running this function once; it pins the definition, it does not prove it.
    """
    found = fingerprint(pa.record_batch({"a": ["x", None], "b": [1.5, 2.0]}))
    assert found == Fingerprint(rows=2, first=1857584780251535700, second=6139405022268987231)
