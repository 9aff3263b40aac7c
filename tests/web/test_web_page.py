"""The files of the front-end: each is there, and nothing asks for another place."""
from __future__ import annotations

import re

import pytest

from longhand.web.page import TRANSPORTS, files, kind


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_page_has_its_transport(transport):
    from longhand.printing import html_style
    if transport == "worker":
        try:
            html_style.data("web", "transport-worker.js")
        except OSError:
            pytest.skip("transport-worker.js is not here")
    assert b"function ask(request, signal) {" in files(transport)["transport.js"]


def test_what_the_page_names_is_there():
    page = files()["index.html"].decode()
    named = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert len(named) >= 10 and set(named) <= files().keys() and "<!-- s" not in page
    assert page.index("katex/katex.min.js") < page.index("page/page.js") < page.index("app.js")


def test_modules_import_what_is_there():
    for name, content in files().items():
        if name.endswith(".js") and "/" not in name:
            for module in re.findall(r'^import .* from "\./([^"]+)";', content.decode(), re.MULTILINE):
                assert module in files(), (name, module)


def test_nothing_is_asked_of_another_place():
    for name, content in files().items():
        if name.endswith((".css", ".html")) or name.endswith(".js") and not name.startswith("katex/"):
            text = re.sub(r'xmlns="[^"]*"|"http://www\.w3\.org/\d+/svg"', "", content.decode())
            assert not re.search(r"https?://|url\(['\"]?//|@import", text), name


def test_styles_and_scripts_stand_in_files():
    """The server's policy runs nothing that is written into the page."""
    page = files()["index.html"].decode()
    assert not re.search(r"<style|style=|\son[a-z]+=|<script(?![^>]*\bsrc=)", page)


def test_ids_are_no_names_of_module_systems():
    """KaTeX asks whether there is `exports`, `module` or `define`; an element of that id would be one."""
    assert not re.findall(r'id="(exports|module|define|require|katex|longhand)"', files()["index.html"].decode())


def test_every_file_has_a_type_and_the_page_is_small():
    assert all(kind(name) for name in files())
    own = sum(len(content) for name, content in files().items() if not name.startswith("katex/"))
    assert own < 150_000
