"""Which kind of glucose a value is: fasting or not, from which specimen, after a challenge."""

from ..errors import RecordError
from ..fixedpoint import parse_decimal
from .document import intake_numbers
from .problems import ProblemLog, shown


def read_fasting(hours: object, path: str, log: ProblemLog, *, is_implied: bool) -> bool | None:
    """Return whether the person was fasting; None where nobody said.

    Parameters
    ----------
    hours : since the last meal, as they were sent; None where they were not
    path : of the measurement
    log : of the visit; hours that can't be read refuse the value
    is_implied : its code says that it was fasting, where no hours were sent
    """
    if hours is None:
        return True if is_implied else None
    try:
        nano, sign = parse_decimal(str(hours))
    except RecordError:
        sign, nano = 1, -1
    where, limits = f"{path}.fasting_hours", intake_numbers()["fasting"]
    if sign or nano < 0 or isinstance(hours, bool):
        log.add("refused_item", "fasting_unreadable", where, item="glucose", found=shown(hours))
        return None
    if nano > parse_decimal(limits["hours_max"])[0]:
        log.add(
            "refused_item",
            "fasting_implausible",
            where,
            item="glucose",
            found=shown(hours),
            limit=str(limits["hours_max"]),
        )
        return None
    return nano >= parse_decimal(limits["hours_min"])[0]


def glucose_state(specimen: str, challenge: str, is_fasting: bool | None) -> str:
    """Return which kind of glucose a value is; what is not said is never taken as fasting.

    >>> glucose_state("venous_plasma", "", True), glucose_state("venous_plasma", "", None)
    ('fasting_venous', 'unknown_fasting_venous')
    """
    if specimen == "capillary":
        return "capillary"
    if specimen not in ("venous_plasma", "venous_serum"):
        return "unknown_specimen"
    if challenge:
        return "two_hour_75g"
    if is_fasting is None:
        return "unknown_fasting_venous"
    return "fasting_venous" if is_fasting else "random_venous"
