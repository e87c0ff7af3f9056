"""The command that screens visits, and the options that every loading of models shares."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .printing import ecg_file, one_of, print_error, read_day, write_text
from .thesaurus import Thesaurus

if TYPE_CHECKING:
    from ..engine.bundles.load import Models
    from ..serving.commands.screen import Screened, ScreenOptions

ENDINGS = {"text": "txt", "json": "json", "html": "html", "fhir": "fhir.json"}

Guidelines = Annotated[
    str | None,
    typer.Option(help="Guideline sets, such as diabetes=fr,blood_pressure=esh2023 (the default)."),
]
Folders = Annotated[
    list[Path] | None,
    typer.Option(
        exists=True, help="Folder of model bundles; the shipped ones by default. May be repeated."
    ),
]
Trust = Annotated[
    Path | None,
    typer.Option(
        exists=True, file_okay=False, help="Folder of the site's public model keys (*.pem)."
    ),
]

Recording = Annotated[
    int | None,
    typer.Option(min=0, help="Which recording, from 0, of an ECG file that holds several."),
]


CodeMap = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Map of the site's own codes, for json, fhir."),
]


def screen(
    visits: Annotated[
        list[Path],
        typer.Argument(help="Visit files in the form laennec.visit/1, or FHIR R4 Bundles."),
    ],
    guidelines: Guidelines = None,
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
    format: Annotated[  # noqa: A002 - the option's name is public
        str, typer.Option(help="text, html, json or fhir (arrays for several visits).")
    ] = "text",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File to write; a folder for several visits."),
    ] = None,
    ecg: Annotated[
        Path | None,
        typer.Option(callback=ecg_file, help="ECG file of the visit, any known format."),
    ] = None,
    recording: Recording = None,
    previous_ecg: Annotated[
        Path | None,
        typer.Option(callback=ecg_file, help="An earlier ECG of the same person."),
    ] = None,
    previous_ecg_date: Annotated[
        str | None, typer.Option(help="Its day, where the file states none: 2021-03-03.")
    ] = None,
    previous_recording: Recording = None,
    database: Annotated[
        str | None, typer.Option(help="Also keep the draft in this store, for a physician.")
    ] = None,
    thesaurus: Thesaurus = None,
    snomed: CodeMap = None,
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Screen visits and print the pre-diagnosis of each, with its reasons."""
    from ..engine.guidelines import load_guidelines, parse_choice
    from ..serving.codes.site_codes import SiteCodes
    from ..serving.commands.screen import ScreenOptions, exit_code, screen_files

    one_of(format, tuple(ENDINGS), "--format")
    one_of(lang, ("fr", "en"), "--lang")
    if len(visits) != 1:
        for given, hint in ((ecg, "--ecg"), (previous_ecg, "--previous-ecg")):
            if given is not None:
                raise typer.BadParameter("one ECG belongs to one visit", param_hint=hint)
    show, end = _printer(visits, format, output)
    options = ScreenOptions(
        models=load_models(models, trust),
        guidelines=load_guidelines(parse_choice(guidelines) if guidelines else None),
        lang=lang,
        format=format,  # type: ignore[arg-type]  # checked above
        now=datetime.now(UTC),
        ecg=ecg,
        recording=recording,
        codes=SiteCodes.read(thesaurus, snomed),
        previous_ecg=previous_ecg,
        previous_recording=previous_recording,
        previous_ecg_on=read_day(previous_ecg_date, "--previous-ecg-date"),
    )
    refused = []
    for screened in screen_files(visits, options):
        refused.append(screened.refused)
        if screened.error is not None:
            print_error({**screened.error.as_dict(), "path": str(screened.path)})
            continue
        for issue in screened.issues:
            print_error({**issue, "path": issue["where"]})
        show(screened)
        if database is not None:
            _keep(database, screened, options)
    end()
    raise typer.Exit(exit_code(refused))


def _printer(
    visits: list[Path], form: str, output: Path | None
) -> tuple[Callable[["Screened"], None], Callable[[], None]]:
    """Return what shows one report and what ends the output: a stream, a file or a folder."""
    from ..serving.commands.screen import Printed, file_names

    if output is not None and len(visits) == 1 and not output.is_dir():
        return (lambda screened: write_text(output, screened.rendered)), (lambda: None)
    if output is not None:
        names = file_names(visits, ENDINGS[form])
        output.mkdir(parents=True, exist_ok=True)
        folder = output
        return (lambda s: write_text(folder / names[s.path], s.rendered)), (lambda: None)
    if form == "html" and len(visits) > 1:
        raise typer.BadParameter(
            "several pages in one stream are no page; give a folder with -o DIR",
            param_hint="--format html",
        )
    stream = Printed(typer.echo, is_array=form in ("json", "fhir") and len(visits) > 1)
    return (lambda screened: stream.add(screened.rendered)), stream.end


def load_models(folders: list[Path] | None, trust: Path | None) -> "Models":
    """Load bundles and print why any was refused."""
    from ..engine.bundles.commands import open_models

    models = open_models(folders, trust_folder=trust)
    for refused in models.refused:
        print_error({**refused.error.as_dict(), "path": refused.id})
    return models


def _keep(database: str, screened: "Screened", options: "ScreenOptions") -> None:
    from ..serving.commands.screen import keep_draft

    kept = keep_draft(database, screened, options)
    typer.echo(f"{kept['id']} {kept['content_hash']}", err=True)
