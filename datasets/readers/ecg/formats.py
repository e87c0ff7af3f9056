"""The readers, in the order in which they are asked: the surest signs first."""

from typing import Final

from . import (
    aecg,
    cardiosoft,
    csv_text,
    dicom,
    edf,
    fhir,
    matlab,
    muse,
    schiller,
    sierra,
    vendors,
    wav,
    wfdb,
)
from .registry import Reader
from .vendors import sniff_root

READERS: Final = (
    Reader("dicom", dicom.sniff, dicom.read),
    Reader("ishne", vendors.sniff_ishne, vendors.read_ishne),
    Reader("edf", edf.sniff, edf.read),
    Reader("hl7_aecg", sniff_root("AnnotatedECG"), aecg.read),
    Reader("ge_muse_xml", sniff_root("RestingECG"), muse.read),
    Reader("ge_cardiosoft_xml", sniff_root(*cardiosoft.ROOTS), cardiosoft.read),
    Reader("philips_sierra_xml", sniff_root("restingecgdata"), sierra.read),
    Reader("schiller_xml", sniff_root(*schiller.ROOTS), schiller.read),
    Reader("mortara_xml", sniff_root("ECG"), vendors.read_mortara),
    Reader("fhir_observation", fhir.sniff, fhir.read),
    Reader("scp_ecg", vendors.sniff_scp, vendors.read_scp),
    Reader("wfdb", wfdb.sniff_header, wfdb.read),
    Reader("wfdb", wfdb.sniff_beside, wfdb.read_beside),
    Reader("matlab", matlab.sniff, matlab.read),
    Reader("wav", wav.sniff, wav.read),
    Reader("csv", csv_text.sniff, csv_text.read),
)
