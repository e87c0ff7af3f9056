"""The command of clinical studies: a protocol and data in, a report out."""

from pathlib import Path
from typing import Annotated

import typer

from .printing import one_of, print_json
from .screen import Folders, Trust
from .thesaurus import Thesaurus

app = typer.Typer()
EXIT_PARTLY = 3


@app.command()
def validate(
    protocol: Annotated[
        Path, typer.Argument(metavar="PROTOCOL.toml", help="The study's protocol.")
    ],
    data: Annotated[
        Path | None, typer.Option(help="Table of the study: Parquet, CSV, Arrow.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Write a protocol to begin from.")] = False,
    freeze: Annotated[
        bool, typer.Option("--freeze", help="Freeze the protocol before its data are opened.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether the protocol can be used.")
    ] = False,
    lang: Annotated[str, typer.Option(help="fr, en or both.")] = "both",
    tracking_uri: Annotated[
        str | None, typer.Option(help="Also keep it in this store, such as sqlite:///mlflow.db.")
    ] = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Also as PDF (needs the extra report).")
    ] = False,
    thesaurus: Thesaurus = None,  # the option itself makes its exposures known
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Run a clinical validation study as its protocol says; --new and --freeze come before.

    Exit 3 where the report was written and something in it is not as planned, and from --check
    where the protocol can be read and something in it is still the template's, was changed
    after the freeze, or means another model than the one that is installed.
    """
    from ..validation.commands import (
        StudyCommand,
        check_command,
        freeze_command,
        new_command,
        validate_command,
    )

    one_of(lang, ("fr", "en", "both"), "--lang")
    if sum((new, freeze, check, data is not None)) != 1:
        raise typer.BadParameter("give one of --new, --check, --freeze, or --data with --out")
    folders = tuple(models) if models else None
    if new:
        print_json(new_command(protocol))
    elif check:
        checked = check_command(protocol, folders, trust)
        print_json(checked)
        raise typer.Exit(0 if checked["complete"] else EXIT_PARTLY)
    elif freeze:
        print_json(freeze_command(protocol, folders, trust))
    elif data is None or out is None:
        raise typer.BadParameter("--data and --out belong together")
    else:
        langs = ("fr", "en") if lang == "both" else (lang,)
        command = StudyCommand(protocol, data, out, langs, folders, trust, tracking_uri, pdf)
        summary = validate_command(command, lambda step: typer.echo(f"  {step}", err=True))
        print_json(summary)
        raise typer.Exit(EXIT_PARTLY if summary["deviations"] else 0)
