"""The commands that look over the years: trajectories and the year's plan."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ..serving.clock import latest_day, local_day, utc_now
from .batch import Mapping, Withdrawn
from .printing import print_json
from .search import Exposures, Trajectories, Visits
from .thesaurus import Thesaurus

EXIT_PARTLY = 3
app = typer.Typer()

Day = Annotated[
    str | None, typer.Option("--on", help="Day to count from, YYYY-MM-DD; today by default.")
]


def day_of(text: str | None) -> date:
    """Return the named day, or today's on this machine."""
    if text is None:
        return local_day(utc_now)
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
    ecg_result: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Result of a batch of these tables with ECGs: rate, PR, QRS, QTc are followed.",
        ),
    ] = None,
    thesaurus: Thesaurus = None,  # the option itself makes its exposures known
    on: Day = None,
) -> None:
    """Say what each person's values did over the visits: last value, trend, time in range."""
    from ..serving.years.trajectories.run import TrajectoryOptions, run_trajectories

    options = TrajectoryOptions(
        tuple(inputs),
        out,
        today=day_of(on),
        mapping=mapping,
        withdrawn=withdrawn,
        ecg_results=tuple(ecg_result or ()),
        latest=latest_day(utc_now) if on is None else min(day_of(on), latest_day(utc_now)),
    )
    manifest = run_trajectories(options)
    print_json(manifest)
    is_whole = manifest["visits"] and not manifest["lines_malformed"]
    raise typer.Exit(0 if is_whole else EXIT_PARTLY)


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
    attendance: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Share of those called who come, 0 to 1; else of --settings, or published.",
        ),
    ] = None,
    sensitivity: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Share of the cases that the test finds, 0 to 1; else as attendance."
        ),
    ] = None,
    cohort: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Only a saved search's people.")
    ] = None,
    visits: Visits = None,
    mapping: Mapping = None,
    trajectories: Trajectories = None,
    exposures: Exposures = None,
    thesaurus: Thesaurus = None,
    by: Annotated[
        str | None, typer.Option(help="exposure: also plan for each exposure by itself.")
    ] = None,
    on: Day = None,
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
) -> None:
    """Plan the year from a result: whom to call first, tests, expected cases, cost, return."""
    from ..serving.years.plan.run import PlanOptions, printed, run_plan
    from ..serving.years.plan.settings import ATTENDANCE, SENSITIVITY
    from .printing import one_of
    from .search import beside

    one_of(lang, ("fr", "en"), "--lang")
    if by is not None:
        one_of(by, ("exposure",), "--by")
    shares = {ATTENDANCE: attendance, SENSITIVITY: sensitivity}
    options = PlanOptions(
        result,
        out or result / "plan",
        day_of(on),
        settings=settings,
        capacity=capacity,
        lang=lang,
        cohort=cohort,
        beside=beside(visits, mapping, trajectories, exposures),
        thesaurus=thesaurus,
        by_exposure=by is not None,
        given={n: v for n, v in shares.items() if v is not None},
    )
    print_json(printed(run_plan(options)))
