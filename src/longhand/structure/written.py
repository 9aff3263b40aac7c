"""Jacobians and Hessians as modules for array libraries: the factors, one `einsum` for each product of them, and a check.

The result of a written function is the whole array; its lines show the structure.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module

from ..backends.array_code import Code, needed
from ..backends.broadcast import Writer
from ..backends.dialects import JAX, NUMPY, TORCH, Dialect
from ..backends.lowering import code_of
from ..backends.modules import ModuleWriter, helper_text, safe, shape_text
from ..calculus.derivation import gradient_name
from ..core.axis import Index
from ..core.equation import Program
from ..core.problem import Problem
from ..core.record import record
from ..errors import NotUnderstood, UnknownName, UsageError
from .derivatives import GUESS, hessian_terms, jacobian_terms
from .engine import Wanted
from .plan import Plan, Product, planned, sizes_of

DIALECTS = {"numpy": NUMPY, "torch": TORCH, "jax": JAX}
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
CHECKS = {
    "numpy": ["estimate = np.zeros(derived.shape)", "for at in np.ndindex(given[{wrt!r}].shape):", "    ends = []", "    for sign in (1, -1):",
              "        moved = given[{wrt!r}].copy()", "        moved[at] += sign * step_size",
              "        ends.append({value}(**{{**given, {wrt!r}: moved}}))", "    estimate[(..., *at)] = (ends[0] - ends[1]) / (2 * step_size)",
              "return float(np.max(np.abs(estimate - derived), initial=0))"],
    "torch": ["judged = torch.autograd.functional.jacobian(lambda {wrt}: {value}(**{{**given, {wrt!r}: {wrt}}}), given[{wrt!r}])",
              "return float((judged - derived).abs().max())"],
    "jax": ["judged = jax.jacobian(lambda {wrt}: {value}(**{{**given, {wrt!r}: {wrt}}}))(given[{wrt!r}])",
            "return float(jnp.max(jnp.abs(judged - derived)))"],
}
SAYS = {"numpy": "central differences", "torch": "torch.autograd", "jax": "jax.jacobian"}
IMPORTS = {"numpy": ["import numpy as np"], "torch": ["import torch"], "jax": ["import jax", "import jax.numpy as jnp", "import numpy as np"]}


@record
class Derivative:
    """One function of the module: its name, the quantity and by what it is differentiated, the plan of the result."""
    name: str
    value: str
    wrt: str
    quantity: str
    plan: Plan


def source(problem: Problem, target: str, what: str, wrt: Iterable[str] | None = None) -> str:
    """The module: `what` is "jacobian" or "hessian". Those that the problem asks for; with none asked, or with `wrt`, the Hessian with
    respect to each parameter, or the Jacobian of the last quantity before the loss.

    Raises UsageError for a target without arrays, NotUnderstood for a problem that has nothing to differentiate.
    """
    if target not in DIALECTS:
        raise UsageError(f"--what {what} is written for {', '.join(DIALECTS)}, not for {target}.",
                         suggestion="longhand.jacobian and longhand.hessian give functions on arrays.")
    program, found = problem.program, []
    size = sizes_of(problem.sizes, GUESS)
    for of, by in _asked(problem, what, tuple(wrt) if wrt is not None else None):
        derived, wanted, quantity = _derived(problem, what, of, by)
        plan = planned(wanted.terms, derived, size, f"{len(found)}:" if found else "")
        program = Program({**program.tensors, **derived.tensors, **{t.name: t for t, _ in plan.equations}},
                          (*program.equations, *(e for e in derived.equations if program.equation(e.name) is None),
                           *(e for _, e in plan.equations)), program.facts)
        found.append((quantity, by, plan))
    made = {s.target for _, _, plan in found for s in plan.steps}
    results = {p.name for _, _, plan in found for each in (*plan.steps, *plan.products) for p in each.parts} - made
    code = code_of(program, sorted(results | {q for q, _, _ in found} | {by for _, by, _ in found}), problem.sizes)
    writer = ModuleWriter(problem, code, DIALECTS[target])
    return _module(writer, target, what, [_named(code, *one) for one in found])


def _asked(problem: Problem, what: str, wrt: tuple[str, ...] | None) -> list[tuple[str, str]]:
    """(of, by) for a Jacobian, (first, second) for a Hessian."""
    program = problem.program
    for name in wrt or ():
        if name not in program.tensors:
            raise UnknownName(f"{name} is no quantity of the problem.")
    names = wrt or tuple(t.name for t in program.given() if t.role == "parameter") or tuple(t.name for t in program.given() if t.role == "input")
    if what == "hessian":
        if problem.loss is None:
            raise NotUnderstood("The problem has no loss, so there is no Hessian.")
        asked = [(a, b) for w in problem.wanted if w.kind == "hessian" and wrt is None for k, a in enumerate(w.wrt) for b in w.wrt[k:]]
        return list(dict.fromkeys(asked)) or [(name, name) for name in names]
    asked = [(w.of, by) for w in problem.wanted if w.kind in ("jacobian", "gradient") and w.of not in ("", problem.loss) and wrt is None for by in w.wrt]
    after = program.downstream(names)
    last = next((e.name for e in reversed(program.equations) if e.left.at and e.name in after), None)
    if not asked and last is None:
        raise NotUnderstood("The problem defines no quantity with axes that depends on these, so there is no Jacobian.")
    return list(dict.fromkeys(asked)) or [(last, name) for name in names]


def _derived(problem: Problem, what: str, of: str, by: str) -> tuple[Program, Wanted, str]:
    """(program, what is wanted of it, the quantity whose Jacobian it is)."""
    if what == "hessian":
        program, wanted = hessian_terms(problem, problem.loss, of, by)
        return program, wanted, gradient_name(problem.loss, of)
    return *jacobian_terms(problem, of, by), of


def _named(code: Code, quantity: str, by: str, plan: Plan) -> Derivative:
    value, wrt = code.of(quantity).name, code.of(by).name
    return Derivative(f"{value}_by_{wrt}", value, wrt, quantity, plan)


# ---- text -----------------------------------------------------------------------------------------------------------------

def _module(writer: ModuleWriter, target: str, what: str, found: Sequence[Derivative]) -> str:
    home = import_module(f"..backends.{target}", __package__)
    given = writer.code.inputs
    functions = list(_functions(writer, found, given, target))
    library = home.VECTOR_HELPERS if target == "numpy" else home.OWN
    helpers = helper_text(writer.code, writer.dialect, writer.helpers, library)
    numbers = writer.numbers(home.FORMS)
    imports = [line for line in IMPORTS[target] if line != "import numpy as np" or target == "numpy" or "rng" in numbers]
    if target == "jax":
        imports += ["", 'jax.config.update("jax_enable_x64", True)']
    head = ["from __future__ import annotations", "", *(["import math"] if writer.helpers & {"erf", "math"} else []), "import sys", "", *imports]
    listing = "\n".join(f"    {a.name}  {shape_text(a)}" for a in (writer.code.arrays[n] for n in writer.code.inputs))
    kind = "Jacobians" if what == "jacobian" else "Hessians"
    title = f'"""{safe(writer.problem.title) or "A network"}: {kind}, for {target}. Derived by longhand.\n\n{listing}\n"""'
    parts = (title, "\n".join(head), helpers, *functions, numbers, _main(writer, found, target))
    return "\n".join([parts[0], "\n\n\n".join(part for part in parts[1:] if part)]) + "\n"


def _functions(writer: ModuleWriter, found: Sequence[Derivative], given: tuple[str, ...], target: str) -> Iterator[str]:
    """Each quantity once, its derivatives, and the check of one against the other."""
    for value in dict.fromkeys(d.value for d in found):
        lines = [*writer.writer(given).lines(needed(writer.code.forward, {value}), (value,)), f"return {value}"]
        yield writer.function(_function(value), given, f"What is differentiated: {value}.", lines)
    for d in found:
        out = ", ".join(f"{i.axis.size}" for i in d.plan.at)
        yield writer.function(d.name, given, f"The derivative of {d.value} with respect to {d.wrt}: axes {safe(out)}.", _lines(writer, d, given))
        check = [line.format(wrt=d.wrt, value=_function(d.value)) for line in CHECKS[target]]
        arguments = (*given, "step_size=1e-6") if target == "numpy" else given
        start = [f"given = dict({', '.join(f'{n}={n}' for n in given)})", f"derived = {d.name}(**given)"]
        yield writer.function(f"check_{d.name}", arguments, f"The largest difference of `{d.name}` to {SAYS[target]}.", [*start, *check])


def _function(value: str) -> str:
    return f"quantity_{value}"


def _lines(writer: ModuleWriter, d: Derivative, given: tuple[str, ...]) -> Iterator[str]:
    code, dialect = writer.code, writer.dialect
    held = {a.tensor: a.name for a in code.arrays.values() if a.tensor}
    parts = {held[p.name] for each in (*d.plan.steps, *d.plan.products) for p in each.parts if p.name in held}
    text = writer.writer(given)
    yield from text.lines(needed(code.forward, parts), tuple(parts))
    names = dict(held)
    spare = (f"{letter}{n or ''}" for n in range(1000) for letter in LETTERS[26:] if f"{letter}{n or ''}" not in code.arrays)
    for step in d.plan.steps:
        names[step.target] = next(spare)
        yield f"{names[step.target]} = {_einsum(dialect, [(names[p.name], p.at) for p in step.parts], step.at)}"
    written = [_product(text, dialect, p, names, d.plan.at) for p in d.plan.products]
    if not written:
        shape = ", ".join(text.extent(i.axis) for i in d.plan.at)
        yield f"return {dialect.zeros.format(f'({shape},)', like=text.like)}"
    elif len(written) == 1:
        yield f"return {written[0]}"
    else:
        yield f"result = {written[0]}"
        for more in written[1:]:
            yield f"result = result - {more.removeprefix('-')}" if more.startswith("-") else f"result = result + {more}"
        yield "return result"


def _product(text: Writer, dialect: Dialect, p: Product, names: dict[str, str], at: tuple[Index, ...]) -> str:
    """c * einsum(...): δ is a unit matrix, an index that nothing holds a row of ones."""
    operands = [(f"{dialect.module}.eye({text.extent(a.axis)}, dtype={text.like}.dtype)", (a, b)) for a, b in p.deltas]
    operands += [(names[part.name], part.at) for part in p.parts]
    met = {i for _, own in operands for i in own}
    operands += [(f"{dialect.module}.ones({text.extent(i.axis)}, dtype={text.like}.dtype)", (i,)) for i in at if i not in met]
    c = p.coefficient
    number = "" if c == 1 else "-" if c == -1 else f"{c} * " if isinstance(c, int) else f"{c.numerator} / {c.denominator} * "
    return number + _einsum(dialect, operands, at)


def _einsum(dialect: Dialect, operands: Sequence[tuple[str, tuple[Index, ...]]], at: tuple[Index, ...]) -> str:
    letters: dict[Index, str] = {}
    for i in (*at, *(i for _, own in operands for i in own)):
        if i not in letters:
            own_letter = i.axis.letter if i.axis.letter.isascii() and len(i.axis.letter) == 1 and i.axis.letter.isalpha() else "a"
            letters[i] = next(c for c in (own_letter, *LETTERS) if c not in letters.values())
    spelled = ",".join("".join(letters[i] for i in own) for _, own in operands) + "->" + "".join(letters[i] for i in at)
    best = ", optimize=True" if dialect.module == "np" and len(operands) > 2 else ""
    return f'{dialect.module}.einsum("{spelled}", {", ".join(name for name, _ in operands)}{best})'


def _main(writer: ModuleWriter, found: Sequence[Derivative], target: str) -> str:
    lines = ["given, worst = numbers(), 0.0"]
    for d in found:
        lines += [f"error = check_{d.name}(**given)", f'print(f"{d.name}: largest difference to {SAYS[target]} {{error:.1e}}")',
                  "worst = max(worst, error)"]
    lines.append("return 0 if worst < 1e-5 else 1")
    return writer.function("main", (), "The checks.", lines) + '\n\n\nif __name__ == "__main__":\n    sys.exit(main())'
