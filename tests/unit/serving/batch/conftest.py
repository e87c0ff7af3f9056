"""The model and the table that runs of a batch are tried with."""

import batch_support
import pytest


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return (batch_support.toy_bundle(tmp_path_factory.mktemp("models")),)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("input")
    batch_support.write(
        folder / "t.parquet", batch_support.people(batch_support.ROWS), row_group_size=400
    )
    return folder / "t.parquet"
