"""The commands for ECG files: measure, findings, rhythm, fiducials, beats, compare, convert."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from .ecg_compare import compare
from .ecg_tally import Tally, print_notes, recordings_of, watched
from .printing import ecg_file, one_of, print_error, write_text
from .screen import Folders, Recording, Trust, load_models

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..datasets.readers.ecg import EcgRecording
    from ..serving.ecg.commands import EcgDone, Network

_CSV: Final = ".csv"
_JSON: Final = ".json"

app = typer.Typer(
    help="ECG files: measure, delineate, convert, simulate. A physician reads every ECG.",
    no_args_is_help=True,
)
app.command()(compare)

Files = Annotated[list[Path], typer.Argument(help="ECG files of any known format.")]
Out = Annotated[Path, typer.Option(help="Folder for one JSON file a record.")]
Lang = Annotated[str, typer.Option(help="fr or en.")]


@app.command()
def measure(
    files: Files,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write: .csv or .json.")
    ] = None,
    spread: Annotated[
        bool, typer.Option("--spread", help="Print the spread of each amplitude over the beats.")
    ] = False,
    lang: Lang = "fr",
    recording: Recording = None,
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Measure intervals, axes, amplitudes and rate of every ECG."""
    from ..serving.ecg.commands import each_file, measure_task
    from ..serving.ecg.table import as_csv, as_plain, as_row, as_text

    one_of(lang, ("fr", "en"), "--lang")
    ending = _ending(output)
    files = recordings_of(files, lang)
    rows, plain = [], []
    network = _network_or_none(models, trust)
    found = each_file(files, measure_task(network), recording)
    tally = Tally(is_partial=network is None)
    for done in tally.over(watched(found, len(files), quiet=output is None)):
        if done.analysis is None or done.section is None or done.recording is None:
            continue
        if output is None:
            text = as_text(done.record, done.analysis, done.section, lang, spread=spread)
            typer.echo(text + "\n")
        rows.append(as_row(done.record, done.analysis))
        plain.append(as_plain(done.record, done.analysis, done.section, lang))
    if output is not None:
        text = as_csv(rows, lang) if ending == _CSV else json.dumps(plain, indent=1) + "\n"
        write_text(output, text)
    raise typer.Exit(tally.exit_code)


@app.command()
def fiducials(
    files: Files,
    out: Out,
    lang: Lang = "fr",
    recording: Recording = None,
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Write onset, peak and offset of every wave, in samples of the file."""
    from ..serving.ecg.commands import waves_task

    _one_json_each(files, waves_task(_network(models, trust)), out, lang, recording)


@app.command()
def beats(
    files: Files,
    out: Out,
    lang: Lang = "fr",
    recording: Recording = None,
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Write the R peaks of every ECG, in samples of the file."""
    from ..serving.ecg.commands import beats_task

    _one_json_each(files, beats_task(_network(models, trust)), out, lang, recording)


@app.command()
def findings(
    files: Files,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help=".csv: record,statement,score,state; .json: every rule with its values too.",
        ),
    ] = None,
    lang: Lang = "fr",
    recording: Recording = None,
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Say how likely each statement is (score 0 to 1) and whether it can be said at all.

    The table has no room for what a file leaves open: that is said on the error stream.
    """
    from ..engine.risks.labels import model_labels
    from ..serving.ecg.commands import each_file, find_network
    from ..serving.ecg.findings import (
        FINDINGS_ID,
        FoundStatements,
        find_rules,
        findings_data,
        findings_task,
        scores_csv,
    )

    one_of(lang, ("fr", "en"), "--lang")
    ending = _ending(output)
    files = recordings_of(files, lang)
    found: list[FoundStatements] = []
    every = load_models(models, trust)
    rules = find_rules(every, FINDINGS_ID)
    task = findings_task(find_network(every), rules, found.append)
    tally = Tally()
    for _ in tally.over(watched(each_file(files, task, recording), len(files)), lang):
        pass
    if output is None:
        typer.echo(scores_csv(found), nl=False)
    elif ending == _JSON:
        _write_json(output, findings_data(found, rules, lang, model_labels(every, lang)))
    else:
        write_text(output, scores_csv(found))
    raise typer.Exit(tally.exit_code)


@app.command()
def rhythm(
    files: Files,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help=".csv: record,label in N,A,O,~; .json: in words, with every rule.",
        ),
    ] = None,
    lang: Lang = "fr",
    recording: Recording = None,
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Name the rhythm of single-lead strips: N sinus, A fibrillation, O other, ~ too noisy.

    A letter has no room for an arrest or a ventricular tachycardia: what a physician must read is
    said in words on the error stream, and in JSON.
    """
    from ..engine.risks.labels import model_labels
    from ..serving.ecg.commands import each_file, find_network
    from ..serving.ecg.findings import find_rules
    from ..serving.ecg.rhythm import (
        RHYTHM_ID,
        FoundRhythm,
        rhythm_csv,
        rhythm_data,
        rhythm_task,
        rhythm_words,
    )

    one_of(lang, ("fr", "en"), "--lang")
    ending = _ending(output)
    files = recordings_of(files, lang)
    found: list[FoundRhythm] = []
    every = load_models(models, trust)
    rules = find_rules(every, RHYTHM_ID)
    task = rhythm_task(find_network(every), rules, found.append)
    tally = Tally()
    for _ in tally.over(watched(each_file(files, task, recording), len(files)), lang):
        typer.echo(rhythm_words(found[-1], lang), err=True, nl=False)
    if output is None:
        typer.echo(rhythm_csv(found), nl=False)
    elif ending == _JSON:
        _write_json(output, rhythm_data(found, rules, lang, model_labels(every, lang)))
    else:
        write_text(output, rhythm_csv(found))
    raise typer.Exit(tally.exit_code)


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(callback=ecg_file, metavar="IN")],
    target: Annotated[Path, typer.Argument(metavar="OUT.hea")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace OUT.hea and OUT.dat where they exist.")
    ] = False,
    recording: Recording = None,
    leads: Annotated[
        str | None,
        typer.Option(help="Names of its leads in their order, where it has none: I,II,III,aVR,..."),
    ] = None,
    lang: Lang = "fr",
) -> None:
    """Write any readable ECG as WFDB, without anything of the person."""
    from ..serving.ecg.commands import convert as convert_file

    one_of(lang, ("fr", "en"), "--lang")
    names = [name.strip() for name in leads.split(",")] if leads else []
    header, read = convert_file(source, target, overwrite=overwrite, number=recording, leads=names)
    print_notes(read, lang)
    typer.echo(str(header))


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(help="Folder for WFDB files and their truth.")],
    pathology: Annotated[
        str | None, typer.Option(help="A name of the simulator's list; drawn when left out.")
    ] = None,
    n: Annotated[int, typer.Option("--n", min=1, help="How many records.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of the first record.")] = 0,
) -> None:
    """Write simulated 12-lead ECGs with their truth; the headers say that they are synthetic."""
    from ..datasets.simulator import pathology_names
    from ..serving.ecg.simulated import simulate_files

    if pathology is not None:
        one_of(pathology, tuple(pathology_names()), "--pathology")
    for made in simulate_files(out, n=n, seed=seed, pathology=pathology):
        typer.echo(str(made.header))


def _one_json_each(
    files: list[Path],
    task: "Callable[[EcgRecording], EcgDone]",
    out: Path,
    lang: str,
    recording: int | None,
) -> None:
    """Write what a task finds in each file to a file of its own, and exit."""
    from ..serving.ecg.commands import each_file, write_json

    one_of(lang, ("fr", "en"), "--lang")
    files = recordings_of(files, lang)
    tally = Tally()
    for done in tally.over(watched(each_file(files, task, recording), len(files)), lang):
        write_json(done, out)
    raise typer.Exit(tally.exit_code)


def _ending(output: Path | None) -> str:
    """Return how a file to write ends; refuse what would hold something else than its name says."""
    ending = output.suffix.lower() if output is not None else ""
    if output is not None and ending not in (_CSV, _JSON):
        raise typer.BadParameter("a file that ends in .csv or .json", param_hint="--output")
    return ending


def _write_json(output: Path, data: dict[str, Any]) -> None:
    write_text(output, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def _network(models: list[Path] | None, trust: Path | None) -> "Network":
    from ..serving.ecg.commands import find_network

    return find_network(load_models(models, trust))


def _network_or_none(models: list[Path] | None, trust: Path | None) -> "Network | None":
    """Return the network, or None after printing why it is refused."""
    from ..engine.errors import ModelError

    try:
        return _network(models, trust)
    except ModelError as error:
        print_error(error.as_dict())
        return None
