"""The command that reads the list of visits to come from other software."""

from pathlib import Path
from typing import Annotated

import typer

EXIT_REFUSED, EXIT_PARTLY = 1, 3


def roster(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="CSV, HL7 v2, FHIR Bundle.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the visits to fill in.")],
    zone: Annotated[str, typer.Option(help="Of times without one, such as +01:00.")] = "",
) -> None:
    """Read planned visits with their identity triple, and write each as a visit to fill in."""
    from ..serving.roster.read import read_roster, require_offset, write_visits

    require_offset(zone)
    found = read_roster(files, zone)
    for problem in found.problems:
        typer.echo(f"{problem.code}: {problem.where}: {problem.words}", err=True)
    written = write_visits(found, out) if found.rows else []
    typer.echo(f"{len(written)} visits, {len(found.problems)} problems")
    if found.problems:
        raise typer.Exit(EXIT_PARTLY if written else EXIT_REFUSED)
