"""What a run did, as data: every row accounted for, every file and model by its hash."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ....engine.prediagnosis import RISK_DECIMALS
from ..ecg.plan import NONE_THERE, none_is_there
from ..engines.worker import Outcome
from ..plan import BatchPlan, Loaded
from ..table.output import SCHEMA
from ..table.reasons import CONTRIBUTION_DECIMALS
from ..table.status import NOT_ASSESSABLE, REFUSED, STATUSES
from .fingerprint import Fingerprint
from .parts import RESULT_SCHEMA, Part, disclaimers

ROW_MALFORMED: Final = "row_malformed"
ECG_NOT_READ: Final = "ecg_not_read"
NO_ROWS: Final = "no_rows"


def make_manifest(
    plan: BatchPlan, loaded: Loaded, parts: Mapping[str, Part], failures: Sequence[Outcome]
) -> dict[str, Any]:
    """Return the manifest of a run; the same parts give the same manifest.

    Parameters
    ----------
    plan : what was to be done
    loaded : models and guideline rows
    parts : every part that is there, by name
    failures : what could not be done
    """
    ordered = [parts[name] for name in sorted(parts)]
    whole = sum((p.record.fingerprint for p in ordered), Fingerprint())
    lost, counts = _lost(plan, ordered, failures), _counts(ordered)
    return {
        "schema": RESULT_SCHEMA,
        "state": "partly_done" if lost else "complete",
        "result": "unconfirmed",
        "disclaimer": disclaimers(),
        "development_model": loaded.models.is_development,
        "guideline_rows_unsigned": loaded.guidelines.rows_unsigned,
        "plan_sha256": plan.sha256,
        "plan": plan.as_dict(),
        "notices": _notices(plan, counts),
        "ignored_columns": {n: list(table.ignored) for n, table in plan.tables.items()},
        "counts": counts,
        "items_refused": _summed([p.record.items for p in ordered]),
        "malformed_lines": [
            *plan.content["bulk"].get("malformed_lines", ()),
            *_malformed(plan, ordered),
        ],
        "not_done": lost,
        "output": {
            "columns": list(_columns(plan)),
            "content_sha256": whole.content_sha256(_columns(plan)),
            "rounding": {
                "model_risks": "as each model's manifest states (outputs.decimals)",
                "published_risks_decimals": RISK_DECIMALS,
                "contribution_decimals": CONTRIBUTION_DECIMALS,
            },
            "parts": [_listed(part) for part in ordered],
        },
    }


def _listed(part: Part) -> dict[str, Any]:
    record = part.record
    answers = {"answers_sha256": record.answers} if record.answers else {}
    return {"name": record.name, "rows": record.rows, "sha256": part.sha256, **answers}


def _columns(plan: BatchPlan) -> tuple[str, ...]:
    return (*SCHEMA.names, *plan.ecg_columns, *plan.context_columns)


def _notices(plan: BatchPlan, counts: Mapping[str, Any]) -> list[str]:
    found = {notice for table in plan.tables.values() for notice in table.notices}
    missing = {NONE_THERE} if none_is_there(plan.content["ecg"]) else set()
    missing |= set() if counts["in"] else {NO_ROWS}
    return sorted(missing | (found - {ECG_NOT_READ} if plan.ecg_columns else found))


def _counts(parts: Sequence[Part]) -> dict[str, Any]:
    """Return rows in = scored + not assessable + refused; malformed lines are refused rows."""
    found = {status: _summed([p.record.counts[status] for p in parts]) for status in STATUSES}
    bad = sum(p.record.bad_row_count for p in parts)
    if bad:
        found[REFUSED] = {**found[REFUSED], ROW_MALFORMED: bad}
    totals = {status: sum(reasons.values()) for status, reasons in found.items()}
    return {
        "in": sum(totals.values()),
        **totals,
        "not_assessable_by_reason": found[NOT_ASSESSABLE],
        "refused_by_reason": found[REFUSED],
        "rows_out": sum(p.record.rows for p in parts),
    }


def _summed(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items()))


def _malformed(plan: BatchPlan, parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [
        {
            "file": plan.fragments[p.record.fragment].file.name,
            "count": p.record.bad_row_count,
            "first_lines": list(p.record.bad_rows),
        }
        for p in parts
        if p.record.bad_row_count
    ]


def _lost(
    plan: BatchPlan, parts: Sequence[Part], failures: Sequence[Outcome]
) -> list[dict[str, Any]]:
    """Return what of the input is not in the result, with why; rows where they are known."""
    lost: list[dict[str, Any]] = [
        {"file": name, "code": error.code, "detail": type(error.__cause__).__name__}
        for name, error in sorted(plan.unreadable.items())
    ]
    why = {o.task.fragment: o for o in sorted(failures, key=lambda o: -o.task.chunk)}
    for fragment in plan.fragments:
        mine = [p.record for p in parts if p.record.fragment == fragment.index]
        last = next((r.chunk for r in mine if r.is_last), None)
        if last is not None and len(mine) == last + 1:
            continue
        outcome = why.get(fragment.index)
        lost.append(
            {
                "file": fragment.file.name,
                "row_group": fragment.row_group,
                "code": outcome.error if outcome else "not_reached",
                "detail": outcome.detail if outcome else "",
                "rows_done": sum(r.rows for r in mine),
                "rows": fragment.rows,
            }
        )
    return lost
