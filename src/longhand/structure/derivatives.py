"""Derivatives as functions on arrays that give structured arrays.

    H = longhand.hessian(problem, "W_1")(x, y, W_1, b_1, W_2, b_2)     # in the order of .inputs, or by name
    H.matvec(v), H.todense(), H.solve(b)
    J = longhand.jacobian(problem, "yhat", "W_1")(...)
    longhand.gradients_in_factors(problem)(...)["W_1"]                 # x ⊗ δ, never multiplied out
    longhand.per_example_norms(problem)(...)["W_1"]                    # one norm for each example of a batch
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..backends.array_code import Code
from ..backends.compiled import BATCHES, DTYPES, EXAMPLES, Compiled, one_problem
from ..backends.lowering import differentiable
from ..backends.names import Names
from ..calculus.batch import batched
from ..calculus.derivation import gradient_name
from ..calculus.jacobian import derive
from ..calculus.jacobian import hessian as second_sweep
from ..calculus.structure import structure_of
from ..core.axis import Axis
from ..core.equation import Program
from ..core.problem import Problem
from ..core.problem import Wanted as Asked
from ..errors import DataError, NotUnderstood, ShapeError, UnknownName, UsageError
from .engine import Engine, Wanted, ready

TARGETS = ("numpy",)
GUESS = 7
Derived = tuple[Program, list[Wanted]]


class Derivative(Compiled):
    """A derivative as a function on arrays; called like the result of `longhand.compile`, it gives a `Structured` or a dict of them.

    The result holds the arrays it was given where they are factors: do not overwrite them while it is in use.
    """

    def __init__(self, problem: Problem, dtype: str, batch: str, sizes: Mapping[str, int], derived: Callable[[Problem, bool], Derived],
                 each: bool = False) -> None:
        self.problem, self.target, self.dtype, self.batch = problem, "numpy", dtype, batch
        self._wrt, self._sizes = None, {**problem.sizes, **sizes}
        self._derived, self._each = derived, each
        self._found: dict[bool, Derived] = {}
        self._engines, self._known, self._codes = {}, {}, {}
        code = self._code(False)
        self.inputs = tuple(n for n in code.inputs if not self._is_default(code.arrays[n]))
        self.defaults = tuple(n for n in code.inputs if self._is_default(code.arrays[n]))
        names = Names(problem.program)
        self._aside = frozenset(names.of(t.name) for t in problem.program.given()) - {*self.inputs, *self.defaults}
        self.gradients = ()
        self.tensors = {a.name: a.tensor for a in code.arrays.values() if a.tensor}

    def __call__(self, *arrays: object, **named: object) -> Any:
        """The derivative. What is given by name and not needed is left aside: y, where a Hessian does not depend on it.

        DataError for an array that is missing or of another type, ShapeError for sizes that do not fit."""
        if named:
            named = {name: value for name, value in named.items() if name not in self._aside}
        return self.general(*arrays, **named)

    def wanted(self, several: bool) -> Derived:
        """The program and what is wanted of it, for one example or a batch."""
        if several not in self._found:
            problem = self.problem
            if several and not self._each:
                examples = tuple(t.name for t in problem.program.given() if t.role in EXAMPLES)
                together = batched(problem.program, problem.loss or "", _batch_axis(problem.program), examples, self.batch == "mean")
                problem = replace(problem, program=together, data={n: v for n, v in problem.data.items() if n not in examples})
            self._found[several] = self._derived(problem, several)
        return self._found[several]

    def _code(self, several: bool) -> Code:
        if several not in self._codes:
            program, wanted = self.wanted(several)
            self._codes[several] = ready(program, wanted, self._sizes, GUESS).code
        return self._codes[several]

    def _engine(self, code: Code, several: bool, sizes: Mapping[str, int]) -> Engine:
        if several and self.batch == "mean" and not self._each and sizes.get(_batch_axis(self.problem.program).size) == 0:
            raise DataError("A batch without examples has no mean.", suggestion='batch="sum" gives 0.')
        key = several, tuple(sorted(sizes.items()))
        if key not in self._engines:
            self._engines[key] = Engine(self, several, {**self._sizes, **sizes})
        return self._engines[key]


def jacobian(source: object, of: str, wrt: str, *, dtype: str = "float64", sizes: Mapping[str, int] | None = None,
             number: int | None = None) -> Derivative:
    """∂of/∂wrt as a function on arrays that gives a `Structured`: its rows are the axes of `of`, its columns those of `wrt`.

    source, dtype, sizes and number are those of `longhand.compile`. A problem stated for one example takes a batch too: then `of` has the
    axis of the batch in front. Raises UnknownName for a quantity that the problem does not have.
    """
    problem = _checked(source, number, dtype, "mean", (of, wrt))

    def derived(p: Problem, several: bool) -> Derived:
        program, wanted = jacobian_terms(p, of, wrt)
        return program, [wanted]

    from_loss = problem.loss is not None and of in {problem.loss, *problem.program.downstream([problem.loss])}
    return Derivative(problem, dtype, "mean" if from_loss else "sum", sizes or {}, derived)


def hessian(source: object, wrt: str, wrt2: str | None = None, *, of: str | None = None, dtype: str = "float64", batch: str = "mean",
            sizes: Mapping[str, int] | None = None, number: int | None = None) -> Derivative:
    """∂²of/∂wrt∂wrt2 as a function on arrays that gives a `Structured`: rows are the axes of `wrt`, columns those of `wrt2`, which is `wrt`
    where it is left out; `of` is the loss unless said otherwise.

    Raises UnknownName for a quantity that the problem does not have, ShapeError where `of` is no single number.
    """
    second = wrt2 or wrt
    problem = _checked(source, number, dtype, batch, (wrt, second, *([of] if of else [])))
    loss = of or problem.loss
    if loss is None:
        raise NotUnderstood("The problem has no loss: say of what the Hessian is to be.", suggestion='of="..."')
    if problem.program[loss].rank:
        raise ShapeError(f"A Hessian is of one number, and {loss} has {problem.program[loss].rank} axes.")
    problem = replace(problem, loss=loss)

    def derived(p: Problem, several: bool) -> Derived:
        program, wanted = hessian_terms(p, loss, wrt, second)
        return program, [wanted]

    return Derivative(problem, dtype, batch, sizes or {}, derived)


def jacobian_terms(p: Problem, of: str, wrt: str) -> tuple[Program, Wanted]:
    """The program that holds ∂of/∂wrt, and its terms."""
    backward = derive(replace(p, loss=None, wanted=(Asked("jacobian", of, (wrt,)),))).backward
    return backward, _structure(p.program, backward, gradient_name(of, wrt), p.program[of].rank, None)


def hessian_terms(p: Problem, of: str, first: str, second: str) -> tuple[Program, Wanted]:
    """The program that holds ∂²of/∂first∂second, and its terms."""
    backward = derive(replace(p, loss=of, wanted=(Asked("gradient", of, (first, second)),))).backward
    program = second_sweep(backward, of, first, second).as_program()
    return program, _structure(p.program, program, gradient_name(gradient_name(of, first), second), p.program[first].rank, of)


def gradients_in_factors(source: object, wrt: Iterable[str] | None = None, *, dtype: str = "float64", sizes: Mapping[str, int] | None = None,
                         number: int | None = None) -> Derivative:
    """The gradients of the loss as a function on arrays that gives a `Structured` for each of `wrt` (all parameters by default): that of
    a matrix after one example is x ⊗ δ. For a batch, one gradient for each example, with the axis of the batch in front."""
    wanted = None if wrt is None else tuple(wrt)
    problem = _checked(source, number, dtype, "mean", wanted or ())
    if problem.loss is None:
        raise NotUnderstood("The problem has no loss, so there is nothing to differentiate.")
    names = wanted or tuple(t.name for t in problem.program.given() if t.role == "parameter") or differentiable(problem)

    def derived(p: Problem, several: bool) -> Derived:
        backward = derive(replace(p, wanted=(Asked("gradient", p.loss, names),))).backward
        if several:
            examples = tuple(t.name for t in p.program.given() if t.role in EXAMPLES)
            backward = batched(backward, p.loss, _batch_axis(p.program), examples)
        out = []
        for name in names:
            gradient = gradient_name(p.loss, name)
            if several and backward[gradient].rank == p.program[name].rank:
                raise NotUnderstood(f"The gradient of {name} does not depend on the example.")
            rows = 1 if several or p.program[name].rank > 1 else 0
            out.append(Wanted(name, structure_of(backward, gradient, ()), rows))
        return backward, out

    return Derivative(problem, dtype, "mean", sizes or {}, derived, each=True)


def per_example_norms(source: object, wrt: Iterable[str] | None = None, *, dtype: str = "float64", sizes: Mapping[str, int] | None = None,
                      number: int | None = None) -> Norms:
    """A function on the arrays of a batch that gives, for each of `wrt`, the norm of the gradient of every example's loss. The gradients are
    never formed: ‖x ⊗ δ‖ = ‖x‖ ‖δ‖."""
    return Norms(gradients_in_factors(source, wrt, dtype=dtype, sizes=sizes, number=number))


class Norms:
    """Norms of the gradients of every example. Made by `per_example_norms`."""

    def __init__(self, gradients: Derivative) -> None:
        self._gradients, self.inputs = gradients, gradients.inputs

    def __call__(self, *arrays: object, **named: object) -> dict[str, Any]:
        """An array of norms for each parameter; one number each where a single example is given."""
        program = self._gradients.problem.program
        return {name: found.norms() if len(found.shape) > program[name].rank else found.norm()
                for name, found in self._gradients(*arrays, **named).items()}


def _batch_axis(program: Program) -> Axis:
    symbol = "batch"
    while symbol in program.sizes() or symbol in program.tensors:
        symbol += "_"
    return Axis(symbol, symbol, "r")


def _structure(base: Program, backward: Program, name: str, rows: int, loss: str | None) -> Wanted:
    """The derivative with all that was derived on its way put in; gradients of the loss stay factors."""
    own = {e.name for e in base.equations}
    if loss is not None:
        own |= {gradient_name(loss, t) for t in base.tensors}
    return Wanted("", structure_of(backward, name, [e.name for e in backward.equations if e.name not in own]), rows)


def _checked(source: object, number: int | None, dtype: str, batch: str, names: Sequence[str]) -> Problem:
    for what, value, known in (("dtype", dtype, DTYPES), ("batch", batch, BATCHES)):
        if value not in known:
            raise UsageError(f"{what} is one of {', '.join(known)}, not {value!r}.")
    problem = one_problem(source, number)
    for name in names:
        if name not in problem.program.tensors:
            raise UnknownName(f"{name} is no quantity of the problem.", suggestion=f"It has {', '.join(problem.program.tensors)}.")
    return problem
