"""The composition root: one command line whose sub-commands load their room only when called."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from .batch import app as batch_app
from .card import models_card
from .codes import app as codes_app
from .decide import app as decide_app
from .document import check_package, document
from .drift import drift
from .ecg import app as ecg_app
from .mock import app as mock_app
from .printing import file_error, print_error, print_json, print_models, print_refusal
from .readers import app as readers_app
from .recalibrate import app as recalibrate_app
from .roster import roster
from .screen import Folders, Trust, screen
from .search import app as search_app
from .serve import app as serve_app
from .validate import app as validate_app
from .years import app as years_app

EXIT_REFUSED = 1
Form = Annotated[str, typer.Option("--format", help="text, or json.")]

app = typer.Typer(
    name="laennec",
    help="Explained pre-diagnosis that a physician confirms. Evaluation use, not CE marked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models_app = typer.Typer(help="Model bundles: what is there, and whether it can be trusted.")
app.add_typer(models_app, name="models", no_args_is_help=True)
app.command()(screen)
app.command()(document)
app.command(name="check-package")(check_package)
app.command()(roster)
app.command()(drift)
app.add_typer(batch_app)
app.add_typer(decide_app)
app.add_typer(serve_app)
app.add_typer(validate_app)
app.add_typer(years_app)
app.add_typer(search_app)
app.add_typer(readers_app, name="readers", no_args_is_help=True)
app.add_typer(recalibrate_app)
app.add_typer(mock_app)
app.add_typer(codes_app, name="codes", no_args_is_help=True)
app.add_typer(ecg_app, name="ecg", no_args_is_help=True)


def main() -> None:
    """Run the command line; an error is printed in its four parts, never as a traceback."""
    from ..engine.errors import ScreeningError

    try:
        app()
    except ScreeningError as error:
        print_refusal(error)
        sys.exit(EXIT_REFUSED)
    except OSError as error:
        print_error(file_error(error))
        sys.exit(EXIT_REFUSED)


@models_app.command("list")
def models_list(models: Folders = None, trust: Trust = None, format: Form = "text") -> None:  # noqa: A002 - the option's name is public
    """List every bundle, loaded or refused."""
    from ..engine.bundles.commands import list_models, open_models

    print_models(list_models(open_models(models, trust_folder=trust)), form=format)


@models_app.command("show")
def models_show(
    model_id: Annotated[str, typer.Argument(metavar="MODEL")],
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Print everything about one bundle: manifest, rules, card."""
    from ..engine.bundles.commands import open_models, show_model

    print_json(show_model(open_models(models, trust_folder=trust), model_id))


models_app.command("card")(models_card)


@models_app.command("verify")
def models_verify(models: Folders = None, trust: Trust = None, format: Form = "text") -> None:  # noqa: A002 - the option's name is public
    """Verify signatures, hashes, graphs and known answers of every bundle."""
    from ..engine.bundles.commands import open_models, verify_models

    rows, code = verify_models(open_models(models, trust_folder=trust))
    print_models(rows, form=format, verdict="signatures, hashes, graphs and known answers hold")
    raise typer.Exit(code)


@models_app.command("sign")
def models_sign(
    folder: Annotated[Path, typer.Argument(help="Folder of one bundle.")],
    key: Annotated[Path, typer.Option(help="Private key, PEM.")],
    key_name: Annotated[str, typer.Option(help="Name under which sites trust the key.")],
) -> None:
    """Seal and sign a bundle."""
    from ..engine.bundles.commands import sign_model

    print_json(sign_model(folder, key, key_name))


@app.command()
def train(
    model: Annotated[
        str,
        typer.Argument(
            help="A shipped model: diabetes_type_2, diabetes_textbook, diabetes_follow_up, "
            "cardiovascular, ecg_delineation or ecg_findings; or ecg, a network over the signal "
            "of public sets (tasks by --form, or a TOML config as --data; takes up where it "
            "stopped)."
        ),
    ],
    data: Annotated[Path, typer.Option(help="Folder of development data.")],
    out: Annotated[Path, typer.Option(help="Folder of models to write.")] = Path("out/models"),
    tracking_uri: Annotated[str | None, typer.Option(help="MLflow store; sqlite in OUT.")] = None,
    form: Annotated[list[str] | None, typer.Option(help="Only this form; may be repeated.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes for the folds.")] = 2,
) -> None:
    """Train, judge, export and sign a model, with its card (needs the extra train)."""
    try:
        from ..training.entry import train as train_model
    except ModuleNotFoundError as error:
        print_error(
            {
                "code": "extra_missing",
                "found": f"the package {error.name!r} is not installed",
                "why": "training needs the extra train",
                "remedy": "Run `make test` once, or pip install -e '.[train]' in the source folder",
            }
        )
        raise typer.Exit(EXIT_REFUSED) from error
    bundles = train_model(
        model, data, out, tracking_uri, forms=tuple(form or ()), workers=workers, say=typer.echo
    )
    for bundle in bundles:
        typer.echo(f"{bundle.manifest.id} {bundle.manifest.version} {bundle.sha256}")


@app.command()
def doctor(models: Folders = None, trust: Trust = None) -> None:
    """Say what is installed, which models are ready, and what would not work."""
    from ..engine.bundles.commands import open_models
    from ..engine.guidelines import load_guidelines
    from ..serving.doctor import examine, is_able_to_screen

    checks = examine(open_models(models, trust_folder=trust), load_guidelines())
    for check in checks:
        typer.echo(f"{'ok ' if check.ok else '-- '} {check.name}: {check.detail}")
    raise typer.Exit(0 if is_able_to_screen(checks) else EXIT_REFUSED)
