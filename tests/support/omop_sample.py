"""A small OMOP CDM made of a table of visits, for tests: folders of Parquet or CSV, or SQLite."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import sqlalchemy as sa

DAY = date(2012, 6, 15)
MG_DL, MMOL_L, MMHG, PERCENT, CM, KG, KG_M2 = 8840, 8753, 8876, 8554, 8582, 9529, 9531
ML_MIN = 720870
MEASURED = {
    "waist_cm": (3016258, CM),
    "height_cm": (3036277, CM),
    "weight_kg": (3025315, KG),
    "bmi_kg_per_m2": (3038553, KG_M2),
    "systolic_bp_mmhg": (3004249, MMHG),
    "diastolic_bp_mmhg": (3012888, MMHG),
    "fasting_glucose_mmol_per_l": (3037110, MMOL_L),
    "fasting_glucose_mg_per_dl": (3037110, MG_DL),
    "hba1c_percent": (3004410, PERCENT),
    "total_cholesterol_mmol_per_l": (3027114, MMOL_L),
    "hdl_cholesterol_mmol_per_l": (3007070, MMOL_L),
    "ldl_cholesterol_mmol_per_l": (3028437, MMOL_L),
    "triglycerides_mmol_per_l": (3022192, MMOL_L),
    "egfr_ml_per_min_1_73m2": (46236952, ML_MIN),
}
CONDITIONS = {"known_diabetes": 201820, "known_cvd": 321318}
DRUGS = {"bp_treated": 21600381}
OBSERVED = {
    "smoker_current": (43054909, {True: 45884037}),
    "family_history_diabetes": (4051106, {True: 4188539, False: 4188540}),
    "physically_active": (4036426, {True: 4188539, False: 4188540}),
}
"""What a CDM can say of an answer: a condition, a drug or smoking can't be denied in it."""


def cdm(visits: pa.Table, *, exact_birth: bool = True) -> dict[str, pa.Table]:
    """Return the tables of a CDM that says what canonical visits say, all of one day."""
    rows = visits.to_pylist()
    people = {"person_id": [], "gender_concept_id": [], "year_of_birth": [], "month_of_birth": [],
              "day_of_birth": []}  # fmt: skip
    values = []
    for person, row in enumerate(rows, start=1):
        people["person_id"].append(person)
        people["gender_concept_id"].append(8507 if row["sex"] == "male" else 8532)
        people["year_of_birth"].append(DAY.year - int(row["age_years"]))
        people["month_of_birth"].append(1 if exact_birth else None)
        people["day_of_birth"].append(2 if exact_birth else None)
        for name, (concept, unit) in MEASURED.items():
            if row.get(name) is not None:
                values.append((person, concept, DAY, float(row[name]), unit))
    return {"person": pa.table(people), "measurement": measurements(values)}


def answers(visits: pa.Table) -> dict[str, pa.Table]:
    """Return the tables of conditions, drugs and observations of the same visits."""
    rows = list(enumerate(visits.to_pylist(), start=1))
    ill = [(p, c) for p, row in rows for name, c in CONDITIONS.items() if row[name]]
    treated = [(p, c) for p, row in rows for name, c in DRUGS.items() if row[name]]
    said = [
        (p, c, values[row[name]])
        for p, row in rows
        for name, (c, values) in OBSERVED.items()
        if row[name] in values
    ]
    return {
        "condition_occurrence": _events("condition", ("start_date",), ill),
        "drug_exposure": _events("drug", ("exposure_start_date", "exposure_end_date"), treated),
        "observation": _events("observation", ("date",), said),
    }


def _events(kind: str, days: tuple[str, ...], found: list[tuple]) -> pa.Table:
    table = {"condition": "condition_occurrence", "drug": "drug_exposure"}.get(kind, kind)
    columns = {
        f"{table}_id": np.arange(1, len(found) + 1),
        "person_id": pa.array([one[0] for one in found], pa.int64()),
        f"{kind}_concept_id": pa.array([one[1] for one in found], pa.int64()),
    }
    columns |= {f"{kind}_{day}": pa.array([DAY] * len(found), pa.date32()) for day in days}
    if kind == "observation":
        columns["value_as_concept_id"] = pa.array([one[2] for one in found], pa.int64())
    return pa.table(columns)


def measurements(values: list[tuple], **more: list) -> pa.Table:
    """Return a measurement table of (person, concept, day, value, unit)."""
    person, concept, day, value, unit = zip(*values, strict=True)
    n = len(values)
    return pa.table(
        {
            "measurement_id": np.arange(1, n + 1), "person_id": person,
            "measurement_concept_id": concept, "measurement_date": pa.array(day, pa.date32()),
            "operator_concept_id": pa.nulls(n, pa.int64()), "value_as_number": value,
            "unit_concept_id": pa.array(unit, pa.int64()),
            "unit_source_value": pa.nulls(n, pa.string()),
            "visit_occurrence_id": pa.nulls(n, pa.int64()), **more,
        }
    )  # fmt: skip


def write_folder(folder: Path, tables: dict[str, pa.Table], form: str = "parquet") -> Path:
    """Write a CDM as files."""
    folder.mkdir(parents=True)
    for name, table in tables.items():
        if form == "csv":
            pacsv.write_csv(table, folder / f"{name.upper()}.csv")
        else:
            pq.write_table(table, folder / f"{name}.parquet")
    return folder


def write_database(path: Path, tables: dict[str, pa.Table]) -> str:
    """Write a CDM into SQLite; return its address."""
    url = f"sqlite:///{path}"
    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    for name, table in tables.items():
        kinds = [sa.Column(f.name, _kind(f.type)) for f in table.schema]
        made = sa.Table(name, metadata, *kinds)
        made.create(engine)
        with engine.begin() as connection:
            connection.execute(sa.insert(made), table.to_pylist())
    engine.dispose()
    return url


def _kind(kind: pa.DataType) -> type:
    if pa.types.is_date(kind):
        return sa.Date
    if pa.types.is_floating(kind):
        return sa.Float
    return sa.String if pa.types.is_string(kind) else sa.BigInteger


def earlier(days: int) -> date:
    """Return a day before that of the visits."""
    return DAY - timedelta(days=days)
