"""What of a refusal of ecgdatakit may be told: its own words, numbers, the name of a lead."""

import re
from typing import Final

_LEAD: Final = r"Lead [\w+-]{1,12}(?: \(rhythm\))?"
_TOLD: Final = re.compile(
    "|".join(
        (
            # GE MUSE
            rf"{_LEAD}: \d+ bytes is not a whole number of \d+-byte samples",
            rf"{_LEAD}: Lead(?:Byte|Sample)CountTotal \d+ but \d+ (?:bytes|samples) decoded",
            rf"{_LEAD} has no WaveFormData",
            r"Invalid Base64 in lead [\w+-]{1,12}(?: \(rhythm\))?",
            r"LeadData without LeadID",
            r"waveform has no valid SampleBase",
            # SCP-ECG
            r"Section \d+ (?:is too short|is shorter than its header|defines no leads)",
            r"Section \d+ (?:sample interval is 0|\(rhythm data\) is missing)",
            r"Section \d+ has unknown difference encoding \d+",
            r"Section \d+ lead data \(\d+ bytes\) exceeds the section",
            r"Section \d+ lead \d+ holds \d+ samples, expected \d+",
            r"Section \d+ declares \d+ leads but holds \d+",
            r"Section 1 tag lengths overrun the section",
            r"lead \d+ has invalid sample range \d+-\d+",
            r"bimodal compression \(decimated rhythm data\) is not supported",
            r"reference beat and rhythm data have different sample rates",
            r"reference beat subtraction is used but Section 4 or 5 is missing",
            r"Section \d+(?: lead \d+)?: Huffman data ends after \d+ of \d+ samples",
            r"Section \d+(?: lead \d+)?: invalid Huffman code at bit \d+",
            r"expected Section 0 at byte 7",
            # ISHNE
            r"lead count is -?\d+, spec allows 1 to 12",
            r"sampling rate is -?\d+ Hz, must be positive",
            r"variable block of \d+ bytes ends at byte \d+, past the end of the file \(\d+ bytes\)",
            # Philips, Mortara
            r"Missing or invalid (?:sampling rate|parsedwaveforms@durationperchannel)",
            r"XLI data holds \d+ leads, \d+ expected",
            rf"{_LEAD}: \d+ samples, \d+ expected",
            r"parsedwaveforms holds \d+ (?:bytes|samples), \d+ expected",
            r"parsedwaveforms: (?:invalid Base64 data|no waveform data)",
            r"No CHANNEL waveform data",
        )
    )
)


def told_of(message: str) -> str:
    """Return what a refusal says of the format, "" where it may quote the file.

    >>> told_of("Lead V1 (rhythm): LeadSampleCountTotal 5000 but 4000 samples decoded in made.xml")
    'Lead V1 (rhythm): LeadSampleCountTotal 5000 but 4000 samples decoded'
    """
    found = _TOLD.search(message)
    return "" if found is None else found[0]
