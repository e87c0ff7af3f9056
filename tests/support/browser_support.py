"""A headless Chromium of the distribution for the tests of the pages; skipped without it."""

import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WHY_NOT = "needs Debian's chromium (apt-get install chromium) and the extra `browser`"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def needs_browser():
    """Skip, clearly, where there is no browser."""
    if CHROMIUM is None:
        pytest.skip(WHY_NOT)
    return pytest.importorskip("playwright.sync_api", reason=WHY_NOT)


@contextmanager
def browser():
    """A browser that is closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield chromium
        finally:
            chromium.close()


def tab(chromium, people, name, *, width=1180, height=900, **options):
    """A page of a person who signed in; ``.complaints`` is what its scripts complain about."""
    page = chromium.new_page(
        base_url=people.address, viewport={"width": width, "height": height}, **options
    )
    page.complaints = []
    page.on(
        "console", lambda said: page.complaints.append(said.text) if said.type == "error" else None
    )
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto("/review/sign-in")
    page.fill("#token", people.tokens[name])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page
