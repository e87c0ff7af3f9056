"""What is wrong with a record, in words: what was found, why it stops us, what to do, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..prediagnosis import ItemNotice, Message, Parameter
from .sentences import Sentences

REASON_CODE: Final = "reason_code"
SHOWN_PATHS: Final = 5


@dataclass(frozen=True, slots=True)
class NoticeLines:
    """One thing that is wrong, said once with every place at which it was found."""

    severity: str
    found: str
    why: str
    remedy: str
    where: str


def notices_together(
    notices: Iterable[ItemNotice], sentences: Sentences
) -> tuple[NoticeLines, ...]:
    """Word notices in their order; those that say the same are one, with all their places."""
    places: dict[tuple[str, str, str, str], list[str]] = {}
    for notice in notices:
        said = (notice.severity, *notice_phrases(notice, sentences))
        places.setdefault(said, []).append(notice.path)
    return tuple(NoticeLines(*said, _where(paths, sentences)) for said, paths in places.items())


def _where(paths: list[str], sentences: Sentences) -> str:
    given = list(dict.fromkeys(path for path in paths if path))
    shown, more = given[:SHOWN_PATHS], len(given) - SHOWN_PATHS
    if more > 0:
        shown.append(sentences.text("ui.more_places", count=more))
    return ", ".join(shown)


def notice_phrases(notice: ItemNotice, sentences: Sentences) -> tuple[str, str, str]:
    """Word what was found, why it stops us, and what to do."""
    parameters: dict[str, Parameter] = {"item": notice.item, "path": notice.path}
    parameters |= _nested_reason(notice, sentences)
    base = f"intake.{notice.code}"
    found, why, remedy = (
        sentences.render(Message(f"{base}.{part}", parameters | dict(notice.parameters))).strip()
        for part in ("found", "why", "remedy")
    )
    return found, why, remedy


def _nested_reason(notice: ItemNotice, sentences: Sentences) -> dict[str, Parameter]:
    """Word the problem because of which an earlier visit was refused."""
    code = notice.parameters.get(REASON_CODE)
    if code is None:
        return {}
    prefix = f"{REASON_CODE}."
    own = {k.removeprefix(prefix): v for k, v in notice.parameters.items() if k.startswith(prefix)}
    found = sentences.render(Message(f"intake.{code}.found", own))
    return {"reason": found[:1].lower() + found[1:]}
