"""Every code keeps the meaning it was chosen for."""

from typing import Any

from house import ROOT, files, toml

CODES: dict[str, Any] = toml(ROOT / "engine" / "guidelines" / "codes.toml")
PINNED: dict[str, Any] = toml(ROOT / "tests" / "golden" / "codes_pinned.toml")
BEFORE_CONFIRMATION = {"sign": ("R",), "screening": ("Z",), "disease": ("E", "I")}


def said_by_the_engine() -> set[str]:
    """Return the ids of every fact, risk and published score."""
    guidelines = [p for p in files("engine/guidelines") if p.suffix == ".toml"]
    facts = {f["id"] for path in guidelines if path.name != "codes.toml" for f in findings(path)}
    outcomes = toml(ROOT / "engine" / "risks" / "outcomes.toml")["outcome"]
    scores = toml(ROOT / "engine" / "published" / "published.toml").values()
    published = {s["finding"] for s in scores if isinstance(s, dict) and "finding" in s}
    return facts | {o["id"] for o in outcomes} | published


def findings(path: Any) -> list[dict[str, Any]]:
    """Return the findings of a guideline set."""
    found = toml(path).get("finding", [])
    return found if isinstance(found, list) else []


def test_displays_are_those_of_the_pinned_table() -> None:
    """A code whose display was edited says something else to everybody outside."""
    here = {code: (row["fr"], row["en"]) for code, row in CODES["cim10"].items()}
    there = {
        code: (row["fr"]["display"], row["en"]["display"]) for code, row in PINNED["cim10"].items()
    }
    assert here == there
    assert CODES["loinc"] == {code: row["display"] for code, row in PINNED["loinc"].items()}


def test_the_number_of_displays_from_memory_only_falls() -> None:
    rows = [
        *PINNED["loinc"].values(),
        *(x for row in PINNED["cim10"].values() for x in row.values()),
    ]
    assert sum(not row["read_in"] for row in rows) == PINNED["unverified_at_most"]


def test_every_loinc_code_that_is_read_has_its_display() -> None:
    read = toml(ROOT / "engine" / "vocabulary" / "loinc.toml")["codes"]
    assert set(CODES["loinc"]) == set(read)


def test_no_finding_is_left_without_an_answer() -> None:
    ids = [finding["id"] for finding in CODES["finding"]]
    assert set(ids) == said_by_the_engine()
    assert len(set(ids)) == len(ids)


def test_only_signs_and_screening_leave_before_a_physician_confirms() -> None:
    """A disease code that a machine writes reads like a diagnosis in every other software."""
    for code, row in CODES["cim10"].items():
        assert code.startswith(BEFORE_CONFIRMATION[row["kind"]]), code
    kind = {code: row["kind"] for code, row in CODES["cim10"].items()}
    for finding in CODES["finding"]:
        assert all(kind[code] == "sign" for code in finding["sign"]), finding["id"]
        assert all(kind[code] == "disease" for code in finding["proposed"]), finding["id"]
        assert kind[finding["screening"]] == "screening", finding["id"]
    used = {c for f in CODES["finding"] for c in (*f["sign"], *f["proposed"], f["screening"])}
    assert used == set(CODES["cim10"]), "a code that nothing uses is not shipped"
