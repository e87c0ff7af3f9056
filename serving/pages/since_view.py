"""What changed since the last visit, in words."""

from dataclasses import dataclass

from ...engine.words import Sentences, phrases
from ...engine.words.common_phrases import capital
from ...engine.words.ecg_since_lines import change_line
from ..drafts.since import Moved, Since
from .render import PageWords


@dataclass(frozen=True, slots=True)
class SinceView:
    """The last visit beside this one, in words.

    Parameters
    ----------
    title : which visit, and whether a physician decided it
    draft_id : its report
    lines : what moved: the finding, from where to where, its values
    ecg : values of the ECG that moved beyond what recordings vary
    """

    title: str
    draft_id: str
    lines: tuple[tuple[str, str, str], ...]
    ecg: tuple[str, ...]


def since_view(since: Since, sentences: Sentences, lang: str) -> SinceView:
    """Word what changed; nothing is said to be better or worse.

    Parameters
    ----------
    since : from `since_last_visit`
    sentences : of this report
    lang : fr or en
    """
    words = PageWords(lang)
    moment = phrases.moment_phrase(since.performed_at, sentences)
    title = "since.title" if since.is_decided else "since.title_undecided"
    return SinceView(
        title=words.text(title, moment=moment),
        draft_id=since.draft_id,
        lines=tuple(_line(moved, sentences, words) for moved in since.moved),
        ecg=tuple(change_line(change, sentences) for change in since.ecg),
    )


def _line(moved: Moved, sentences: Sentences, words: PageWords) -> tuple[str, str, str]:
    prefix = "state" if moved.finding.kind == "fact" else "band"
    now = sentences.text(f"{prefix}.{moved.now}")
    before = sentences.text(f"{prefix}.{moved.before}") if moved.before else words.text("since.new")
    way = now if before == now else f"{before} \N{RIGHTWARDS ARROW} {now}"
    values = sentences.text("join.semicolon").join(
        f"{sentences.name(name)} {sentences.quantity(name, was.value, was.unit)}"
        f" \N{RIGHTWARDS ARROW} {sentences.quantity(name, is_.value, is_.unit)}"
        for name, was, is_ in moved.values
    )
    return capital(sentences.name(moved.finding.id)), way, values
