"""The composition root: one command line whose sub-commands load their room only when called."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .cli_decide import app as decide_app
from .cli_print import print_error, print_json

if TYPE_CHECKING:
    from .engine.bundles.load import Models

EXIT_REFUSED = 1
EXIT_USAGE = 2

app = typer.Typer(
    name="laennec",
    help="Explained pre-diagnosis that a physician confirms. Evaluation use, not CE marked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models_app = typer.Typer(help="Model bundles: what is there, and whether it can be trusted.")
app.add_typer(models_app, name="models", no_args_is_help=True)
app.add_typer(decide_app)

Guidelines = Annotated[
    str | None,
    typer.Option(help="Guideline sets, such as diabetes=fr,blood_pressure=esh2023 (the default)."),
]
Folders = Annotated[
    list[Path] | None, typer.Option(help="Folder of model bundles; the shipped ones by default.")
]


def main() -> None:
    """Run the command line; a house error is printed in its four parts, never as a traceback."""
    from .engine.errors import ScreeningError

    try:
        app()
    except ScreeningError as error:
        print_error(error.as_dict())
        sys.exit(EXIT_REFUSED)


def _load_models(folders: list[Path] | None) -> "Models":
    from .engine.bundles.load import load_models

    models = load_models(folders)
    for refused in models.refused:
        print_error({**refused.error.as_dict(), "path": refused.id})
    return models


@app.command()
def screen(
    visits: Annotated[list[Path], typer.Argument(help="Visit files in the form laennec.visit/1.")],
    guidelines: Guidelines = None,
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
    format: Annotated[str, typer.Option(help="text, json or html.")] = "text",  # noqa: A002 - the option's name is public
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; for one visit.")
    ] = None,
    database: Annotated[
        str | None, typer.Option(help="Also keep the draft in this store, for a physician.")
    ] = None,
    models: Folders = None,
) -> None:
    """Screen visits and print the pre-diagnosis of each, with its reasons."""
    from .engine.guidelines import load_guidelines, parse_choice
    from .serving.screen_commands import ScreenOptions, exit_code, screen_files

    if format not in ("text", "json", "html"):
        raise typer.BadParameter("text, json or html", param_hint="--format")
    if lang not in ("fr", "en"):
        raise typer.BadParameter("fr or en", param_hint="--lang")
    if output is not None and len(visits) != 1:
        raise typer.BadParameter("one visit for one file", param_hint="--output")
    options = ScreenOptions(
        models=_load_models(models),
        guidelines=load_guidelines(parse_choice(guidelines) if guidelines else None),
        lang=lang,
        format=format,  # type: ignore[arg-type]  # checked above
        now=datetime.now(UTC),
    )
    done = []
    for screened in screen_files(visits, options):
        done.append(screened)
        if screened.error is not None:
            print_error({**screened.error.as_dict(), "path": str(screened.path)})
        elif output is not None:
            _write(output, screened.rendered)
        else:
            typer.echo(screened.rendered)
        if database is not None and screened.draft is not None:
            from .serving.screen_commands import keep_draft

            kept = keep_draft(database, screened.draft, options)
            typer.echo(f"{kept['id']} {kept['content_hash']}", err=True)
    raise typer.Exit(exit_code(done))


def _write(output: Path, text: str) -> None:
    from .engine.errors import DataError

    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError(
            found=f"a file that can't be written ({error.strerror})",
            why="the report would be lost",
            remedy="Check the folder and its permissions, or leave out --output",
            path=str(output),
        ) from error


@app.command()
def batch(
    inputs: Annotated[
        list[Path], typer.Argument(help="Parquet, CSV (gz) or Arrow files, folders.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the result parts and manifest.json.")],
    mapping: Annotated[Path | None, typer.Option(help="TOML that renames columns.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all cores.")] = None,
    engine: Annotated[str, typer.Option(help="local.")] = "local",
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run stopped.")] = False,  # noqa: FBT002
    guidelines: Guidelines = None,
    models: Folders = None,
) -> None:
    """Screen tables of records; the results stay unconfirmed."""
    from .engine.guidelines import parse_choice
    from .serving.batch import BatchOptions, run_batch

    options = BatchOptions(
        inputs=tuple(inputs),
        out=out,
        mapping=mapping,
        guidelines=parse_choice(guidelines) if guidelines else {},
        models=tuple(models) if models else None,
        workers=workers,
        engine=engine,
        resume=resume,
    )
    summary = run_batch(options)
    print_json(
        {
            "state": summary.state,
            "manifest": str(summary.manifest_path),
            "counts": summary.counts,
            "content_sha256": summary.content_sha256,
        }
    )
    raise typer.Exit(summary.exit_code)


@models_app.command("list")
def models_list(models: Folders = None) -> None:
    """List every bundle, loaded or refused."""
    from .engine.bundles.commands import list_models, open_models

    print_json(list_models(open_models(models)))


@models_app.command("show")
def modelsshow(
    model_id: Annotated[str, typer.Argument(metavar="MODEL")], models: Folders = None
) -> None:
    """Print everything about one bundle: manifest, rules, card."""
    from .engine.bundles.commands import open_models, show_model

    print_json(show_model(open_models(models), model_id))


@models_app.command("verify")
def models_verify(models: Folders = None) -> None:
    """Verify signatures, hashes, graphs and known answers of every bundle."""
    from .engine.bundles.commands import open_models, verify_models

    rows, code = verify_models(open_models(models))
    print_json(rows)
    raise typer.Exit(code)


@models_app.command("sign")
def models_sign(
    folder: Annotated[Path, typer.Argument(help="Folder of one bundle.")],
    key: Annotated[Path, typer.Option(help="Private key, PEM.")],
    key_name: Annotated[str, typer.Option(help="Name under which sites trust the key.")],
) -> None:
    """Seal and sign a bundle."""
    from .engine.bundles.commands import sign_model

    print_json(sign_model(folder, key, key_name))


@app.command()
def train(
    model: Annotated[str, typer.Argument(help="diabetes_type_2 or diabetes_textbook.")],
    data: Annotated[Path, typer.Option(help="Folder of development data.")],
    out: Annotated[Path, typer.Option(help="Folder of models to write.")] = Path("out/models"),
    tracking_uri: Annotated[str | None, typer.Option(help="MLflow store; sqlite in OUT.")] = None,
    form: Annotated[list[str] | None, typer.Option(help="Only this form; may be repeated.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes for the folds.")] = 2,
) -> None:
    """Train, judge, export and sign a model, with its card (needs the extra train)."""
    try:
        from .training.entry import train as train_model
    except ModuleNotFoundError as error:
        print_error(
            {
                "code": "extra_missing",
                "found": f"the package {error.name!r} is not installed",
                "why": "training needs the extra train",
                "remedy": "Run make test once, or pip install 'laennec[train]'",
            }
        )
        raise typer.Exit(EXIT_REFUSED) from error
    bundles = train_model(
        model, data, out, tracking_uri, forms=tuple(form or ()), workers=workers, say=typer.echo
    )
    for bundle in bundles:
        typer.echo(f"{bundle.manifest.id} {bundle.manifest.version} {bundle.sha256}")


@app.command()
def doctor(models: Folders = None) -> None:
    """Say what is installed, which models are ready, and what would not work."""
    from .engine.bundles.load import load_models
    from .engine.guidelines import load_guidelines
    from .serving.doctor import examine, is_able_to_screen

    checks = examine(load_models(models), load_guidelines())
    for check in checks:
        typer.echo(f"{'ok ' if check.ok else '-- '} {check.name}: {check.detail}")
    raise typer.Exit(0 if is_able_to_screen(checks) else EXIT_REFUSED)
