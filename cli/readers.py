"""The commands of reader studies: a plan with its pages, and the judgement of the answers."""

from pathlib import Path
from typing import Annotated

import typer

from .printing import print_json
from .screen import Folders, Trust

EXIT_PARTLY = 3

app = typer.Typer(help="Physician-AI studies: with and without the output, some of it wrong.")


@app.command()
def plan(
    visits: Annotated[list[Path], typer.Argument(help="Visit JSON files, or folders of them.")],
    reader: Annotated[list[str], typer.Option(help="A reader; repeat for each.")],
    out: Annotated[Path, typer.Option(help="Folder for plan.json and the readers' pages.")],
    seed: Annotated[
        int, typer.Option(min=0, max=2**53, help="Of the draw; keep it with the protocol.")
    ],
    outcome: Annotated[str, typer.Option(help="Finding under study.")] = "t2d_undiagnosed",
    truth: Annotated[Path | None, typer.Option(help="CSV: visit_id, truth (1 or 0).")] = None,
    wrong_share: Annotated[
        float | None, typer.Option(min=0.0, max=0.5, help="Share shown wrong on purpose; 0.2.")
    ] = None,
    models: Folders = None,
    trust: Trust = None,
) -> None:
    """Draw who reads what when, and write a page for each reader and session."""
    from ..validation.readers.command import PlanCommand, plan_command

    command = PlanCommand(
        visits=tuple(visits),
        readers=tuple(reader),
        out=out,
        outcome=outcome,
        seed=seed,
        truth=truth,
        wrong_share=wrong_share,
        models=tuple(models) if models else None,
        trust=trust,
    )
    print_json(plan_command(command))


@app.command()
def judge(
    plan_file: Annotated[Path, typer.Argument(metavar="PLAN.json", help="The key.")],
    answers: Annotated[list[Path], typer.Argument(help="Files that the pages wrote.")],
    out: Annotated[Path, typer.Option(help="File for the results, pseudonymised.")],
) -> None:
    """Judge the answers: accuracy, agreement, time, and how often a wrong output was followed.

    Exit 3 where not everything that was planned has been read.
    """
    from ..validation.readers.command import analyse_command

    told = analyse_command(plan_file, answers, out)
    print_json(told)
    if told["state"] == "partial":
        raise typer.Exit(EXIT_PARTLY)
