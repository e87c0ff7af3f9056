"""A study that is not the planned one, or whose intervals are too narrow, has no verdict."""

from datetime import date

import pytest
from laennec.validation.protocol import freeze, read_protocol
from laennec.validation.report import write_report
from laennec.validation.report.words import Words
from laennec.validation.study.verdicts import FEWEST_CLUSTERS
from study_examples import BUNDLE, protocol_text, run

SENSITIVITY = """
[[endpoint]]
id = "sens"
statistic = "sensitivity"
role = "secondary"
hypothesis = "at_least"
bound = 0.01
"""


def frozen_run(folder, extra="", **edits):
    """Freeze the study as edited, run it, and return its document."""
    path = folder / "study.toml"
    path.write_text(protocol_text(**edits) + SENSITIVITY + extra, encoding="utf-8")
    freeze(read_protocol(path), path, date(2026, 11, 1))
    return run(folder)


def judged(document):
    return {e["verdict"] for e in document["endpoints"] if e["hypothesis"] != "estimate"}


def test_a_study_as_planned_is_judged(folder):
    assert judged(frozen_run(folder)) <= {"shown", "not_shown"}


@pytest.mark.parametrize(
    ("edit", "verdict", "deviation"),
    [
        ((BUNDLE.model.sha256, "1" * 64), "other_index_test", "other_model"),
        (('version = "0.1.0"', 'version = "9.9.9"'), "other_index_test", "other_version"),
        (('# sha256 = "..." ', f'sha256 = "{"2" * 64}" '), "other_data", "other_data"),
    ],
)
def test_another_model_or_other_data_than_frozen_void_every_verdict(
    folder, edit, verdict, deviation
):
    document = frozen_run(folder, a=edit)
    assert judged(document) == {verdict}
    assert deviation in {d["code"] for d in document["deviations"]}
    write_report(document, folder / "out", ["en"])
    html = (folder / "out" / "report.en.html").read_text(encoding="utf-8")
    assert Words("en").say("verdict", verdict) in html
    assert ">shown<" not in html


def test_repeated_people_without_a_named_person_void_every_verdict(folder):
    document = frozen_run(folder, a=('person = "person_id"', '# person = "person_id"'))
    assert "persons_repeat" in {d["code"] for d in document["deviations"]}
    assert judged(document) == {"unnamed_repeats"}


@pytest.mark.parametrize(
    ("persons", "verdicts"),
    [(FEWEST_CLUSTERS - 1, {"few_persons"}), (FEWEST_CLUSTERS, {"shown", "not_shown"})],
)
def test_few_persons_behind_repeated_records_are_not_judged(folder, persons, verdicts):
    """Eight cases of four persons once showed what they did not show as independent records."""
    head, *rows = (folder / "visits.csv").read_text(encoding="utf-8").splitlines()
    column = head.split(",").index("outcome")
    full = [r for r in rows if "" not in r.split(",")]
    cases = [r for r in full if r.split(",")[column] == "1"][:persons]
    others = [r for r in full if r.split(",")[column] == "0"][:100]
    named = [f"q{i},{r.split(',', 1)[1]}" for i, r in enumerate([*cases, *others])]
    (folder / "visits.csv").write_text("\n".join([head, *named, *named]) + "\n", "utf-8")
    assert len(cases) == persons
    assert judged(frozen_run(folder)) <= verdicts


def test_the_words_name_the_fewest_persons():
    for lang in ("fr", "en"):
        assert str(FEWEST_CLUSTERS) in Words(lang).say("verdict", "few_persons")
