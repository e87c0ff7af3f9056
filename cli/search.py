"""The search by several criteria, and the files that a search may read beside a result."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .batch import Mapping
from .printing import print_json
from .thesaurus import Thesaurus

if TYPE_CHECKING:
    from ..serving.years.search.tables import Beside

app = typer.Typer()

Visits = Annotated[
    list[Path] | None,
    typer.Option(exists=True, help="Tables that the batch screened: values, answers, facts."),
]
Trajectories = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="trajectories.parquet of that command."),
]
Exposures = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="CSV of person_id,exposure[,source]."),
]


def beside(
    visits: list[Path] | None,
    mapping: Path | None,
    trajectories: Path | None,
    exposures: Path | None,
) -> "Beside":
    """Return the files beside a result."""
    from ..serving.years.search.tables import Beside
    from ..serving.years.visits import VisitFiles

    tables = VisitFiles(tuple(visits), mapping) if visits else None
    return Beside(tables, trajectories, exposures)


@app.command()
def search(
    result: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder of a finished batch; the stored visits of --database without it.",
        ),
    ] = None,
    cohort: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="A saved search, TOML.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(help='Conditions, such as "value.hba1c >= 6.5 % and slope.waist > 0.5".'),
    ] = None,
    visits: Visits = None,
    mapping: Mapping = None,
    trajectories: Trajectories = None,
    exposures: Exposures = None,
    thesaurus: Thesaurus = None,
    database: Annotated[
        str | None,
        typer.Option(help="Store: its visits, its decisions, and the record of this search."),
    ] = None,
    by: Annotated[str, typer.Option(help="Who searches; recorded.")] = "",
    group: Annotated[
        list[str] | None,
        typer.Option(help="Also count by this column, or by exposure; may be repeated."),
    ] = None,
    people: Annotated[
        Path | None, typer.Option(help="Write the pseudonyms here; needs --database and --by.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Save the search as a cohort.")] = None,
    title: Annotated[str, typer.Option(help="Of the saved cohort.")] = "",
) -> None:
    """Count who meets criteria on age, sex, site, values, trends and more (extra search)."""
    from ..serving.years.search.find import GROUPS
    from ..serving.years.search.run import SearchOptions, run_search
    from .printing import one_of

    for name in group or ():
        one_of(name, GROUPS, "--group")
    options = SearchOptions(
        result,
        cohort,
        tuple(where or ()),
        beside(visits, mapping, trajectories, exposures),
        thesaurus,
        database,
        by,
        tuple(group or ()),
        people,
        save,
        title,
    )
    print_json(run_search(options))
