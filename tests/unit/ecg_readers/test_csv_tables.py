"""Tables of numbers: marks for thousands, quotes, rates with a unit, and where a cell is wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laennec.datasets.readers.ecg import EcgUnreadable, read_ecg


def read(*lines, rate="# fs: 500 Hz"):
    return read_ecg("\n".join([rate, *lines]).encode(), name="made.csv")


def refused(words, *lines, rate="# fs: 500 Hz"):
    with pytest.raises(EcgUnreadable, match=words) as caught:
        read(*lines, rate=rate)
    assert caught.value.remedy
    return caught.value


UV = np.array([[999, 1234, -2345, 12, 0, -5], [3, 1005, 7, -1999, 50, 60]])


def grouped(value, mark):
    return f"{value:,}".replace(",", mark)


@pytest.mark.parametrize(
    ("separator", "mark"), [(";", ","), (";", "."), ("\t", ","), ("\t", "."), (",", ".")]
)
def test_marks_for_thousands_are_refused(separator, mark):
    """Every sample from 1,000 uV on was divided by a thousand."""
    rows = [separator.join(grouped(v, mark) for v in column) for column in UV.T]
    refused("marks for thousands: line 4, column 1", separator.join(["I (uV)", "II (uV)"]), *rows)


def test_quoted_marks_for_thousands_are_refused():
    rows = [",".join(f'"{grouped(v, ",")}"' for v in column) for column in UV.T]
    refused("marks for thousands: line 4, column 1", "I (uV),II (uV)", *rows)


def test_points_and_commas_in_one_table_are_refused():
    refused("points and commas", "I (uV);II (uV)", "1.234;1,234", "2.345;2,345")
    refused("points and commas", "I (uV);II (uV)", "0.5;1,234", "2.345;2")


def test_decimal_marks_are_told_by_any_number_that_shows_them():
    signal = read("I (mV);II (mV)", "1,234;0,012", "2;1,005").signal
    np.testing.assert_allclose(signal.lead_mv("I"), [1.234, 2.0])
    whole = read("I (mV);II (mV)", "1,234;2,345", "1,500;2,500").signal
    np.testing.assert_allclose(whole.lead_mv("II"), [2.345, 2.5])


@given(
    uv=st.lists(st.integers(-99_999, 99_999), min_size=3, max_size=30),
    separator=st.sampled_from([";", "\t"]),
    mark=st.sampled_from(",."),
)
def test_a_table_with_thousands_is_never_read_a_thousand_times_too_small(uv, separator, mark):
    rows = [separator.join((grouped(v, mark), grouped(-v, mark))) for v in [*uv, 7]]
    try:
        signal = read(separator.join(["I (uV)", "II (uV)"]), *rows).signal
    except EcgUnreadable:
        return
    np.testing.assert_allclose(signal.lead_mv("I") * 1000, [*uv, 7], atol=1e-6)


@given(
    mv=st.lists(st.integers(-3000, 3000), min_size=3, max_size=30),
    separator=st.sampled_from([";", "\t", ","]),
    digits=st.sampled_from([1, 2, 4, 5]),
)
def test_decimal_numbers_are_read_with_either_mark(mv, separator, digits):
    values = np.array([[v / 1000, -v / 1000] for v in mv])
    for mark in ".,":
        cells = [[f"{v:.{digits}f}".replace(".", mark) for v in row] for row in values]
        quote = '"' if separator == mark else ""
        rows = [separator.join(f"{quote}{c}{quote}" for c in row) for row in cells]
        signal = read(separator.join(["I (mV)", "II (mV)"]), *rows).signal
        printed = [float(f"{v:.{digits}f}") for v in values[:, 0]]
        np.testing.assert_allclose(signal.lead_mv("I"), printed, atol=1e-9)


def test_what_pandas_writes_with_decimal_commas_between_commas():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"I (mV)": [0.012, -0.5, 1.25], "II (mV)": [0.034, 0.25, -1.0]})
    text = table.to_csv(index=False, decimal=",")
    assert '"0,012"' in text
    signal = read_ecg(f"# fs: 250 Hz\n{text}".encode(), name="made.csv").signal
    np.testing.assert_allclose(signal.lead_mv("I"), table["I (mV)"])
    np.testing.assert_allclose(signal.lead_mv("II"), table["II (mV)"])


def test_quoted_halves_are_not_four_leads():
    refused("4 column names over rows of 2 cells|4 columns", "I (mV),II (mV),V1 (mV),V2 (mV)",
            '"0,012","0,034"', '"0,013","0,035"')  # fmt: skip


@pytest.mark.parametrize(
    ("line", "rate"),
    [
        ("# fs: 0.5 kHz", 500.0),
        ("# fs: 500,0 Hz", 500.0),
        ("# fs: 250", 250.0),
        ("# sampling rate = 1 kHz", 1000.0),
        ("# sampling_rate_hz: 500", 500.0),
        ("# fréquence : 500 Hz", 500.0),
        ("# fréquence d'échantillonnage: 500", 500.0),
    ],
)
def test_a_rate_is_read_with_its_unit(line, rate):
    assert read("I (mV);II (mV)", "0,1;0,2", "0,2;0,1", rate=line).signal.sampling_rate_hz == rate


@pytest.mark.parametrize("line", ["# fs: 500 Hz (from 250)", "# fs: 2 ms", "# fs: 0 Hz", "# fs: ?"])
def test_a_rate_that_is_not_understood_is_refused(line):
    refused("no positive number of Hz or kHz", "I (mV)", "0.1", "0.2", rate=line)


def test_the_frequency_of_the_heart_is_no_sampling_rate():
    refused("No sampling rate", "I (mV)", "0.1", "0.2", rate="# fréquence : 70")
    read("# fréquence cardiaque : 70 Hz", "I (mV)", "0.1", "0.2")


def test_two_rates_that_contradict_each_other_are_refused():
    refused("contradict each other", "# samplerate = 250", "I (mV)", "0.1", "0.2")
    read("# fs: 0,5 kHz", "I (mV)", "0.1", "0.2")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (("0,0.1", "2,lead", "4,0.2"), r"no number in line 4, column 2 \(II\)"),
        (("0,0.1", "2,0.1", "4,0.2,7"), "more or fewer cells .* in line 5"),
        (("0,0.1", "2,0.1", "9,0.2", "6,0.1", "8,0.1", "10,0.1"), "not evenly spaced.*line 5"),
    ],
)
def test_an_error_names_line_and_column(rows, words):
    error = refused(words, "time (ms),II (mV)", *rows)
    assert "table" in error.remedy


def test_the_line_that_tells_excel_the_separator_is_no_header():
    signal = read_ecg(
        b"sep=;\r\n# fs: 500 Hz\r\nI (mV);II (mV)\r\n0,1;0,2\r\n", name="a.csv"
    ).signal
    assert signal.leads[:2] == ("I", "II")


def test_a_cell_beyond_any_length_is_refused():
    refused("more or fewer cells|no number", "I (mV),II (mV)", "0.1,0.2", f'0.1,"{"1," * 90_000}"')


@pytest.mark.parametrize("cell", ["#N/A", "#NV", '"#N/A"'])
def test_a_row_that_begins_with_an_error_of_a_spreadsheet_is_a_row(cell):
    """Pinned: such rows were comments, and five seconds without a beat were no pause."""
    text = f"# fs: 500 Hz\nI (mV);II (mV)\n0,1;0,2\n{cell};{cell}\n0,1;0,2\n"
    assert np.isnan(read_ecg(text.encode(), name="a.csv").signal.signal_mv[:, 1]).all()
    one = f"# fs: 500 Hz\nI (mV)\n0.1\n{cell}\n0.2\n"
    assert np.isnan(read_ecg(one.encode(), name="a.csv").signal.signal_mv[0, 1])


@pytest.mark.parametrize("line", ["#VALUE!;0,2", "#WERT!;#WERT!", "#one;two"])
def test_a_row_that_begins_as_a_comment_and_holds_no_numbers_is_refused(line):
    text = f"# fs: 500 Hz\nI (mV);II (mV)\n0,1;0,2\n{line}\n0,1;0,2\n"
    with pytest.raises(EcgUnreadable, match="no number in line 4, column"):
        read_ecg(text.encode(), name="a.csv")


def test_a_comment_between_rows_is_a_comment():
    text = "# fs: 500 Hz\nI (mV);II (mV)\n0,1;0,2\n# pause\n0,1;0,2\n"
    assert read_ecg(text.encode(), name="a.csv").signal.n_samples == 2
