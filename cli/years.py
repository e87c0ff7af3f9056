"""The commands that look over the years: trajectories, the year's plan, the search."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from .batch import Mapping, Withdrawn
from .printing import print_json

app = typer.Typer()

Day = Annotated[
    str | None, typer.Option("--on", help="Day to count from, YYYY-MM-DD; today by default.")
]


def day_of(text: str | None) -> date:
    """Return the named day, or today's."""
    from ..serving.clock import latest_day, utc_now

    if text is None:
        return latest_day(utc_now)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("not a day such as 2026-11-03", param_hint="--on") from error


@app.command()
def trajectories(
    inputs: Annotated[
        list[Path],
        typer.Argument(exists=True, help="Tables with many visits a person, as of batch."),
    ],
    out: Annotated[Path, typer.Option(help="Folder for trajectories.parquet and its manifest.")],
    mapping: Mapping = None,
    withdrawn: Withdrawn = None,
    on: Day = None,
) -> None:
    """Say what each person's values did over the visits: last value, trend, time in range."""
    from ..serving.years.trajectories import TrajectoryOptions, run_trajectories

    options = TrajectoryOptions(
        tuple(inputs), out, today=day_of(on), mapping=mapping, withdrawn=withdrawn
    )
    print_json(run_trajectories(options))


@app.command()
def plan(
    result: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Folder of a finished batch.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the plan; plan in RESULT by default.")
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="TOML of the site's prices and horizon."),
    ] = None,
    capacity: Annotated[int | None, typer.Option(min=0, help="Calls of the year.")] = None,
    cohort: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Only a saved search's people.")
    ] = None,
    trajectories: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="For that search.")
    ] = None,
    exposures: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="For that search.")
    ] = None,
    on: Day = None,
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
) -> None:
    """Plan the year from a result: whom to call first, tests, expected cases, cost, return."""
    from ..serving.years.plan_run import PlanOptions, printed, run_plan
    from .printing import one_of

    one_of(lang, ("fr", "en"), "--lang")
    options = PlanOptions(
        result,
        out or result / "plan",
        day_of(on),
        settings=settings,
        capacity=capacity,
        lang=lang,
        cohort=cohort,
        trajectories=trajectories,
        exposures=exposures,
    )
    print_json(printed(run_plan(options)))


@app.command()
def search(
    result: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Folder of a finished batch.")
    ],
    cohort: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="A saved search, TOML.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            help='Conditions, such as "t2d_undiagnosed_band = high and slope.waist > 0.5".'
        ),
    ] = None,
    trajectories: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="trajectories.parquet of that command."),
    ] = None,
    exposures: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="CSV of person_id,exposure.")
    ] = None,
    database: Annotated[
        str | None, typer.Option(help="Store: its decisions, and the record of this search.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who searches; recorded.")] = "",
    group: Annotated[
        list[str] | None, typer.Option(help="Also count by this column; may be repeated.")
    ] = None,
    people: Annotated[
        Path | None, typer.Option(help="Write the pseudonyms here; needs --database and --by.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Save the search as a cohort.")] = None,
    title: Annotated[str, typer.Option(help="Of the saved cohort.")] = "",
) -> None:
    """Count who meets criteria on results, trends, exposures and decisions (extra search)."""
    from ..serving.years.search import BY
    from ..serving.years.search_run import SearchOptions, run_search
    from .printing import one_of

    for name in group or ():
        one_of(name, BY, "--group")
    options = SearchOptions(
        result,
        cohort,
        tuple(where or ()),
        trajectories,
        exposures,
        database,
        by,
        tuple(group or ()),
        people,
        save,
        title,
    )
    print_json(run_search(options))
