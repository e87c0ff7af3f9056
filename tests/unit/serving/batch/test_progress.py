"""A bar for a person, plain lines for a file; never more than a line in ten seconds."""

import io

import pytest
from laennec.serving.batch import PlainReporter, RichReporter, SilentReporter, default_reporter
from rich.console import Console


def test_plain_lines_come_at_most_every_ten_seconds():
    now = [0.0]
    stream = io.StringIO()
    reporter = PlainReporter(stream, clock=lambda: now[0])
    reporter.start(100, 10, 2)
    for second in range(25):
        now[0] = float(second)
        reporter.part(1000, 100)
    reporter.line("batch: interrupted")
    reporter.stop()
    assert stream.getvalue().splitlines() == [
        "batch: 100 parts, 10 already there, 2 workers",
        "batch: part 21 of 100, 11,000 rows, 1,100 rows/s",
        "batch: part 31 of 100, 21,000 rows, 1,050 rows/s",
        "batch: interrupted",
    ]


def test_an_unknown_number_of_parts_is_left_out():
    now = [0.0]
    stream = io.StringIO()
    reporter = PlainReporter(stream, clock=lambda: now[0])
    reporter.start(None, 0, 1)
    now[0] = 10.0
    reporter.part(500, None)
    assert stream.getvalue().splitlines() == [
        "batch: 0 parts already there, 1 worker",
        "batch: part 1, 500 rows, 50 rows/s",
    ]


def test_a_bar_shows_parts_and_rows():
    stream = io.StringIO()
    reporter = RichReporter(Console(file=stream, force_terminal=True, width=120))
    reporter.start(4, 1, 2)
    reporter.part(1000, 4)
    reporter.line("[bold]not markup")
    reporter.stop()
    assert "2/4" in stream.getvalue()
    assert "1,000 rows" in stream.getvalue()
    assert "[bold]not markup" in stream.getvalue()


@pytest.mark.parametrize(("watched", "kind"), [(True, RichReporter), (False, PlainReporter)])
def test_the_bar_is_for_a_person_who_watches(monkeypatch, watched, kind):
    monkeypatch.setattr("sys.stderr.isatty", lambda: watched, raising=False)
    assert isinstance(default_reporter(), kind)


def test_silence_says_nothing(capsys):
    reporter = SilentReporter()
    reporter.start(1, 0, 1)
    reporter.part(1, 1)
    reporter.line("x")
    reporter.stop()
    assert capsys.readouterr() == ("", "")
