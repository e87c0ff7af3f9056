"""WFDB records read by this house and by the wfdb package must agree sample by sample."""

import ecg_files
import numpy as np
import pytest
from laennec.datasets.readers.ecg import EcgUnreadable, read_ecg

wfdb = pytest.importorskip("wfdb")


def saved(tmp_path, files):
    for name, data in files.items():
        (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return tmp_path / next(iter(files))


def agree(path, smooth=False):
    ours = read_ecg(path).signal
    theirs = wfdb.rdrecord(str(path.with_suffix("")), smooth_frames=smooth)
    rows = theirs.p_signal.T if smooth or theirs.p_signal is not None else theirs.e_p_signal
    for name, row in zip(theirs.sig_name, rows, strict=True):
        np.testing.assert_allclose(ours.lead_mv(name), row, rtol=0, atol=1e-9)
    return ours


@pytest.mark.parametrize("fmt", [8, 16, 24, 32, 61, 80, 160, 212, 310, 311, 508, 516, 524])
@pytest.mark.parametrize("n", [40, 41])
def test_storage_formats(tmp_path, fmt, n):
    """An odd length ends inside a group of 212, 310 and 311."""
    if fmt > 500:
        pytest.importorskip("soundfile")
    made = ecg_files.wfdb(fmt, leads=("I", "II", "V1"), n=n)
    agree(saved(tmp_path, {"made.hea": made.data, **made.companions}))


def test_gaps_offset_baseline_and_gain(tmp_path):
    data = b"JUNKJUNK" + np.array([5, -32768, 7, 8, 9, -32768], dtype="<i2").tobytes()
    header = "r 2 100 3\nr.dat 16+8 123.5(-3)/mV 12 0 5 0 0 I\nr.dat 16+8 2(1)/uV 12 0 0 0 0 V1\n"
    path = saved(tmp_path, {"r.hea": header, "r.dat": data})
    signal = read_ecg(path).signal
    np.testing.assert_allclose(signal.lead_mv("I"), [8 / 123.5, 10 / 123.5, 12 / 123.5])
    np.testing.assert_allclose(signal.lead_mv("V1"), [np.nan, 0.0035, np.nan])
    theirs = wfdb.rdrecord(str(path.with_suffix(""))).p_signal
    np.testing.assert_allclose(signal.lead_mv("I"), theirs[:, 0], rtol=1e-12)
    np.testing.assert_allclose(signal.lead_mv("V1") * 1000, theirs[:, 1], rtol=1e-12)


def test_skew_is_undone_and_the_end_is_a_gap(tmp_path):
    data = np.arange(20, dtype="<i2").tobytes()
    header = "r 2 100 10\nr.dat 16 100/mV 16 0 0 0 0 I\nr.dat 16:3 100/mV 16 0 1 0 0 V1\n"
    path = saved(tmp_path, {"r.hea": header, "r.dat": data})
    signal = agree(path)
    assert np.isnan(signal.lead_mv("V1")[-3:]).all()
    assert signal.lead_mv("V1")[0] == pytest.approx(0.07)


def test_several_signal_files_and_frames(tmp_path):
    one = np.arange(40, dtype="<i2").tobytes()
    header = "r 2 50 20\na.dat 16x2 100/mV 16 0 0 0 0 I\nb.dat 16x2 100/mV 16 0 0 0 0 V1\n"
    path = saved(tmp_path, {"r.hea": header, "a.dat": one, "b.dat": one[::-1][::-1]})
    ours = read_ecg(path).signal
    assert (ours.sampling_rate_hz, ours.n_samples) == (100.0, 40)
    theirs = wfdb.rdrecord(str(path.with_suffix("")), smooth_frames=False).e_p_signal
    np.testing.assert_allclose(ours.lead_mv("V1"), theirs[1])


def segments(layout):
    """Two segments of 6 and 4 samples with a gap of 5 between, fixed or with a layout."""
    files = {}
    for name, n, gain in (("s1", 6, 200), ("s2", 4, 200)):
        rows = np.arange(2 * n, dtype="<i2").tobytes()
        last = "V1" if name == "s1" or not layout else "V5"
        files[f"{name}.dat"] = rows
        files[f"{name}.hea"] = (
            f"{name} 2 100 {n}\n{name}.dat 16 {gain}(0)/mV 16 0 0 0 0 I\n"
            f"{name}.dat 16 {gain}(0)/mV 16 0 0 0 0 {last}\n"
        )
    if layout:
        top = "multi/4 3 100 15\nlay 0\ns1 6\n~ 5\ns2 4\n"
        files["lay.hea"] = "lay 3 100 0\n" + "".join(
            f"~ 0 200(0)/mV 16 0 0 0 0 {name}\n" for name in ("I", "V1", "V5")
        )
    else:
        top = "multi/2 2 100 10\ns1 6\ns2 4\n"
    return {"multi.hea": top, **files}


def test_segments_of_fixed_layout(tmp_path):
    signal = agree(saved(tmp_path, segments(layout=False)))
    np.testing.assert_allclose(signal.lead_mv("I") * 200, [0, 2, 4, 6, 8, 10, 0, 2, 4, 6])


def test_segments_of_variable_layout_with_gaps(tmp_path):
    signal = agree(saved(tmp_path, segments(layout=True)))
    assert signal.leads == ("I", "V1", "V5")
    assert np.isnan(signal.lead_mv("V1")[6:]).all()
    assert np.isnan(signal.lead_mv("V5")[:11]).all()
    assert np.isnan(signal.lead_mv("I")[6:11]).all()


def changed(files, name, old, new):
    assert old in files[name]
    return {**files, name: files[name].replace(old, new)}


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("multi.hea", "s2 4", "s2 3", "do not add up to the length"),
        ("multi.hea", "s2 4", "gone 4", "header of a segment is missing"),
        ("multi.hea", "s2 4", "s2", "segment line without name or length"),
        ("multi.hea", "s2 4", "../s2 4", "names a file by a path"),
        ("s2.hea", "s2 2 100 4", "s2 2 200 4", "another rate than its record"),
        ("s2.hea", "s2 2 100 4", "s2 2 100 3", "shorter than its record announces"),
        ("s2.hea", "s2 2 100 4", "s2/2 2 100 4", "segment that has segments"),
        ("s2.hea", "0 V1", "0 I", "Two signals of one name"),
        (
            "s2.hea",
            "s2.dat 16 200(0)/mV 16 0 0 0 0 V1",
            "s2.dat 16x2 200(0)/mV 16 0 0 0 0 V1",
            "bytes",
        ),
    ],
)
def test_broken_segments_are_refused(tmp_path, name, old, new, words):
    with pytest.raises(EcgUnreadable, match=words):
        read_ecg(saved(tmp_path, changed(segments(layout=False), name, old, new)))


def test_a_segment_in_another_gain_keeps_its_millivolt(tmp_path):
    files = changed(segments(layout=False), "s2.hea", "200(0)", "400(0)")
    signal = agree(saved(tmp_path, files))
    np.testing.assert_allclose(signal.lead_mv("I")[6:] * 400, [0, 2, 4, 6])
