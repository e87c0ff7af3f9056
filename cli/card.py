"""The command that prints a model's card with what studies found of it."""

from pathlib import Path
from typing import Annotated

import typer

from .printing import write_text
from .screen import Folders, Trust


def models_card(
    model_id: Annotated[str, typer.Argument(metavar="MODEL")],
    study: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="report.json of a study of this version."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File instead of the screen.")
    ] = None,
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Print the card of a model, with a section for each study of this very version."""
    from ..engine.bundles.commands import open_models
    from ..engine.errors import DataError
    from ..validation.report.card import card_with_studies

    loaded = open_models(models, trust_folder=trust).loaded
    bundle = next((b for b in loaded if b.manifest.id == model_id), None)
    if bundle is None:
        raise DataError(
            found=f"no risk model {model_id!r}",
            why="a card is that of a loaded model",
            remedy=f"Name one of {', '.join(b.manifest.id for b in loaded)}",
            path="MODEL",
        )
    text = card_with_studies(bundle, tuple(study or ()))
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_text(output, text)
