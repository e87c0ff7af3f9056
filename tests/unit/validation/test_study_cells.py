"""What stands in a cell and is no number is told; what the mapping calls nothing is nothing."""

from itertools import combinations

import pytest
from laennec.datasets.readers.tables import TableRefused
from laennec.validation.errors import ProtocolRefused
from laennec.validation.report import write_report
from laennec.validation.report.suppress import suppress
from study_examples import SURVEY, change, protocol_text, run


def test_cells_that_cannot_be_read_are_counted_by_column(folder):
    """Waists written "101 cm" were dropped in every row, and the study said nothing."""
    assert "cells_not_read" not in {d["code"] for d in run(folder)["deviations"]}
    change(folder, "waist_cm", lambda _, cell: f"{cell} cm" if cell else cell)
    change(folder, "sex", lambda row, cell: "?" if row < 3 else cell)
    document = run(folder)
    told = {d["column"]: d["n"] for d in document["deviations"] if d["code"] == "cells_not_read"}
    assert told["sex"] == 3
    assert told["waist_cm"] > 500
    write_report(document, folder / "out")
    for lang, said in (("fr", "illisible"), ("en", "be read, and count as missing")):
        page = (folder / "out" / f"report.{lang}.html").read_text("utf-8")
        assert "waist_cm" in page
        assert said in page


def test_a_decimal_comma_that_nobody_declared_is_told_too(folder):
    """Values such as 101,5 were dropped without a word."""
    french(folder, 'delimiter = ";"')
    change(folder, "marker", lambda _, cell: cell.replace(",", "."), sign=";")
    told = {d["column"]: d["n"] for d in run(folder)["deviations"] if d["code"] == "cells_not_read"}
    assert told["waist_cm"] > 500


@pytest.mark.parametrize("place", ["own", "all"])
def test_what_the_mapping_calls_missing_is_no_case(folder, place):
    """A marker of 999 was above every cut-off, though its column's mapping said 999 is nothing."""
    table = (folder / "visits.csv").read_text("utf-8").splitlines()
    marks = ["triglycerides_mmol_per_l", *("999" if row < 40 else "1.2" for row in range(600))]
    lines = [f"{line},{mark}" for line, mark in zip(table, marks, strict=True)]
    (folder / "visits.csv").write_text("\n".join(lines) + "\n", "utf-8")
    text = protocol_text(
        a=('{ column = "outcome", op = "==", value = 1.0 }',
           '{ column = "triglycerides_mmol_per_l", op = ">=", value = 900.0 }'),
    )  # fmt: skip
    (folder / "study.toml").write_text(text, "utf-8")
    mapping = (folder / "mapping.toml").read_text("utf-8")
    lab = "triglycerides_mmol_per_l"
    own = f'[columns]\n{lab} = {{ column = "{lab}", missing = ["999"] }}\n'
    (folder / "mapping.toml").write_text(
        mapping + own if place == "own" else mapping + 'missing = ["999"]\n', "utf-8"
    )
    document = run(folder)
    assert document["analyses"]["counted"]["cases"] == 0


def test_a_table_of_semicolons_is_told_as_one(folder):
    text = (folder / "visits.csv").read_text("utf-8").replace(",", ";")
    (folder / "visits.csv").write_text(text, "utf-8")
    with pytest.raises(TableRefused, match=r'delimiter = ";"'):
        run(folder)


def test_a_survival_decision_curve_is_hidden_at_small_cells(folder):
    text = protocol_text(
        a=('# time = "followed_months"', 'time = "followed"'),
        b=("# horizon = 120.0", "horizon = 3.0"),
        d=('statistic = "auroc" ', 'statistic = "c_index" '),
        e=('case = { column = "outcome"', 'case = { column = "died"'),
    )
    (folder / "study.toml").write_text(text, "utf-8")
    document = run(folder)
    rows = document["analyses"]["counted"]["benefit"]
    cells = [row["smallest_cell"] for row in rows]
    limit = sorted(cells)[len(cells) // 2] + 1
    told = suppress(document, limit)["analyses"]["counted"]["benefit"]
    hidden = [row["index"] == {"suppressed": True} for row in told]
    assert set(hidden) == {True, False}
    assert hidden == [row["everybody"] == {"suppressed": True} for row in told]
    assert all(gone or not 0 < cell < limit for cell, gone in zip(cells, hidden, strict=True))
    assert not any(key in row for row in told for key in ("smallest_cell", "positive"))
    known = [r["positive"] for r, gone in zip(rows, hidden, strict=True) if not gone]
    steps = [abs(a[k] - b[k]) for a, b in combinations(known, 2) for k in ("tp", "fp")]
    assert not any(0 < step < limit for step in steps)


def french(folder, csv):
    """Write the table with semicolons and decimal commas, and say so in its mapping."""
    path = folder / "visits.csv"
    path.write_text(path.read_text("utf-8").replace(",", ";").replace(".", ","), "utf-8")
    mapping = folder / "mapping.toml"
    mapping.write_text(mapping.read_text("utf-8") + f"[csv]\n{csv}\n", "utf-8")


def test_a_table_of_decimal_commas_gives_the_same_study(folder):
    """The protocol's own columns were read with a point only, whatever the mapping said."""
    before = run(folder)
    french(folder, 'delimiter = ";"\ndecimal = ","')
    after = run(folder)
    for part in ("flow", "analyses", "subgroups", "endpoints", "participants"):
        assert after[part] == before[part]


def test_decimal_commas_that_are_not_declared_are_refused_with_what_to_declare(folder):
    french(folder, 'delimiter = ";"')
    with pytest.raises(ProtocolRefused, match=r'say \[csv\] decimal = ","'):
        run(folder)


def test_a_point_is_no_number_where_commas_are_declared(folder):
    french(folder, 'delimiter = ";"\ndecimal = ","')
    change(folder, "marker", lambda row, cell: "0.5" if row == 7 else cell, sign=";")
    with pytest.raises(ProtocolRefused, match=r"'marker', of .* 1 hold no number .*Write numbers"):
        run(folder)


def test_sampling_units_may_have_names(folder):
    """Units named "north-1" were refused as no numbers, though nothing counts with them."""
    (folder / "study.toml").write_text(protocol_text(**SURVEY), "utf-8")
    before = run(folder)["analyses"]["weighted"]
    change(folder, "u", lambda _, cell: f"unit {cell}")
    change(folder, "s", lambda _, cell: f"stratum {cell}")
    assert run(folder)["analyses"]["weighted"] == before


def test_a_sampling_unit_without_a_name_is_refused(folder):
    (folder / "study.toml").write_text(protocol_text(**SURVEY), "utf-8")
    change(folder, "u", lambda row, cell: "" if row == 5 else f"unit {cell}")
    with pytest.raises(ProtocolRefused, match=r"1 people of the population without"):
        run(folder)
