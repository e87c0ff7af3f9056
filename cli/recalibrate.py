"""The command that recalibrates a model for a site."""

from pathlib import Path
from typing import Annotated

import typer

from .printing import print_error, print_json
from .screen import Folders, Trust

app = typer.Typer()


@app.command()
def recalibrate(  # noqa: PLR0913 - one parameter an option
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Bundle, such as a/b.")],
    data: Annotated[Path, typer.Option(help="Table of the site: Parquet, CSV, Arrow.")],
    outcome: Annotated[str, typer.Option(help="Column: 1 a case, 0 none, empty unknown.")],
    key: Annotated[Path, typer.Option(help="The site's private key, PEM (Ed25519).")],
    key_name: Annotated[str, typer.Option(help="Name under which the site trusts it.")],
    site: Annotated[str, typer.Option(help="Name of the site, printed in the model.")],
    out: Annotated[Path, typer.Option(help="Folder for bundle, public key and report.")],
    mapping: Annotated[Path | None, typer.Option(help="TOML that renames columns.")] = None,
    time: Annotated[str | None, typer.Option(help="Column of follow-up.")] = None,
    horizon: Annotated[float | None, typer.Option(help="Horizon, in its unit.")] = None,
    competing: Annotated[str | None, typer.Option(help="Column: 1 another end.")] = None,
    intercept_only: Annotated[
        bool, typer.Option("--intercept-only", help="Keep the slope; fewer people are enough.")
    ] = False,
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Fit slope and intercept on local people: a new signed version with the same rules.

    Needs the extra recalibrate. Refused below a minimum of people with and without the event. The
    report tells calibration before and after, also on people who did not make it.
    """
    try:
        from ..validation.recalibrate import RecalibrateCommand, recalibrate_command
    except ModuleNotFoundError as error:
        print_error(
            {
                "code": "extra_missing",
                "found": f"the package {error.name!r} is not installed",
                "why": "the new graph is written with it",
                "remedy": "Install it and try again: pip install 'laennec[recalibrate]'",
            }
        )
        raise typer.Exit(1) from error
    command = RecalibrateCommand(
        model=model,
        data=data,
        outcome=outcome,
        out=out,
        site=site,
        key=key,
        key_name=key_name,
        mapping=mapping,
        time=time,
        horizon=horizon,
        competing=competing,
        with_slope=not intercept_only,
        models=tuple(models) if models else None,
        trust=trust,
    )
    print_json(recalibrate_command(command))
