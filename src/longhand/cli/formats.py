"""Which format a result is written in, and the document written in it."""
from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from ..forms.document import Document

FORMATS = {"term": "terminal", "md": "markdown", "tex": "latex", "html": "html", "json": "json"}     # those that are built
PLANNED = ("pdf", "ipynb")
MARKED_FORMATS = ("term", "md", "tex", "html", "json")     # of a marked answer
PAGE = 100         # columns of a solution that does not go to a terminal


def chosen_format(form: str | None, as_json: bool, output: str | None, built: Iterable[str] = FORMATS,
            instead: str = "longhand solve sheet.md --format md", default: str = "term") -> str:
    """The format asked for; a clear error for one that is not built."""
    if as_json:
        if form not in (None, "json"):
            raise UsageError(f"--json and --format {form} contradict each other.")
        return "json"
    if form is None:
        ending = os.path.splitext(output)[1].lower().removeprefix(".") if output else ""
        form = {"htm": "html"}.get(ending, ending)
        form = form if form in built or form in PLANNED else default
    if form not in built:
        what = f"{form} is not built yet" if form in PLANNED else f"{form} is no format"
        raise UsageError(f"{what}; built are {', '.join(built)}.", suggestion=instead)
    return form


def rendered(document: Document, form: str, output: str | None) -> str:
    """The document in one of the formats that are text; the terminal's as wide as the terminal."""
    match form:
        case "md":
            from ..printing import markdown
            return markdown.render(document)
        case "tex":
            from ..printing import latex
            return latex.render(document)
        case "html":
            from ..printing import html
            return html.render(document)
    from ..printing import terminal
    screen = output is None and sys.stdout is not None and sys.stdout.isatty()
    return terminal.render(document, shutil.get_terminal_size((PAGE, 24)).columns if screen else PAGE, screen and colours())


def colours() -> bool:
    """NO_COLOR (no-color.org) counts where it is set and not empty."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


