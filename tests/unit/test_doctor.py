"""The doctor says what would not work."""

from laennec.engine import Models, load_guidelines, load_models
from laennec.serving.doctor import EXTRAS, examine, is_able_to_screen


def test_without_a_model_the_doctor_says_what_would_be_missing() -> None:
    checks = {check.name: check for check in examine(Models(), load_guidelines())}
    assert not checks["models"].ok
    assert "not assessable" in checks["models"].detail
    assert not is_able_to_screen(tuple(checks.values()))


def test_every_extra_is_looked_at_and_a_missing_one_names_its_remedy() -> None:
    checks = {check.name: check for check in examine(Models(), load_guidelines())}
    for name in EXTRAS:
        check = checks[f"extra {name}"]
        assert check.ok or f"pip install -e '.[{name}]'" in check.detail


def test_the_chosen_guideline_sets_and_unsigned_rows_are_said() -> None:
    guidelines = load_guidelines({"diabetes": "ada"})
    detail = next(c.detail for c in examine(Models(), guidelines) if c.name == "guidelines")
    assert "diabetes=ada" in detail
    assert f"{guidelines.rows_unsigned} rows not signed" in detail


def test_what_reads_ecgs_is_counted_among_the_models() -> None:
    models = load_models()
    checks = {check.name: check for check in examine(models, load_guidelines())}
    assert all(f"model {b.manifest.id}" in checks for b in (*models.signals, *models.statements))
    every = len(models.loaded) + len(models.signals) + len(models.statements)
    assert checks["models"].detail == f"{every} ready, 0 refused"
