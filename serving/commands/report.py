"""What `laennec show` and `laennec release` do: a stored report, read or let out."""

from ..clock import Clock, utc_now
from ..codes.site_codes import SiteCodes
from ..decisions.confirm import mark_seen
from ..decisions.release import release
from ..drafts.history import read_history
from ..drafts.stored_report import ReportForm, final_report, show_report
from ..site import SiteSettings, load_site, read_settings
from .decide import EXIT_DONE, CommandResult, answering_errors, opened

AS_JSON = ReportForm("json")


@answering_errors
def show_command(
    draft_id: str,
    form: ReportForm = AS_JSON,
    *,
    by: str | None = None,
    database: str | None = None,
    clock: Clock = utc_now,
) -> CommandResult:
    """Read a stored report: its words, its state, its history, the hash to decide on.

    Parameters
    ----------
    draft_id : ID
    form : format and language
    by : the physician who reads it, so that it counts as seen; without it nothing is changed
    database : address of the store; without it, LAENNEC_DATABASE, then the site's own
    clock : the time of the act

    Returns
    -------
    ``text``, or why it was refused
    """
    settings = read_settings()
    physician = None if by is None else load_site(settings.site).person(by)
    codes = _codes(settings, form)
    with opened(database, settings) as store:
        if physician is not None:
            mark_seen(store, draft_id, physician=physician, clock=clock)
        text = show_report(read_history(store, draft_id), form)
    return CommandResult(EXIT_DONE, text=codes.added_to_text(text))


@answering_errors
def release_command(
    draft_id: str,
    form: ReportForm = AS_JSON,
    *,
    database: str | None = None,
    clock: Clock = utc_now,
) -> CommandResult:
    """Return the final document of a decided report; a draft is refused.

    The form is made before the release is audited: what can't be printed is not said released.
    """
    settings = read_settings()
    codes = _codes(settings, form)
    with opened(database, settings) as store:
        show_report(read_history(store, draft_id), form)
        text = final_report(release(store, draft_id, clock=clock), form)
    return CommandResult(EXIT_DONE, text=codes.added_to_text(text))


def _codes(settings: SiteSettings, form: ReportForm) -> SiteCodes:
    """Return the site's own codes for a report that leaves as data; none for words."""
    if form.format != "json" or settings.site is None:
        return SiteCodes()
    site = load_site(settings.site)
    return SiteCodes.read(site.thesaurus, site.snomed)
