"""Where only some people were verified, the corrected number is judged, and the flow tells it."""

from datetime import date

import pytest
from laennec.validation.protocol import freeze, read_protocol
from laennec.validation.report import write_report
from study_examples import protocol_text, run

ENDPOINTS = """
[[endpoint]]
id = "sens"
statistic = "sensitivity"
role = "secondary"
hypothesis = "at_least"
bound = {bound}

[[endpoint]]
id = "ppv"
statistic = "ppv"
role = "secondary"
hypothesis = "at_least"
bound = 0.01
"""


def verify_positives(folder):
    """Verify everybody with a waist above 95 cm and every fifth of the others."""
    path = folder / "visits.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    names = head.split(",")
    waist, verified, outcome = (names.index(n) for n in ("waist_cm", "verified", "outcome"))
    made = []
    for i, row in enumerate(rows):
        cells = row.split(",")
        is_seen = float(cells[waist] or 0) > 95 or i % 5 == 0
        cells[verified] = str(int(is_seen))
        cells[outcome] = cells[outcome] if is_seen else ""
        made.append(",".join(cells))
    path.write_text("\n".join([head, *made]) + "\n", encoding="utf-8")


def verified_run(folder, bound=0.01, person='# person = "person_id"'):
    path = folder / "study.toml"
    text = protocol_text(
        a=("# verified = { column", "verified = { column"),
        b=('person = "person_id"', person),
        c=("bootstraps = 20", "bootstraps = 200"),
    )
    path.write_text(text + ENDPOINTS.format(bound=bound), encoding="utf-8")
    for left in ("frozen", "opened"):
        (folder / f"study.{left}.json").unlink(missing_ok=True)
    freeze(read_protocol(path), path, date(2026, 11, 1))
    return run(folder)


@pytest.fixture
def partly(folder):
    """Return a folder in which positives were verified more often, each person once."""
    verify_positives(folder)
    path = folder / "visits.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    named = [f"q{i},{row.split(',', 1)[1]}" for i, row in enumerate(rows)]
    path.write_text("\n".join([head, *named]) + "\n", encoding="utf-8")
    return folder


def test_the_corrected_sensitivity_is_judged_and_never_the_naive_one(partly):
    """0.864 in the verified once showed "at least 0.600" where the corrected lower end is 0.568."""
    document = verified_run(partly)
    naive = document["analyses"]["counted"]["threshold"]["index"]["shares"]["sensitivity"]["wilson"]
    right = document["verification"]["sensitivity"]
    bound = round((naive["ci_low"] + right["ci_low"]) / 2, 6)
    assert naive["ci_low"] > bound > right["ci_low"]
    found = {e["id"]: e for e in verified_run(partly, bound)["endpoints"]}
    assert found["sens"]["result"] == right
    assert found["sens"]["verdict"] == "not_shown"


def test_unverified_people_who_are_not_named_void_every_verdict(partly):
    """Whoever left `reference.verified` out got the naive number judged."""
    path = partly / "study.toml"
    path.write_text(protocol_text() + ENDPOINTS.format(bound=0.01), encoding="utf-8")
    freeze(read_protocol(path), path, date(2026, 11, 1))
    document = run(partly)
    assert {e["verdict"] for e in document["endpoints"]} == {"verified_only", "nothing_to_show"}
    (told,) = [d for d in document["deviations"] if d["code"] == "reference_chosen"]
    (step,) = [s for s in document["flow"] if s["id"] == "no_reference"]
    assert told["n"] == step["left"] > 100
    write_report(document, partly / "out", ["en"])
    html = (partly / "out" / "report.en.html").read_text(encoding="utf-8")
    assert f"People without the reference standard: {told['n']}." in html


def test_a_reference_standard_that_is_missing_by_chance_is_judged(folder):
    path = folder / "visits.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    at = head.split(",").index("outcome")
    rows = [
        ",".join("" if (i % 9, j) == (0, at) else c for j, c in enumerate(r.split(",")))
        for i, r in enumerate(rows)
    ]
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    study = folder / "study.toml"
    study.write_text(protocol_text() + ENDPOINTS.format(bound=0.01), encoding="utf-8")
    freeze(read_protocol(study), study, date(2026, 11, 1))
    document = run(folder)
    assert {e["verdict"] for e in document["endpoints"]} <= {
        "shown",
        "not_shown",
        "nothing_to_show",
    }
    assert "reference_chosen" not in {d["code"] for d in document["deviations"]}


def test_what_has_no_correction_is_not_judged(partly):
    found = {e["id"]: e["verdict"] for e in verified_run(partly)["endpoints"]}
    assert found["ranking"] == found["ppv"] == "verified_only"


def test_the_flow_tells_who_was_not_verified(partly):
    document = verified_run(partly)
    (step,) = [s for s in document["flow"] if s["id"] == "unverified"]
    ends = [s["n"] for s in document["flow"] if "cases" in s]
    before = document["flow"][document["flow"].index(step) - 1]["stayed"]
    assert step["left"] > 100
    assert step["left"] + step["stayed"] == before
    assert sum(ends) == step["stayed"]
    write_report(document, partly / "out", ["en"])
    html = (partly / "out" / "report.en.html").read_text(encoding="utf-8")
    assert f"{step['left']} excluded: Reference standard not done" in html
    assert "Not everyone got the reference standard" in html


def test_repeated_people_are_drawn_with_those_who_were_not_verified(partly):
    alone = {e["id"]: e["result"] for e in verified_run(partly)["endpoints"]}
    path = partly / "visits.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, *rows, *rows, *rows]) + "\n", encoding="utf-8")
    document = verified_run(partly, person='person = "person_id"')
    found = {e["id"]: e for e in document["endpoints"]}
    copied = found["sens"]["result"]
    assert copied["method"] == "percentile bootstrap of persons"
    assert copied["value"] == pytest.approx(alone["sens"]["value"], abs=1e-9)
    widths = [r["ci_high"] - r["ci_low"] for r in (copied, alone["sens"])]
    assert 0.7 < widths[0] / widths[1] < 1.4
    assert found["sens"]["verdict"] in ("shown", "not_shown")
    (step,) = [s for s in document["flow"] if s["id"] == "unverified"]
    assert step["persons"]["left"] * 3 == step["left"]
