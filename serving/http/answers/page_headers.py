"""The header of a page that stands alone: its style stands in it, it runs nothing, asks nobody."""

from collections.abc import Mapping
from typing import Final

PAGE_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    )
}
