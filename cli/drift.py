"""The command that says what moved since the reference months."""

from pathlib import Path
from typing import Annotated

import typer

from .batch import Mapping
from .thesaurus import Thesaurus

EXIT_PARTLY = 3


def drift(
    out: Annotated[Path, typer.Option(help="Folder of the report.")],
    results: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[RESULT]...", exists=True, file_okay=False, help="Folders of finished batches."
        ),
    ] = None,
    inputs: Annotated[
        list[Path] | None,
        typer.Option("--input", exists=True, help="The tables they read; may be repeated."),
    ] = None,
    mapping: Mapping = None,
    reference: Annotated[
        str, typer.Option(help="Declared reference, such as 2025-01..2025-03.")
    ] = "",
    limits: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="TOML of the site's limits.")
    ] = None,
    database: Annotated[
        str | None, typer.Option(help="Store: alone, its drafts; beside results, its decisions.")
    ] = None,
    thesaurus: Thesaurus = None,  # the option itself makes its exposures known
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
    form: Annotated[str, typer.Option("--format", help="text, or json.")] = "text",
) -> None:
    """Say what moved since the reference months, by site and device; exit 3 where one must act."""
    from ..serving.years.drift.listing import drift_text
    from ..serving.years.drift.run import DriftOptions, must_act, run_drift
    from .printing import one_of, print_json

    one_of(lang, ("fr", "en"), "--lang")
    one_of(form, ("text", "json"), "--format")
    options = DriftOptions(
        tuple(results or ()),
        out,
        tuple(inputs or ()),
        mapping,
        reference,
        limits,
        lang,
        database,
    )
    document = run_drift(options)
    if form == "json":
        print_json({name: document[name] for name in ("alarms", "signals", "notices")})
    else:
        typer.echo(drift_text(document, lang), nl=False)
    raise typer.Exit(EXIT_PARTLY if must_act(document) else 0)
