"""Small made ECG documents in the XML of the vendors and of HL7, each written by hand."""

import base64
import binascii
import struct

import numpy as np
from ecg_made import BORN, EIGHT, RATE_HZ, TWELVE, MadeFile, made_counts


def b64(counts):
    return base64.b64encode(np.asarray(counts, dtype="<i2").tobytes()).decode()


def aecg(leads=TWELVE, n=40, n_series=1):
    counts = made_counts(len(leads), n)
    rows = "".join(
        f'<component><sequence><code code="MDC_ECG_LEAD_{name.upper()}"/>'
        f'<value xsi:type="SLIST_PQ"><origin value="0" unit="uV"/><scale value="5" unit="uV"/>'
        f"<digits>{' '.join(map(str, row))}</digits></value></sequence></component>"
        for name, row in zip(leads, counts, strict=True)
    )
    series = (
        '<component><series><code code="RHYTHM"/><effectiveTime><low value="20260102091500"/>'
        '</effectiveTime><component><sequenceSet><component><sequence><code code="TIME_ABSOLUTE"/>'
        '<value xsi:type="GLIST_TS"><head value="20260102091500"/>'
        '<increment value="0.004" unit="s"/>'
        f"</value></sequence></component>{rows}</sequenceSet></component></series></component>"
    )
    person = (
        "<componentOf><timepointEvent><componentOf><subjectAssignment><subject><trialSubject>"
        '<id root="1.2" extension="P-7"/><subjectDemographicPerson>'
        f'<administrativeGenderCode code="F"/><birthTime value="{BORN}"/>'
        "</subjectDemographicPerson></trialSubject></subject></subjectAssignment></componentOf>"
        "</timepointEvent></componentOf>"
    )
    text = (
        '<?xml version="1.0" encoding="utf-8"?><AnnotatedECG xmlns="urn:hl7-org:v3" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<effectiveTime><center value="20260102091500"/></effectiveTime>{person}'
        f"{series * n_series}</AnnotatedECG>"
    )
    return MadeFile("made.xml", text.encode(), leads, counts, "hl7_aecg")


def muse(leads=EIGHT, n=40):
    counts = made_counts(len(leads), n)
    data = "".join(
        f"<LeadData><LeadByteCountTotal>{2 * n}</LeadByteCountTotal>"
        f"<LeadSampleCountTotal>{n}</LeadSampleCountTotal>"
        "<LeadAmplitudeUnitsPerBit>5</LeadAmplitudeUnitsPerBit>"
        f"<LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits><LeadID>{name}</LeadID>"
        "<LeadSampleSize>2</LeadSampleSize>"
        f"<LeadDataCRC32>{binascii.crc32(np.asarray(row, '<i2').tobytes())}</LeadDataCRC32>"
        f"<WaveFormData>{b64(row)}</WaveFormData></LeadData>"
        for name, row in zip(leads, counts, strict=True)
    )
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE RestingECG SYSTEM "restecg.dtd">'
        "<RestingECG><PatientDemographics><PatientID>P-7</PatientID><Gender>FEMALE</Gender>"
        "<DateofBirth>03-02-1974</DateofBirth></PatientDemographics><TestDemographics>"
        "<AcquisitionDate>01-02-2026</AcquisitionDate><AcquisitionTime>09:15:00</AcquisitionTime>"
        "</TestDemographics><Waveform><WaveformType>Median</WaveformType></Waveform>"
        f"<Waveform><WaveformType>Rhythm</WaveformType><SampleBase>{RATE_HZ}</SampleBase>"
        f"<SampleExponent>0</SampleExponent>{data}</Waveform></RestingECG>"
    )
    return MadeFile("made.xml", text.encode("latin-1"), leads, counts, "ge_muse_xml")


def cardiosoft(leads=TWELVE, n=40):
    counts = made_counts(len(leads), n)
    rows = "".join(
        f'<WaveformData lead="{name}">{",".join(map(str, row))}</WaveformData>'
        for name, row in zip(leads, counts, strict=True)
    )
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><CardiologyXML><ObservationDateTime>'
        "<Hour>9</Hour><Minute>15</Minute><Second>0</Second><Day>2</Day><Month>1</Month>"
        "<Year>2026</Year></ObservationDateTime><PatientInfo><PID>P-7</PID>"
        '<Age units="YEARS">51</Age><BirthDateTime><Day>2</Day><Month>3</Month><Year>1974</Year>'
        "</BirthDateTime><Gender>FEMALE</Gender></PatientInfo><FilterSetting>"
        '<Filter50Hz>Yes</Filter50Hz><Filter60Hz>No</Filter60Hz><LowPass units="Hz">150</LowPass>'
        '<HighPass units="Hz">0.05</HighPass></FilterSetting><StripData>'
        f'<SampleRate units="Hz">{RATE_HZ}</SampleRate>'
        f"<ChannelSampleCountTotal>{n}</ChannelSampleCountTotal>"
        f'<Resolution units="uVperLsb">5</Resolution>{rows}</StripData></CardiologyXML>'
    )
    return MadeFile("made.xml", text.encode("latin-1"), leads, counts, "ge_cardiosoft_xml")


def schiller(leads=TWELVE, n=40):
    counts = made_counts(len(leads), n)
    rows = "".join(
        f"<channel><name>{name.upper()}</name><data>{','.join(map(str, row))}</data>"
        f"<datastype>COMMASEPARATE</datastype><samplecount>{n}</samplecount></channel>"
        for name, row in zip(leads, counts, strict=True)
    )
    text = (
        '<?xml version="1.0"?><com.xiriuz.sema.xml.schillerEDI.SchillerEDI><patdata><id>P-7</id>'
        f"<birthdate>{BORN}</birthdate><gender>FEMALE</gender></patdata><examdescript>"
        "<startdatetime><date>20260102</date><time>091500000</time></startdatetime></examdescript>"
        "<eventdata><event><wavedata><type>ECG_RHYTHMS</type><resolution><samplerate>"
        f"<exponent>1</exponent><value>{RATE_HZ}</value></samplerate><yres><unitperbit>5.0"
        f"</unitperbit><units>UV</units></yres></resolution>{rows}</wavedata></event></eventdata>"
        "</com.xiriuz.sema.xml.schillerEDI.SchillerEDI>"
    )
    return MadeFile("made.xml", text.encode(), leads, counts, "schiller_xml")


def mortara(leads=TWELVE, n=40):
    counts = made_counts(len(leads), n)
    rows = "".join(
        f'<CHANNEL OFFSET="0" BITS="16" FORMAT="SIGNED" UNITS_PER_MV="200" DURATION="{n}" '
        f'NAME="{name}" SAMPLE_FREQ="{RATE_HZ}" ENCODING="BASE64" DATA="{b64(row)}"/>'
        for name, row in zip(leads, counts, strict=True)
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><ECG ACQUISITION_TIME="20260102091500">'
        f'<SUBJECT ID="P-7" GENDER="Female" DOB="{BORN}"/>'
        f'<SOURCE MANUFACTURER="Mortara" MODEL="ELI 250"/>{rows}</ECG>'
    )
    return MadeFile("made.xml", text.encode(), leads, counts, "mortara_xml")


def _xli_chunk(row):
    """One lead as second differences, high bytes first, in LZW codes of 10 bit (literals only)."""
    o = [int(v) for v in row]
    start = 2 * o[1] - o[0] - o[2]
    words = [o[0], o[1], *(64 + 2 * o[i] - o[i - 1] - o[i + 1] for i in range(2, len(o) - 1)), 64]
    words = [w & 0xFFFF for w in words]
    raw = [w >> 8 for w in words] + [w & 0xFF for w in words]
    bits = "".join(f"{byte:010b}" for byte in raw) + "1111111111"
    bits += "0" * (-len(bits) % 8)
    body = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return struct.pack("<iHh", len(body), 0, start) + body


def sierra(leads=TWELVE, n=40, compressed=True, version="1.03"):
    counts = made_counts(12, n)
    one, two, three, avr, avl, avf = counts[:6]
    if compressed:
        residual = counts.copy()
        residual[2] = two - one - three
        residual[3] = -avr - (one + two) // 2
        residual[4] = (one - three) // 2 - avl
        residual[5] = (two + three) // 2 - avf
        body = base64.b64encode(b"".join(_xli_chunk(row) for row in residual)).decode()
        how = 'compressflag="True" compressmethod="XLI"'
    else:
        body, how = b64(counts), 'compressflag="False"'
    duration = n * 1000 // RATE_HZ
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<restingecgdata xmlns="http://www3.medical.philips.com"><documentinfo>'
        f"<documenttype>SierraECG</documenttype><documentversion>{version}</documentversion>"
        '</documentinfo><dataacquisition date="2026-01-02" time="09:15:00"><signalcharacteristics>'
        f"<samplingrate>{RATE_HZ}</samplingrate><signalresolution>5</signalresolution>"
        "<acquisitiontype>STD-12</acquisitiontype><bitspersample>16</bitspersample>"
        "<signaloffset>0</signaloffset><signalsigned>True</signalsigned>"
        "<numberchannelsvalid>12</numberchannelsvalid><leadset>STD-12</leadset>"
        "</signalcharacteristics></dataacquisition><patient><generalpatientdata>"
        "<patientid>P-7</patientid><age><dateofbirth>1974-03-02</dateofbirth></age><sex>Female</sex>"
        f"</generalpatientdata></patient><waveforms><parsedwaveforms {how} dataencoding="
        f'"Base64" durationperchannel="{duration}" nbitspersample="16">{body}</parsedwaveforms>'
        "</waveforms></restingecgdata>"
    )
    return MadeFile("made.xml", text.encode(), leads, counts, "philips_sierra_xml")
