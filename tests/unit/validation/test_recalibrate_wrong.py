"""Tables, options and bundles with which a site must not recalibrate, each told as it is."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from laennec.engine.bundles.signing import generate_key, private_key_pem
from laennec.engine.errors import FileChanged, ScreeningError
from laennec.validation.errors import StudyError
from laennec.validation.recalibrate import RecalibrateCommand, recalibrate_command
from recalibrate_examples import site_table


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return pq.read_table(site_table(tmp_path_factory.mktemp("site") / "site.parquet", n=3000))


def recalibrate(folder, table, **options):
    """Run the command on a table in a folder of its own, and return what it prints."""
    pq.write_table(table, folder / "site.parquet")
    if not (folder / "site.pem").exists():
        (folder / "site.pem").write_bytes(private_key_pem(generate_key()))
    command = RecalibrateCommand(
        **{
            "model": "cardiovascular/visit", "data": folder / "site.parquet", "outcome": "died",
            "out": folder / "out", "site": "Site A", "key": folder / "site.pem",
            "key_name": "site_a", **options,
        }
    )  # fmt: skip
    return recalibrate_command(command)


def put(table, name, values):
    at = table.column_names.index(name)
    return table.set_column(at, name, pa.array(values))


@pytest.mark.parametrize(
    ("name", "write", "said"),
    [
        ("died", lambda v: 1.0, "3000 people with the event and 0 without.*both kinds are needed"),
        ("died", lambda v: 0.0, "0 people with the event and 3000 without.*both kinds are needed"),
        ("died", lambda v: None, "rows 3000, refused 0, with_outcome 0, answered 0"),
        ("died", lambda v: "yes" if v else "no", "Write numbers, 1, 0 and nothing for yes, no"),
        ("died", lambda v: 2 * v, "2: 1 is yes and 0 is no"),
        ("sex", lambda v: v[0].upper(), "rows 3000, .*required_missing 3000, answered 0"),
        ("person_id", lambda v: "one", "2999 rows of a person of an earlier row.*one row a person"),
    ],
)
def test_a_table_that_can_not_carry_it_is_refused_with_where_its_rows_were_left(
    tmp_path, table, name, write, said
):
    values = [write(v) for v in table.column(name).to_pylist()]
    with pytest.raises(ScreeningError, match=said):
        recalibrate(tmp_path, put(table, name, values))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"horizon": -5.0, "time": "years"}, "a horizon of -5: nobody can have the event"),
        ({"horizon": float("nan"), "time": "years"}, "a horizon of nan"),
        ({"horizon": 1000.0, "time": "years"}, "no longer than the follow-up"),
        ({"competing": "years"}, "a competing end without a time"),
        ({"horizon": 5.0, "time": "years", "competing": "years"}, "'years' with values such as"),
        ({"model": "diabetes_textbook/no_lab"}, "an index is no risk"),
    ],
)
def test_options_that_tell_nothing_are_refused(tmp_path, table, options, said):
    years = pa.array([6.0 + i % 5 for i in range(len(table))])
    alive = put(table, "died", [0.0] * len(table)) if options.get("horizon") == 1000.0 else table
    if "time" not in options and "competing" not in options:
        with pytest.raises(ScreeningError, match=said):
            recalibrate(tmp_path, table, **options)
        return
    with pytest.raises(ScreeningError, match=said):
        recalibrate(tmp_path, alive.append_column("years", years), **options)


def test_a_visit_in_the_future_is_refused_as_a_study_refuses_it(tmp_path, table):
    dated = table.append_column(
        "visit_date", pa.array(["2999-01-01"] * 200 + ["2020-01-01"] * 2800)
    )
    told = recalibrate(tmp_path, dated)
    assert (told["out_of"]["refused"], told["out_of"]["answered"]) == (200, 2800)


def test_cells_that_cannot_be_read_are_told(tmp_path, table):
    """A column of decimal commas was left out of every risk, and nothing said so."""
    lipid, pressure = "total_cholesterol_mmol_per_l", "systolic_bp_mmhg"
    texts = {
        name: [str(v).replace(".", ",") for v in table.column(name).to_pylist()]
        for name in (lipid, pressure)
    }
    told = recalibrate(tmp_path, put(table, lipid, texts[lipid]))
    assert told["cells_not_read"] == {lipid: 3000}
    page = (tmp_path / "out" / "recalibration.fr.html").read_text("utf-8")
    assert f"Cellules illisibles de {lipid}" in page
    said = f"required_missing 3000.*cells of {pressure} not read 3000"
    with pytest.raises(StudyError, match=said):
        recalibrate(tmp_path, put(table, pressure, texts[pressure]))


def test_a_recalibrated_version_can_be_recalibrated_and_says_that_it_saw_the_table(tmp_path, table):
    recalibrate(tmp_path, table)
    (tmp_path / "trust").mkdir()
    (tmp_path / "out" / "site_a.pem").rename(tmp_path / "trust" / "site_a.pem")
    signed = {"models": (tmp_path / "out",), "trust": tmp_path / "trust"}
    told = recalibrate(tmp_path, table, out=tmp_path / "again", **signed)
    assert (told["slope"], told["intercept"]) == pytest.approx((1, 0), abs=1e-9)
    assert told["saw_these_data"]
    document = json.loads((tmp_path / "again" / "recalibration.json").read_text("utf-8"))
    assert document["limits"] == {"events": 100, "others": 100}
    manifest = tmp_path / "out" / "cardiovascular" / "bundles" / "visit" / "manifest.toml"
    manifest.write_text(manifest.read_text("utf-8") + "\n", "utf-8")
    with pytest.raises(FileChanged, match="has not signed this manifest"):
        recalibrate(tmp_path, table, out=tmp_path / "third", **signed)


def test_a_stranger_to_the_site_does_not_recalibrate_its_version(tmp_path, table):
    recalibrate(tmp_path, table)
    with pytest.raises(FileChanged, match="a model of an unknown signer is not used"):
        recalibrate(tmp_path, table, out=tmp_path / "again", models=(tmp_path / "out",))
