"""No hidden cell of a whole report, with every part that a protocol can ask for, can be counted."""

import itertools
import math

import pytest
from laennec.validation.report.write import told_document
from study_examples import SURVEY, change, protocol_text, run

BELOW = 11
DIGITS = 1e-9
NO_SHARE = "mean of the people's net benefits"
"""Begins a method whose value is no number of people over another."""
PLANS = {
    "counted": {},
    "survey": SURVEY,
    "verified": {"v": ("# verified = {", "verified = {")},
    "persons apart": {"p": ('person = "person_id"', '# person = "person_id"')},
    "nobody withheld": {},
}
CUTS = (0.005, 0.03, 0.12)


def numbers(value, place=""):
    """Yield every number of plain data with its place."""
    if isinstance(value, dict):
        for key, of in value.items():
            yield from numbers(of, f"{place}/{key}")
    elif isinstance(value, list | tuple):
        for i, of in enumerate(value):
            yield from numbers(of, f"{place}/{i}")
    elif isinstance(value, float | int) and not isinstance(value, bool):
        yield place, float(value)


def estimates(value, place=""):
    """Yield every estimate of plain data with its place."""
    if isinstance(value, dict):
        if isinstance(value.get("value"), float) and "method" in value:
            yield place, value
        for key, of in value.items():
            yield from estimates(of, f"{place}/{key}")
    elif isinstance(value, list):
        for i, of in enumerate(value):
            yield from estimates(of, f"{place}/{i}")


def told_by(cells, withheld, threshold):
    """Return every number from which one of four hidden cells could be counted, by its formula."""
    tp, fp, fn, tn = (cells[c] for c in ("tp", "fp", "fn", "tn"))
    cases, others, positive, negative = tp + fn, fp + tn, tp + fp, fn + tn
    n, odds = cases + others, threshold / (1 - threshold)
    shares = {
        "sensitivity": (tp, cases), "1 - sensitivity": (fn, cases), "specificity": (tn, others),
        "1 - specificity": (fp, others), "ppv": (tp, positive), "npv": (tn, negative),
        "positive share": (positive, n), "negative share": (negative, n),
        "sensitivity_worst": (tp, cases + withheld[0]),
        "sensitivity_best": (tp + withheld[0], cases + withheld[0]),
        "specificity_worst": (tn, others + withheld[1]),
        "specificity_best": (tn + withheld[1], others + withheld[1]),
    }  # fmt: skip
    found = {name: part / whole for name, (part, whole) in shares.items() if whole}
    found["net benefit"] = tp / n - fp / n * odds
    if fp and tn:
        found |= {"lr+": (tp / cases) / (fp / others), "lr-": (fn / cases) / (tn / others)}
    return {name: of for name, of in found.items() if round(of, 3) != of}


def run_with(folder, plan, cut):
    """Return the document of a study with every part, at a cut-off, and what leaves of it."""
    change(folder, "w", lambda *_: "1")
    if plan == "nobody withheld":
        for column, cell in (("waist_cm", "90"), ("height_cm", "170"), ("systolic_bp_mmhg", "130")):
            change(folder, column, lambda _, found, cell=cell: found or cell)
    text = protocol_text(
        a=("threshold = 0.03  ", f"threshold = {cut}  "),
        **PLANS[plan],
    )
    (folder / "study.toml").write_text(text, "utf-8")
    document = run(folder)
    return document, told_document(document)


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("plan", PLANS)
def test_no_hidden_cell_of_a_whole_report_can_be_counted(folder, plan, cut):
    """Shares of a hidden table stood again among the withheld answers, exact to the person."""
    document, told = run_with(folder, plan, cut)
    printed = [(p, v) for p, v in numbers(told) if not p.startswith("/protocol")]
    tables = document["analyses"]["counted"]["threshold"]
    people = document["analyses"]["counted"]["abstention"]
    small, leaks = 0, []
    for name, table in tables.items():
        cells = table["counts"]
        if not any(0 < c < BELOW for c in table.get("persons", cells).values()):
            continue
        small += 1
        cases, others = cells["tp"] + cells["fn"], cells["fp"] + cells["tn"]
        withheld = (
            people["sensitivity_worst"]["n"] - cases,
            people["specificity_worst"]["n"] - others,
        )
        secret = told_by(cells, withheld, table["threshold"])
        leaks += [
            (name, formula, place)
            for (formula, of), (place, value) in itertools.product(secret.items(), printed)
            if math.isclose(of, abs(value), rel_tol=DIGITS)
        ]
    for place, of in estimates(told):
        if of["method"].startswith(NO_SHARE):
            continue
        k = abs(of["value"]) * of["n"]
        if abs(k - round(k)) < 1e-6 and any(0 < round(c) < BELOW for c in (k, of["n"] - k)):
            leaks.append((place, of["method"], k, of["n"]))
    assert not leaks
    assert small
