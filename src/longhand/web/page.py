"""The files of the front-end, by the names under which the page asks for them.

The seam between page and mathematics is one module, `transport.js`, which exports

    async function ask(request, signal)         a request of web/requests.py to its answer; rejects where there is none

and of which there are several: assets/web/transport-http.js asks the server that the page came from, assets/web/transport-worker.js asks
Python in the browser. Whoever serves the page chooses one. Nothing else differs, and all addresses of the page are relative.
"""
from __future__ import annotations

import os
from functools import lru_cache

from ..printing.html_page import SCRIPTS, STYLES
from ..printing.html_style import FOLDER, FONTS, data
from ..printing.svg_style import rules

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".mjs": "text/javascript; charset=utf-8", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
         ".json": "application/json"}
"""The content types of the page's files."""
TRANSPORTS = ("http", "worker")


@lru_cache(maxsize=2)
def files(transport: str = "http") -> dict[str, bytes]:
    """Every file of the page by its address, with this transport as its `transport.js`."""
    own = {name: data("web", name) for name in _listed("web") if not name.startswith("transport-")}
    of_solutions = {f"page/{name}": data("page", name) for name in (*STYLES, *SCRIPTS)}
    return own | of_solutions | _katex() | {
        "index.html": _index(own["index.html"].decode("utf-8")).encode(),
        "transport.js": data("web", f"transport-{transport}.js"),
        "page/schematic.css": rules().encode(),
    }


def _index(text: str) -> str:
    """The page with the style sheets and scripts that it shares with solutions in files of their own."""
    styles = "\n".join(f'<link rel="stylesheet" href="page/{name}">' for name in (*STYLES, "schematic.css"))
    scripts = "\n".join(f'<script defer src="page/{name}"></script>' for name in SCRIPTS)
    return text.replace("<!-- styles of solutions -->", styles).replace("<!-- scripts of solutions -->", scripts)


def _katex() -> dict[str, bytes]:
    """KaTeX, unpacked, with its fonts and its licence."""
    from gzip import decompress
    names = ("katex.min.css", "LICENSE", *(f"fonts/KaTeX_{font.file}.woff2" for font in FONTS))
    licence = {"LICENSE": "LICENSE.txt"}
    return {f"katex/{licence.get(name, name)}": data("katex", *name.split("/")) for name in names} | {
        "katex/katex.min.js": decompress(data("katex", "katex.min.js.gz"))}


def _listed(folder: str) -> list[str]:
    place = os.path.join(FOLDER, folder)
    return sorted(name for name in os.listdir(place) if os.path.isfile(os.path.join(place, name)))


def kind(name: str) -> str:
    """The content type of a file."""
    return TYPES[os.path.splitext(name)[1]]
