"""The ECG of a draft as it is drawn: kept beside the draft, so that every page can show it again.

At most ten seconds at the rate that a printed line can show, in whole microvolts. It is a picture
and no measurement: what the draft says was measured on the recording itself, before this.
"""

import base64
import json
import zlib
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Table, select

from ...engine.ecg.signal import EcgSignal
from ...engine.fixedpoint import FloatArray
from ..audit.trail import Row, as_row, require_vouched
from ..report.ecg_paper import LONGEST_STRIP_S, thinned
from ..store.store import Store
from ..store.tables import traces

SCHEMA: Final = "laennec.trace/1"
_UV_PER_MV: Final = 1000.0
_LARGEST_UV: Final = 32767
_MISSING: Final = -32768
_FASTEST: Final = 6


def trace_rows(draft_id: str, signal: EcgSignal | None) -> list[tuple[Table, Row]]:
    """Return the row to write beside a draft; none where it has no ECG."""
    if signal is None:
        return []
    return [(traces, {"draft_id": draft_id, "trace": as_trace(signal)})]


def read_trace(store: Store, draft_id: str) -> EcgSignal | None:
    """Return the drawn ECG of a draft, None where it has none.

    Raises
    ------
    AuditError : it was changed after it was written
    """
    with store.read() as connection:
        row = _row(connection, draft_id)
    return None if row is None else from_trace(str(row["trace"]))


def _row(connection: Connection, draft_id: str) -> Row | None:
    query = select(traces).where(traces.c.draft_id == draft_id)
    found = connection.execute(query).mappings().one_or_none()
    if found is None:
        return None
    require_vouched(connection, traces, [as_row(found)])
    return as_row(found)


def as_trace(signal: EcgSignal) -> str:
    """Return the text that is kept: the first ten seconds, thinned, in microvolts.

    Parameters
    ----------
    signal : one lead or more, millivolt; NaN where nothing was recorded
    """
    most = round(LONGEST_STRIP_S * signal.sampling_rate_hz)
    shown = [_thinned(lead[:most], signal.sampling_rate_hz) for lead in signal.signal_mv]
    rate_hz = shown[0][1]
    uv = np.stack([samples for samples, _ in shown]) * _UV_PER_MV
    whole = np.where(np.isnan(uv), _MISSING, np.clip(np.round(uv), -_LARGEST_UV, _LARGEST_UV))
    packed = zlib.compress(whole.astype("<i2").tobytes(), _FASTEST)
    said: dict[str, Any] = {
        "schema": SCHEMA,
        "sampling_rate_hz": rate_hz,
        "leads": list(signal.leads),
        "derived": sorted(signal.derived),
        "uv": base64.b64encode(packed).decode("ascii"),
    }
    return json.dumps(said)


def _thinned(samples: FloatArray, fs: float) -> tuple[FloatArray, float]:
    """Thin one lead; what was not recorded stays a gap, and does not spread into its neighbours."""
    missing = np.isnan(samples)
    drawn, rate_hz = thinned(np.where(missing, 0.0, samples), fs)
    nearest = np.minimum(np.round(np.arange(len(drawn)) * fs / rate_hz), len(samples) - 1)
    return np.where(missing[nearest.astype(np.int64)], np.nan, drawn), rate_hz


def from_trace(text: str) -> EcgSignal:
    """Return the signal that `as_trace` kept; NaN where nothing was recorded."""
    said = json.loads(text)
    whole = np.frombuffer(zlib.decompress(base64.b64decode(said["uv"])), dtype="<i2")
    uv = whole.reshape(len(said["leads"]), -1).astype(np.float64)
    return EcgSignal(
        leads=tuple(said["leads"]),
        signal_mv=np.where(uv == _MISSING, np.nan, uv / _UV_PER_MV),
        sampling_rate_hz=said["sampling_rate_hz"],
        derived=frozenset(said["derived"]),
    )
