"""A real browser for the tests of pages: Chromium, driven by playwright. Where either is missing, these tests are skipped and say so."""
from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--force-color-profile=srgb", "--font-render-hinting=none")


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Chromium without a window, one for all tests; each test opens a context or a page of its own."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install 'longhand[test]'", exc_type=ImportError)
    path = os.environ.get("LONGHAND_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def shown(browser, tmp_path) -> Iterator:
    """A function that opens a page of ours from disk, waits until its formulas are set, and notes all that goes wrong or is asked for from outside.

    The page that it gives has `trouble`: errors of scripts, messages of the console, requests for anything but the file itself.
    """
    opened = []

    def show(html: str, **options):
        waits = options.pop("waits", True)
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(10_000)
        opened.append(context)
        page = context.new_page()
        page.trouble = []
        page.on("pageerror", lambda error: page.trouble.append(f"error: {error}"))
        page.on("console", lambda message: page.trouble.append(f"console: {message.text}"))
        page.on("dialog", lambda dialog: (page.trouble.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: None if request.url.startswith(("file://", "data:")) else page.trouble.append(f"request: {request.url}"))
        path = tmp_path / f"page-{len(opened)}.html"
        path.write_text(html, encoding="utf-8")
        page.goto(path.as_uri())
        if waits:
            page.wait_for_selector("html[data-set=all]", state="attached")
        return page

    yield show
    for context in opened:
        context.close()
