"""A channel of which nobody says what it is counts as no lead; many are no ECG of twelve."""

from dataclasses import replace
from pathlib import Path

import ecg_files
import numpy as np
import pytest
from laennec.datasets.readers.ecg import EcgHeader, EcgIncomplete, EcgUnnamed, read_ecg
from laennec.datasets.readers.ecg.assemble import assemble
from laennec.datasets.readers.ecg.stored import StoredLead
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.leads import TWELVE_LEADS
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.visit import screened_ecg
from laennec.engine.errors import RecordError
from laennec.serving.ecg.commands import beats_task, convert, find_network, waves_task

MODELS = load_models()
RATE_HZ = 500


def wfdb(names, rows):
    lines = [f"r {len(names)} {RATE_HZ} {rows.shape[1]}"]
    lines += [f"r.dat 16 1000(0)/mV 16 0 0 0 0 {name}" for name in names]
    counts = np.round(rows * 1000).astype("<i2")
    return "\n".join(lines).encode(), {"r.dat": counts.T.tobytes()}


def read(names, rows):
    header, files = wfdb(names, rows)
    return read_ecg(header, name="r.hea", companions=files)


def tachycardia():
    return simulate(scenario("ventricular_tachycardia"), seed=3).signal


N = tachycardia().n_samples
T = np.arange(N) / RATE_HZ
CHANNELS = {
    "pressure": 0.8 * ((T * 1.2) % 1 < 0.3) * np.sin(np.pi * ((T * 1.2) % 1) / 0.3),
    "marker": (np.random.default_rng(0).random(N) < 0.004) * 2.0,
    "noise": np.random.default_rng(1).normal(0, 0.5, N),
    "beats": np.roll(tachycardia().lead_mv("V2"), 30),
}
UNNAMED = [
    [f"ch{k}" for k in range(1, 13)],
    [f"channel {k}" for k in range(1, 14)],
    [f"ECG{k}" for k in range(1, 13)],
    [f"Kanal_{k}" for k in range(1, 16)],
    [f"- {name}" for name in TWELVE_LEADS],
    ["lead"] * 12,
]


@pytest.mark.parametrize("names", UNNAMED, ids=lambda names: names[0])
def test_an_ecg_of_twelve_without_a_known_name_is_refused_with_what_to_do(names):
    """Pinned: twelve channels ch1 to ch12 were measured as twelve leads."""
    with pytest.raises(EcgUnnamed) as refused:
        read(names, np.tile(tachycardia().lead_mv("II"), (len(names), 1)))
    error = refused.value
    assert (
        f"None of {len(names)} leads has a name that is known: {names[0].replace('- ', '-')}"
        in (error.found.replace("- ", "-"))
    )
    assert "--leads I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6" in error.remedy
    assert error.code == "ecg_leads_not_named"
    assert len(error.names) == len(names)


def test_the_names_can_be_given_to_convert(tmp_path: Path):
    signal = tachycardia()
    header, files = wfdb([f"ch{k}" for k in range(12)], signal.twelve_mv())
    (tmp_path / "r.hea").write_bytes(header)
    (tmp_path / "r.dat").write_bytes(files["r.dat"])
    done, _ = convert(tmp_path / "r.hea", tmp_path / "out.hea", leads=TWELVE_LEADS)
    found = read_ecg(done)
    assert found.signal.leads == TWELVE_LEADS
    assert found.header.notes == ()
    np.testing.assert_allclose(found.signal.lead_mv("V3"), signal.lead_mv("V3"), atol=1e-3)
    with pytest.raises(RecordError, match="12 leads, 2 names declared"):
        convert(tmp_path / "r.hea", tmp_path / "other.hea", leads=("I", "II"))


@pytest.mark.parametrize("kept", [TWELVE_LEADS, ("I", "II"), ("II",)], ids=len)
@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_an_unknown_channel_changes_nothing_of_what_is_said(kept, channel):
    """Pinned: beside a marker a ventricular tachycardia had half its rate, "assessable"."""
    rows = np.stack([tachycardia().lead_mv(lead) for lead in kept])
    alone, beside = read(kept, rows), read((*kept, "ch9"), np.vstack([rows, CHANNELS[channel]]))
    assert "ch9" in beside.signal.leads
    assert "lead_names_not_known" in beside.header.notes
    one, other = (
        screened_ecg(found.signal, MODELS, Person("male", 50.0)) for found in (alone, beside)
    )
    (note,) = other.section.notes
    assert note.id == "ecg.file.channels_left.named"
    assert other.section == replace(one.section, notes=(note,))
    assert other.urgency == one.urgency
    assert other.findings == one.findings


@pytest.mark.parametrize("task", [waves_task, beats_task])
def test_waves_and_beats_are_those_of_the_leads(task):
    rows = tachycardia().twelve_mv()
    ask = task(find_network(MODELS))
    names = (*TWELVE_LEADS, "ch9")
    beside = read(names, np.vstack([rows, CHANNELS["marker"]]))
    assert ask(beside).plain == ask(read(TWELVE_LEADS, rows)).plain


@pytest.mark.parametrize(
    "names", [("ch1",), ("ch1", "ch2"), ("ECG", "ch2"), tuple(f"ch{k}" for k in range(8))]
)
def test_where_no_lead_is_known_the_rhythm_is_read(names):
    rows = np.stack([tachycardia().lead_mv("II")] * len(names))
    found = read(names, rows)
    assert "lead_names_not_known" in found.header.notes
    said = screened_ecg(found.signal, MODELS, Person("male", 50.0))
    assert said.section.uses["st"] == said.section.uses["twelve_lead"] == "not_assessable"
    assert "U0" in {item.level for item in said.urgency.items}


@pytest.mark.parametrize(
    ("name", "is_unknown"),
    [
        ("ECG", False), ("ECG2", False), ("EKG B", False), ("ECG lead 3", False), ("V7", False),
        ("MLII", False), ("MCL1", False), ("CM2", False), ("-V1", False), ("ch1", True),
        ("I-II", True), ("kanal A", True), ("ECG gate", True), ("art line", True),
    ],
)  # fmt: skip
def test_what_says_that_it_is_an_ecg(name, is_unknown):
    rows = np.stack([tachycardia().lead_mv("II")] * 2)
    assert (name in read(("II", name), rows).signal.unknown) is is_unknown


def test_a_signal_without_unknown_channels_is_itself():
    signal = tachycardia()
    assert signal.of_known_leads() is signal
    only = EcgSignal(("a",), signal.signal_mv[:1], 500.0, unknown=frozenset({"a"}))
    assert only.of_known_leads() is only
    assert analyse_ecg(only, None).signal.leads == ("a",)


def test_a_channel_in_another_unit_under_the_name_of_a_lead_is_left_out_and_named():
    """Pinned: the reader broke on it, for two leads of one name were compared by their samples."""
    rows = np.stack([tachycardia().lead_mv(name) for name in ("I", "II", "V2")])
    header, files = wfdb(("I", "II", "II"), rows)
    lines = header.decode().splitlines()
    lines[3] = lines[3].replace("/mV", "/mmHg")
    found = read_ecg("\n".join(lines).encode(), name="r.hea", companions=files)
    assert set(found.signal.leads) - found.signal.derived == {"I", "II"}
    assert found.header.named["not_ecg_skipped"] == ("II",)
    np.testing.assert_allclose(found.signal.lead_mv("II"), rows[1], atol=1e-3)


def test_a_slow_channel_beside_the_leads_does_not_slow_them():
    """Pinned: beside a mark at 25 Hz twelve leads were averaged to 25 Hz, and an infarction lost.

    Leads themselves are averaged as WFDB does, down to the lowest rate that the chain reads.
    """

    def lead(name, rate_hz):
        return StoredLead(name, np.arange(2.0 * rate_hz), 1.0, rate_hz, unit="uV")

    header = EcgHeader("edf", "made")
    leads = [lead("I", 500.0), lead("II", 500.0), lead("V1", 500.0)]
    for slow in (lead("Mark", 25.0), lead("Mark", 600.0), lead("Vbat", 1.0), lead("V2", 50.0)):
        recording = assemble([*leads, slow], header)
        assert recording.signal.sampling_rate_hz == 500.0
        assert slow.name not in recording.signal.leads
        assert recording.header.named["other_rates_left"] == (slow.name,)
    assert assemble([*leads, lead("V2", 250.0)], header).signal.sampling_rate_hz == 250.0
    with pytest.raises(RecordError, match=r"no multiple of the lowest, 300 Hz: I, II, V1"):
        assemble([*leads, lead("V7", 300.0)], header)
    alone = assemble([lead("ch1", 200.0), lead("ch2", 100.0)], header).signal
    assert alone.sampling_rate_hz == 100.0


def test_a_rate_without_end_beside_an_unnamed_channel_is_no_rate():
    """Pinned (found by mutated files): a ValueError, where a rate such as 21e3080 is infinite."""
    made = ecg_files.every_format()["wfdb_16"]
    data = made.data.replace(b"made 8 250 ", b"made 8 21e3080 ", 1).replace(b" V1", b" Aux 7", 1)
    with pytest.raises(EcgIncomplete, match="No sampling rate"):
        read_ecg(data, name=made.name, companions=made.companions)
