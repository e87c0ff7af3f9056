"""The studies that ship: their protocols can be used, and their reports are of these protocols."""

import json

import pytest
from house import ROOT
from laennec.engine.bundles.decode import encode
from laennec.validation.protocol import read_protocol
from laennec.validation.protocol.freeze import mapping_sha256, protocol_sha256
from laennec.validation.report.pages import sections
from laennec.validation.report.seal import check_seal
from laennec.validation.report.words import Words
from laennec.validation.report.write import as_html

PROTOCOLS = sorted(
    p
    for p in (ROOT / "examples" / "studies").glob("*.toml")
    if p.read_text(encoding="utf-8").count("laennec.protocol/1")
)


def test_some_studies_ship():
    assert len(PROTOCOLS) >= 2


@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda p: p.stem)
def test_a_report_is_that_of_its_protocol(path):
    protocol = read_protocol(path)
    report = ROOT / "docs" / "studies" / path.stem / "report.json"
    told = json.loads(report.read_text(encoding="utf-8"))
    expected = protocol_sha256(encode(protocol), mapping_sha256(protocol, path.parent))
    assert told["protocol"]["sha256"] == expected, (
        f"run the command in docs/studies for {path.stem}"
    )
    assert told["protocol"]["content"] == encode(protocol)
    check_seal(told, path.stem)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda p: p.stem)
def test_the_pages_are_drawn_from_the_document_and_compute_nothing(path, lang):
    folder = ROOT / "docs" / "studies" / path.stem
    told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    drawn = as_html(told, sections(told, Words(lang)), Words(lang))
    assert drawn == (folder / f"report.{lang}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda p: p.stem)
def test_a_checklist_sends_nobody_to_a_section_that_is_not_there(path):
    folder = ROOT / "docs" / "studies" / path.stem
    told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    page = (folder / "report.en.html").read_text(encoding="utf-8")
    rows = [item for checklist in told["checklists"] for item in checklist["items"]]
    assert [len(c["items"]) for c in told["checklists"]] == [52, 48, 18]
    lost = [r for r in rows if r["section"] and f'<section id="{r["section"]}"' not in page]
    assert not lost


@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda p: p.stem)
def test_no_small_count_leaves(path):
    told = json.loads(
        (ROOT / "docs" / "studies" / path.stem / "report.json").read_text(encoding="utf-8")
    )
    below = told["suppressed_below"]
    assert below == 11
    counts = [
        n
        for analysis in told["analyses"].values()
        for table in analysis.get("threshold", {}).values()
        for n in table.get("counts", {}).values()
    ]
    counts += [g[k] for s in told["subgroups"] for g in s["groups"] for k in ("n", "cases")]
    counts += [step["left"] for step in told["flow"] if "left" in step]
    inputs = told.get("missing", {}).get("inputs", [])
    counts += [row["missing"] for row in inputs]
    counts += [row["n"] - row["missing"] for row in inputs if row["missing"] is not None]
    assert all(n is None or n == 0 or n >= below for n in counts)
