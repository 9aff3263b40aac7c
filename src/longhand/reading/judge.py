"""Claims that the sheet asks to verify: ∂C/∂z = y - ŷ, held against the derivation, all sizes different and every number random."""
from __future__ import annotations

from collections.abc import Callable

from ..calculus.backprop import sweep
from ..calculus.derivation import gradient_name
from ..core.equation import Equation, Program
from ..core.expr import Entry
from ..core.record import record
from .agree import agree
from .define import Definer
from .names import flat, readings
from .syntax import Derivative, Formula, Name, Relation, Span, walk
from .terms import Unclear


@record
class Claim:
    """∂of/∂by = right, read: the right side as an equation over the axes of `by`. `text` is the claim as written."""
    of: str
    by: str
    equation: Equation
    span: Span
    request: Span
    text: str


def read_claim(formula: Formula, definer: Definer, request: Span, text: str, scalar: Callable[[Formula], str | None]) -> Claim | None:
    """The claim, where it is about a derivative of a scalar by a quantity that the sheet has; None for any other."""
    env = definer.env
    if not (isinstance(formula, Relation) and len(formula.parts) == 2 and formula.operators == ("=",)):
        return None
    left, right = formula.parts
    if not isinstance(left, Derivative) or left.of is None or len(left.by) != 1:
        return None
    of = scalar(left.of) or ""
    by = next((r for r in readings(left.by[0]) if r.name in env.quantities and r.power is None), None)
    if of not in env.quantities or by is None:
        return None
    saved = dict(env.letters), list(env.notes)
    try:
        at = []
        for item, axis in zip(by.indices, env.quantities[by.name].axes, strict=False):
            if not isinstance(item, Name):
                return None
            index = env.shapes.index(axis)
            env.letters[item.text] = index
            at.append(index)
        term = definer.read(right)
        places = (*at, *term.real)
        if len(places) != len(env.quantities[by.name].axes):
            return None
        for index, axis in zip(places, env.quantities[by.name].axes, strict=True):
            env.shapes.unify(index.axis, axis, formula.span, "the shape of a gradient")
        return Claim(of, by.name, Equation(Entry(f"claim at {formula.span.start}", places), term.expr), formula.span, request, text)
    except Unclear:
        return None
    finally:
        env.letters, env.notes = saved


def is_circular(formula: Formula) -> bool:
    """Whether a claim about a derivative has that same derivative on its right side, so that it says nothing."""
    if not (isinstance(formula, Relation) and len(formula.parts) == 2 and isinstance(formula.parts[0], Derivative)):
        return False
    left, right = formula.parts
    return any(isinstance(node, Derivative) and _same(node, left) for node in walk(right))


def _same(a: Derivative, b: Derivative) -> bool:
    return a.of is not None and b.of is not None and flat(a.of) == flat(b.of) and [flat(x) for x in a.by] == [flat(x) for x in b.by]


def judge(claim: Claim, program: Program, equation: Equation) -> bool | None:
    """Whether the claim, over the program's own axes, is true; None where that cannot be tried."""
    if claim.of not in program.tensors or claim.by not in program.tensors:
        return None
    swept = sweep(program, claim.of, [claim.by])
    return agree(swept.as_program(), gradient_name(claim.of, claim.by), equation)
