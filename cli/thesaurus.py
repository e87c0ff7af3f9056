"""The option of a site's thesaurus, whose exposures a command knows while it runs."""

from pathlib import Path
from typing import Annotated

import typer


def _use(context: typer.Context, path: Path | None) -> Path | None:
    """Let the command know the exposures of the file, beside the shipped ones."""
    if path is not None:
        from ..engine.vocabulary.site import exposures_in_use
        from ..serving.codes.site_maps import site_exposures_of

        context.with_resource(exposures_in_use(site_exposures_of(path)))
    return path


Thesaurus = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        callback=_use,
        help="The site's own codes and exposures, a file as `codes template` writes it.",
    ),
]
