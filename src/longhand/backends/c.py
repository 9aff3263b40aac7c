"""C: a file that stands alone, with plain loops, constant sizes and a `main` that runs the gradient check."""
from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Iterable, Sequence
from math import prod

from ..core.problem import Problem, entries
from .array_code import Code, Statement, reads
from .c_text import CWriter, number
from .dialects import NUMPY
from .lowering import lowered
from .modules import ModuleWriter, title
from .positions import C_HELPER, c_lines

WIDTH = 118

_TOP = """#include <math.h>
#include <stdio.h>
#include <string.h>
#include <tgmath.h>
#undef I

typedef double real;            /* or float */"""

_CHECK = """/* The largest difference between a gradient and central differences of the loss, over all entries of one parameter. */
static real largest_error(real *parameter, const real *gradient, long entries, real (*value)(void))
{
    real largest = 0;
    for (long k = 0; k < entries; k++) {
        const real before = parameter[k], moved = sizeof(real) == 8 ? 1e-6 : 1e-2;
        parameter[k] = before + moved;
        const real above = value();
        parameter[k] = before - moved;
        const real below = value();
        parameter[k] = before;
        const real error = fabs((above - below) / (2 * moved) - gradient[k]);
        if (!(error <= largest)) largest = error;
    }
    return largest;
}"""


def source(problem: Problem, wrt: Iterable[str] | None = None, update: bool = True) -> str:
    """The file for a problem: `cc -O3 file.c -lm` makes a program of it."""
    code = lowered(problem, wrt, update=update)
    module = ModuleWriter(problem, code, NUMPY)
    writer = CWriter(code, module.sizes(), alone=True)
    inputs, results = module.inputs, module.results
    checks = c_lines(code, inputs, writer.extent, lambda name: writer.count(code.arrays[name]))
    forward = writer.kernel("forward", code.forward, results, None, inputs, first=checks)
    kernels = [("The forward pass.", forward.text)]
    helpers = forward.helpers
    if code.gradients:
        wanted = {n for s in code.backward for n in reads(s)}
        backward = writer.kernel("gradients", code.backward, tuple(code.gradients.values()), None,
                                 tuple(n for n in (*inputs, *results) if n in wanted))
        kernels.append(("The gradients, from what the forward pass left.", backward.text))
        helpers |= backward.helpers
    if code.update:
        stepped = writer.kernel("step", code.update, module.step_results, None, _read(code, code.update))
        kernels.append((module.step_says(), stepped.text))
        helpers |= stepped.helpers
    if code.ahead:
        kernels.append(("Where a step takes the gradients.", writer.kernel("ahead", code.ahead, tuple(code.looked.values()), None,
                                                                          _read(code, code.ahead)).text))
    small = writer.helpers(helpers) + (f"\n\n{C_HELPER}" if checks else "")
    top = _TOP.replace("<stdio.h>", "<stdio.h>\n#include <stdlib.h>") if checks else _TOP
    parts = [_comment(title(problem, code, "C")), top, small, *(f"/* {says} */\n{_broken(text)}" for says, text in kernels),
             _data(problem, code, module, writer)]
    parts += [_CHECK, _main(code, module, writer)] if code.gradients else [_plain_main(module, writer)]
    return "\n\n".join(parts) + "\n"


def _comment(docstring: str) -> str:
    return "/* " + docstring.strip('"').replace("*/", "").strip() + "\n*/"


def _broken(text: str) -> str:
    """The head of a function over several lines."""
    head, _, body = text.partition("\n")
    together = re.sub(r"(?<=[a-z*]) ", "\0", head)                      # a line ends after a comma, never inside a declaration
    return "\n".join(textwrap.wrap(together, WIDTH, subsequent_indent="    ")).replace("\0", " ") + "\n" + body


def _data(problem: Problem, code: Code, module: ModuleWriter, writer: CWriter) -> str:
    """The inputs as arrays: the sheet's numbers, or random ones of the declared shapes. Then room for all that is computed."""
    rng, sizes, places = random.Random(0), module.sizes(), module.places()
    lines, made_up = [], False
    for name in code.inputs:
        array = code.arrays[name]
        shape = module.shape(array, sizes)
        count = prod(shape)
        if array.tensor in problem.data:
            values = [number(v) for v in entries(problem.data[array.tensor])]
        else:
            made_up = made_up or array.role not in ("data", "memory")
            if name in places:
                values = [str(rng.randrange(*places[name])) for _ in range(count)]
            elif array.role == "memory":
                values = ["0"] * count
            elif array.role == "data":
                values = [f"(real){module.number(array)}"] * count
            elif (one := module.one_hot_axis(array)) is not None:
                values = _one_hot(shape, one, rng)
            elif array.role == "label":
                values = [f"{rng.uniform(0.1, 0.9):.3f}" for _ in range(count)]
            else:
                values = [f"{rng.gauss(0, 1):.3f}" for _ in range(count)]
        lines += _declared(name, writer.count(array), values)
    says = "Random numbers of the declared shapes; sizes that the sheet leaves open are small." if made_up else "The numbers of the sheet."
    computed = (*module.results, *code.gradients.values(), *code.looked.values(), *(module.step_results if code.update else ()))
    made = [f"static real {n}[{writer.count(code.arrays[n])}];" for n in computed]
    return "\n".join([f"/* {says} */", *lines, "", "/* What is computed. */", *made])


def _one_hot(shape: Sequence[int], axis: int, rng: random.Random) -> list[str]:
    """Entries in their order in memory, one of them 1 along the axis."""
    inner = prod(shape[axis + 1:])
    hot: dict[tuple[int, int], int] = {}
    values = []
    for k in range(prod(shape)):
        row = k // (inner * shape[axis]), k % inner
        if row not in hot:
            hot[row] = rng.randrange(shape[axis])
        values.append("01"[k // inner % shape[axis] == hot[row]])
    return values


def _declared(name: str, count: str, values: Sequence[str]) -> list[str]:
    lines, line = [], f"static real {name}[{count}] = {{"
    for k, value in enumerate(values):
        part = value + (", " if k + 1 < len(values) else "};")
        if len(line) + len(part) > WIDTH:
            lines.append(line.rstrip())
            line = "    "
        line += part
    return [*lines, line]


def _main(code: Code, module: ModuleWriter, writer: CWriter) -> str:
    inputs, results = ", ".join(module.inputs), ", ".join(module.results)
    wanted = {n for s in code.backward for n in reads(s)}
    given = ", ".join(n for n in (*module.inputs, *module.results) if n in wanted)
    lines = ["static real value(void)", "{", f"    forward({inputs}, {results});", f"    return {code.loss}[0];", "}", "",
             "int main(void)", "{", '    printf("loss %.12g\\n", (double)value());', f"    gradients({given}{', ' if given else ''}"
             f"{', '.join(code.gradients.values())});", "    int wrong = 0;"]
    for p, g in code.gradients.items():
        count = writer.count(code.arrays[p])
        lines += ["    {", f"        const real error = largest_error({p}, {g}, {count}, value);",
                  f'        printf("gradient check, {p}: largest difference %.1e\\n", (double)error);',
                  "        wrong |= !(error < (sizeof(real) == 8 ? 1e-5 : 1e-2));", "    }"]
    if code.update:
        if code.ahead:
            there = ", ".join(code.looked.get(n, n) for n in module.inputs)
            lines += [f"    ahead({', '.join((*_read(code, code.ahead), *code.looked.values()))});", f"    forward({there}, {results});",
                      f"    gradients({', '.join(code.looked.get(n, n) for n in _read(code, code.backward, module))}, "
                      f"{', '.join(code.gradients.values())});"]
        lines.append(f"    step({', '.join((*_read(code, code.update), *module.step_results))});")
        lines += [f"    memcpy({old}, {new}, sizeof {old});" for old, new in {**code.updated, **code.memory}.items()]
        lines.append('    printf("loss after one step %.12g\\n", (double)value());')
    return "\n".join([*lines, "    return wrong;", "}"])


def _read(code: Code, statements: Sequence[Statement], module: ModuleWriter | None = None) -> tuple[str, ...]:
    """The arrays that a function reads: inputs, gradients, and what the forward pass of `module` left."""
    wanted = {n for s in statements for n in reads(s)}
    return tuple(n for n in (*code.inputs, *(module.results if module else ()), *code.gradients.values()) if n in wanted)


def _plain_main(module: ModuleWriter, writer: CWriter) -> str:
    lines = ["int main(void)", "{", f"    forward({', '.join((*module.inputs, *module.results))});"]
    for name in module.results:
        count = writer.count(module.code.arrays[name])
        lines += [f'    printf("{name} =");', f'    for (long k = 0; k < {count}; k++) printf(" %.12g", (double){name}[k]);', '    printf("\\n");']
    return "\n".join([*lines, "    return 0;", "}"])
