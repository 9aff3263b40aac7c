"""The NumPy module of a problem, cut into the cells of a notebook."""
from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Mapping

from ..core.problem import Problem
from ..errors import LonghandError
from ..forms.document import Block, Code, Heading, Text
from . import numpy
from .lowering import lowered
from .modules import Sections


def cells(problem: Problem) -> list[Block]:
    """Numbers, forward pass, gradients, gradient check and update: `Code` that runs from the first to the last, and between it a line that
    says what it does; or why there is none."""
    heading = Heading(2, ("The same in NumPy",))
    try:
        sections, new = numpy.sections(problem), lowered(problem).updated or {}
    except LonghandError as error:
        return [heading, Text((f"No code: {error.statement}",), "note")]
    return [heading, *_cells(sections, new)]


def _cells(sections: Sections, new: Mapping[str, str]) -> Iterator[Block]:
    imports = "\n".join(line for line in sections.imports.splitlines() if line in ("import math", "import numpy as np"))
    yield _python("\n\n\n".join(filter(None, (imports, sections.helpers))))
    says, body = _opened(sections.data)
    yield Text((says,))
    yield _python(body)
    yield Text(("The forward pass, as the sheet defines it.",))
    yield _called(sections.forward, "forward")
    if sections.gradients:
        yield Text(("The gradients, as derived above.",))
        yield _called(sections.gradients, "gradients")
        yield Text(("The gradient check: each gradient beside central differences of the loss.",))
        yield _python(f"{sections.check}\n\n\nfor name, error in check({_arguments(sections.gradients)}).items():\n"
                     '    print(f"{name}: largest difference {error:.1e}")')
    if sections.update:
        yield Text(("One step of the update, and the loss before and after it.",))
        yield _updated(sections, new)


def _python(source: str) -> Code:
    return Code(source, "python")


def _function(source: str) -> ast.FunctionDef:
    return next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))


def _opened(source: str) -> tuple[str, str]:
    """The docstring of a function without arguments, and its body as lines that stand outside of it, without the return."""
    function = _function(source)
    lines = source.splitlines()[function.body[1].lineno - 1:function.body[-1].lineno - 1]
    return ast.get_docstring(function) or "", textwrap.dedent("\n".join(lines))


def _arguments(source: str) -> str:
    return ", ".join(argument.arg for argument in _function(source).args.args)


def _results(source: str) -> list[str]:
    """The names that a function returns."""
    value = _function(source).body[-1].value
    return [name.id for name in (value.elts if isinstance(value, ast.Tuple) else [value])]


def _call(source: str, name: str) -> str:
    made = _results(source)
    return f"{', '.join(made)}{',' if len(made) == 1 else ''} = {name}({_arguments(source)})"


def _called(source: str, name: str) -> Code:
    """The function, its call, and its results printed."""
    shown = "\n".join(f'print(f"{{{each} = }}")' for each in _results(source))
    return _python(f"{source}\n\n\n{_call(source, name)}\n{shown}")


def _updated(sections: Sections, new: Mapping[str, str]) -> Code:
    old = _arguments(sections.forward).split(", ")
    shown = "\n".join(f'print(f"{{{each} = }}")' for each in _results(sections.update))
    return _python(f"{sections.update}\n\n\n{_call(sections.update, 'step')}\n{shown}\n"
                  f'print("loss:", loss({", ".join(old)}), "->", loss({", ".join(new.get(name, name) for name in old)}))')
