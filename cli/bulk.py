"""The command that screens Bulk Data files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from .printing import one_of, print_json
from .screen import Folders, Guidelines, Trust, load_models

EXIT_REFUSED, EXIT_PARTLY = 1, 3


def bulk(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="Bulk Data files, NDJSON.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for results, refusals and the manifest.")],
    guidelines: Guidelines = None,
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Screen every Encounter of FHIR R4 Bulk Data files; one Bundle a line comes out."""
    from dataclasses import asdict

    from ..engine.guidelines import load_guidelines, parse_choice
    from ..serving.fhir.bulk import screen_bulk
    from ..serving.screening import Engine

    one_of(lang, ("fr", "en"), "--lang")
    chosen = load_guidelines(parse_choice(guidelines) if guidelines else None)
    engine = Engine(load_models(models, trust), chosen)
    counts = screen_bulk(files, out, engine, lang=lang, now=datetime.now(UTC))
    print_json(asdict(counts))
    if not counts.screened:
        raise typer.Exit(EXIT_REFUSED)
    if counts.refused_bundles or counts.unreadable_lines or counts.without_encounter:
        raise typer.Exit(EXIT_PARTLY)
