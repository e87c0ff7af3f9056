"""The page docs/clinical/ecg-quality.md: words that stand, tables that were measured."""

from collections.abc import Mapping
from pathlib import Path

TEXT = Path(__file__).with_name("page.md")


def write_page(tables: Mapping[str, str], path: Path) -> None:
    """Fill the page and write it.

    Parameters
    ----------
    tables : name in braces -> table
    path : of the page
    """
    path.write_text(TEXT.read_text(encoding="utf-8").format_map(tables), encoding="utf-8")
