"""How problems, sheets and marked answers look as the last line of a notebook's cell.

Markdown with formulas, which JupyterLab sets with the MathJax and VS Code with the KaTeX that they bring along: nothing is loaded. A
solution, a model and an array say this of themselves; the types here stand on floors that know no printer.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .core.problem import Problem
    from .forms.document import Document
    from .marking.marks import Marked
    from .reading.sheet import Sheet

Bundle = dict[str, str]


def register(formatters: Any) -> None:
    """Tell IPython's formatter of MIME bundles, which loads no module for it."""
    for (module, name), bundle in BUNDLES.items():
        formatters.for_type_by_name(module, name, bundle)


def of_problem(problem: Problem) -> Bundle:
    """What is given and asked, and the forward pass."""
    from .printing import plain
    return _bundle(_understood([problem], problem.title or "Problem"), plain.render(problem))


def of_sheet(sheet: Sheet) -> Bundle:
    """The same of each problem of a sheet."""
    from .printing import plain
    return _bundle(_understood(sheet.problems, "Sheet"), plain.render(*sheet.problems))


def of_marked(marked: Marked) -> Bundle:
    """The answer with its marks."""
    from .marking.page import page
    from .printing import terminal
    document = page(marked)
    return _bundle(document, terminal.render(document))


BUNDLES: dict[tuple[str, str], Callable[[Any], Bundle]] = {
    ("longhand.core.problem", "Problem"): of_problem, ("longhand.reading.sheet", "Sheet"): of_sheet,
    ("longhand.marking.marks", "Marked"): of_marked,
}


def _understood(problems: Sequence[Problem], title: str) -> Document:
    from .forms.document import Block, Document, Heading
    from .forms.worked import forward, given
    from .solution import solve
    blocks: list[Block] = []
    for number, problem in enumerate(problems, 1):
        if len(problems) > 1:
            blocks.append(Heading(1, (problem.title or f"Problem {number}",)))
        part, = solve(problem).parts
        blocks += [*given.blocks(part.page, part.assumptions), *forward.blocks(part.page)]
    return Document(title, tuple(blocks))


def _bundle(document: Document, plain: str) -> Bundle:
    from .printing import markdown
    return {"text/plain": plain, "text/markdown": markdown.render(document)}
