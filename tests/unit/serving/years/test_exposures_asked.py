"""Exposures that were not asked about stay unknown, in whichever of the three ways they come."""

import csv

import pytest
from laennec.datasets.readers.cohorts import exposure_codes, parse_criteria, who_is_not_known
from laennec.engine.vocabulary.site import AddedExposure, SiteExposures, exposures_in_use
from laennec.serving.clock import latest_day, utc_now
from laennec.serving.store.store import open_store
from laennec.serving.years.exposures import exposure_groups
from laennec.serving.years.search.stored import stored_visits
from years_support import run, stored

OF_EACH = 20
KINDS = {
    "unasked": {},
    "quiet": {"noise": "false"},
    "loud": {"noise": "true"},
    "both": {"noise": "false", "lead": "false"},
    "whole": dict.fromkeys(exposure_codes(), "false"),
    "nights": {**dict.fromkeys(exposure_codes(), "false"), "night_work": "true"},
}
"""What a table says of each kind of people, one by one."""


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """Return a folder with visits whose table asks about exposures one by one, and its result."""
    folder = tmp_path_factory.mktemp("batch")
    head = ["person_id", "visit_date", "age_years", "sex"]
    with (folder / "visits.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*head, *(f"exposure_{c}" for c in exposure_codes())])
        writer.writeheader()
        for kind, said in KINDS.items():
            for i in range(OF_EACH):
                row = dict(zip(head, (f"{kind}{i:02}", "2026-01-10", 50, "male"), strict=True))
                writer.writerow(row | {f"exposure_{code}": a for code, a in said.items()})
    run("batch", folder / "visits.csv", "--out", folder / "result")
    return folder


def searched(batch, where, *more):
    given = more or ("--visits", batch / "visits.csv")
    return run("search", "--result", batch / "result", "--where", where, *given)


EVERYBODY = OF_EACH * len(KINDS)


@pytest.mark.parametrize(
    ("code", "yes", "no"),
    [
        ("noise", ["loud"], ["quiet", "both", "whole", "nights"]),
        ("lead", [], ["both", "whole", "nights"]),
        ("heat", [], ["whole", "nights"]),
        ("night_work", ["nights"], ["whole"]),
    ],
)
def test_a_table_that_asks_one_by_one_says_no_of_what_it_asked(batch, code, yes, no):
    """Pinned: noise answered no made somebody one without lead, heat and night work."""
    for answer, kinds in (("yes", yes), ("no", no)):
        told = searched(batch, f"exposure.{code} = {answer}")
        assert told["people"]["found"] == OF_EACH * len(kinds), answer
        unknown = {"people": EVERYBODY - OF_EACH * len([*yes, *no])}
        assert told["not_known"] == {f"exposure.{code}": unknown}


def test_only_who_was_asked_about_the_whole_list_is_counted_as_without_any(batch, tmp_path):
    told = searched(batch, "visit_date is known", "--group", "exposure", "--visits",
                    batch / "visits.csv")  # fmt: skip
    groups = {"night_work": 20, "noise": 20, "none": 20, "unknown": 60}
    assert told["by"]["exposure"] == groups
    planned = run("plan", batch / "result", "--out", tmp_path, "--on", "2030-01-01", "--by",
                  "exposure", "--visits", batch / "visits.csv")  # fmt: skip
    assert {g["group"]: g["people"] for g in planned["groups"]["exposure"]} == groups
    with (tmp_path / "calls.csv").open(encoding="utf-8") as file:
        beside = {row["person_id"][:-2]: row["exposures"] for row in csv.DictReader(file)}
    assert beside == {"nights": "night_work", "loud": "noise", "whole": "none",
                      "quiet": "", "both": "", "unasked": ""}  # fmt: skip


def test_who_stands_in_a_file_was_asked_about_the_whole_list(batch, tmp_path):
    path = tmp_path / "exposures.csv"
    lines = [f"{kind}{i:02},{code}" for kind, code in (("loud", "noise"), ("whole", "none"))
             for i in range(OF_EACH)]  # fmt: skip
    path.write_text("\n".join(["person_id,exposure", *lines]) + "\n")
    for code, no in (("noise", ["whole"]), ("lead", ["loud", "whole"])):
        told = searched(batch, f"exposure.{code} = no", "--exposures", path)
        assert told["people"]["found"] == OF_EACH * len(no)
        assert told["not_known"][f"exposure.{code}"]["people"] == EVERYBODY - OF_EACH * 2


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Return the address of a store: a list with an exposure, an empty list, and no list."""
    lists = {"some": {"exposures": ["noise"]}, "none": {"exposures": []}, "not": {}}
    visits = [
        {
            "schema": "laennec.visit/1",
            "visit_id": name,
            "performed_at": "2025-02-10T09:00:00+01:00",
            **said,
            "person": {"id": name, "birth_date": "1970-01-01", "sex": "male"},
        }
        for name, said in lists.items()
    ]
    return stored(tmp_path_factory.mktemp("store"), visits)


def stored_tables(database):
    store = open_store(database)
    try:
        return stored_visits(store, latest_day(utc_now), trends=False).tables
    finally:
        store.close()


def groups_of(tables):
    names = tables["people"]["person_id"]
    found = exposure_groups(tables["exposures"], names)
    return {group: names.filter(rows).to_pylist() for group, rows in found.items()}


def test_the_list_of_a_visit_was_asked_in_whole_and_no_list_was_not_asked(store):
    assert groups_of(stored_tables(store)) == {
        "noise": ["some"], "none": ["none"], "unknown": ["not"],
    }  # fmt: skip


def test_an_exposure_that_was_added_later_was_asked_of_nobody(store):
    """Pinned: a visit of before the exposure stood in the list said no to it."""
    own = AddedExposure("pesticides", "pesticides", "pesticides", "a", "a", "Guide", verified=True)
    with exposures_in_use(SiteExposures((own,))):
        tables = stored_tables(store)
        assert groups_of(tables) == {"noise": ["some"], "none": [], "unknown": ["none", "not"]}
        asked = parse_criteria(["exposure.pesticides = no", "exposure.noise = no"])
        unknown = {one.name: one.people for one in who_is_not_known(asked, tables)}
    assert unknown == {"exposure.pesticides": 3, "exposure.noise": 1}
