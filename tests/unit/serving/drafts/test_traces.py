"""The ECG of a draft is kept as it is drawn: gaps stay gaps, the chain vouches for it."""

import numpy as np
import pytest
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.errors import AuditError
from laennec.serving.audit.verify import verify
from laennec.serving.drafts.drafts import save_draft
from laennec.serving.drafts.traces import as_trace, from_trace, read_trace
from laennec.serving.store.guards import drop_guard, set_guard
from store_support import HandClock, make_draft


def signal(fs=500.0, seconds=12.0):
    t = np.arange(round(fs * seconds)) / fs
    return EcgSignal.of({"I": np.sin(6.28 * t), "II": 2 * np.cos(6.28 * t)}, fs)


def test_ten_seconds_are_kept_at_a_rate_that_a_line_can_show():
    kept = from_trace(as_trace(signal()))
    assert (kept.sampling_rate_hz, kept.signal_mv.shape) == (250.0, (6, 2500))
    assert kept.leads == signal().leads
    assert kept.derived == signal().derived
    at = signal().signal_mv[:, 1000]
    assert kept.signal_mv[:, 500] == pytest.approx(at, abs=0.02)


def test_a_slow_recording_is_kept_as_it_is():
    kept = from_trace(as_trace(signal(fs=125.0, seconds=4.0)))
    assert kept.sampling_rate_hz == 125.0
    assert kept.signal_mv == pytest.approx(signal(fs=125.0, seconds=4.0).signal_mv, abs=0.0006)


def test_what_was_not_recorded_stays_a_gap_and_spreads_nowhere():
    one = signal()
    samples = one.signal_mv.copy()
    samples[0, 1000:2000] = np.nan
    kept = from_trace(as_trace(EcgSignal(one.leads, samples, one.sampling_rate_hz, one.derived)))
    missing = np.isnan(kept.signal_mv)
    assert missing[0].sum() == 500
    assert not missing[1:].any()


def test_a_trace_that_was_changed_is_not_drawn(store):
    """A physician would decide on another ECG."""
    draft_id = save_draft(
        store, make_draft(), rendered_language="fr", clock=HandClock(), ecg=signal()
    )
    assert read_trace(store, draft_id).leads == signal().leads
    assert read_trace(store, "none") is None
    assert verify(store).is_intact
    with store.write() as connection:
        drop_guard(connection, "traces_no_update")
        connection.exec_driver_sql("UPDATE traces SET trace = 'x'")
        set_guard(connection, "traces_no_update")
    with pytest.raises(AuditError, match="a row of traces"):
        read_trace(store, draft_id)
    assert [p.kind for p in verify(store).problems] == ["rows"]
