"""Write docs/schema/openapi.json from the routes; ``--check`` says whether it is as they are."""

import json
import sys
from pathlib import Path

from laennec.serving.http.app import create_app
from laennec.serving.http.settings import HttpSettings
from laennec.serving.site import SiteSettings

PAGE = Path(__file__).parents[1] / "schema" / "openapi.json"


def described() -> str:
    """Return the description of the routes as text."""
    app = create_app(HttpSettings(), SiteSettings())
    return json.dumps(app.openapi(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    text = described()
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text(encoding="utf-8") == text else "run `make openapi`")
    PAGE.write_text(text, encoding="utf-8")
