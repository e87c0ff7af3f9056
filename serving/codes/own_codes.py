"""Every code of the house that another thesaurus may map: findings, measurements, questions."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from ...engine.vocabulary.load import vocabulary_with
from ...engine.vocabulary.site import SiteExposures
from ...engine.words.load import LANGUAGES, load_sentences

ENGINE = "laennec.engine"


@cache
def table(folder: str, name: str) -> dict[str, Any]:
    """Read one data file of the engine."""
    text = files(f"{ENGINE}.{folder}").joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def finding_ids() -> tuple[str, ...]:
    """Return every finding that has a name: facts, risks, scores and ECG statements."""
    start = "finding_name."
    names = [key for key in load_sentences()["fr"] if key.startswith(start)]
    rows = [row["id"] for row in table("guidelines", "codes.toml")["finding"]]
    return tuple(dict.fromkeys([*rows, *(name.removeprefix(start) for name in names)]))


def labels() -> dict[str, dict[str, str]]:
    """Return ``kind:code`` -> language -> label, of everything shipped that a thesaurus may map."""
    vocabulary = vocabulary_with(SiteExposures())
    sentences = load_sentences()
    found = {f"measurement:{i.code}": dict(i.label) for i in vocabulary.items.values()}
    found |= {f"question:{q.name}": dict(q.label) for q in vocabulary.questions.values()}
    for finding in finding_ids():
        found[f"finding:{finding}"] = {
            lang: sentences[lang].get(f"finding_name.{finding}", "") for lang in LANGUAGES
        }
    return {key: said for key, said in found.items() if not key.startswith("question:intake.")}
