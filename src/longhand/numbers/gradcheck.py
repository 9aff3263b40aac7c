"""The gradient check: derived gradients against central differences of the forward pass, at 60 digits.

It knows nothing of the derivation: it moves one entry, runs the forward pass twice and compares the slope.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from ..calculus.derivation import gradient_name
from ..core.equation import Program
from ..core.problem import Value
from ..core.record import record
from .faults import EvaluationError, NumberError, Undecided
from .interpret import Values

if TYPE_CHECKING:
    from .slopes import Slopes

METHOD = "central difference, 60 digits"
BITS = 260
"""60 digits are left of these after the 15 that the difference of two nearby values loses."""
STEP = Fraction(1, 10 ** 15)
"""The step h. The slope is off by h²/6 times the third derivative, about 10^-30."""
TOLERANCE = Fraction(1, 10 ** 18)
"""The largest error, relative to max(1, |gradient|), that passes: far above h² and far below any mistake."""
MOST = 200
"""Entries checked of one tensor; of larger ones, so many at even distances."""


@record
class Skipped:
    """An entry where no slope can be taken, and why."""
    at: tuple[int, ...]
    reason: str


@record
class Check:
    """The check of one gradient.

    max_error  the largest difference, as text, rounded up;   entries of all: how many were compared, of how many
    ok         every comparison passed and there was one, or all entries lie at kinks
    """
    wrt: str
    method: str
    max_error: str
    ok: bool
    entries: int
    of: int
    skipped: tuple[Skipped, ...] = ()


def gradient_check(forward: Program, backward: Program, loss: str, wrt: Iterable[str],
                   data: Mapping[str, Value], sizes: Mapping[str, int]) -> list[Check]:
    """A check for each tensor of `wrt`: parameters, inputs and intermediates.

    backward holds the equations of the gradients, with or without those of the forward pass; the gradient of a tensor is
    named as by `gradient_name`. EvaluationError where a pass has no value at the data themselves.
    """
    from .slopes import Slopes  # flint is loaded where it is needed
    from .watched import WatchedBalls

    wrt = list(wrt)
    known = {e.name for e in backward.equations}
    whole = Program({**forward.tensors, **backward.tensors},
                    (*(e for e in forward.equations if e.name not in known), *backward.equations))
    derived = Values(whole, data, sizes, WatchedBalls(BITS))
    try:
        slopes = Slopes(forward, loss, wrt, data, sizes, STEP, BITS)
    except Undecided as error:                            # the data lie on a kink, by way of irrational numbers
        return [Check(name, METHOD, "0", True, 0, sum(1 for _ in derived.positions(name)), (Skipped((), str(error)),)) for name in wrt]
    return [_check(slopes, derived, gradient_name(loss, name), name) for name in wrt]


def _check(slopes: Slopes, derived: Values, gradient_tensor: str, name: str) -> Check:
    from .balls import as_ball

    positions = list(derived.positions(name))
    chosen = positions if len(positions) <= MOST else [positions[k * len(positions) // MOST] for k in range(MOST)]
    worst, ok, compared = Fraction(0), True, 0
    skipped: list[Skipped] = []
    for at in chosen:
        try:
            slope = slopes.slope(name, at)
        except (Undecided, EvaluationError) as error:
            skipped.append(Skipped(at, str(error)))
            continue
        gradient = derived.entry(gradient_tensor, at)
        with derived.numbers.working():
            error = _above(as_ball(slope) - as_ball(gradient))
            ok = ok and error <= TOLERANCE * max(1, _above(as_ball(gradient)))
        worst = max(worst, error)
        compared += 1
    return Check(name, METHOD, _rounded_up(worst), ok, compared, len(positions), tuple(skipped))


def _above(ball: object) -> Fraction:
    """A rational not below the size of the ball, with few digits."""
    middle, radius, exponent = (int(part) for part in ball.abs_upper().mid_rad_10exp(3))
    if not ball.is_finite():
        raise NumberError("an enclosure without bounds")
    return (middle + radius) * Fraction(10) ** exponent


def _rounded_up(x: Fraction) -> str:
    """One significant digit, not below x: "3e-31"."""
    if not x:
        return "0"
    exponent = len(str(x.numerator)) - len(str(x.denominator))
    while Fraction(10) ** exponent > x:
        exponent -= 1
    digit = -(-x // Fraction(10) ** exponent)
    return f"1e{exponent + 1}" if digit == 10 else f"{digit}e{exponent}"
