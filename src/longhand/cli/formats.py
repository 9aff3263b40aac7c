"""Which format a result is written in, and the document written in it."""
from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from ..forms.document import Document

FORMATS = ("term", "md", "tex", "html", "pdf", "ipynb", "json")     # of a solution, and of a marked answer
PAGE = 100         # columns of a solution that does not go to a terminal


def chosen_format(form: str | None, as_json: bool, output: str | None, built: Sequence[str] = FORMATS,
                  instead: str = "longhand solve sheet.md --format md", default: str = "term") -> str:
    """The format asked for, or that of the file's ending; a clear error for one that there is not."""
    if as_json:
        if form not in (None, "json"):
            raise UsageError(f"--json and --format {form} contradict each other.")
        return "json"
    if form is None:
        ending = os.path.splitext(output)[1].lower().removeprefix(".") if output else ""
        form = {"htm": "html"}.get(ending, ending)
        form = form if form in (*built, *FORMATS) else default           # a format that this command does not write is an error
    if form not in built:
        raise UsageError(f"{form} is no format; there are {', '.join(built)}.", suggestion=instead)
    return form


def rendered(document: Document, form: str, output: str | None) -> str | bytes:
    """The document in one of the formats; the terminal's as wide as the terminal."""
    match form:
        case "md":
            from ..printing import markdown
            return markdown.render(document)
        case "tex":
            from ..printing import latex
            return latex.render(document)
        case "html":
            from ..printing import html_marks
            return html_marks.render(document)
        case "ipynb":
            from ..printing import notebook
            return notebook.render(document)
        case "pdf":
            from ..printing import typst
            return typst.pdf(document)
    from ..printing import terminal
    screen = output is None and sys.stdout is not None and sys.stdout.isatty()
    return terminal.render(document, shutil.get_terminal_size((PAGE, 24)).columns if screen else PAGE, screen and colours())


def colours() -> bool:
    """NO_COLOR (no-color.org) counts where it is set and not empty."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
