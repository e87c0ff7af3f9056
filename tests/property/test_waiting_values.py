"""A worse value is never treated milder than a less bad one, over the whole possible range.

Of every column of a table in every unit: as the last visit (urgency, band), and as an earlier one
that nobody measured again (sign and call of a plan, condition of a search).
"""

import numpy as np
import pyarrow as pa
import pytest
from laennec.datasets.readers.tables import TableMapping, plan_table
from laennec.engine.bundles.load import load_models
from laennec.engine.guidelines import load_guidelines
from laennec.engine.vocabulary import load_vocabulary
from laennec.engine.vocabulary.load import read_toml
from laennec.serving.batch import decoded, screen_table
from laennec.serving.years.earlier_signs import earlier_signs
from laennec.serving.years.last_visits import last_visits, urgency_codes

MODELS, GUIDELINES, VOCABULARY = load_models(), load_guidelines(), load_vocabulary()
QUANTITY = read_toml("laennec.engine.vocabulary", "table.toml")["quantity"]
CALM = {
    "birth_date": "1975-01-01",
    "sex": "male",
    "height_cm": "175",
    "weight_kg": "80",
    "waist_cm": "90",
    "systolic_bp_mmhg": "125",
    "diastolic_bp_mmhg": "78",
    "known_diabetes": "false",
}
POINTS = 61
NOT_GRAVER = ("height_cm",)
"""Neither end of it is worse by itself."""
LOWER_IS_WORSE = ("hdl_cholesterol", "egfr")
LOW_IS_BAD_TOO = ("fasting_glucose", "systolic", "diastolic", "heart_rate", "weight", "bmi")
"""Of the others a very low number is one in another unit, and worse the higher that is."""
BANDS = ("low", "intermediate", "high")


def unit_of(name):
    item = VOCABULARY.item_of(QUANTITY[name]["slot"])
    return next(u for u in item.units if u.ucum == QUANTITY[name]["unit"])


def grid(name):
    """Return values over the whole possible range, with every limit and what lies beside it."""
    unit = unit_of(name)
    low, high = (end / 1e9 for end in unit.hard)
    step = (high - low) / (POINTS - 1)
    limits = [end / 1e9 for end in (*unit.hard, *unit.soft)]
    limits += [s / 1e9 for one in unit.suspects for s in (one.above, one.below) if s is not None]
    near = [limit + side * step / 50 for limit in limits for side in (-1, 0, 1)]
    values = [*np.linspace(low, high, POINTS), *(v for v in near if low <= v <= high)]
    return sorted({f"{value:.6g}" for value in values}, key=float)


def screened(rows):
    columns = list(dict.fromkeys(key for row in rows for key in row))
    table = pa.table({c: pa.array([row.get(c) for row in rows], pa.string()) for c in columns})
    plan = plan_table([(f.name, f.type) for f in table.schema], TableMapping())
    (batch,) = table.combine_chunks().to_batches()
    return pa.Table.from_batches([decoded(screen_table(batch, plan, MODELS, GUIDELINES))])


def people(name, values, day):
    other = {"systolic": "systolic", "diastolic": "diastolic", "bmi": "weight"}
    hidden = other.get(name.partition("_")[0], "-")
    calm = {key: value for key, value in CALM.items() if not key.startswith(hidden)}
    given = ({"person_id": f"p{i:03}", "visit_date": day, name: v} for i, v in enumerate(values))
    return [calm | one for one in given]


@pytest.mark.parametrize("name", [name for name in QUANTITY if name not in NOT_GRAVER])
def test_no_value_of_the_last_visit_is_milder_than_a_less_bad_one(name):
    """Pinned: LDL of 4 g/L, triglycerides of 16 mmol/L and 5 g/L of glucose fell back to calm."""
    values = grid(name)
    result = screened(people(name, values, "2026-11-20"))
    urgency = urgency_codes(result["urgency"]).tolist()
    calmest = [i for i, level in enumerate(urgency) if level == max(urgency)]
    first, last = calmest[0], calmest[-1]
    told = list(zip(values, urgency, strict=True))
    assert urgency[last:] == sorted(urgency[last:], reverse=True), told
    if name.startswith((*LOW_IS_BAD_TOO, *LOWER_IS_WORSE)):
        assert urgency[: first + 1] == sorted(urgency[: first + 1]), told
    towards = -1 if name.startswith(LOWER_IS_WORSE) else 1
    usual = [end / 1e9 for end in unit_of(name).soft]
    numbers = np.array([float(value) for value in values])
    kept = numbers <= usual[1] if towards < 0 else numbers >= usual[0]
    for outcome in ("t2d_undiagnosed", "dysglycaemia", "cvd_death_10y"):
        bands = result[f"{outcome}_band"].filter(pa.array(kept)).to_pylist()
        said = [band for band in bands[::towards] if band in BANDS]
        assert said == sorted(said, key=BANDS.index), (outcome, said)


@pytest.mark.parametrize("name", [n for n in QUANTITY if n.startswith(("fasting_gl", "hba1c"))])
def test_no_value_of_an_earlier_visit_is_milder_than_a_less_bad_one(name):
    """Pinned: 3 and 4 g/L were called, and 5.0 to 6.5 g/L and HbA1c of 18.5 % by nobody."""
    values = grid(name)
    rows = [
        *people(name, values, "2026-09-01"),
        *({**one, name: None} for one in people(name, values, "2026-11-20")),
    ]
    result = screened(rows)
    found = earlier_signs(result, last_visits(result).last)
    usual = [end / 1e9 for end in unit_of(name).soft]
    is_open = [o for v, o in zip(values, found.is_open, strict=True) if float(v) >= usual[0]]
    assert is_open == sorted(is_open), list(zip(values, found.is_open, strict=True))
    assert is_open[-1]
    assert not is_open[0]
    signs = found.sign.to_pylist()
    assert all((sign is not None) == bool(o) for sign, o in zip(signs, found.is_open, strict=True))
