"""What nobody foresaw in one ECG takes neither the visit, nor the other files, nor a batch."""

from datetime import date

import numpy as np
import pytest
from calm_visit import VISIT
from laennec.datasets.readers.ecg import EcgHeader, EcgRecording, write_wfdb
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_guidelines, load_models, parse, screen
from laennec.engine.ecg import analysis, visit
from laennec.engine.ecg.failures import EcgNotAnalysed
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.visit import screened_ecg
from laennec.engine.intake.visit import with_ecg
from laennec.engine.screening import screen_columns
from laennec.engine.words.text import render_text
from laennec.serving.ecg.commands import each_file, find_network, measure_task
from laennec.serving.ecg.compare import compare_files
from visits import says_yes, visit_batch

SIGNAL = simulate(scenario("st_elevation"), seed=4).signal
COLUMN_S = 2.5
LIMB = ("I", "II", "III")


@pytest.fixture(scope="module")
def models():
    return load_models()


@pytest.fixture
def broken(monkeypatch):
    """Let the analysis of every ECG end as the two did that a reader of files met."""

    def fails(*_args, **_more):
        raise OverflowError("cannot convert float infinity to integer")

    monkeypatch.setattr(visit, "screened_ecg", fails)


def test_the_visit_is_screened_and_a_physician_reads_the_ecg(broken, models):
    record = with_ecg(parse(VISIT | {"symptoms": ["chest_pain"]}), SIGNAL, ())
    drafted = screen(record, models, load_guidelines())
    assert drafted.ecg is None
    assert "ecg_not_received_with_symptoms" in {item.rule_id for item in drafted.urgent}
    said = " ".join(render_text(drafted, "fr").split())
    assert "l'analyse s'est arrêtée sur une erreur imprévue (OverflowError)" in said
    assert "infinity" not in said


def test_the_other_rows_of_a_batch_keep_their_answers(monkeypatch, models):
    whole = visit.screened_ecg

    def fails_on_short(signal, *args, **more):
        return 1 // 0 if signal.n_samples < SIGNAL.n_samples else whole(signal, *args, **more)

    monkeypatch.setattr(visit, "screened_ecg", fails_on_short)
    short = EcgSignal.of(
        {n: x[:4000] for n, x in zip(SIGNAL.leads, SIGNAL.signal_mv, strict=True)}, 500.0
    )
    batch = visit_batch({"answers": says_yes("symptom.chest_pain")}, {})
    found = screen_columns(batch, models, load_guidelines(), signals={0: short, 1: SIGNAL})
    assert found.ecg_unread == {0}
    assert "ecg_st_elevation" in {item.rule_id for item in found.ecg_urgent[1]}
    assert [(p.row, p.code) for p in found.batch.problems if p.code == "ecg_not_analysed"] == [
        (0, "ecg_not_analysed")
    ]


def test_the_other_files_of_a_command_are_measured(monkeypatch, models, tmp_path):
    """Pinned: of three files none was measured, the good ones neither."""
    paths = []
    for name in ("a", "b"):
        made = EcgRecording(SIGNAL, EcgHeader("wfdb", name))
        paths.append(write_wfdb(made, tmp_path / f"{name}.hea"))
    measure = measure_task(find_network(models))

    def fails_on_a(recording):
        return 1 // 0 if recording.header.record == "a" else measure(recording)

    first, second = each_file(paths, fails_on_a)
    assert "unforeseen error (ZeroDivisionError)" in str(first.error)
    assert second.error is None
    assert second.section is not None


def test_a_comparison_tells_which_ecg_could_not_be_analysed(monkeypatch, models, tmp_path):
    def fails(*_args, **_more):
        raise OverflowError("cannot convert float infinity to integer")

    monkeypatch.setattr("laennec.serving.ecg.compare.screened_ecg", fails)
    paths = [
        write_wfdb(EcgRecording(SIGNAL, EcgHeader("wfdb", name)), tmp_path / f"{name}.hea")
        for name in ("new", "old")
    ]
    days = (date(2026, 1, 2), date(2025, 1, 2))
    with pytest.raises(EcgNotAnalysed, match=r"error \(OverflowError\): nothing .* \[new.hea\]"):
        compare_files(*paths, models, days=days)


def paged(signal, fill):
    """Return a page of four columns of 2.5 s, as paper is: outside its column a lead has none."""
    width = int(COLUMN_S * signal.sampling_rate_hz)
    leads = {}
    for row, name in enumerate(signal.leads):
        column = row // 3
        x = np.full(signal.n_samples, fill)
        x[column * width : (column + 1) * width] = signal.signal_mv[row][
            column * width : (column + 1) * width
        ]
        leads[name] = x
    return EcgSignal.of(leads, signal.sampling_rate_hz, complete=False)


@pytest.mark.parametrize("strip", [False, True])
@pytest.mark.parametrize("fill", [0.0, np.nan])
def test_a_page_of_short_columns_is_judged(models, fill, strip):
    """Pinned: a lead that is 0 for three quarters had a ratio of signal to noise without end."""
    page = paged(SIGNAL, fill)
    if strip:
        page.signal_mv[page.leads.index("II")] = SIGNAL.signal_mv[SIGNAL.leads.index("II")]
    said = screened_ecg(page, models, Person("male", 55.0))
    judged = {lead.lead: lead.verdict for lead in said.section.leads}
    assert {judged[f"V{k}"] for k in range(1, 7)} == {"not_assessable"}


@pytest.mark.parametrize("wrong", [1.5, 2.0, -1.0])
def test_three_limb_leads_that_contradict_each_other_are_judged(models, wrong):
    """Pinned: the usual beat of no lead at all was asked for."""
    leads = {n: SIGNAL.signal_mv[SIGNAL.leads.index(n)].copy() for n in LIMB}
    leads["III"] *= wrong
    said = screened_ecg(EcgSignal.of(leads, 500.0, complete=False), models, Person("male", 55.0))
    assert said.section.verdict
    assert analysis.analyse_ecg(said.analysis.signal, None).classical is not None
