"""The one door to training: ``laennec train MODEL --data DIR``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, Unpack

from ..engine.bundles.statements import StatementsBundle
from ..engine.bundles.verify import Bundle
from ..engine.bundles.waves import SignalBundle
from ..engine.errors import DataError
from .cardiovascular.run import train_cardiovascular
from .diabetes_follow_up import train_follow_up
from .diabetes_textbook import train_textbook
from .diabetes_type_2.run import train_diabetes
from .ecg.run import train_ecg
from .ecg_delineation.run import train_delineation
from .ecg_findings.run import train_findings
from .options import Options


class Pipeline(Protocol):
    """Trains, judges, exports and signs the forms of one model."""

    def __call__(
        self, data: Path, out: Path, tracking_uri: str | None, **options: Unpack[Options]
    ) -> Sequence[Bundle | SignalBundle | StatementsBundle]:
        """Return the bundles, verified."""


MODELS: Mapping[str, Pipeline] = {
    "diabetes_type_2": train_diabetes,
    "diabetes_textbook": train_textbook,
    "diabetes_follow_up": train_follow_up,
    "ecg_delineation": train_delineation,
    "cardiovascular": train_cardiovascular,
    "ecg_findings": train_findings,
    "ecg": train_ecg,
}


def train(
    model: str,
    data: Path,
    out: Path,
    tracking_uri: str | None = None,
    **options: Unpack[Options],
) -> Sequence[Bundle | SignalBundle | StatementsBundle]:
    """Train, judge, export and sign every form of a model.

    Parameters
    ----------
    model : a key of `MODELS`
    data : folder of development data, or the file
    out : folder of models; bundles are written to ``<model>/bundles/<form>`` below it
    tracking_uri : of the mlflow store; None uses ``mlflow.db`` in `out`
    options : ``forms``, ``workers``, ``say``; see `Options`

    Returns
    -------
    the bundles, signed with the development key and verified

    Raises
    ------
    DataError  if there is no such model or form, or its data are missing or of another kind
    """
    if model not in MODELS:
        raise DataError(
            found=f"the model {model!r}",
            why="there is no pipeline for it",
            remedy=f"Train one of {', '.join(MODELS)}",
            path="model",
        )
    return MODELS[model](data, out, tracking_uri, **options)
