"""The commands of code maps: lint, a template for a site's thesaurus, proposals for free text."""

from pathlib import Path
from typing import Annotated

import typer

from .printing import print_json

app = typer.Typer(help="Code maps: gaps, duplicates, a site's thesaurus, free text.")
File = Annotated[Path | None, typer.Option(exists=True, dir_okay=False)]
EXIT_REFUSED = 1
_NO_PROPOSAL = (
    "nothing is proposed: no code is close enough, or the text denies, or is of the past or of "
    "somebody else; nothing is guessed"
)


@app.command()
def lint(
    thesaurus: File = None,
    snomed: File = None,
    format: Annotated[str, typer.Option("--format", help="text, or json.")] = "text",  # noqa: A002 - the option's name is public
) -> None:
    """Check the shipped maps, and a site's own; exit 1 on an error, gaps are warnings."""
    from dataclasses import asdict

    from ..serving.codes.lint import lint as check
    from ..serving.codes.site_maps import lint_map

    found = check()
    found += lint_map(thesaurus) if thesaurus else []
    found += lint_map(snomed, snomed=True) if snomed else []
    errors = sum(problem.level == "error" for problem in found)
    if format == "json":
        print_json([asdict(problem) for problem in found])
    else:
        for one in found:
            typer.echo(f"{one.level}: {one.code}: {one.where}: {one.words}")
        typer.echo(f"{errors} errors, {len(found) - errors} warnings")
    raise typer.Exit(EXIT_REFUSED if errors else 0)


@app.command()
def template(output: Annotated[Path, typer.Argument(help="A new file.")]) -> None:
    """Write an empty thesaurus map with every code of the house, to be filled in."""
    from ..serving.codes.site_maps import template as text
    from ..serving.new_files import new_file

    with new_file(output) as file:
        file.write(text().encode())


@app.command()
def match(
    text: Annotated[str, typer.Argument(help="Free text, French.")],
    section: Annotated[str, typer.Option(help="symptom, condition, medication, ...")] = "",
) -> None:
    """Propose codes for free text, each with a score; it decides nothing (extra text)."""
    from dataclasses import asdict

    from ..serving.codes.matcher import propose

    found = propose(text, section)
    print_json([asdict(one) for one in found])
    if not found:
        typer.echo(_NO_PROPOSAL, err=True)


@app.command()
def accuracy(
    texts: Annotated[Path, typer.Argument(exists=True, help="CSV: text, code (empty: nothing).")],
) -> None:
    """Count how often the first proposal for texts of a list is the right one (extra text)."""
    from ..serving.codes.accuracy import measure, read_list

    found = measure(read_list(texts))
    typer.echo(f"first proposal right: {found.first}")
    typer.echo(f"right one proposed: {found.among}")
    typer.echo(f"nothing proposed where nothing is meant: {found.silent}")
    for text, meant, proposed in found.wrong:
        typer.echo(f"  {text!r}: {meant or 'nothing'}, proposed {proposed}")
