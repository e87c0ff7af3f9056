"""The membership plots of one person: each model's variables, with where the person stands."""

from ...engine.screen import Screening
from .plots import MembershipPlot, membership_plots


def person_plots(screening: Screening, row: int) -> dict[str, tuple[MembershipPlot, ...]]:
    """Return, by finding id, the plots of the model that answered for this person.

    Parameters
    ----------
    screening : what ``screen_columns`` returned
    row : the person's position in it

    Returns
    -------
    plots of every risk that was answered; a value that was not observed is not drawn
    """
    plots = {}
    for columns in screening.risks:
        found = columns.answer_for(row)
        if found is not None:
            answer, position = found
            names = answer.bundle.manifest.input_names
            values = {
                name: float(answer.x[position, j])
                for j, name in enumerate(names)
                if answer.observed[position, j]
            }
            plots[columns.outcome.id] = membership_plots(answer.bundle.rules.variables, values)
    return plots
