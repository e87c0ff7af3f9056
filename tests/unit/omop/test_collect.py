"""A CDM becomes one row a person: the latest day, in the reported unit, every row accounted for."""

from datetime import date

import omop_sample
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from laennec.datasets.readers.omop import (
    collect,
    collected_plan,
    database_source,
    folder_source,
    is_omop_folder,
    read_concepts,
)
from laennec.datasets.readers.tables import TableRefused, read_rows
from laennec.engine.record import YES
from omop_sample import CM, DAY, MG_DL, MMHG, MMOL_L, earlier, measurements

GLUCOSE, WAIST, SYSTOLIC, TOTAL = 3037110, 3016258, 3004249, 3027114
ONE = {
    "person_id": [1], "gender_concept_id": [8532], "year_of_birth": [1962],
    "month_of_birth": [3], "day_of_birth": [2],
}  # fmt: skip


def collected(tmp_path, values, people=ONE, more=None, **columns):
    tables = {"person": pa.table(people), "measurement": measurements(values, **columns)}
    folder = omop_sample.write_folder(tmp_path / "cdm", {**tables, **(more or {})})
    found = collect(folder_source(folder), read_concepts(), tmp_path / "collected")
    path = found.folder / found.content["files"][0]
    table = pq.read_table(path)
    return table, found.content["counts"], collected_plan(path)


def record(table, plan):
    return read_rows(table.combine_chunks().to_batches()[0], plan).batch


def test_values_stay_in_the_unit_and_with_the_operator_they_came_with(tmp_path):
    values = [(1, GLUCOSE, DAY, 126.0, MG_DL), (1, TOTAL, DAY, 5.2, MMOL_L)]
    operator = pa.array([4171756, 4172703], pa.int64())
    table, _, plan = collected(tmp_path, values, operator_concept_id=operator)
    assert table.to_pylist()[0] | {"sex": "female"} == {
        "person_id": "1", "visit_date": DAY, "age_years": 50, "age_years_highest": 50,
        "sex": "female", "glucose.fasting_venous [mg/dL] 1": "<126",
        "total_cholesterol [mmol/L] 1": "5.2",
    }  # fmt: skip
    glucose = record(table, plan).quantities["glucose.fasting_venous"]
    assert (glucose.nano[0, 0], glucose.comparator[0, 0]) == (126 * 10**9, -1)
    assert glucose.item.units[glucose.unit[0, 0]].ucum == "mg/dL"


@pytest.mark.parametrize("unit", [None, 0, 4_000_000_000])
def test_a_value_without_a_known_unit_is_refused_and_counted(tmp_path, unit):
    said = pa.array(["µmol"], pa.string())
    values = [(1, GLUCOSE, DAY, 7.2, unit)]
    table, counts, plan = collected(tmp_path, values, unit_source_value=said)
    batch = record(table, plan)
    assert [(p.severity, p.code, p.item) for p in batch.problems] == [
        ("refused_item", "unit_missing", "glucose")
    ]
    assert not batch.quantities["glucose.fasting_venous"].accepted.any()
    assert counts["units_refused"] == {f"unit_concept_id {unit or 0}, µmol": 1}


def test_a_unit_that_is_not_one_of_the_item_is_refused(tmp_path):
    table, _, plan = collected(tmp_path, [(1, WAIST, DAY, 90.0, MMHG)])
    assert [p.code for p in record(table, plan).problems] == ["unit_missing"]


def test_the_visit_is_the_latest_day_and_older_values_count_only_while_they_are_fresh(tmp_path):
    values = [
        (1, WAIST, earlier(10), 91.0, CM), (1, WAIST, earlier(400), 120.0, CM),
        (1, GLUCOSE, earlier(300), 5.0, MMOL_L), (1, TOTAL, earlier(370), 5.0, MMOL_L),
        (1, SYSTOLIC, DAY, 141.0, MMHG), (1, SYSTOLIC, earlier(1), 190.0, MMHG),
    ]  # fmt: skip
    table, counts, _ = collected(tmp_path, values)
    row = table.to_pylist()[0]
    assert row["visit_date"] == DAY
    assert row["waist [cm] 1"] == "91"
    assert row["glucose.fasting_venous [mmol/L] 1"] == "5"
    assert row["systolic_bp.unspecified_arm [mm[Hg]] 1"] == "141"
    assert not any(name.startswith("total_cholesterol") for name in row)
    assert counts["measurement"]["too_old"] == 3
    assert counts["measurement"]["used"] == 3


def test_two_readings_of_a_day_are_kept_and_further_ones_are_counted(tmp_path):
    values = [(1, SYSTOLIC, DAY, float(v), MMHG) for v in (150, 142, 138)]
    table, counts, plan = collected(tmp_path, values)
    pressure = record(table, plan).quantities["systolic_bp.unspecified_arm"]
    assert pressure.nano.tolist() == [[142 * 10**9, 138 * 10**9]]
    assert counts["measurement"]["more_than_two_a_day"] == 1


def test_every_row_of_a_bad_table_has_a_reason(tmp_path):
    values = [
        (1, WAIST, DAY, 90.0, CM), (9, WAIST, DAY, 90.0, CM), (1, 42, DAY, 1.0, CM),
        (1, WAIST, None, 90.0, CM), (1, WAIST, DAY, None, CM), (1, WAIST, DAY, float("nan"), CM),
        (None, WAIST, DAY, 90.0, CM), (1, GLUCOSE, DAY, 5.0, MMOL_L),
    ]  # fmt: skip
    operator = pa.array([None] * 7 + [77], pa.int64())
    people = {key: [*value, value[0]] for key, value in ONE.items()}
    people["person_id"] = [1, 1]
    table, counts, _ = collected(tmp_path, values, people, operator_concept_id=operator)
    assert counts["person"] == {"rows": 2, "without_id": 0, "twice": 1, "visits": 1}
    told = counts["measurement"]
    assert told.pop("rows") == sum(told.values()) == len(values)
    assert {k for k, v in told.items() if v} == {
        "used", "person_unknown", "not_in_concept_sets", "date_unusable", "value_absent",
        "person_absent", "operator_unknown",
    }  # fmt: skip
    assert told["value_absent"] == 2
    assert table.num_rows == 1


@pytest.mark.parametrize(
    ("birth", "ages"),
    [((1962, 6, 15), (50, 50)), ((1962, 6, 16), (49, 49)), ((1962, None, None), (49, 50)),
     ((1962, 6, None), (49, 50)), ((1962, 5, None), (50, 50)), ((None, None, None), (None, None)),
     ((1962, 13, 1), (49, 50))],
)  # fmt: skip
def test_age_is_as_uncertain_as_the_birth(tmp_path, birth, ages):
    year, month, day = birth
    whole = pa.int64()
    people = {**ONE, "year_of_birth": pa.array([year], whole),
              "month_of_birth": pa.array([month], whole),
              "day_of_birth": pa.array([day], whole)}  # fmt: skip
    row = collected(tmp_path, [(1, WAIST, DAY, 90.0, CM)], people)[0].to_pylist()[0]
    assert (row["age_years"], row["age_years_highest"]) == ages


def occurrence(table, person, concept, start, **more):
    return pa.table({f"{table}_id": [1], "person_id": [person], **concept, **start, **more})


def test_conditions_drugs_and_observations_answer_what_holds_on_the_day(tmp_path):
    more = {
        "condition_occurrence": pa.table({
            "condition_occurrence_id": [1, 2], "person_id": [1, 1],
            "condition_concept_id": [555, 312327],
            "condition_start_date": [earlier(900), date(2013, 1, 1)],
        }),
        "concept_ancestor": pa.table({
            "ancestor_concept_id": [201820], "descendant_concept_id": [555],
        }),
        "drug_exposure": pa.table({
            "drug_exposure_id": [1, 2], "person_id": [1, 1],
            "drug_concept_id": [21600381, 21601853],
            "drug_exposure_start_date": [earlier(400), earlier(500)],
            "drug_exposure_end_date": pa.array([earlier(20), None], pa.date32()),
        }),
        "observation": pa.table({
            "observation_id": [1, 2], "person_id": [1, 1],
            "observation_concept_id": [43054909, 43054909],
            "observation_date": [earlier(900), earlier(30)],
            "value_as_concept_id": [45884037, 45883458],
        }),
    }  # fmt: skip
    table, _, plan = collected(tmp_path, [(1, WAIST, DAY, 90.0, CM)], more=more)
    row = table.to_pylist()[0]
    asked = ("condition.", "medication.", "questionnaire.")
    answers = {name: value for name, value in row.items() if name.startswith(asked)}
    assert answers == {
        "condition.diabetes": "yes",
        "medication.antihypertensive": "yes",
        "questionnaire.smoker": "former",
    }
    assert record(table, plan).answer("condition.diabetes")[0] == YES


def visits(*rows, sites=None):
    ids, person, start, end = zip(*rows, strict=True)
    said = {} if sites is None else {"care_site_id": pa.array(sites, pa.int64())}
    return {
        "visit_occurrence": pa.table({
            "visit_occurrence_id": ids, "person_id": person,
            "visit_start_date": pa.array(start, pa.date32()),
            "visit_end_date": pa.array(end, pa.date32()),
            **said,
        })
    }  # fmt: skip


TWO_VISITS = ((7, 1, earlier(200), earlier(200)), (8, 1, DAY, DAY), (9, 1, DAY, DAY))


@pytest.mark.parametrize(
    ("sites", "named", "expected"),
    [
        ([5, 6, None], {}, "6"),
        ([5, 6, 6], {6: "Lille"}, "Lille (6)"),
        ([5, 6, 6], {6: " ", 5: "Lens"}, "6"),
        ([5, 6, 4], {6: "Lille"}, None),
        ([5, None, None], {}, None),
    ],
)
def test_the_care_site_of_the_latest_visit_is_the_site_of_the_row(tmp_path, sites, named, expected):
    values = [(1, WAIST, earlier(200), 90.0, CM), (1, SYSTOLIC, DAY, 141.0, MMHG),
              (1, GLUCOSE, DAY, 5.0, MMOL_L)]  # fmt: skip
    more = visits(*TWO_VISITS, sites=sites)
    if named:
        ids, names = zip(*named.items(), strict=True)
        more["care_site"] = pa.table({"care_site_id": ids, "care_site_name": names})
    ids = pa.array([7, 8, 9], pa.int64())
    table, _, plan = collected(tmp_path, values, more=more, visit_occurrence_id=ids)
    assert table.to_pylist()[0].get("site") == expected
    assert [role.name for role in plan.context] == ([] if expected is None else ["site"])


def test_results_of_a_visit_are_of_the_day_on_which_it_began(tmp_path):
    """A laboratory's answer of the next day belongs to the pressure of the visit."""
    values = [(1, SYSTOLIC, earlier(2), 141.0, MMHG), (1, GLUCOSE, DAY, 5.0, MMOL_L)]
    more = visits((7, 1, earlier(2), earlier(2)))
    ids = pa.array([7, 7], pa.int64())
    table, counts, _ = collected(tmp_path, values, more=more, visit_occurrence_id=ids)
    row = table.to_pylist()[0]
    assert row["visit_date"] == earlier(2)
    assert row["systolic_bp.unspecified_arm [mm[Hg]] 1"] == "141"
    assert row["glucose.fasting_venous [mmol/L] 1"] == "5"
    assert counts["visit_occurrence"] == {"day_of_visit": 2, "far_from_visit": 0}
    assert counts["measurement"]["used"] == 2


@pytest.mark.parametrize(
    ("visit", "far"),
    [((7, 1, earlier(20), earlier(2)), 0), ((7, 2, earlier(2), earlier(2)), 0),
     ((8, 1, earlier(2), earlier(2)), 0), ((7, 1, earlier(30), earlier(30)), 1),
     ((7, 1, earlier(2), earlier(3)), 0), ((7, 1, None, None), 0)],
)  # fmt: skip
def test_a_stay_another_persons_visit_or_one_far_away_gives_no_day(tmp_path, visit, far):
    values = [(1, WAIST, DAY, 90.0, CM)]
    ids = pa.array([7], pa.int64())
    table, counts, _ = collected(tmp_path, values, more=visits(visit), visit_occurrence_id=ids)
    assert table.to_pylist()[0]["visit_date"] == DAY
    assert counts["visit_occurrence"] == {"day_of_visit": 0, "far_from_visit": far}


def test_of_two_results_of_a_visit_the_later_one_comes_first(tmp_path):
    values = [(1, SYSTOLIC, DAY, 120.0, MMHG), (1, SYSTOLIC, earlier(1), 150.0, MMHG)]
    more = visits((7, 1, earlier(1), DAY))
    ids = pa.array([7, 7], pa.int64())
    row = collected(tmp_path, values, more=more, visit_occurrence_id=ids)[0].to_pylist()[0]
    name = "systolic_bp.unspecified_arm [mm[Hg]] "
    assert [row[f"{name}{n}"] for n in (1, 2)] == ["120", "150"]


def test_most_drugs_for_pressure_are_no_drug_of_the_group_called_antihypertensives(tmp_path):
    """C02 alone once stood there: a person on an inhibitor of the converting enzyme (C09) was
    untreated.
    """
    more = {
        "drug_exposure": pa.table({
            "drug_exposure_id": [1], "person_id": [1], "drug_concept_id": [21601782],
            "drug_exposure_start_date": [earlier(40)],
        })
    }  # fmt: skip
    table, _, _ = collected(tmp_path, [(1, WAIST, DAY, 90.0, CM)], more=more)
    assert table.to_pylist()[0]["medication.antihypertensive"] == "yes"


def test_arms_are_told_apart_only_by_concepts_of_their_own(tmp_path):
    text = 'schema = "laennec.omop_concepts/1"\n[unit]\n8876 = "mm[Hg]"\n[measurement]\n'
    text += '"systolic_bp.left_arm" = [1]\n"systolic_bp.right_arm" = [2]\n'
    sets = tmp_path / "mine.toml"
    sets.write_text(text)
    values = [(1, 1, DAY, 150.0, MMHG), (1, 2, DAY, 120.0, MMHG), (1, SYSTOLIC, DAY, 99.0, MMHG)]
    tables = {"person": pa.table(ONE), "measurement": measurements(values)}
    folder = omop_sample.write_folder(tmp_path / "cdm", tables)
    found = collect(folder_source(folder), read_concepts(sets), tmp_path / "out")
    path = found.folder / found.content["files"][0]
    slots = {role.slot for role in collected_plan(path).quantities}
    assert slots == {"systolic_bp.left_arm", "systolic_bp.right_arm"}


def test_a_folder_or_database_without_people_is_refused(tmp_path):
    folder = omop_sample.write_folder(tmp_path / "cdm", {"person": pa.table(ONE)})
    assert not is_omop_folder(folder)
    with pytest.raises(TableRefused, match="no table 'measurement'"):
        folder_source(folder)
    url = omop_sample.write_database(tmp_path / "x.sqlite", {"person": pa.table(ONE)})
    with pytest.raises(TableRefused, match="no table 'measurement'"):
        database_source(url)
    with pytest.raises(TableRefused, match="a database that can't be opened") as caught:
        database_source("nonsense://user:secret@host/x")
    assert "secret" not in str(caught.value)
