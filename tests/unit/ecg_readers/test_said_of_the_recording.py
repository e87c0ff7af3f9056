"""What a header says of the recording is told, or said not to be understood; never dropped."""

from datetime import date

import ecg_files
import pytest
from laennec.datasets.readers.ecg import EcgHeader, read_ecg
from laennec.datasets.readers.ecg.births import birth_of, with_birth
from laennec.datasets.readers.ecg.edf_words import month_of

FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
SHORT = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."
ENGLISH = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"


BARE = "jan fev mar avr mai jun jul aou sep oct nov dec"


@pytest.mark.parametrize("names", [FRENCH, SHORT, ENGLISH, BARE])
def test_a_month_is_known_by_its_name_in_either_language(names):
    """Pinned: "20-janv.-1977" vanished, and with it what would contradict the visit."""
    for number, name in enumerate(names.split(), start=1):
        assert month_of(name) == number
        for between in ("-", " "):
            assert birth_of(f"20{between}{name}{between}1977") == (date(1977, number, 20), None)


@pytest.mark.parametrize("name", ["", "j", "ma", "jui", "brumaire"])
def test_a_word_that_is_no_month_or_two_is_not_guessed(name):
    assert month_of(name) is None


def test_a_birth_that_is_not_understood_is_told():
    header = EcgHeader("edf", "a")
    assert with_birth(header, ["le 3 brumaire"]).notes == ("birth_not_understood",)
    for nothing in ([], [""], ["X"], ["unknown"]):
        assert with_birth(header, nothing).notes == ()


def muse(*off):
    data = ecg_files.muse().data.decode("latin-1")
    for name in off:
        at = data.index(f"<LeadID>{name}</LeadID>")
        data = data[:at] + "<LeadOff>TRUE</LeadOff>" + data[at:]
    return data.encode("latin-1")


def test_leads_that_the_device_calls_off_are_named():
    """Pinned: of six chest leads that the device called off an elevation was told, and no more."""
    recording = read_ecg(muse("I", "V1"), name="a.xml")
    assert recording.header.named["leads_said_off"] == ("I", "V1")
    (note,) = [n for n in recording.signal.notes if "leads_said_off" in n.id]
    assert note.parameters["leads"] == "I, V1"
    assert "leads_said_off" not in read_ecg(muse(), name="a.xml").header.notes
