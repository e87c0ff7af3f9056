"""A report in a site's store: shown, decided and released as by the command line."""

from laennec.serving.commands.decide import DecideOptions, decide_command
from laennec.serving.commands.report import release_command, show_command
from laennec.serving.drafts.stored_report import ReportForm

MARTIN, BERNARD = "RPPS:10001234567", "RPPS:10007654321"
FORMATS = ("text", "json", "html")


def decide(kept, verdict, by=MARTIN, **rest):
    act = DecideOptions(kept["id"], by, kept["content_hash"], (verdict,), **rest)
    result = decide_command(act)
    assert result.exit_code == 0, result.data


def shown(kept, form="text", lang=None, **rest):
    result = show_command(kept["id"], ReportForm(form, lang), **rest)
    assert result.exit_code == 0, result.data
    return result.text


def released(kept, form="text", lang=None, models=None):
    result = release_command(kept["id"], ReportForm(form, lang, models))
    assert result.exit_code == 0, result.data
    return result.text


def flat(text):
    return " ".join(text.split())
