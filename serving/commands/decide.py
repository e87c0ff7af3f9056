"""What `laennec worklist`, `decide` and `audit` do, as plain data and an exit code.

The command line and, later, the HTTP routes only render what comes back. Exit codes: 0 done,
1 refused, 2 wrong usage.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import wraps
from typing import Any, ParamSpec

from ...engine.errors import ScreeningError
from ..audit.checkpoints import (
    Checkpoints,
    create_site_key,
    load_public_keys,
    load_site_key,
    read_checkpoints,
)
from ..audit.verify import NO_CHECKPOINTS, verify, write_checkpoint
from ..clock import Clock, utc_now
from ..decisions.confirm import Withdrawal, acknowledge, decide, withdraw
from ..decisions.decisions import EVERY_UNDECIDED, Decision, DecisionRequest, Verdict
from ..site import Site, SiteSettings, load_site, read_settings
from ..store.store import Store, open_store
from ..worklist.text import worklist_text
from ..worklist.worklist import worklist

EXIT_DONE = 0
EXIT_REFUSED = 1
EXIT_USAGE = 2

_P = ParamSpec("_P")


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a command answers.

    Parameters
    ----------
    exit_code : 0 done, 1 refused, 2 wrong usage
    data : JSON-able; ``error`` holds the fields of the error where the command was refused
    text : a report in the form that was asked for, to be printed as it is; else None
    """

    exit_code: int
    data: Mapping[str, Any] = field(default_factory=dict)
    text: str | None = None


@dataclass(frozen=True, slots=True)
class DecideOptions:
    """The options of `laennec decide`.

    Parameters
    ----------
    draft_id : ID
    by : --by, ``SYSTEM:number`` or ``SYSTEM:number:name``
    content_hash : --hash, all 64 digits as the worklist shows them
    verdicts : one of confirm, amend, reject per flag that was given; exactly one is right usage
    finding : --finding; without it, every finding that nobody decided yet
    reason, text : --reason CODE, --text WORDS
    to : --to, the state or band that holds instead, for --amend
    idempotency_key : names the act; without it the act is named after its own content
    """

    draft_id: str
    by: str
    content_hash: str
    verdicts: tuple[str, ...]
    finding: str | None = None
    reason: str | None = None
    text: str | None = None
    to: str | None = None
    idempotency_key: str | None = None


def answering_errors(command: Callable[_P, CommandResult]) -> Callable[_P, CommandResult]:
    """Let a command answer its refusals as data."""

    @wraps(command)
    def answering(*args: _P.args, **kwargs: _P.kwargs) -> CommandResult:
        try:
            return command(*args, **kwargs)
        except ScreeningError as error:
            return CommandResult(EXIT_REFUSED, {"error": error.as_dict()})

    return answering


@answering_errors
def worklist_command(
    *, database: str | None = None, clock: Clock = utc_now, lang: str | None = None
) -> CommandResult:
    """List the reports that wait for a physician.

    Parameters
    ----------
    database : address of the store; without it, LAENNEC_DATABASE, then the site's own
    clock : the time against which waiting is measured
    lang : ``fr`` or ``en`` for lines to be read; data only where None

    Returns
    -------
    ``reports``: one dict per report, as `WorklistItem`
    """
    with opened(database, read_settings()) as store:
        items = worklist(store, clock=clock)
    text = None if lang is None else worklist_text(items, lang)
    return CommandResult(EXIT_DONE, {"reports": [asdict(item) for item in items]}, text)


@answering_errors
def decide_command(
    options: DecideOptions, *, database: str | None = None, clock: Clock = utc_now
) -> CommandResult:
    """Take a physician's decision.

    Parameters
    ----------
    options : what the command line was given
    database : as in `worklist_command`
    clock : the time of the act

    Returns
    -------
    The fields of `Decided`, or why it was refused
    """
    if len(options.verdicts) != 1:
        return _usage("give exactly one of --confirm, --amend, --reject")
    if options.verdicts[0] == Verdict.AMEND and options.finding is None:
        return _usage("--amend needs --finding (which one) and --to (what holds instead)")
    settings = read_settings()
    physician = load_site(settings.site).person(options.by)
    decision = Decision(
        options.finding or EVERY_UNDECIDED,
        Verdict(options.verdicts[0]),
        options.reason,
        options.text,
        options.to,
    )
    request = DecisionRequest(
        options.draft_id, options.content_hash, (decision,), options.idempotency_key
    )
    with opened(database, settings) as store:
        decided = decide(store, request, physician=physician, clock=clock)
    return CommandResult(EXIT_DONE, asdict(decided))


@answering_errors
def acknowledge_command(
    draft_id: str, by: str, *, database: str | None = None, clock: Clock = utc_now
) -> CommandResult:
    """Record that a physician takes charge of an urgent report; it stays undecided."""
    settings = read_settings()
    physician = load_site(settings.site).person(by)
    with opened(database, settings) as store:
        state = acknowledge(store, draft_id, physician=physician, clock=clock)
    return CommandResult(EXIT_DONE, {"draft_id": draft_id, "state": str(state)})


@answering_errors
def withdraw_command(
    withdrawal: Withdrawal, by: str, *, database: str | None = None, clock: Clock = utc_now
) -> CommandResult:
    """Take a report back whole, with a coded reason."""
    settings = read_settings()
    physician = load_site(settings.site).person(by)
    with opened(database, settings) as store:
        state = withdraw(store, withdrawal, physician=physician, clock=clock)
    return CommandResult(EXIT_DONE, {"draft_id": withdrawal.draft_id, "state": str(state)})


@answering_errors
def audit_verify_command(*, database: str | None = None) -> CommandResult:
    """Verify the audit trail, with the site's checkpoints where there is a site.

    Returns
    -------
    ``intact``, ``events``, ``problems`` (sequence, kind, what), ``checkpoints``, ``truncation``
    (what could be checked about the end), ``clock_went_back``; exit 1 where one is wrong
    """
    settings = read_settings()
    checkpoints = (
        NO_CHECKPOINTS if settings.site is None else _checkpoints(load_site(settings.site))
    )
    with opened(database, settings) as store:
        report = verify(store, checkpoints)
    data = {
        "intact": report.is_intact,
        "events": report.events,
        "problems": [asdict(problem) for problem in report.problems],
        "checkpoints": report.checkpoints,
        "truncation": report.truncation,
        "clock_went_back": list(report.clock_went_back),
    }
    return CommandResult(EXIT_DONE if report.is_intact else EXIT_REFUSED, data)


@answering_errors
def audit_key_command() -> CommandResult:
    """Make the site's audit key and checkpoint folder where the site file says; overwrites none."""
    site = load_site(read_settings().site)
    public_file = create_site_key(site.private_key)
    site.checkpoints.mkdir(parents=True, exist_ok=True)
    data = {"private_key": str(site.private_key), "public_key": str(public_file)}
    return CommandResult(EXIT_DONE, data)


@answering_errors
def audit_checkpoint_command(
    *, database: str | None = None, clock: Clock = utc_now
) -> CommandResult:
    """Verify the audit trail and sign its last event into the site's checkpoint folder."""
    settings = read_settings()
    site = load_site(settings.site)
    key = load_site_key(site.private_key)
    earlier = _checkpoints(site)
    with opened(database, settings) as store:
        signed = write_checkpoint(store, key, site.checkpoints, clock=clock, earlier=earlier)
    return CommandResult(
        EXIT_DONE, {"sequence": signed.sequence, "folder": str(site.checkpoints), "at": signed.at}
    )


def _checkpoints(site: Site) -> Checkpoints:
    """Read the site's checkpoints; a site without an audit key has none, and the report says so."""
    keys = load_public_keys(sorted(site.public_keys.glob("*.pub")))
    if not keys and not site.checkpoints.exists():
        return NO_CHECKPOINTS
    return read_checkpoints(site.checkpoints, keys)


def address_of(database: str | None, settings: SiteSettings) -> str:
    """Return the address of the store: as named, of the environment, or of the site."""
    return database or settings.database or load_site(settings.site).database


@contextmanager
def opened(database: str | None, settings: SiteSettings) -> Iterator[Store]:
    """Open the store that a command means: named, of the environment, or of the site."""
    store = open_store(address_of(database, settings), create=False)
    try:
        yield store
    finally:
        store.close()


def _usage(message: str) -> CommandResult:
    return CommandResult(EXIT_USAGE, {"usage": message})
