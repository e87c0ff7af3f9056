"""The command that puts an ECG beside an earlier one of the same person."""

import json
from pathlib import Path
from typing import Annotated

import typer

from .printing import ecg_file, one_of, read_day, write_text
from .screen import Folders, Recording, Trust, load_models

ENDINGS = (".json", ".csv", ".txt")


def compare(
    new: Annotated[Path, typer.Argument(callback=ecg_file, help="The new ECG.")],
    old: Annotated[
        Path, typer.Argument(callback=ecg_file, help="An earlier ECG of the same person.")
    ],
    new_date: Annotated[
        str | None, typer.Option(help="Day of the new one, where its file states none: 2026-11-03.")
    ] = None,
    old_date: Annotated[
        str | None, typer.Option(help="Day of the earlier one, where its file states none.")
    ] = None,
    recording: Recording = None,
    old_recording: Recording = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write: .json, .csv or .txt.")
    ] = None,
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Say what is new, gone or changed beside an earlier ECG, beyond what recordings vary."""
    from ..serving.ecg.compare import as_data, as_table, as_text, compare_files

    one_of(lang, ("fr", "en"), "--lang")
    ending = output.suffix.lower() if output is not None else ".txt"
    if ending not in ENDINGS:
        raise typer.BadParameter("a file that ends in .json, .csv or .txt", param_hint="--output")
    days = (read_day(new_date, "--new-date"), read_day(old_date, "--old-date"))
    numbers = (recording, old_recording)
    found = compare_files(new, old, load_models(models, trust), days=days, numbers=numbers)
    if ending == ".json":
        text = json.dumps(as_data(found, lang), ensure_ascii=False, indent=1) + "\n"
    else:
        text = as_table(found) if ending == ".csv" else as_text(found, lang)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_text(output, text)
