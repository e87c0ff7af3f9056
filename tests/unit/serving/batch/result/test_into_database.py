"""A result stands in tables of its own beside a CDM, unconfirmed, and nothing else is touched."""

import batch_support
import omop_sample
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from laennec.serving.batch import BatchOptions, BatchRefused, SilentReporter, run_batch
from laennec.serving.batch.result.into_database import into_database, reasons, results

N = 50


@pytest.fixture(scope="module")
def cdm(tmp_path_factory):
    root = tmp_path_factory.mktemp("cdm")
    tables = omop_sample.cdm(batch_support.people(N, seed=9))
    return omop_sample.write_database(root / "cdm.sqlite", tables), root


def contents(url, table):
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.text(f"select * from {table}")).all()  # noqa: S608 - our own two names
    engine.dispose()
    return rows


def test_the_copy_says_what_the_files_say_and_that_nobody_confirmed_it(cdm):
    url, root = cdm
    before = {name: contents(url, name) for name in ("person", "measurement")}
    options = BatchOptions((), root / "out", workers=1, omop_database=url, results_database=url)
    for resume in (False, True):
        run_batch(BatchOptions(**{**_fields(options), "resume": resume}), SilentReporter())
        found = contents(url, results.name)
        files = pq.read_table(root / "out" / "parts").to_pylist()
        assert [row.person_id for row in found] == [row["person_id"] for row in files]
        assert [row.urgency for row in found] == [row["urgency"] for row in files]
        assert {row.result for row in found} == {"unconfirmed"}
        assert len(contents(url, reasons.name)) == sum(len(row["reasons"]) for row in files)
    assert before == {name: contents(url, name) for name in ("person", "measurement")}
    engine = sa.create_engine(url)
    assert set(sa.inspect(engine).get_table_names()) == {
        "person", "measurement", "laennec_result", "laennec_reason",
    }  # fmt: skip
    engine.dispose()


def _fields(options):
    return {name: getattr(options, name) for name in options.__dataclass_fields__}


def test_a_database_that_can_not_be_written_is_told_without_its_address(tmp_path):
    with pytest.raises(BatchRefused, match="a database that can't be written") as caught:
        into_database(tmp_path, "0" * 64, f"sqlite:///{tmp_path}/secret/none/x.sqlite")
    assert "secret" not in str(caught.value)
