"""What stops a risk of one person: inputs that are missing, or that came and are not used."""

from ..bundles.verify import Bundle
from ..next_steps import UNUSED, step_of
from ..prediagnosis import MissingItem
from .columns import Abstention, RiskColumns, has_one_of
from .person import PersonContext


def what_stops(
    columns: RiskColumns, bundle: Bundle, person: PersonContext, abstention: Abstention
) -> tuple[MissingItem, ...]:
    """Return the items without which a risk is not answered; none where something else stops it.

    Parameters
    ----------
    columns : the risk of n people
    bundle : the one that would have answered
    person : of whom
    abstention : why it does not
    """
    if abstention == Abstention.VALUE_WAITS:
        return _waiting(bundle, person)
    return _required_missing(columns, bundle, person) if abstention < Abstention.MEASURED else ()


def _waiting(bundle: Bundle, person: PersonContext) -> tuple[MissingItem, ...]:
    """Name the inputs that were sent and are not used, with what makes each usable."""
    made, row = person.made, person.row
    names = [s.name for s in bundle.manifest.inputs if not made[s.name].observed[row]]
    steps = {name: step_of(name, person.batch, row) for name in names}
    return tuple(
        MissingItem(f"feature:{name}", required=False, next_step=step)
        for name, step in steps.items()
        if step in UNUSED
    )


def _required_missing(
    columns: RiskColumns, bundle: Bundle, person: PersonContext
) -> tuple[MissingItem, ...]:
    """Name what stops the finding, and of alternatives the first that the outcome lists."""
    made, row = person.made, person.row
    required = tuple(
        _required(s.name, person)
        for s in bundle.manifest.inputs
        if s.required and not (made[s.name].observed[row])
    )
    if has_one_of(columns.outcome, bundle, made)[row]:
        return required
    first = next(n for n in columns.outcome.one_of if n in bundle.manifest.input_names)
    return (*required, _required(first, person))


def _required(name: str, person: PersonContext) -> MissingItem:
    own = step_of(name, person.batch, person.row)
    return MissingItem(f"feature:{name}", required=True, next_step=own or f"next_step.{name}")
