"""That a model never saw the people of a study is the authors' word, asked for and printed."""

from datetime import date

import pytest
from laennec.validation.commands import check_command, freeze_command
from laennec.validation.errors import StudyError
from laennec.validation.protocol import freeze, read_protocol, template
from laennec.validation.report import write_report
from study_examples import protocol_text, run

LINE = next(x for x in protocol_text().splitlines() if x.startswith("unseen"))
SHOWN = ("margin = 0.015", "margin = 0.9")
ANSWERED = ('incomplete = "nothing"', 'incomplete = "high"')


def written(folder, **edits):
    path = folder / "study.toml"
    path.write_text(protocol_text(s=SHOWN, i=ANSWERED, **edits), encoding="utf-8")
    return path


@pytest.mark.parametrize("said", ["", 'unseen = " "'])
@pytest.mark.parametrize("role", ["internal", "temporal", "external"])
def test_without_the_authors_word_nothing_is_frozen(folder, role, said):
    path = written(folder, a=(LINE, said), r=('data_role = "external"', f'data_role = "{role}"'))
    checked = check_command(path)
    assert (checked["complete"], checked["not_said"]) == (False, ["data.unseen"])
    with pytest.raises(StudyError, match=rf"{role} data, and no data.unseen.*how you know it"):
        freeze_command(path)


def test_of_development_data_no_such_word_is_asked(folder):
    path = written(folder, a=(LINE, ""), r=('data_role = "external"', 'data_role = "development"'))
    assert check_command(path)["complete"] is True
    assert freeze_command(path)["frozen_on"]


def test_without_the_authors_word_nothing_is_judged(folder):
    """Training rows in another order passed as external, and were "shown"."""
    path = written(folder, a=(LINE, ""))
    freeze(read_protocol(path), path, date(2026, 11, 1))
    assert run(folder)["endpoints"][0]["verdict"] == "unstated"


def test_the_authors_word_is_printed_where_something_is_shown(folder):
    path = written(folder, a=(LINE, 'unseen = "Another country"\nunseen_fr = "Un autre pays"'))
    freeze(read_protocol(path), path, date(2026, 11, 1))
    document = run(folder)
    assert document["endpoints"][0]["verdict"] == "shown"
    write_report(document, folder / "out")
    for lang, said in (("en", "Another country"), ("fr", "Un autre pays")):
        html = (folder / "out" / f"report.{lang}.html").read_text(encoding="utf-8")
        assert said in html
        word = {"en": "the authors&#39; word", "fr": "parole des auteurs"}[lang]
        assert f"{word})</td>" in html


def test_the_template_asks_for_it(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(template(), encoding="utf-8")
    assert "data.unseen" in check_command(path)["still_the_templates"]
