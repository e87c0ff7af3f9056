"""The commands of the physician: worklist, decide, release, and the audit trail behind them."""

from typing import Annotated

import typer

from .cli_print import show

app = typer.Typer()
audit_app = typer.Typer(help="The audit trail of decisions.")
app.add_typer(audit_app, name="audit", no_args_is_help=True)

Database = Annotated[
    str | None, typer.Option(help="Store, such as sqlite:///visits.db; else LAENNEC_DATABASE.")
]


@app.command()
def worklist(database: Database = None) -> None:
    """List the reports that wait for a physician, the most urgent first."""
    from .serving.decide_commands import worklist_command

    show(worklist_command(database=database))


@app.command()
def decide(
    draft_id: Annotated[str, typer.Argument(metavar="ID")],
    by: Annotated[str, typer.Option(help="Physician, such as RPPS:10001234567.")],
    content_hash: Annotated[str, typer.Option("--hash", help="Hash shown in the worklist.")],
    confirm: Annotated[bool, typer.Option("--confirm")] = False,  # noqa: FBT002
    amend: Annotated[bool, typer.Option("--amend")] = False,  # noqa: FBT002
    reject: Annotated[bool, typer.Option("--reject")] = False,  # noqa: FBT002
    finding: Annotated[str | None, typer.Option(help="One finding; else all undecided.")] = None,
    reason: Annotated[str | None, typer.Option(help="Code of the reason.")] = None,
    text: Annotated[str | None, typer.Option(help="The reason in words.")] = None,
    to: Annotated[str | None, typer.Option(help="What holds instead, with --amend.")] = None,
    key: Annotated[str | None, typer.Option(help="Idempotency key of this act.")] = None,
    database: Database = None,
) -> None:
    """Confirm, amend or reject findings, as a named physician, on a content hash."""
    from .serving.decide_commands import DecideOptions, decide_command

    given = {"confirm": confirm, "amend": amend, "reject": reject}
    options = DecideOptions(
        draft_id=draft_id,
        by=by,
        content_hash=content_hash,
        verdicts=tuple(name for name, flag in given.items() if flag),
        finding=finding,
        reason=reason,
        text=text,
        to=to,
        idempotency_key=key,
    )
    show(decide_command(options, database=database))


@app.command()
def acknowledge(
    draft_id: Annotated[str, typer.Argument(metavar="ID")],
    by: Annotated[str, typer.Option(help="Physician.")],
    database: Database = None,
) -> None:
    """Take charge of an urgent report; it stays undecided."""
    from .serving.decide_commands import acknowledge_command

    show(acknowledge_command(draft_id, by, database=database))


@app.command()
def withdraw(
    draft_id: Annotated[str, typer.Argument(metavar="ID")],
    by: Annotated[str, typer.Option(help="Physician.")],
    reason: Annotated[str, typer.Option(help="Code of the reason.")],
    text: Annotated[str | None, typer.Option(help="The reason in words.")] = None,
    database: Database = None,
) -> None:
    """Take a report back whole, with a coded reason."""
    from .serving.confirm import Withdrawal
    from .serving.decide_commands import withdraw_command

    show(withdraw_command(Withdrawal(draft_id, reason, text), by, database=database))


@app.command()
def release(
    draft_id: Annotated[str, typer.Argument(metavar="ID")], database: Database = None
) -> None:
    """Print the final report; a draft is refused."""
    from .serving.decide_commands import release_command

    show(release_command(draft_id, database=database))


@audit_app.command("verify")
def audit_verify(database: Database = None) -> None:
    """Verify the chain, against the signed checkpoints where there are any."""
    from .serving.decide_commands import audit_verify_command

    show(audit_verify_command(database=database))


@audit_app.command("checkpoint")
def audit_checkpoint(database: Database = None) -> None:
    """Sign the last event into the site's checkpoint folder."""
    from .serving.decide_commands import audit_checkpoint_command

    show(audit_checkpoint_command(database=database))


@audit_app.command("key")
def audit_key() -> None:
    """Make the site's audit key where the site file says."""
    from .serving.decide_commands import audit_key_command

    show(audit_key_command())
