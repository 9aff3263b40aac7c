"""The numbers of a sheet as things to move: what there is, what a moved one changes, and the loss along the step."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ..calculus.descent import at_step
from ..core.problem import Problem, Value
from ..numbers.decimals import rational_text
from ..printing.latex_maths import latex
from ..reading.values import exact, shape_of
from .requests import BadRequest

MOVABLE = ("input", "parameter", "data")
"""Roles of tensors whose numbers may be moved; a label that is no longer one-hot would be another problem."""
MOST = 200
"""Entries of a tensor that is offered."""
POINTS = 40
"""Steps of the learning rate at which the loss is drawn."""
REACH = 4
"""How far the learning rate is drawn and slid, in times of the sheet's."""
DIGITS = 12


def given(solution: Any) -> list[dict[str, Any]]:
    """The tensors with numbers: problem, name, LaTeX, role, shape, numbers as decimal strings, and `rate` for a learning rate."""
    out = []
    for k, part in enumerate(solution.parts):
        problem, page = part.page.problem, part.page
        rates = set(problem.descent.constants.values()) if problem.descent is not None else set()
        for name, value in problem.data.items():
            tensor = problem.program.tensors.get(name)
            if tensor is None or tensor.role not in MOVABLE or len(shape := shape_of(value)) > 2 or _count(shape) > MOST:
                continue
            out.append({"problem": k, "name": name, "latex": latex(page.symbol(name)), "role": tensor.role, "shape": list(shape),
                        "values": _texts(value), "rate": name in rates})
    return out


def losses(solution: Any) -> list[dict[str, Any]]:
    """For each problem with an update in numbers: the loss before and after it, and along the learning rate."""
    return [found for k, part in enumerate(solution.parts) if (found := _loss(k, part)) is not None]


def _loss(k: int, part: Any) -> dict[str, Any] | None:
    page, problem = part.page, part.page.problem
    loss, descent, figures = problem.loss, problem.descent, page.figures
    if loss is None or figures is None or not figures.has(loss):
        return None
    found = {"problem": k, "latex": latex(page.symbol(loss)), "before": figures.entry_text(loss, (), 6), "after": None, "rate": None, "curve": []}
    last = at_step(loss, descent.steps) if descent is not None else loss
    if last != loss and last in page.tensors and figures.has(last):
        rate = descent.constants.get("learning rate")
        found |= {"after": figures.entry_text(last, (), 6), "rate": rate, "steps": descent.steps}
        if rate in problem.data and problem.program[rate].role in MOVABLE:
            found["curve"] = list(_curve(page, last, rate))
    return found


def _curve(page: Any, last: str, rate: str) -> Iterator[list[float]]:
    """The loss after the update, by the learning rate: in balls of 53 bits, each point as wide as a line is drawn at most."""
    from ..numbers.compiled import compiled
    from ..numbers.faults import EvaluationError, NumberError
    data = dict(page.problem.data)
    most = REACH * abs(data[rate])
    try:
        code = compiled(page.program, data, page.figures.sizes, [last], fixed=[n for n in data if n != rate], bits=64)
        for k in range(POINTS + 1):
            data[rate] = most * k / POINTS
            ball = code(code.balls(data))[last]
            if ball.is_finite() and float(ball.rad()) < 1e-3 * max(1.0, abs(float(ball.mid()))):
                yield [float(data[rate]), float(ball.mid())]
    except (EvaluationError, NumberError):
        return                                             # a comparison that a ball cannot decide: the curve ends here


# ---- moving ---------------------------------------------------------------------------------------------------------

def moved(sheet: Any, moves: Sequence[dict[str, Any]]) -> Any:
    """What was read, with numbers in the place of the sheet's. BadRequest ("stale") for one that the sheet does not have."""
    if not moves:
        return sheet
    problems = list(sheet.problems)
    for move in moves:
        k, name = move["problem"], move["name"]
        if not 0 <= k < len(problems):
            raise BadRequest(f"The sheet has no problem {k}.", "stale")
        problems[k] = _with(problems[k], name, tuple(move["at"]), _number(move["value"]))
    return replace(sheet, problems=tuple(problems))


def moved_data(sheet: Any, moves: Sequence[dict[str, Any]]) -> dict[str, Value]:
    """The tensors that are moved, whole, by their names."""
    now = moved(sheet, moves)
    return {move["name"]: now.problems[move["problem"]].data[move["name"]] for move in moves}


def _with(problem: Problem, name: str, at: tuple[int, ...], number: Fraction) -> Problem:
    if name not in problem.data or name not in problem.program.tensors or problem.program[name].role not in MOVABLE:
        raise BadRequest(f"The sheet gives no number {name[:40]} that can be moved.", "stale")
    value = problem.data[name]
    shape = shape_of(value)
    if len(at) != len(shape) or any(k >= n for k, n in zip(at, shape, strict=True)):
        raise BadRequest(f"{name[:40]} has no such entry.", "stale")
    return replace(problem, data={**problem.data, name: _put(value, at, number)})


def _put(value: Value, at: tuple[int, ...], number: Fraction) -> Value:
    if not at:
        return number
    first, *rest = at
    return tuple(_put(each, tuple(rest), number) if k == first else each for k, each in enumerate(value))


def _number(text: str) -> Fraction:
    try:
        if len(text) > 30:
            raise ValueError
        number = exact(text)
    except ValueError:
        raise BadRequest("The value of a moved number is a decimal.") from None
    if abs(number) > 10**9:
        raise BadRequest("A moved number is between -1e9 and 1e9.")
    return number


def _texts(value: Value) -> Any:
    return [_texts(each) for each in value] if isinstance(value, tuple) else rational_text(value, DIGITS)


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for n in shape:
        count *= n
    return count
