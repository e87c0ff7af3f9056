"""An XDM package that does not hold what its metadata say is refused, each fault by name."""

import hashlib
import io
import zipfile

import pytest
from document_support import agree, asked, decided
from laennec.serving.documents.checks import PackageBroken, checked_package
from laennec.serving.documents.export import export_document

FOLDER = "IHE_XDM/SUBSET01"


@pytest.fixture
def made(store, draft_id, clock):
    decided(store, draft_id, clock)
    agree(store, clock)
    return export_document(store, asked(draft_id), clock=clock)


def changed(data, name, change):
    """A package with one file changed, or left out where the change gives None."""
    old, buffer = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as new:
        for each in old.namelist():
            content = change(old.read(each)) if each == name else old.read(each)
            if content is not None:
                new.writestr(each, content)
    return buffer.getvalue()


def test_the_package_of_the_house_passes(made):
    assert checked_package(made) == made


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        (f"{FOLDER}/DOC0001.XML", lambda data: data + b" ", "another hash or size"),
        (f"{FOLDER}/DOC0001.XML", lambda _: None, "do not name each other"),
        (f"{FOLDER}/METADATA.XML", lambda _: None, "no IHE_XDM/SUBSETnn/METADATA.XML"),
        (f"{FOLDER}/METADATA.XML", lambda data: data[:-5], "metadata that can't be read"),
        (f"{FOLDER}/METADATA.XML", lambda data: data.replace(b"27403", b"27803", 1), "another"),
        ("INDEX.HTM", lambda _: None, "no INDEX.HTM"),
        ("README.TXT", lambda _: None, "no README.TXT"),
    ],
    ids=["hash", "document", "metadata", "cut", "one number", "index", "readme"],
)
def test_a_changed_package_is_refused(made, name, change, words):
    data = changed(made, name, change)
    if words == "another":
        people = data
        assert people != made
        data = changed(
            made,
            name,
            lambda text: text.replace(b'value="274037512345645', b'value="1', 1),
        )
        words = "several people"
    with pytest.raises(PackageBroken, match=words):
        checked_package(data)


INS = b"274037512345645"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (INS, b"174037512345645", "another number of a person"),
        (b"1.2.250.1.213.1.4.8&amp;ISO", b"1.2.250.1.213.1.4.9&amp;ISO", "another number of a"),
        (b"PID-5|D'HAUTE &amp; &lt;FILS&gt;^ANNE", b"PID-5|DUPONT^ANNE", "another name"),
        (b"^ANNE", b"^JEANNE", "another name"),
        (b"PID-5|D'HAUTE", b"PID-6|D'HAUTE", "another name"),
        (b"PID-7|19740302", b"PID-7|19740303", "another birth date"),
        (b"PID-7|19740302", b"PID-7|", "another birth date"),
        (b"PID-8|F", b"PID-8|M", "another sex"),
        (b'value="2.25.', b'value="2.25.9', "another number than"),
    ],
)
def test_metadata_of_another_person_than_the_document_are_refused(made, old, new, words):
    """The bug it pins: a package of MARTIN PAUL with the report of another passed."""

    def mixed(data):
        assert old in data
        return data.replace(old, new)

    with pytest.raises(PackageBroken, match=words):
        checked_package(changed(made, f"{FOLDER}/METADATA.XML", mixed))


@pytest.mark.parametrize(
    "document", [b"%PDF-1.4", b"<ClinicalDocument/>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"]
)
def test_a_document_that_names_nobody_is_refused(made, document):
    def metadata(data):
        old = zipfile.ZipFile(io.BytesIO(made)).read(f"{FOLDER}/DOC0001.XML")
        sums = [hashlib.sha1(one, usedforsecurity=False).hexdigest() for one in (old, document)]
        data = data.replace(sums[0].encode(), sums[1].encode())
        return data.replace(f">{len(old)}<".encode(), f">{len(document)}<".encode())

    data = changed(made, f"{FOLDER}/METADATA.XML", metadata)
    with pytest.raises(PackageBroken, match="no CDA of a person"):
        checked_package(changed(data, f"{FOLDER}/DOC0001.XML", lambda _: document))


def test_a_name_that_no_medium_takes_is_refused(made):
    buffer = io.BytesIO(made)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(f"{FOLDER}/../../x.xml", b"")
    with pytest.raises(PackageBroken, match="capitals in 8.3"):
        checked_package(buffer.getvalue())


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + b"\x00" * 40])
def test_what_is_no_zip_is_refused(data):
    with pytest.raises(PackageBroken, match="no zip that can be read"):
        checked_package(data)
