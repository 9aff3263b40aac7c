"""Documents as Jupyter notebooks (nbformat 4.5): a cell for each heading and step, formulas as MathJax reads them, the schematic inside,
and code that is given to it as text."""
from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..errors import UsageError
from ..forms.diagram import Diagram
from ..forms.document import Block, Code, Document, Figure, Heading, StepCard, Working
from . import markdown, svg

ALT = "Schematic: values flow forward, gradients back."


def render(document: Document, script: Sequence[Block] = ()) -> str:
    """The notebook. After the document comes the script: in it each `Code` is a cell that runs."""
    title = [_markdown(f"# {markdown.escaped(document.title)}")] if document.title else []
    cells = [*title, *_cells(document.blocks), *_cells(script, True)]
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number}"
    python = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}}
    return json.dumps({"cells": cells, "metadata": python, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False, indent=1) + "\n"


def _cells(blocks: Iterable[Block], runs: bool = False) -> Iterator[dict[str, Any]]:
    """Cells begin at headings, steps and figures."""
    held: list[Block] = []
    for block in blocks:
        code = runs and isinstance(block, Code)
        if held and (code or isinstance(block, Heading | StepCard | Figure) or (isinstance(block, Working) != isinstance(held[-1], Working))):
            yield _markdown(markdown.render(Document("", tuple(held))))
            held = []
        if code:
            yield {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": _lines(block.text)}
        elif isinstance(block, Figure) and (drawn := _drawn(block)):
            yield _pictured(block, drawn)
        else:
            held.append(block)
    if held:
        yield _markdown(markdown.render(Document("", tuple(held))))


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(text)}


def _lines(text: str) -> list[str]:
    return text.rstrip("\n").splitlines(keepends=True)


def _drawn(figure: Figure) -> str:
    """The schematic; "" where there is nothing to draw."""
    try:
        return svg.render(figure.diagram) if isinstance(figure.diagram, Diagram) else ""
    except UsageError:
        return ""


def _pictured(figure: Figure, drawn: str) -> dict[str, Any]:
    """The picture inside the cell: of attachments JupyterLab shows only pixels."""
    caption = f"\n\n*{markdown.run(figure.caption)}*" if figure.caption else ""
    return _markdown(f'<img alt="{ALT}" src="data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}">{caption}')
