"""The commands of the physician: worklist, decide, release, and the audit trail behind them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .printing import one_of, show
from .screen import Folders, Trust

if TYPE_CHECKING:
    from ..serving.drafts.stored_report import ReportForm

app = typer.Typer()
audit_app = typer.Typer(help="The audit trail of decisions.")
app.add_typer(audit_app, name="audit", no_args_is_help=True)

Database = Annotated[
    str | None, typer.Option(help="Store, such as sqlite:///visits.db; else LAENNEC_DATABASE.")
]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")]
Lang = Annotated[str | None, typer.Option(help="fr or en; as it was kept by default.")]


def _form(
    format: str,  # noqa: A002 - the option's name is public
    lang: str | None,
    models: list[Path] | None,
    trust: Path | None,
) -> "ReportForm":
    from ..engine.bundles.commands import open_models
    from ..serving.drafts.stored_report import ReportForm

    return ReportForm(
        one_of(format, ("text", "json", "html"), "--format"),  # type: ignore[arg-type]  # checked
        None if lang is None else one_of(lang, ("fr", "en"), "--lang"),
        lambda: open_models(models, trust_folder=trust),
    )


@app.command("show")
def show_draft(
    draft_id: Annotated[str, typer.Argument(metavar="ID")],
    format: Annotated[str, typer.Option(help="text, json or html.")] = "text",  # noqa: A002 - the option's name is public
    lang: Lang = None,
    output: Output = None,
    by: Annotated[
        str | None, typer.Option(help="Physician who reads it: it counts as seen.")
    ] = None,
    models: Folders = None,
    trust: Trust = None,
    database: Database = None,
) -> None:
    """Read a stored report: its words, its history, and the hash on which to decide."""
    from ..serving.commands.report import show_command

    form = _form(format, lang, models, trust)
    show(show_command(draft_id, form, by=by, database=database), output)


@app.command()
def worklist(
    format: Annotated[str, typer.Option(help="text or json.")] = "text",  # noqa: A002 - the option's name is public
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
    database: Database = None,
) -> None:
    """List the reports that wait for a physician, the most urgent first."""
    from ..serving.commands.decide import worklist_command

    spoken = one_of(lang, ("fr", "en"), "--lang")
    is_text = one_of(format, ("text", "json"), "--format") == "text"
    show(worklist_command(database=database, lang=spoken if is_text else None))


@app.command()
def decide(
    draft_id: Annotated[str, typer.Argument(metavar="ID")],
    by: Annotated[str, typer.Option(help="Physician, such as RPPS:10001234567.")],
    content_hash: Annotated[
        str,
        typer.Option(
            "--hash", help="Content hash that was read, whole, as `laennec show` prints it."
        ),
    ],
    confirm: Annotated[bool, typer.Option("--confirm")] = False,
    amend: Annotated[bool, typer.Option("--amend")] = False,
    reject: Annotated[bool, typer.Option("--reject")] = False,
    finding: Annotated[str | None, typer.Option(help="One finding; else all undecided.")] = None,
    reason: Annotated[str | None, typer.Option(help="Code of the reason.")] = None,
    text: Annotated[str | None, typer.Option(help="The reason in words.")] = None,
    to: Annotated[str | None, typer.Option(help="What holds instead, with --amend.")] = None,
    key: Annotated[str | None, typer.Option(help="Idempotency key of this act.")] = None,
    database: Database = None,
) -> None:
    """Confirm, amend or reject findings, as a named physician, on a content hash."""
    from ..serving.commands.decide import DecideOptions, decide_command

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
    from ..serving.commands.decide import acknowledge_command

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
    from ..serving.commands.decide import withdraw_command
    from ..serving.decisions.confirm import Withdrawal

    show(withdraw_command(Withdrawal(draft_id, reason, text), by, database=database))


@app.command()
def release(
    draft_id: Annotated[str, typer.Argument(metavar="ID")],
    format: Annotated[str, typer.Option(help="json, text or html.")] = "json",  # noqa: A002 - the option's name is public
    lang: Lang = None,
    output: Output = None,
    models: Folders = None,
    trust: Trust = None,
    database: Database = None,
) -> None:
    """Print the final report: what the physician decided, by name; a draft is refused."""
    from ..serving.commands.report import release_command

    form = _form(format, lang, models, trust)
    show(release_command(draft_id, form, database=database), output)


@audit_app.command("verify")
def audit_verify(database: Database = None) -> None:
    """Verify the chain, against the signed checkpoints where there are any."""
    from ..serving.commands.decide import audit_verify_command

    show(audit_verify_command(database=database))


@audit_app.command("checkpoint")
def audit_checkpoint(database: Database = None) -> None:
    """Sign the last event into the site's checkpoint folder."""
    from ..serving.commands.decide import audit_checkpoint_command

    show(audit_checkpoint_command(database=database))


@audit_app.command("key")
def audit_key() -> None:
    """Make the site's audit key where the site file says."""
    from ..serving.commands.decide import audit_key_command

    show(audit_key_command())
