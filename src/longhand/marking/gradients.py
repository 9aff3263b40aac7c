"""Names of gradients of the loss: ∂L/∂W, \\nabla_W L, dW, \\bar W."""
from __future__ import annotations

from ..calculus.derivation import gradient_name
from ..reading.syntax import Accent, Call, Derivative, Formula, Index, Nabla, Name, Product, Script
from .scope import Meant, Scope


def gradient_meant(formula: Formula, scope: Scope) -> Meant | None:
    r"""∂L/∂W_{ij}, \nabla_W L, \nabla W, dW_{ij} and \bar{W} as the gradient of the loss, with the indices of W; None for anything else."""
    if scope.loss is None:
        return None
    match formula:
        case Derivative(_, of, (by,), _) if of is not None:
            above = scope.meant(of.function if isinstance(of, Call) else of)
            if above is None or above.tensor != scope.loss or above.indices:
                return None
        case Nabla(_, None, of) if of is not None and getattr(scope.meant(of), "tensor", None) == scope.loss:
            return Meant(gradient_name(scope.loss, moved)) if (moved := moved_by_itself(scope)) else None
        case Nabla(_, by, of):
            by = of if by is None else by
        case _:
            by = without_d(formula)
    below = scope.meant(by) if by is not None else None
    if below is None or below.own or below.power is not None or below.tensor == scope.loss:
        return None
    return Meant(gradient_name(scope.loss, below.tensor), below.indices, None, below.transposed)


def moved_by_itself(scope: Scope) -> str | None:
    r"""What \nabla L is taken with respect to, where nothing stands below: the one quantity for which the sheet asks a gradient, else the one
    that it gives and does not call data. None where there are several."""
    problem = scope.problem
    asked = {name for wanted in problem.wanted if wanted.kind in ("gradient", "update", "hessian") for name in wanted.wrt}
    parameters = {tensor.name for tensor in problem.program.given() if tensor.role == "parameter"}
    inputs = {tensor.name for tensor in problem.program.given() if tensor.role == "input"}
    return next((next(iter(names)) for names in (asked, parameters, inputs) if len(names) == 1), None)


def without_d(formula: Formula) -> Formula | None:
    r"""x of dx, d\hat x and \bar x: what the short name of a gradient is made from."""
    match formula:
        case Name(span, text, style) if len(text) > 1 and text[0] == "d":
            return Name(span, text[1:], style)
        case Accent(_, "bar" | "overline", body):
            return body
        case Accent(span, kind, body) if (inner := without_d(body)) is not None:
            return Accent(span, kind, inner)
        case Script(span, base, sub, sup, primes) if (inner := without_d(base)) is not None:
            return Script(span, inner, sub, sup, primes)
        case Index(span, base, places) if (inner := without_d(base)) is not None:
            return Index(span, inner, places)
        case Product(_, (Name(_, "d"), body), ("",)):
            return body
    return None
