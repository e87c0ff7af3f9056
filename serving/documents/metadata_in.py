"""What the metadata of an XDM package say of one document: its slots and its identifiers."""

from typing import Final
from xml.etree.ElementTree import Element  # noqa: S405 - read by defusedxml where it is parsed

RIM: Final = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"


def slot_values(entry: Element, name: str) -> list[str]:
    """Return the values of a slot, none where there is no such slot."""
    found = entry.findall(f"{RIM}Slot[@name='{name}']/{RIM}ValueList/{RIM}Value")
    return [value.text or "" for value in found]


def slot(entry: Element, name: str) -> str:
    """Return the first value of a slot, empty where there is none."""
    return next(iter(slot_values(entry, name)), "")


def identifier(entry: Element, name: str) -> str:
    """Return the value of an external identifier by its name, empty where there is none."""
    found = (e for e in entry.findall(f"{RIM}ExternalIdentifier") if identifier_name(e) == name)
    return next((one.get("value", "") for one in found), "")


def identifier_name(one: Element) -> str:
    """Return the name of an external identifier."""
    found = one.find(f"{RIM}Name/{RIM}LocalizedString")
    return "" if found is None else found.get("value", "")
