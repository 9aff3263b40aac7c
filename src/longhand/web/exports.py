"""Solutions and marked answers as files to take away."""
from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from ..errors import UsageError

TYPES = {"md": "text/markdown", "tex": "application/x-tex", "html": "text/html", "json": "application/json", "svg": "image/svg+xml",
         "pdf": "application/pdf", "ipynb": "application/x-ipynb+json"}
NEEDS = {"pdf": "typst"}
"""What a format needs that is not always installed."""
Made = str | bytes


def formats() -> tuple[str, ...]:
    """The formats of a solution that can be made here."""
    return _made_here(SOLUTION)


def marked_formats() -> tuple[str, ...]:
    """The formats of a marked answer that can be made here."""
    return _made_here(MARKED)


def _made_here(table: dict[str, Callable[[Any], Made]]) -> tuple[str, ...]:
    from importlib.util import find_spec
    return tuple(form for form in table if form not in NEEDS or find_spec(NEEDS[form]) is not None)


def solution(solved: Any, form: str) -> dict[str, Any]:
    """A solution as a file: name, type, and text, or base64 for one that is no text."""
    return _file("solution", form, SOLUTION, solved)


def marked(answer: Any, form: str) -> dict[str, Any]:
    """A marked answer as a file."""
    return _file("marked", form, MARKED, answer)


def _file(name: str, form: str, table: dict[str, Callable[[Any], Made]], what: Any) -> dict[str, Any]:
    if form not in table:
        raise UsageError(f"{form[:20]} is no format; there are {', '.join(table)}.")
    made = table[form](what)                # a UsageError where something for it is not installed
    content = {"text": made} if isinstance(made, str) else {"base64": b64encode(made).decode("ascii")}
    return {"name": f"{name}.{form}", "type": TYPES[form], **content}


def _json(value: Any) -> str:
    import json
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _markdown(document: Any) -> str:
    from ..printing import markdown
    return markdown.render(document)


def _latex(document: Any) -> str:
    from ..printing import latex
    return latex.render(document)


def _picture(solved: Any) -> str:
    from ..printing import svg
    return svg.render(solved.diagrams)


def _marked_page(answer: Any) -> Any:
    from ..marking.page import page
    return page(answer)


def _marked_html(answer: Any) -> str:
    from ..printing import html_marks
    return html_marks.render(_marked_page(answer))


def _notebook(document: Any) -> str:
    from ..printing import notebook
    return notebook.render(document)


def _pdf(document: Any) -> bytes:
    from ..printing import typst
    return typst.pdf(document)


def _marked_json(answer: Any) -> str:
    from ..marking.json import render
    return _json(render([answer]))


SOLUTION: dict[str, Callable[[Any], Made]] = {
    "html": lambda solved: solved.html(), "pdf": lambda solved: _pdf(solved.document), "md": lambda solved: _markdown(solved.document),
    "tex": lambda solved: _latex(solved.document), "ipynb": lambda solved: solved.notebook(), "json": lambda solved: _json(solved.json()), "svg": _picture}
MARKED: dict[str, Callable[[Any], Made]] = {
    "html": _marked_html, "pdf": lambda answer: _pdf(_marked_page(answer)), "md": lambda answer: _markdown(_marked_page(answer)),
    "tex": lambda answer: _latex(_marked_page(answer)), "ipynb": lambda answer: _notebook(_marked_page(answer)), "json": _marked_json}
