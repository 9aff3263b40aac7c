"""Numba: the NumPy module with its passes written as compiled loops; products of two matrices go to BLAS."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..core.axis import Axis
from ..core.problem import Problem
from . import numpy
from .array_code import Code, Contract, Statement, reads, targets
from .broadcast import decimal, where_size
from .loops import LoopWriter, Syntax
from .lowering import lowered
from .modules import ModuleWriter, listed, needed_helpers, title, wrapped
from .positions import loop_lines
from .scalar_functions import HELPERS
from .sharing import in_place

PYTHON = Syntax(
    number=lambda value: f"{value}.0" if isinstance(value, int) else decimal(value),
    calls={**{name: f"math.{name}({{0}})" for name in ("exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "erf", "sqrt")},
           "arctan": "math.atan({0})", "abs": "abs({0})", "sign": "np.sign({0})", "max": "larger({0}, {1})", "min": "smaller({0}, {1})",
           "pow": "math.pow({0}, {1})", "real": "float({0})", "infinity": "np.inf"},
    begin=lambda variable, size, falling: f"for {variable} in range({size} - 1, -1, -1):" if falling else f"for {variable} in range({size}):",
    end="", select="({then} if {test} else {other})", entry=lambda array, places, sizes: f"{array}[{', '.join(places) or '()'}]",
    declare="", stop="", whole="int({0})", both=" and ", pi="math.pi")

JIT = '@numba.njit(error_model="numpy", fastmath={"contract", "reassoc", "nsz", "arcp"})'
SMALL = (
    ("larger", "a, b", '"""The larger of two numbers."""\n    return b if b > a else a'),
    ("smaller", "a, b", '"""The smaller of two numbers."""\n    return b if b < a else a'),
    ("square", "x", '"""x times x."""\n    return x * x'),
)


def source(problem: Problem, wrt: Iterable[str] | None = None, update: bool = True) -> str:
    """The module for a problem, as that of NumPy, with compiled loops.

    wrt      the gradients that it holds: by default every parameter and what the sheet asks
    update   whether it holds a step of gradient descent
    """
    names = tuple(wrt) if wrt is not None else None
    code = lowered(problem, names, update=update)
    module = ModuleWriter(problem, code, numpy.NUMPY)
    found: set[str] = set()
    given, results = module.inputs, module.results
    forward = _function(code, "forward", given, code.forward, results, "The forward pass", found)
    gradients = stepped = ""
    if code.loss is not None:
        forward += "\n\n\n" + module.function("loss", given, "The loss alone.", [f"return forward({', '.join(given)})[-1][()]"])
    if code.gradients:
        saved = module.saved
        gradients = _function(code, "backward", (*given, *saved), code.backward, tuple(code.gradients.values()),
                              "The gradients of the loss, from what `forward` gave", found)
        lines = [f"{listed([r if r in saved else '_' for r in results])} = forward({', '.join(given)})"] if saved else []
        lines.append(f"return backward({', '.join((*given, *saved))})")
        gradients += "\n\n\n" + f"{JIT}\n" + module.function("gradients", given, "The gradients of the loss, forward pass included.", lines)
    if code.update:
        stepped = _step(code, module, found)
    plain = numpy.sections(problem, names, update)
    imports = "from __future__ import annotations\n\nimport math\nimport sys\n\nimport numba\nimport numpy as np"
    return replace(plain, title=title(problem, code, "Numba"), imports=imports, helpers=helpers(code, found, forward + gradients + stepped), forward=forward,
                   gradients=gradients, update=stepped).source()


def _step(code: Code, module: ModuleWriter, found: set[str]) -> str:
    read, made = {name for s in code.update for name in reads(s)}, tuple(code.gradients.values())
    given = (*(n for n in module.step_inputs if n in read), *(g for g in made if g in read))
    parts = [_function(code, "updated", given, code.update, module.step_results, "What a step along the gradients gives", found)]
    lines = []
    if code.ahead:
        before = tuple(n for n in module.step_inputs if n in {name for s in code.ahead for name in reads(s)})
        parts.append(_function(code, "ahead", before, code.ahead, tuple(code.looked.values()), "Where the step takes the gradients", found))
        lines.append(f"{listed(tuple(code.looked.values()))} = ahead({', '.join(before)})")
    lines += [f"{listed([g if g in read else '_' for g in made])} = {module.gradients_there()}", f"return updated({', '.join(given)})"]
    return "\n\n\n".join([*parts, module.function("step", module.step_inputs, module.step_says(), lines)])


def _function(code: Code, name: str, given: Sequence[str], statements: Sequence[Statement], results: Sequence[str], says: str,
              found: set[str]) -> str:
    """A compiled function that makes its arrays and fills them."""
    def extent(axis: Axis) -> str:
        if isinstance(axis.size, int):
            return str(axis.size)
        array, place = where_size(code.arrays, given, axis)
        return f"{array}.shape[{place}]"

    writer = LoopWriter(code, PYTHON, extent, lambda s: _dot(s, dotted))
    dotted: set[str] = set()
    statements = in_place(code, statements)
    lines = writer.lines(statements)
    found |= writer.helpers
    like = next(n for n in given if code.arrays[n].role in ("parameter", "input", "gradient"))
    made = dict.fromkeys(t for s in statements for t in targets(s))
    empty = []
    for t in made:
        if t not in dotted:
            sizes = [extent(axis) for axis in code.arrays[t].axes]
            empty.append(f"{t} = np.empty(({', '.join(sizes)}{',' if len(sizes) == 1 else ''}), dtype={like}.dtype)")
    checked = loop_lines(code, given, extent) if name == "forward" else []
    body = [*checked, *empty, *lines, f"return {listed(results)}"]
    return "\n".join([JIT, wrapped(f"def {name}({', '.join(given)}):", ""), f'    """{says}: {", ".join(results)}."""',
                      *("    " + line for line in body)])


def _dot(s: Contract, dotted: set[str]) -> list[str] | None:
    """A product of two matrices as np.dot, where no loop fixes an index."""
    found = operands(s)
    if found is None:
        return None
    dotted.add(s.target)
    return [f"{s.target} = np.dot({found[0]}, {found[1]})"]


def operands(s: Contract) -> tuple[str, str] | None:
    """The two operands of a product of matrices, in order and transposed as needed; None for other products."""
    a, b = s.left.at, s.right.at
    if len(s.over) != 1 or len(a) != 2 or len(b) != 2 or len(s.at) != 2 or set(a) & set(b) != set(s.over):
        return None
    (k,) = s.over
    left, right = (s.left, s.right) if s.at[0] in a else (s.right, s.left)
    return left.array if left.at[1] == k else f"{left.array}.T", right.array if right.at[0] == k else f"{right.array}.T"


def helpers(code: Code, found: set[str], callers: str) -> str:
    """The small functions that compiled ones, `callers`, call."""
    def extent(axis: Axis) -> str:
        return str(axis.size)

    plain = LoopWriter(replace(code, arrays={}), PYTHON, extent)
    parts = []
    for name in needed_helpers(found):
        helper = HELPERS[name]
        lines = [*(f"{short} = {plain.scalar(s)[0]}" for short, s in helper.lets), f"return {plain.scalar(helper.body)[0]}"]
        parts.append("\n".join([JIT, f"def {name}({', '.join(helper.parameters)}):", f'    """{helper.says}"""', *(f"    {line}" for line in lines)]))
    calling = "\n".join([callers, *parts])
    small = [f"{JIT}\ndef {name}({arguments}):\n    {text}" for name, arguments, text in SMALL if f"{name}(" in calling]
    return "\n\n\n".join([*small, *parts])
