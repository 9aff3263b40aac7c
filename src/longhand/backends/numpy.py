"""NumPy: a module that one reads from top to bottom, and runs."""
from __future__ import annotations

from collections.abc import Iterable

from ..core.problem import Problem
from .array_code import Code
from .dialects import NUMPY
from .lowering import lowered
from .modules import Forms, ModuleWriter, Sections, helper_text, listed, title, wrapped

FORMS = Forms(
    start="rng = np.random.default_rng(0)", given="np.array({0}, dtype=float)", places="rng.integers({0}, {1}, size={2})", number="np.array({0})",
    one_hot="np.eye({0})[rng.integers({0}, size={1})]", label="rng.uniform(0.1, 0.9, {0})", normal="rng.normal(size={0})", zeros="np.zeros({0})")
VECTOR_HELPERS = {
    "softmax": '''def softmax(z, axis=-1):
    """Softmax; the largest entry is taken out first, so that nothing overflows."""
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)''',
    "log_softmax": '''def log_softmax(z, axis=-1):
    """The logarithm of softmax, exact where softmax itself would be 0."""
    shifted = z - np.max(z, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))''',
    "padded": '''def padded(array, *places):
    """The entries at places that broadcast; 0 where a place is outside the array."""
    places = [np.asarray(p).astype(int) for p in places]
    inside = np.logical_and.reduce(np.broadcast_arrays(*((p >= 0) & (p < n) for p, n in zip(places, array.shape))))
    return np.where(inside, array[tuple(np.clip(p, 0, n - 1) for p, n in zip(places, array.shape))], 0)''',
    "erf": '''def erf(x):
    """The error function, entry by entry."""
    return np.vectorize(math.erf, otypes=[float])(x).astype(np.asarray(x).dtype)''',
}


def source(problem: Problem, wrt: Iterable[str] | None = None, update: bool = True) -> str:
    """The module for a problem: forward pass, loss, gradients, update and a gradient check that runs with the sheet's numbers.

    wrt      the gradients that it holds: by default every parameter and what the sheet asks
    update   whether it holds a step of gradient descent
    """
    return sections(problem, wrt, update).source()


def sections(problem: Problem, wrt: Iterable[str] | None = None, update: bool = True) -> Sections:
    """The same module, part by part."""
    code = lowered(problem, wrt, update=update)
    writer = ModuleWriter(problem, code, NUMPY)
    forward, gradients, stepped = writer.forward(), writer.gradients(), writer.update()
    checked = _check(writer) if gradients else ""
    data = writer.numbers(FORMS)
    imports = "\n".join(["from __future__ import annotations", "", *(["import math"] if writer.helpers & {"erf", "math"} else []), "import sys", "",
                         "import numpy as np"])
    return Sections(title(problem, code, "NumPy"), imports, helpers(code, writer.helpers), data, forward, gradients, checked, stepped, _main(writer))


def helpers(code: Code, found: set[str]) -> str:
    """The functions that a module defines for itself, as text."""
    return helper_text(code, NUMPY, found, VECTOR_HELPERS)


def _check(writer: ModuleWriter) -> str:
    code = writer.code
    made = [f'"{p}": {g}' for p, g in code.gradients.items()]
    values = ", ".join(writer.inputs)
    lines = [
        f"{listed(tuple(code.gradients.values()))} = gradients({values})",
        f"derived = {{{', '.join(made)}}}",
        f"given = dict({', '.join(f'{n}={n}' for n in writer.inputs)})",
        "errors = {}",
        "for name, gradient in derived.items():",
        "    estimate = np.zeros_like(given[name])",
        "    for at in np.ndindex(estimate.shape):",
        "        ends = []",
        "        for sign in (1, -1):",
        "            moved = given[name].copy()",
        "            moved[at] += sign * step_size",
        "            ends.append(loss(**{**given, name: moved}))",
        "        estimate[at] = (ends[0] - ends[1]) / (2 * step_size)",
        "    errors[name] = float(np.max(np.abs(estimate - gradient), initial=0))",
        "return errors",
    ]
    return writer.function("check", (*writer.inputs, "step_size=1e-6"),
                           "The gradient check: the largest difference to central differences, for each parameter.", lines)


def _main(writer: ModuleWriter) -> str:
    code = writer.code
    inputs = ", ".join(f'"{n}"' for n in writer.inputs)
    lines = ["given = numbers()", f"known = {{name: given[name] for name in ({inputs}{',' if len(writer.inputs) == 1 else ''})}}"]
    if not code.gradients:
        results = ", ".join(f'"{r}"' for r in writer.results)
        lines += [f"for name, value in zip(({results},), forward(**known)):", '    print(f"{name} =\\n{value}")', "return 0"]
        return writer.function("main", (), "Prints the forward pass.", lines) + "\n\n\n" + _END
    lines += ['print("loss", loss(**known))', "for name, value in zip(_GRADIENTS, gradients(**known)):",
              '    print(f"{name} =\\n{value}")', "errors = check(**known)",
              "for name, error in errors.items():",
              '    print(f"gradient check, {name}: largest difference {error:.1e}")', *_after(writer),
              "return 0 if all(error < 1e-5 for error in errors.values()) else 1"]
    table = f"_GRADIENTS = ({_several(code.gradients.values())})"
    return wrapped(table, "", "    ") + "\n\n\n" + writer.function("main", (), "Loss, gradients and the gradient check.", lines) + "\n\n\n" + _END


def _after(writer: ModuleWriter) -> list[str]:
    """The loss after a step, where there is one."""
    code = writer.code
    if not code.update:
        return []
    names, every = tuple(code.updated), set(writer.step_inputs) == set(code.inputs)
    values = "**given" if every else ", ".join(f'{n}=given["{n}"]' for n in writer.step_inputs)
    return [f"known.update(zip(({_several(names)}), step({values})))", 'print("loss after one step", loss(**known))']


def _several(names: Iterable[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    return ", ".join(quoted) + "," * (len(quoted) == 1)


_END = 'if __name__ == "__main__":\n    sys.exit(main())'
