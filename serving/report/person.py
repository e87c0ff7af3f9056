"""The membership plots of one person: each model's variables, with where the person stands."""

from collections.abc import Mapping

from ...engine import Models, PreDiagnosis
from ...engine.screening import Screening
from .plots import MembershipPlot, membership_plots

Plots = dict[str, tuple[MembershipPlot, ...]]


def person_values(screening: Screening, row: int) -> dict[str, dict[str, float]]:
    """Return, by finding id, what the model that answered for this person read.

    Parameters
    ----------
    screening : what ``screen_columns`` returned
    row : the person's position in it

    Returns
    -------
    value by variable of every risk that was answered; what was not observed is left out
    """
    read = {}
    for columns in screening.risks:
        found = columns.answer_for(row)
        if found is not None:
            answer, position = found
            read[columns.outcome.id] = {
                name: float(answer.x[position, j])
                for j, name in enumerate(answer.bundle.manifest.input_names)
                if answer.observed[position, j]
            }
    return read


def person_plots(screening: Screening, row: int) -> Plots:
    """Return, by finding id, the plots of the model that answered for this person."""
    plots: Plots = {}
    values = person_values(screening, row)
    for columns in screening.risks:
        found = columns.answer_for(row)
        if found is not None:
            variables, name = found[0].bundle.rules.variables, columns.outcome.id
            plots[name] = membership_plots(variables, values[name])
    return plots


def kept_plots(
    prediagnosis: PreDiagnosis,
    values: Mapping[str, Mapping[str, float]],
    models: Models | None,
) -> Plots:
    """Return the plots of a draft that was kept, of the very bundles that answered in it.

    Parameters
    ----------
    prediagnosis : the draft
    values : from ``person_values`` when it was made
    models : what is loaded now; a bundle that is not there any more, byte by byte, has no plot
    """
    bundles = {bundle.sha256: bundle for bundle in models.loaded} if models else {}
    return {
        finding.id: membership_plots(
            bundles[finding.model.sha256].rules.variables, values[finding.id]
        )
        for finding in prediagnosis.findings
        if finding.model and finding.model.sha256 in bundles and finding.id in values
    }
