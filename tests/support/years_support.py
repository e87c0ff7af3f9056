"""Results, plans, stores and searches of many visits, by the commands that a user gives."""

import csv
import json
from datetime import date

import pyarrow as pa
from laennec.cli import app
from typer.testing import CliRunner


def run(*words):
    """Run a command that must succeed, and return the JSON that it prints."""
    told = CliRunner().invoke(app, [str(word) for word in words])
    assert told.exit_code == 0, told.exception or told.output
    return json.loads(told.stdout)


def result_rows(days, **columns):
    """Return rows of a result: days as text or None, and columns of text or nothing."""
    texts = {name: pa.array(said, pa.string()) for name, said in columns.items()}
    on = pa.array([day and date.fromisoformat(day) for day in days], pa.date32())
    return pa.table({**texts, "visit_date": on})


def batch_result(folder, lines, *more):
    """Return the result of a batch of the lines of a table, its head first."""
    visits = folder / "visits.csv"
    visits.write_text("\n".join(lines) + "\n")
    run("batch", visits, "--out", folder / "result", "--workers", 1, *more)
    return folder / "result"


def planned(result, out, *more, on="2026-11-30"):
    """Return what a plan prints, its calls and its page."""
    told = run("plan", result, "--on", on, "--out", out, "--lang", "en", *more)
    with (out / "calls.csv").open(encoding="utf-8") as file:
        calls = list(csv.DictReader(file))
    return told, calls, (out / "plan.html").read_text(encoding="utf-8")


def searched(result, where, *more):
    """Return what a search of a result prints."""
    return run("search", "--result", result, "--where", where, *more)


def stored(folder, visits):
    """Return the address of a store of visits, screened in this order."""
    paths = []
    for number, said in enumerate(visits):
        path = folder / f"{number:02}.json"
        path.write_text(json.dumps(said))
        paths.append(str(path))
    database = f"sqlite:///{folder / 'store.db'}"
    screen = ["screen", *paths, "--database", database, "-o", str(folder)]
    done = CliRunner().invoke(app, screen)
    assert done.exit_code == 0, done.output
    return database


def found_in_store(database, where, folder):
    """Return the names that a search of a store finds, and what it prints."""
    people = folder / "people.csv"
    told = run(
        "search", "--database", database, "--by", "dr-a", "--where", where, "--people", people
    )
    return people.read_text().split()[1:], told
