"""What a reader sees of a PDF: its pages as pictures and as text."""

import io
from importlib import import_module

import numpy as np
import pytest

POINTS_PER_MM = 72 / 25.4
DOTS_PER_MM = 4.0
_DARK = 90


def needs_weasyprint() -> None:
    """Skip where no PDF can be made, and say which of the two reasons it is."""
    try:
        import_module("weasyprint")
    except ImportError:
        pytest.skip("no PDF: pip install weasyprint", allow_module_level=True)
    except OSError as error:
        why = f"no PDF: apt-get install libpango-1.0-0 libpangoft2-1.0-0 ({error})"
        pytest.skip(why.splitlines()[0], allow_module_level=True)


def opened(data: bytes):
    return import_module("pypdfium2").PdfDocument(io.BytesIO(data))


def pictures(data: bytes) -> list[np.ndarray]:
    """Every page in colour, shape (height, width, 3), ``DOTS_PER_MM`` dots in a millimetre."""
    scale = DOTS_PER_MM / POINTS_PER_MM
    return [page.render(scale=scale).to_numpy()[:, :, :3] for page in opened(data)]


def texts(data: bytes) -> list[str]:
    """The text of every page, its lines joined."""
    return [" ".join(p.get_textpage().get_text_range().split()) for p in opened(data)]


def dark_part(picture: np.ndarray) -> float:
    """How much of a picture is nearly black."""
    return float((picture.max(axis=2) < _DARK).mean())
