"""The one door to training: ``laennec train MODEL --data DIR``."""

from collections.abc import Callable, Mapping
from pathlib import Path

from ..engine.bundles.verify import Bundle
from ..engine.errors import DataError
from .diabetes_textbook import train_textbook
from .diabetes_type_2.run import train_diabetes

Say = Callable[[str], None]
MODELS: Mapping[str, Callable[..., list[Bundle]]] = {
    "diabetes_type_2": train_diabetes,
    "diabetes_textbook": train_textbook,
}


def train(
    model: str,
    data: Path,
    out: Path,
    *,
    tracking_uri: str | None = None,
    say: Say = lambda text: None,
) -> list[Bundle]:
    """Train, judge, export and sign every form of a model, or one.

    Parameters
    ----------
    model : a key of `MODELS`, or ``<model>/<form>`` for one form
    data : folder of development data, or the file
    out : folder of models; bundles are written to ``<model>/bundles/<form>`` below it
    tracking_uri : of the mlflow store; None uses ``mlflow.db`` in `out`
    say : called with each line of progress

    Returns
    -------
    the bundles, signed with the development key and verified

    Raises
    ------
    DataError  if there is no such model or form, or its data are missing or of another kind
    """
    name, _, form = model.partition("/")
    if name not in MODELS:
        raise DataError(
            found=f"the model {name!r}",
            why="there is no pipeline for it",
            remedy=f"Train one of {', '.join(MODELS)}",
            path="model",
        )
    forms = (form,) if form else ()
    return MODELS[name](data, out, tracking_uri=tracking_uri, forms=forms, say=say)
