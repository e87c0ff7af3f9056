"""A site's own exposures in tables: batch, search, plan and study know what its thesaurus adds."""

import csv
import json

import pytest
from laennec.cli import app
from typer.testing import CliRunner

THESAURUS = """\
schema = "laennec.thesaurus/1"
name = "site"
version = "2026"
system = "urn:site:thesaurus"
source = "site"

[exposure]
pesticides = { fr = "pesticides", en = "pesticides", says_fr = "a", says_en = "a", \
source = "Guide", verified = true }
"B12.3" = { is = "noise" }

[map]
"question:exposure.pesticides" = { code = "P9" }
"""
ROWS = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a table whose column is an exposure of the site, and its result."""
    here = tmp_path_factory.mktemp("own")
    (here / "thesaurus.toml").write_text(THESAURUS)
    lines = ["person_id,visit_date,age_years,sex,waist_cm,height_cm,exposure_pesticides"]
    lines += [
        f"p{i:02},2026-01-10,5{i % 10},male,{90 + i},175,{'true' if i % 2 else 'false'}"
        for i in range(ROWS)
    ]
    (here / "visits.csv").write_text("\n".join(lines) + "\n")
    done = run("batch", here / "visits.csv", "--out", here / "result", "--workers", "2",
               "--chunk-rows", "5", "--thesaurus", here / "thesaurus.toml")  # fmt: skip
    assert done.exit_code == 0, done.output
    return here


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_batch_reads_its_column_only_where_the_list_has_it(folder, tmp_path):
    profile = run("batch", folder / "visits.csv", "--out", tmp_path / "a", "--profile",
                  "--thesaurus", folder / "thesaurus.toml")  # fmt: skip
    assert profile.exit_code == 0
    refused = run("batch", folder / "visits.csv", "--out", tmp_path / "b")
    assert refused.exit_code == 1
    assert "exposure_pesticides" in str(refused.exception)
    assert not (tmp_path / "b" / "manifest.json").exists()


@pytest.mark.parametrize("name", ["exposure.pesticides", "local.P9"])
def test_a_search_finds_by_it(folder, name):
    found = run("search", "--result", folder / "result", "--visits", folder / "visits.csv",
                "--thesaurus", folder / "thesaurus.toml", "--where", f"{name} = yes",
                "--group", "exposure")  # fmt: skip
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert told["people"]["found"] == ROWS // 2
    assert told["by"]["exposure"]["pesticides"] == ROWS // 2


def test_a_search_without_the_thesaurus_names_the_lists(folder):
    refused = run("search", "--result", folder / "result", "--visits", folder / "visits.csv",
                  "--where", "exposure.pesticides = yes")  # fmt: skip
    assert refused.exit_code == 1
    assert "no list has it" in str(refused.exception)


def test_a_file_of_exposures_may_use_the_codes_of_the_site(folder, tmp_path):
    table = tmp_path / "exposures.csv"
    table.write_text("person_id,exposure\n" + "".join(
        f"p{i:02},{'P9' if i < 12 else 'B12.3'}\n" for i in range(ROWS)))  # fmt: skip
    planned = run("plan", folder / "result", "--out", tmp_path / "plan", "--by", "exposure",
                  "--exposures", table, "--thesaurus", folder / "thesaurus.toml",
                  "--on", "2026-06-01")  # fmt: skip
    assert planned.exit_code == 0, planned.output
    with (tmp_path / "plan" / "groups.csv").open() as file:
        groups = {row["group"]: row["people"] for row in csv.DictReader(file)}
    assert groups["pesticides"] == "12"
    assert groups["noise"] == "28"
