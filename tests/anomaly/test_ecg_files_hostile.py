"""What is no ECG, lies beyond a limit or attacks the readers is refused by a typed error."""

import base64
import builtins
import struct
import zlib

import pytest
from ecg_refusals import MADE, read, refused
from laennec.datasets.readers.ecg import (
    EcgTooLarge,
    EcgUnreadable,
    read_ecg,
    source,
)

# -- what is no ECG, and files beyond the limits ---------------------------------------------------


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 5000, b"PK\x03\x04 a zip", b"<html></html>", b"{}", b"hello\nworld\n"]
)
def test_what_is_no_ecg_is_refused(data):
    words = "The file is empty" if not data else "no ECG format that is known here"
    with pytest.raises(EcgUnreadable, match=words):
        read_ecg(data)


def test_a_path_that_is_no_file_is_refused(tmp_path):
    for path in (tmp_path / "absent.hea", tmp_path):
        with pytest.raises(EcgUnreadable, match="There is no such file") as caught:
            read_ecg(path)
        assert str(tmp_path.parent) not in str(caught.value)


def test_a_file_that_can_not_be_opened_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "made.scp"
    path.write_bytes(MADE["scp"].data)

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(EcgUnreadable, match=r"can't be opened \(PermissionError\)"):
        read_ecg(path)


@pytest.fixture
def low_limits(monkeypatch):
    tight = {k: dict(v) for k, v in source.limits().items()}
    tight["bytes"] |= {"binary": 9000, "text": 4000, "header": 200, "compressed": 100}
    tight["xml"] |= {"elements": 20}
    for module in ("source", "xml_tree", "wfdb_header", "sierra", "matlab", "assemble"):
        monkeypatch.setattr(f"laennec.datasets.readers.ecg.{module}.limits", lambda: tight)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("scp", b"x" * 9001, "more than 9000 bytes"),
        ("aecg", None, "more than 64 MiB"),
        ("fhir", None, "more than 4000 bytes"),
        ("wfdb_16", None, "header of more than a mebibyte"),
        ("cardiosoft", None, "too many or too deep elements"),
    ],
)
def test_files_beyond_a_limit_are_refused(low_limits, name, data, words):
    with pytest.raises(EcgTooLarge, match=words):
        read(MADE[name], data)


def test_a_file_on_disk_beyond_the_limit_is_not_even_opened(low_limits, tmp_path):
    (tmp_path / "big.scp").write_bytes(b"x" * 9001)
    with pytest.raises(EcgTooLarge, match="more than 9000 bytes"):
        read_ecg(tmp_path / "big.scp")


def test_memory_and_recursion_errors_become_typed(monkeypatch):
    def exhaust(*_):
        raise MemoryError

    monkeypatch.setattr("laennec.datasets.readers.ecg.registry.find_reader", exhaust)
    with pytest.raises(EcgUnreadable, match="Reading stopped with MemoryError"):
        read_ecg(b"anything")


# -- hostile documents -----------------------------------------------------------------------------

DTD = '<!DOCTYPE AnnotatedECG SYSTEM "http://example.org/x.dtd">'
INNER = '<!DOCTYPE RestingECG SYSTEM "restecg.dtd" [<!ENTITY a "b">]>'
BOMB = (
    '<!DOCTYPE AnnotatedECG [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize("name", ["aecg", "cardiosoft", "schiller", "mortara", "sierra_xli"])
@pytest.mark.parametrize("doctype", [DTD, BOMB, DTD.replace("AnnotatedECG", "RestingECG")])
def test_document_types_are_refused(name, doctype):
    head = b"?>"
    made = MADE[name]
    data = made.data.replace(head, head + doctype.encode(), 1)
    with pytest.raises(EcgUnreadable, match="declares a document type or an entity"):
        read(made, data)


def test_only_the_bare_doctype_that_muse_writes_passes():
    made = MADE["muse"]
    bare = b'<!DOCTYPE RestingECG SYSTEM "restecg.dtd">'
    assert bare in made.data
    for other in (INNER.encode(), b'<!DOCTYPE RestingECG SYSTEM "file:///etc/passwd">'):
        with pytest.raises(EcgUnreadable, match="declares a document type or an entity"):
            read(made, made.data.replace(bare, other))


def test_wide_characters_do_not_hide_a_document_type():
    text = MADE["aecg"].data.decode().replace("?>", "?>" + BOMB, 1).replace("utf-8", "utf-16")
    with pytest.raises(EcgUnreadable, match="declares a document type or an entity"):
        read_ecg(text.encode("utf-16"))


def test_deep_documents_are_refused():
    deep = b"<AnnotatedECG>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</AnnotatedECG>"
    with pytest.raises(EcgTooLarge, match="too many or too deep elements"):
        read_ecg(deep)


def test_documents_that_are_not_well_formed_are_refused():
    refused(EcgUnreadable, "not well-formed", MADE["aecg"], "</AnnotatedECG>", "</Annotated>")


def test_a_compressed_waveform_beyond_its_cap_is_not_inflated():
    made = MADE["sierra_xli"]
    huge = base64.b64encode(b"\0" * 7_000_000)
    data = made.data.replace(b"</parsedwaveforms>", huge + b"</parsedwaveforms>")
    with pytest.raises(EcgTooLarge, match="waveform of more than 8 MiB"):
        read(made, data)


def test_a_zip_bomb_in_a_matlab_file_is_not_inflated():
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    data = MADE["mat_v5"].data[:128] + struct.pack("<II", 15, len(bomb)) + bomb
    assert len(data) < 100_000
    with pytest.raises(EcgUnreadable, match="MATLAB file|compressed matrix"):
        read_ecg(data, name="made.mat")


def test_the_readers_never_open_what_a_header_names_elsewhere(tmp_path, monkeypatch):
    made = MADE["wfdb_16"]
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "made.dat").write_bytes(made.companions["made.dat"])
    (inside / "made.hea").write_bytes(made.data.replace(b"made.dat", b"../made.dat"))
    opened = []
    real = builtins.open
    monkeypatch.setattr("builtins.open", lambda *a, **k: opened.append(a[0]) or real(*a, **k))
    with pytest.raises(EcgUnreadable, match="names a file by a path"):
        read_ecg(inside / "made.hea")
    assert not opened
