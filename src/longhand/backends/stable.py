"""Equations rewritten so that floating point keeps its digits: the logarithm of a softmax or a sigmoid is computed as one function,
the logarithm of a sum of exponentials and their shares by softmax."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..core.axis import Index
from ..core.equation import Equation, Program, Tensor
from ..core.expr import MINUS_ONE, ONE, Add, Apply, Component, Entry, Expr, Mul, Number, Position, Power, Sum, add, mul, power
from ..core.walk import all_indices, fresh, instantiate, positions, rebuild, rename, walk
from ..functions.elementary import ln

LOGARITHMS = {"log10": 10, "log2": 2}


def stabilised(program: Program) -> Program:
    """The program with ln softmax(z) as log-softmax, ln σ(z) and ln(1 - σ(z)) as log-sigmoid; the new tensors are called "ln name"."""
    rows = {e.name: e for e in program.equations}
    wanted: dict[str, Equation] = {}
    changed = [replace(e, right=_changed(e.right, rows, wanted)) for e in program.equations]
    equations = [each for e in changed for each in ((e, wanted[e.name]) if e.name in wanted else (e,))]
    made = {e.name: Tensor(e.name, program[name].axes) for name, e in wanted.items()}
    return Program({**program.tensors, **made}, tuple(equations), program.facts)


def _changed(e: Expr, rows: Mapping[str, Equation], wanted: dict[str, Equation]) -> Expr:
    if isinstance(e, Apply) and e.order == 0:
        if e.function in LOGARITHMS:
            return mul(_changed(ln(e.argument), rows, wanted), power(ln(Number(LOGARITHMS[e.function])), -1))
        if e.function == "ln" and (found := _logarithm(e.argument, rows, wanted)) is not None:
            return found
    if isinstance(e, Mul) and (made := _share(e)) is not None:
        return _changed(made, rows, wanted)
    return rebuild(e, lambda child: _changed(child, rows, wanted))


def _logarithm(x: Expr, rows: Mapping[str, Equation], wanted: dict[str, Equation]) -> Expr | None:
    """ln x, where x is the output of a softmax or a sigmoid, or 1 minus that of a sigmoid."""
    match x:
        case Component("softmax", index, body, at):
            return Component("log_softmax", index, body, at)
        case Apply("sigmoid", (u,), 0):
            return Apply("log_sigmoid", (u,))
        case Add((first, second)) if first == ONE and second == mul(MINUS_ONE, _positive(second)):
            u = _sigmoid_argument(_positive(second), rows)
            return None if u is None else Apply("log_sigmoid", (-u,))
        case Sum(index, Apply("exp", (body,), 0)):
            return _log_sum_exp(index, body)
        case Entry(tensor, at) if tensor in rows:
            return _logarithm_of_output(rows[tensor], at, rows, wanted)
    return None


def _log_sum_exp(index: Index, body: Expr) -> Expr:
    """ln Σ e^u as Σ softmax(u)_k (u_k - ln softmax(u)_k): each bracket is the value, and the largest u has the largest say."""
    inner = fresh(index.axis, all_indices(body) | {index})
    inside = rename(body, {index: inner})
    return Sum(index, mul(Component("softmax", inner, inside, index), add(body, mul(MINUS_ONE, Component("log_softmax", inner, inside, index)))))


def _share(e: Mul) -> Expr | None:
    """The product with softmax(u)_p where it has e^(u_p)/Σ e^u."""
    for below in e.factors:
        match below:
            case Power(Sum(index, Apply("exp", (body,), 0)), exponent) if exponent == -1:
                for above in e.factors:
                    if isinstance(above, Apply) and above.function == "exp" and not above.order and (at := _place(body, index, above.argument)) is not None:
                        left = [f for f in e.factors if f is not below and f is not above]
                        return mul(*left, Component("softmax", index, body, at))
    return None


def _place(body: Expr, index: Index, instance: Expr) -> Position | None:
    """Where `instance` is the body with its index at that place."""
    places = dict.fromkeys(p for node in walk(instance) for p in positions(node))
    return next((p for p in places if rename(body, {index: p}) == instance), None)


def _positive(e: Expr) -> Expr:
    return mul(MINUS_ONE, e)


def _logarithm_of_output(row: Equation, at: tuple[Position, ...], rows: Mapping[str, Equation], wanted: dict[str, Equation]) -> Expr | None:
    match row.right:
        case Component("softmax", index, body, place):
            left = Entry(f"ln {row.name}", row.left.at)
            wanted[row.name] = Equation(left, Component("log_softmax", index, body, place))
            return Entry(left.tensor, at)
    u = _sigmoid_argument(Entry(row.name, at), rows)
    return None if u is None else Apply("log_sigmoid", (u,))


def _sigmoid_argument(x: Expr, rows: Mapping[str, Equation]) -> Expr | None:
    """u where x is σ(u)."""
    match x:
        case Apply("sigmoid", (u,), 0):
            return u
        case Entry(tensor, at) if tensor in rows and isinstance(rows[tensor].right, Apply):
            row = rows[tensor]
            found = _sigmoid_argument(row.right, {})
            return None if found is None else instantiate(found, row.left.at, at, all_indices(x))
    return None
