"""A large table with bad rows in it: every row is in the result or has a reason."""

import batch_support
import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pytest
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch


@pytest.mark.slow
def test_a_million_rows_of_which_one_in_a_hundred_is_bad_are_all_accounted_for(tmp_path):
    """Ten kinds of bad row in turn: what makes a row unusable refuses it, what does not stays."""
    n, step = 1_000_000, 100
    table = batch_support.people(n // 100)
    table = pa.concat_tables([table] * 100).combine_chunks()
    names = np.arange(n).astype(str).astype(object)
    waist = np.full(n, "95.0", dtype=object)
    day = np.full(n, "2024-03-01", dtype=object)
    bad = np.arange(0, n, step)
    names[bad[0::5]], waist[bad[1::5]], day[bad[2::5]] = None, "abc", "2024-02-31"
    waist[bad[3::5]], names[bad[4::5]] = "9500", names[bad[4::5] - 1]
    for name, values in (("person_id", names), ("waist_cm", waist), ("visit_date", day)):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, pa.array(values, pa.string()))
    pacsv.write_csv(table, tmp_path / "t.csv")
    with (tmp_path / "t.csv").open("a") as stream:
        stream.write("one,field too few\n" * 7)
    models = (batch_support.toy_bundle(tmp_path / "models"),)
    options = BatchOptions((tmp_path / "t.csv",), tmp_path / "out", models=models, workers=2)
    done = run_batch(options, SilentReporter())
    each = len(bad) // 5
    assert done.counts["in"] == n + 7
    counts = done.counts
    assert counts["in"] == counts["scored"] + counts["not_assessable"] + counts["refused"]
    assert done.counts["refused_by_reason"] == {
        "identifier_missing": each, "moment_unreadable": each, "row_malformed": 7,
    }  # fmt: skip
    items = done.manifest["items_refused"]
    assert items["waist:value_not_decimal"] == items["waist:hard_implausible"] == each
