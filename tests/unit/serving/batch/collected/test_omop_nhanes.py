"""Real people written as an OMOP CDM are told what they are told as a table of visits."""

import omop_sample
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from laennec.datasets.sources.nhanes import data_folder
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch

pytestmark = pytest.mark.data

N = 400
MG_PER_MMOL = 18.016
NUMBERS = {
    "waist_cm": "waist_cm",
    "height_cm": "height_cm",
    "bmi_kg_per_m2": "bmi",
    "systolic_bp_mmhg": "sbp",
    "diastolic_bp_mmhg": "dbp",
    "hba1c_percent": "hba1c_pct",
    "total_cholesterol_mmol_per_l": "tc_mmol",
    "hdl_cholesterol_mmol_per_l": "hdl_mmol",
    "ldl_cholesterol_mmol_per_l": "ldl_mmol",
    "triglycerides_mmol_per_l": "tg_mmol",
    "egfr_ml_per_min_1_73m2": "egfr",
}
ANSWERS = {
    "known_diabetes": "diagnosed_diabetes",
    "known_cvd": "hx_chd",
    "bp_treated": "bp_med_now",
    "smoker_current": "smoker_now",
    "family_history_diabetes": "famhist_diabetes",
    "physically_active": "active",
}
DENIED = ("family_history_diabetes", "physically_active")
"""The only answers of which a CDM can say no; elsewhere no record says nothing."""


@pytest.fixture(scope="module")
def visits():
    """Every hundredth or so of the examined, glucose of every other person in mg/dL."""
    path = data_folder() / "tabular" / "nhanes" / "dev_1999_2014.parquet"
    if not path.is_file():
        pytest.skip("development data not here")
    survey = pq.read_table(path)
    examined = survey.filter(pc.is_valid(survey["sbp"]))
    people = examined.take(list(range(0, examined.num_rows, examined.num_rows // N))[:N])
    columns = {
        "person_id": [str(i + 1) for i in range(N)],
        "visit_date": pa.array([omop_sample.DAY] * N, pa.date32()),
        "age_years": people["age"],
        "sex": ["male" if one else "female" for one in people["male"].to_pylist()],
    }
    columns |= {name: people[given] for name, given in NUMBERS.items()}
    glucose = people["fasting_glucose_mmol"].to_pylist()
    columns["fasting_glucose_mmol_per_l"] = pa.array(
        [g if i % 2 else None for i, g in enumerate(glucose)], pa.float64()
    )
    columns["fasting_glucose_mg_per_dl"] = pa.array(
        [None if i % 2 or g is None else round(g * MG_PER_MMOL, 1) for i, g in enumerate(glucose)],
        pa.float64(),
    )
    for name, given in ANSWERS.items():
        known = {1.0: True, 0.0: False if name in DENIED else None}
        columns[name] = pa.array([known.get(v) for v in people[given].to_pylist()], pa.bool_())
    return pa.table(columns)


def ran(root, name, source):
    return run_batch(BatchOptions((source,), root / name, workers=1), SilentReporter())


def rows(root, name):
    return {r["person_id"]: r for r in pq.read_table(root / name / "parts").to_pylist()}


@pytest.fixture(scope="module")
def done(tmp_path_factory, visits):
    root = tmp_path_factory.mktemp("nhanes")
    pq.write_table(visits, root / "visits.parquet")
    tables = {**omop_sample.cdm(visits), **omop_sample.answers(visits)}
    folder = omop_sample.write_folder(root / "cdm", tables)
    return root, ran(root, "direct", root / "visits.parquet"), ran(root, "omop", folder)


def test_a_cdm_of_real_people_says_what_their_visits_say(done):
    root, direct, omop = done
    said = rows(root, "omop")
    assert said == rows(root, "direct")
    assert omop.content_sha256 == direct.content_sha256
    assert omop.counts == direct.counts
    assert omop.counts["in"] == N
    bands = {row["dysglycaemia_band"] for row in said.values()}
    assert {"low", "intermediate", "high"} <= bands
    assert len({row["urgency"] for row in said.values()}) > 1


def test_every_measurement_of_them_is_used(done, visits):
    counts = done[2].manifest["plan"]["omop"]["counts"]
    written = sum(
        len(visits[n].drop_null()) for n in omop_sample.MEASURED if n in visits.schema.names
    )
    became = {reason: n for reason, n in counts["measurement"].items() if n}
    assert became == {"rows": written, "used": written}
    assert counts["units_refused"] == {}


def test_without_their_units_nothing_is_guessed(done, visits, tmp_path):
    """The waist loses its unit: it is refused of everybody, and nothing else is."""
    tables = {**omop_sample.cdm(visits), **omop_sample.answers(visits)}
    measured = tables["measurement"]
    waist = omop_sample.MEASURED["waist_cm"][0]
    lost = pc.if_else(pc.equal(measured["measurement_concept_id"], waist), 0,
                      measured["unit_concept_id"])  # fmt: skip
    at = measured.schema.get_field_index("unit_concept_id")
    tables["measurement"] = measured.set_column(at, "unit_concept_id", lost)
    omop = ran(tmp_path, "omop", omop_sample.write_folder(tmp_path / "cdm", tables))
    with_waist = [str(p) for p, w in zip(visits["person_id"].to_pylist(),
                  visits["waist_cm"].to_pylist(), strict=True) if w is not None]  # fmt: skip
    found = rows(tmp_path, "omop")
    refused = [p for p, row in found.items() if "waist:unit_missing" in row["refused_items"]]
    assert sorted(refused) == sorted(with_waist)
    assert omop.manifest["items_refused"]["waist:unit_missing"] == len(with_waist)
    units = omop.manifest["plan"]["omop"]["counts"]["units_refused"]
    assert sum(units.values()) == len(with_waist)
    assert omop.counts["in"] == N
