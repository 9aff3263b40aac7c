"""Gradient descent and its relatives as update equations, and several steps unrolled into one program."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from fractions import Fraction
from typing import Any

from ..core.equation import Equation, Program, Tensor
from ..core.expr import Entry, Expr, add, mul, negative, number, power
from ..core.problem import Descent
from ..core.record import record
from ..core.walk import replace_entries
from .derivation import gradient_name

State = Mapping[str, Expr]


@record
class Method:
    """One way to update a parameter θ with its gradient g.

    constants   what it needs -> default as an exact decimal, None where the problem has to say
    state       arrays of the shape of θ that it carries along, 0 at the start
    update      (θ, g, state, constants) -> new state by name, the last one "parameter"
    corrections constants that depend on the step number t, from the other constants and t; for expressions and floats alike
    ahead       where the gradient is taken, if not at θ; for expressions and arrays alike
    why         the method in a sentence
    """
    name: str
    constants: Mapping[str, str | None]
    state: tuple[str, ...]
    update: Callable[[Expr, Expr, State, State], dict[str, Expr]]
    why: str
    ahead: Callable[[Expr, State, State], Expr] | None = None
    aliases: tuple[str, ...] = ()
    corrections: Mapping[str, Callable[[Mapping[str, Any], int], Any]] = field(default_factory=dict)


def _plain(p, g, state, c):
    return {"parameter": add(p, negative(mul(c["learning rate"], g)))}


def _by_change(p, g, state, c):
    return {"change": negative(mul(c["learning rate"], g)), "parameter": add(p, Entry("change"))}


def _momentum(p, g, state, c):
    velocity = add(mul(c["momentum"], state["velocity"]), mul(c["learning rate"], g))
    return {"velocity": velocity, "parameter": add(p, negative(Entry("velocity")))}


def _adam(p, g, state, c):
    first = add(mul(c["beta1"], state["first moment"]), mul(1 - c["beta1"], g))
    second = add(mul(c["beta2"], state["second moment"]), mul(1 - c["beta2"], power(g, 2)))
    corrected = mul(Entry("first moment"), c["first correction"])
    spread = mul(Entry("second moment"), c["second correction"])
    step = mul(c["learning rate"], Entry("corrected first moment"),
               power(add(power(Entry("corrected second moment"), Fraction(1, 2)), c["epsilon"]), -1))
    return {"first moment": first, "second moment": second, "corrected first moment": corrected, "corrected second moment": spread,
            "step": step, "parameter": add(p, negative(Entry("step")))}


_ROWS = (
    Method("gradient descent", {"learning rate": None}, (), _plain, "Each parameter moves against its gradient by the learning rate.",
           aliases=("sgd", "stochastic gradient descent", "steepest descent")),
    Method("gradient descent by change", {"learning rate": None}, (), _by_change,
           "The change of each parameter is its gradient times the learning rate, with the other sign.", aliases=("delta",)),
    Method("momentum", {"learning rate": None, "momentum": "0.9"}, ("velocity",), _momentum,
           "The velocity collects past gradients; the parameter moves against the velocity (Polyak, 1964).", aliases=("heavy ball",)),
    Method("nesterov", {"learning rate": None, "momentum": "0.9"}, ("velocity",), _momentum,
           "As momentum, with the gradient taken where the velocity alone would lead (Nesterov, 1983).",
           ahead=lambda p, state, c: p - c["momentum"] * state["velocity"], aliases=("nesterov momentum",)),
    Method("adam", {"learning rate": "0.001", "beta1": "0.9", "beta2": "0.999", "epsilon": "0.00000001"}, ("first moment", "second moment"),
           _adam, "Running means of the gradient and of its square, both corrected for their start at 0 (Kingma and Ba, 2015).",
           corrections={"first correction": lambda c, t: 1 / (1 - c["beta1"] ** t), "second correction": lambda c, t: 1 / (1 - c["beta2"] ** t)}),
)
METHODS: dict[str, Method] = {name: row for row in _ROWS for name in (row.name, *row.aliases)}


def at_step(name: str, step: int) -> str:
    """The name of a tensor after `step` updates; W_1 itself before the first."""
    return f"{name}@{step}" if step else name


def unrolled(program: Program, loss: str, descent: Descent) -> Program:
    """Forward and backward pass, update, and again: `descent.steps` times, and a last forward pass, in one program.

    `program` holds the forward pass and the gradients of `loss`. Quantities after update s are called `at_step(name, s)`.
    Raises KeyError for an unknown method, ValueError for a constant that neither the problem nor the method gives.
    """
    method = METHODS[descent.method]
    constants = {}
    for what, default in method.constants.items():
        if (tensor := descent.constants.get(what)) is not None:
            constants[what] = Entry(tensor)
        elif default is not None:
            constants[what] = number(Fraction(default))
        else:
            raise ValueError(f"{method.name} needs a {what}")
    moving = set(descent.parameters)
    varying = program.downstream(moving)
    made: dict[str, Tensor] = {}
    equations: list[Equation] = []

    def copied(step: int, points: Mapping[str, str], suffix: str) -> None:
        """All equations that depend on the parameters, with those of `points`."""
        for equation in program.equations:
            if equation.name in varying:
                change = {n: n + suffix for n in varying} | dict(points)
                right = replace_entries(equation.right, lambda e, change=change: Entry(change.get(e.tensor, e.tensor), e.at))
                add_equation(program[equation.name], equation.name + suffix, equation.left.at, right)

    def add_equation(like: Tensor, name: str, at, right: Expr) -> None:
        made[name] = Tensor(name, like.axes, like.role)
        equations.append(Equation(Entry(name, at), right))

    for step in range(1, descent.steps + 1):
        corrected = {name: correction(constants, step) for name, correction in method.corrections.items()}
        here = {p: at_step(p, step - 1) for p in moving}
        suffix = f"@{step - 1}" if step > 1 else ""
        if method.ahead is not None:
            suffix = f"@ahead{step}"
            for p in descent.parameters:
                entry = program[p].entry()
                state = {s: Entry(f"{s} of {p}@{step - 1}", entry.at) if step > 1 else number(0) for s in method.state}
                add_equation(program[p], p + suffix, entry.at, method.ahead(Entry(here[p], entry.at), state, constants))
            copied(step, {p: p + suffix for p in moving}, suffix)
        elif step > 1:
            copied(step, here, suffix)
        for p in descent.parameters:
            entry = program[p].entry()
            state = {s: Entry(f"{s} of {p}@{step - 1}", entry.at) if step > 1 else number(0) for s in method.state}
            gradient = Entry(gradient_name(loss, p) + suffix, entry.at)
            new = method.update(Entry(here[p], entry.at), gradient, state, {**constants, **corrected})
            named = {what: f"{what} of {p}@{step}" for what in new if what != "parameter"}
            for what, right in new.items():
                right = replace_entries(right, lambda e, named=named, at=entry.at: Entry(named[e.tensor], at) if e.tensor in named else e)
                add_equation(program[p], at_step(p, step) if what == "parameter" else named[what], entry.at, right)
    copied(descent.steps + 1, {p: at_step(p, descent.steps) for p in moving}, f"@{descent.steps}")
    return program.extended(made.values(), equations)
