"""The answer to every Bundle of a part as a Bundle, beside the part: one line an Encounter."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ....engine.errors import RecordError
from ....engine.risks.labels import model_labels
from ....engine.words.as_json import as_json
from ...clock import utc_now
from ...fhir.refusals import ecg_issues, error_outcome
from ...fhir.results import result_bundle
from ...fhir.visit_in import read_visit
from ...fhir.writer import About
from ...screening import Engine, SiteKnows, screen_visit
from ..plan import Loaded


def write_answers(
    path: Path,
    rows: Any,  # noqa: ANN401 - pyarrow has no types
    loaded: Loaded,
    lang: str,
) -> None:
    """Write one line for each row: the draft as a Bundle, or why its Bundle is refused.

    Parameters
    ----------
    path : a file that is renamed when it is whole
    rows : with the column ``bundle``
    loaded : models and guidelines
    lang : fr or en
    """
    labels = model_labels(loaded.models, lang)
    with path.open("w", encoding="utf-8") as file:
        for one in _answers(rows, loaded, lang, labels):
            file.write(json.dumps(one, ensure_ascii=False) + "\n")


def _answers(
    rows: Any,  # noqa: ANN401
    loaded: Loaded,
    lang: str,
    labels: Mapping[str, str],
) -> Iterator[dict[str, Any]]:
    engine = Engine(loaded.models, loaded.guidelines)
    for bundle in rows.column("bundle").to_pylist():
        try:
            yield _answer(bundle, engine, utc_now(), (lang, labels))
        except RecordError as error:
            yield {**error_outcome(error, lang=lang), "id": _encounter_id(bundle)}


def _answer(
    bundle: str, engine: Engine, now: datetime, words: tuple[str, Mapping[str, str]]
) -> dict[str, Any]:
    sent = read_visit(bundle.encode())
    document = json.dumps(sent.document).encode()
    screened = screen_visit(
        document,
        engine,
        now=now,
        ecg=sent.ecg,
        earlier=sent.earlier,
        knows=SiteKnows(unused=sent.problems),
    )
    said = as_json(screened.draft, *words)
    about = About(
        now.isoformat(),
        subject=sent.subject,
        basis=sent.basis,
        issues=(*sent.issues, *ecg_issues(screened.ecg_error, sent.places)),
        is_french=sent.is_french,
    )
    return result_bundle(said, about, sent.places)


def _encounter_id(bundle: str) -> str:
    """Return the id of the Encounter that could not be screened."""
    resources = [entry["resource"] for entry in json.loads(bundle)["entry"]]
    return str(next(r.get("id", "") for r in resources if r["resourceType"] == "Encounter"))[:64]
