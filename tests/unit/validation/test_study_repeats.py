"""Records of one person are never taken for independent where an endpoint is judged."""

import pytest
from laennec.validation.report import write_report
from study_examples import protocol_text, run

PLAIN = (
    "auroc", "auprc", "sensitivity", "specificity", "ppv", "npv", "calibration_slope",
    "calibration_intercept", "observed_to_expected", "brier_scaled", "net_benefit",
    "referred_share",
)  # fmt: skip
AGAINST = ("auroc", "sensitivity", "specificity", "net_benefit")


def endpoint(statistic, more=""):
    named = f'\n[[endpoint]]\nid = "e-{statistic}"\nstatistic = "{statistic}"\n'
    return f'{named}role = "secondary"\n{more}'


def results(folder, copies, extra, **edits):
    """Run the study on one record a person, each so many times over."""
    head, *rows = (folder / "visits.csv").read_text(encoding="utf-8").splitlines()
    named = [f"q{i},{row.split(',', 1)[1]}" for i, row in enumerate(rows)]
    (folder / "visits.csv").write_text("\n".join([head, *named * copies]) + "\n", "utf-8")
    text = protocol_text(b=("bootstraps = 20", "bootstraps = 200"), **edits) + extra
    (folder / "study.toml").write_text(text, encoding="utf-8")
    document = run(folder)
    return document, {e["id"]: e for e in document["endpoints"]}


@pytest.mark.parametrize(
    "extra",
    [
        "".join(endpoint(s, 'hypothesis = "estimate"\n') for s in PLAIN),
        "".join(
            endpoint(s, 'against = "marker"\nhypothesis = "superior"\n') for s in AGAINST
        ),
    ],
    ids=["plain", "against"],
)  # fmt: skip
def test_copies_of_a_record_make_no_interval_narrower(folder, extra):
    _, alone = results(folder, 1, extra)
    _, copied = results(folder, 4, extra)
    for name in (n for n in alone if n.startswith("e-")):
        wide, four = alone[name]["result"], copied[name]["result"]
        assert four["method"] == "percentile bootstrap of persons", name
        assert four["value"] == pytest.approx(wide["value"], abs=0.01), name
        share = (four["ci_high"] - four["ci_low"]) / (wide["ci_high"] - wide["ci_low"])
        assert 0.7 < share < 1.4, (name, share)


def test_an_endpoint_and_the_section_of_persons_have_one_interval(folder):
    document, found = results(folder, 4, endpoint("auroc"))
    section = document["by_person"]["auroc"]
    assert found["e-auroc"]["result"]["ci_low"] == pytest.approx(section["ci_low"], abs=1e-12)


def test_where_no_interval_takes_records_together_nothing_is_judged(folder, tmp_path):
    more = 'hypothesis = "at_least"\nbound = 0.1\namong = "weighted"\n'
    survey = '[data.survey]\nweight = "w"\nstratum = "s"\npsu = "u"\n\n[population]'
    document, found = results(folder, 1, endpoint("auroc", more), s=("[population]", survey))
    assert found["e-auroc"]["verdict"] != "repeats"
    head, *rows = (folder / "visits.csv").read_text(encoding="utf-8").splitlines()
    paired = [f"q{i // 2},{row.split(',', 1)[1]}" for i, row in enumerate(rows)]
    (folder / "visits.csv").write_text("\n".join([head, *paired]) + "\n", "utf-8")
    document = run(folder)
    assert {e["verdict"] for e in document["endpoints"] if e["among"] == "weighted"} == {"repeats"}
    write_report(document, tmp_path / "out", ("en",))
    assert "takes them together" in (tmp_path / "out" / "report.en.html").read_text("utf-8")
