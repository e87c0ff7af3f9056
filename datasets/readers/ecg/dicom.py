"""DICOM waveforms: 12-lead, general (16 and 32 bit) and ambulatory ECG, through pydicom.

Source: DICOM PS3.3 C.10.9 Waveform Module, PS3.16 CID 3001 ECG leads.
"""

import io
import math
import warnings
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import numpy as np

from ....engine.fixedpoint import FloatArray
from .agree import refuse_two_leads
from .assemble import refuse_size
from .births import with_birth
from .errors import EcgUnreadable, counted, damaged, unreadable, unsupported
from .groups import Group, recordings_of
from .names import lead_of_code
from .recording import Declared, EcgHeader, EcgRecording, Filters, sex_of
from .source import Source
from .stated import with_day, with_sex
from .stored import StoredLead, step_of

FORMAT: Final = "dicom"
_ECG_CLASSES: Final = {
    "1.2.840.10008.5.1.4.1.1.9.1.1",  # 12-lead
    "1.2.840.10008.5.1.4.1.1.9.1.2",  # general
    "1.2.840.10008.5.1.4.1.1.9.1.3",  # ambulatory
    "1.2.840.10008.5.1.4.1.1.9.1.4",  # general, 32 bit
}
_DEFLATED: Final = b"1.2.840.10008.1.2.1.99"
_ORIGINAL: Final = "ORIGINAL"
_MS_PER_S: Final = 1000.0
_BEATS: Final = ("MEDIAN", "REPRESENTATIVE", "AVERAGE")
_LEAD_BASE: Final = 131328
_CODE_HEADS: Final = ("5.6.3-9-", "2:")
_TYPES: Final = {
    (8, "SB"): "i1",
    (8, "UB"): "u1",
    (16, "SS"): "<i2",
    (16, "US"): "<u2",
    (32, "SL"): "<i4",
    (32, "UL"): "<u4",
}
_AGES: Final = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}
_FAMILY: Final = "MDC_ECG_LEAD_"


def sniff(source: Source) -> bool:
    """Whether the file has the preamble of DICOM part 10."""
    return source.head[128:132] == b"DICM"


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return the recorded multiplex groups, joined where they are one recording.

    A median beat is left out, and so is a group that the file itself marks as derived where it
    holds the original too.
    """
    where = source.label
    if _DEFLATED in source.head:
        raise unsupported("A deflated DICOM file", "Export it uncompressed", where)
    import pydicom  # noqa: PLC0415 - loaded at first use

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            data = pydicom.dcmread(io.BytesIO(source.data))
            return _recordings(data, source, declared)
        except (EcgUnreadable, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - see the next line
            # pydicom decodes lazily, so a malformed element may fail anywhere; its words may
            # quote the file and are dropped.
            kind = type(error).__name__
            raise unreadable(f"A DICOM element that can't be decoded ({kind})", where) from None


def _recordings(
    data: Any,  # noqa: ANN401 - a pydicom dataset
    source: Source,
    declared: Declared,
) -> list[EcgRecording]:
    where = source.label
    if str(data.get("SOPClassUID", "")) not in _ECG_CLASSES:
        raise unsupported("A DICOM object that is no ECG waveform", "Export the ECG", where)
    if not data.is_little_endian:
        raise unsupported("A big-endian DICOM file", "Export it little-endian", where)
    groups = list(data.get("WaveformSequence") or [])
    measured = [group for group in groups if not _is_beat(group)]
    if not measured:
        raise unreadable("A DICOM file without a rhythm recording", where)
    rhythms = [group for group in measured if _is_original(group)] or measured
    header = _header(data, rhythms[0], source)
    if len(measured) < len(groups):
        header = header.noting("median_beat_skipped")
    if len(rhythms) < len(measured):
        header = header.noting("derived_group_skipped")
    found = [Group(_leads(group, where), header, _start_s(group)) for group in rhythms]
    return recordings_of(found, declared)


def _is_original(group: Any) -> bool:  # noqa: ANN401 - a pydicom dataset
    """Whether a group holds what was recorded, and nothing that was calculated from it."""
    return str(group.get("WaveformOriginality", "")).strip().upper() == _ORIGINAL


def _start_s(group: Any) -> float | None:  # noqa: ANN401 - a pydicom dataset
    offset_ms = _float(group.get("MultiplexGroupTimeOffset"))
    return offset_ms / _MS_PER_S if math.isfinite(offset_ms) else None


def _is_beat(group: Any) -> bool:  # noqa: ANN401 - a pydicom dataset
    label = str(group.get("MultiplexGroupLabel", "")).upper()
    return any(word in label for word in _BEATS)


def _leads(group: Any, where: str) -> list[StoredLead]:  # noqa: ANN401 - a pydicom dataset
    samples = _samples(group, where)
    rate = _float(group.get("SamplingFrequency"))
    channels = list(group.get("ChannelDefinitionSequence") or [])
    if len(channels) != len(samples):
        raise unreadable("Channel definitions that do not fit the channels", where)
    return [_lead(c, row, rate, where) for c, row in zip(channels, samples, strict=True)]


def _samples(group: Any, where: str) -> FloatArray:  # noqa: ANN401 - a pydicom dataset
    """Return the samples, shape (n_channels, n_samples), NaN where padded."""
    kind = (int(group.WaveformBitsAllocated), str(group.WaveformSampleInterpretation))
    if kind not in _TYPES:
        raise unsupported("A DICOM waveform of another sample type", "Export 16-bit", where)
    channels, n = int(group.NumberOfWaveformChannels), int(group.NumberOfWaveformSamples)
    refuse_size(channels, n, where)
    dtype = np.dtype(_TYPES[kind])
    body = bytes(group.WaveformData)
    if channels < 1 or n < 1 or len(body) < channels * n * dtype.itemsize:
        raise damaged(
            f"{counted(channels, 'channel')} of {counted(n, 'sample')} that are cut off", where
        )
    flat = np.frombuffer(body, dtype=dtype, count=channels * n).reshape(n, channels)
    values = flat.T.astype(np.float64)
    padding = group.get("WaveformPaddingValue")
    if padding is not None:
        raw = padding if isinstance(padding, bytes) else int(padding).to_bytes(
            dtype.itemsize, "little", signed=dtype.kind == "i"
        )  # fmt: skip
        values[np.equal(flat.T, np.frombuffer(raw[: dtype.itemsize], dtype=dtype)[0])] = np.nan
    return values


def _lead(channel: Any, row: FloatArray, rate: float, where: str) -> StoredLead:  # noqa: ANN401 - pydicom
    """Return a channel: sample * sensitivity * correction + baseline, in the sensitivity unit."""
    units = channel.get("ChannelSensitivityUnitsSequence") or []
    unit = str(units[0].get("CodeValue", "")) if units else ""
    sensitivity = _float(channel.get("ChannelSensitivity"))
    gain = sensitivity * _float(channel.get("ChannelSensitivityCorrectionFactor"))
    baseline = _float(channel.get("ChannelBaseline"))
    shifted = row + baseline / gain if baseline and gain and math.isfinite(gain * baseline) else row
    step = step_of(gain, unit)
    return StoredLead(
        _name(channel, where), shifted, step, rate, gain, start_s=_skew_s(channel, rate)
    )


def _skew_s(channel: Any, rate: float) -> float:  # noqa: ANN401 - a pydicom dataset
    """Return how much later than its group a channel starts (PS3.3 C.10.9.1.4.4), in seconds."""
    skew_s, skew_samples = (
        _float(channel.get(name)) for name in ("ChannelTimeSkew", "ChannelSampleSkew")
    )
    if math.isfinite(skew_s):
        return skew_s
    return skew_samples / rate if math.isfinite(skew_samples) and rate > 0 else 0.0


def _name(channel: Any, where: str) -> str:  # noqa: ANN401 - a pydicom dataset
    """Return the lead of the channel's code, else the words of its code, else its label."""
    codes = channel.get("ChannelSourceSequence") or []
    code, words = (
        str(codes[0].get(name, "")) if codes else "" for name in ("CodeValue", "CodeMeaning")
    )
    meaning = words.partition("(")[0].strip()
    for head in _CODE_HEADS:
        number = code.removeprefix(head)
        if code.startswith(head) and number.isdecimal():
            known = lead_of_code(str(_LEAD_BASE + int(number)))
            if known:
                refuse_two_leads((known, meaning), where)
                return known
    if code.startswith(_FAMILY):
        return code
    return meaning or str(channel.get("ChannelLabel", "")).strip()


def _float(value: object) -> float:
    try:
        return float(str(value)) if value is not None else math.nan
    except ValueError:
        return math.nan


def _header(data: Any, group: Any, source: Source) -> EcgHeader:  # noqa: ANN401 - pydicom
    channels = group.get("ChannelDefinitionSequence") or [{}]
    values = [
        _float(channels[0].get(name))
        for name in ("FilterLowFrequency", "FilterHighFrequency", "NotchFilterFrequency")
    ]
    maker, model = data.get("Manufacturer"), data.get("ManufacturerModelName")
    header = EcgHeader(
        format=FORMAT,
        record=source.stem or "record",
        patient_id=str(data.get("PatientID") or ""),
        sex=sex_of(str(data.get("PatientSex") or "")),
        birth_date=_day(str(data.get("PatientBirthDate") or "")),
        age_years=_age(str(data.get("PatientAge") or "")),
        device=" ".join(str(part) for part in (maker, model) if part),
        filters=Filters(*(v if math.isfinite(v) and v > 0 else None for v in values)),
    )
    header = with_sex(with_day(header, *_stated_moment(data)), [str(data.get("PatientSex") or "")])
    return with_birth(header, [str(data.get("PatientBirthDate") or "")])


def _stated_moment(data: Any) -> tuple[str, str]:  # noqa: ANN401 - pydicom
    """Return day and time of the acquisition, or else of the content, as the file states them."""
    pairs = (
        (str(data.get(f"{what}Date") or ""), str(data.get(f"{what}Time") or ""))
        for what in ("Acquisition", "Content")
    )
    whole = str(data.get("AcquisitionDateTime") or "")
    stated = ((whole[:8], whole[8:14]), *pairs)
    return next((pair for pair in stated if pair[0]), ("", ""))


def _age(text: str) -> float | None:
    number, unit = text[:-1], text[-1:]
    return int(number) * _AGES[unit] if number.isdecimal() and unit in _AGES else None


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return None
