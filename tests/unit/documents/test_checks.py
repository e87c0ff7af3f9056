"""An XDM package that does not hold what its metadata say is refused, each fault by name."""

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
