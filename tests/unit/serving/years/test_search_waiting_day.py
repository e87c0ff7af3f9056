"""Searches on the last value of people of whom another value of that day waits or was refused."""

import pytest
from follow_up_visits import visit
from laennec.cli import app
from typer.testing import CliRunner
from years_support import batch_result, found_in_store, searched, stored

HEAD = "person_id,visit_date,birth_date,sex,hba1c_percent,fasting_glucose_g_per_l"
WAIT = ["18.5", ">16.0", "75", "22", "HIGH", "abc"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a result and its trajectories: 12 people who are calm, 12 of each who are not."""
    folder = tmp_path_factory.mktemp("waiting")
    lines = [HEAD]
    for i in range(12):
        rows = {"calm": ["6.8,0.95"], "sugar": [",0.95", ",6.5"]}
        rows |= {f"w{k}": ["6.8,", f"{value},"] for k, value in enumerate(WAIT)}
        lines += [
            f"{name}{i},2026-10-20,1980-01-01,male,{row}" for name in rows for row in rows[name]
        ]
    result = batch_result(folder, lines)
    asked = ["trajectories", str(folder / "visits.csv"), "--out", str(folder)]
    done = CliRunner().invoke(app, [*asked, "--on", "2026-11-30"])
    assert done.exit_code == 0, done.output
    return result, folder / "trajectories.parquet"


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("last.hba1c < 7.5 %", 12),
        ("last.hba1c is known", 12),
        ("last.glucose.fasting_venous < 1.10 g/L", 12),
    ],
)
def test_nobody_is_found_by_a_value_beside_one_that_waits(made, where, count):
    """Pinned: ``last.hba1c < 7.5 %`` found everybody of 6.8 % and 18.5 % of one day."""
    result, trajectories = made
    told = searched(result, where, "--trajectories", trajectories)
    assert told["people"]["found"] == count


def test_nobody_of_a_store_is_and_who_was_not_measured_again_is(tmp_path):
    def one(person, number, hba1c):
        made = visit("2026-10-20", hba1c=hba1c)
        return {
            **made,
            "person": {**made["person"], "id": person},
            "visit_id": f"{person}-{number}",
        }

    values = {"calm": ("6.8",), "missing": ("6.8", None)}
    values |= {f"w{k}": ("6.8", value) for k, value in enumerate(WAIT)}
    visits = [one(name, n, v) for name, given in values.items() for n, v in enumerate(given)]
    names, told = found_in_store(stored(tmp_path, visits), "last.hba1c < 7.5 %", tmp_path)
    assert sorted(names) == ["calm", "missing"]
    (unknown,) = told["not_known"].values()
    assert unknown["people"] == "<11"
