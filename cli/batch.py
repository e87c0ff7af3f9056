"""The commands over millions of records: screen them, look at them first, explain one of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .printing import one_of, print_json
from .screen import Folders, Guidelines, Trust
from .thesaurus import Thesaurus

if TYPE_CHECKING:
    from ..serving.batch import BatchOptions

app = typer.Typer()

Mapping = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="TOML that renames columns.")
]
Concepts = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="TOML of the concept sets of an OMOP CDM."),
]
Withdrawn = Annotated[
    Path | None,
    typer.Option(help="People who withdrew their consent, one person_id a line."),
]
EcgFolder = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        help="Folder of the files named by ecg_path; alone: one row a file.",
    ),
]
OtherNumbering = Annotated[
    bool,
    typer.Option(
        "--ecg-other-numbering",
        help="ECG files number people in another way: identifiers are not compared.",
    ),
]


@app.command()
def batch(
    out: Annotated[Path, typer.Option(help="Folder for the result parts and manifest.json.")],
    inputs: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Parquet, CSV (gz), Arrow or FHIR NDJSON files, folders, or an OMOP CDM."
        ),
    ] = None,
    mapping: Mapping = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all cores.")] = None,
    engine: Annotated[str, typer.Option(help="local or spark.")] = "local",
    spark_master: Annotated[
        str | None, typer.Option(help="Spark master; this machine by default.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run stopped.")] = False,
    profile: Annotated[
        bool, typer.Option("--profile", help="Only look: columns, units, missing, model forms.")
    ] = False,
    chunk_rows: Annotated[
        int | None, typer.Option(min=1, help="Rows of one result part; 25000, with ECGs 128.")
    ] = None,
    omop_database: Annotated[
        str | None, typer.Option(help="Address of a database that holds an OMOP CDM.")
    ] = None,
    omop_schema: Annotated[str | None, typer.Option(help="Schema of its tables.")] = None,
    concepts: Concepts = None,
    ecg_folder: EcgFolder = None,
    ecg_other_numbering: OtherNumbering = False,
    results_database: Annotated[
        str | None,
        typer.Option(help="Copy a complete result into tables of its own in this database too."),
    ] = None,
    withdrawn: Withdrawn = None,
    thesaurus: Thesaurus = None,  # the option itself makes its exposures known
    answers: Annotated[
        str | None,
        typer.Option(help="fr or en: of FHIR Bulk Data, a Bundle out for each Encounter too."),
    ] = None,
    guidelines: Guidelines = None,
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Screen tables of records; the results stay unconfirmed."""
    from ..engine.guidelines import parse_choice
    from ..serving.batch import BatchOptions
    from ..serving.clock import latest_day, utc_now

    if answers is not None:
        one_of(answers, ("fr", "en"), "--answers")
    if not inputs and omop_database is None and ecg_folder is None:
        raise typer.BadParameter("nothing to screen", param_hint="INPUTS")
    options = BatchOptions(
        inputs=tuple(inputs or ()),
        out=out,
        mapping=mapping,
        guidelines=parse_choice(guidelines) if guidelines else {},
        models=tuple(models) if models else None,
        workers=workers,
        engine=engine,
        resume=resume,
        trust=trust,
        chunk_rows=chunk_rows,
        today=latest_day(utc_now),
        spark_master=spark_master,
        omop_database=omop_database,
        omop_schema=omop_schema,
        concepts=concepts,
        ecg_folder=ecg_folder,
        ecg_same_numbering=not ecg_other_numbering,
        results_database=results_database,
        withdrawn=withdrawn,
        answers=answers,
    )
    if profile:
        _profile(options)
    else:
        _run(options)


def _run(options: "BatchOptions") -> None:
    from ..serving.batch import run_batch
    from ..serving.batch.result.aggregate import LAST_HIDDEN, printable

    summary = run_batch(options)
    print_json(
        {
            "state": summary.state,
            "not_in_result": list(summary.not_in_result),
            "manifest": str(summary.manifest_path),
            "counts": printable(summary.counts),
            "suppressed": f"counts by reason of 1 to {LAST_HIDDEN} rows",
            "content_sha256": summary.content_sha256,
        }
    )
    raise typer.Exit(summary.exit_code)


def _profile(options: "BatchOptions") -> None:
    from ..serving.batch.profile import profile_batch

    print_json(profile_batch(options))


@app.command()
def explain(
    out: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Folder of a result.")],
    person: Annotated[str, typer.Option(help="The person_id of the row.")],
    source: Annotated[
        list[Path] | None,
        typer.Option("--input", exists=True, help="Input of that run: gives the whole draft."),
    ] = None,
    mapping: Mapping = None,
    ecg_folder: EcgFolder = None,
    withdrawn: Withdrawn = None,
    thesaurus: Thesaurus = None,  # the option itself makes its exposures known
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
    guidelines: Guidelines = None,
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Put one row of a result into words: the rules that it keeps, or its whole draft."""
    from ..engine.guidelines import parse_choice
    from ..serving.batch import BatchOptions
    from ..serving.batch.explain.person import explain_person

    one_of(lang, ("fr", "en"), "--lang")
    options = BatchOptions(
        inputs=tuple(source or ()),
        out=out,
        mapping=mapping,
        guidelines=parse_choice(guidelines) if guidelines else {},
        models=tuple(models) if models else None,
        trust=trust,
        ecg_folder=ecg_folder,
        withdrawn=withdrawn,
    )
    typer.echo(explain_person(options, person, lang))
