"""Solutions in the JSON of the contract: schema longhand/solution/1."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..calculus.derivation import Case, Step
from ..calculus.descent import at_step
from ..core.equation import Equation, Tensor
from ..core.expr import Entry, Expr
from ..core.problem import Remark
from ..core.record import record
from ..forms import symbols
from ..forms.index_form import index_form
from ..forms.letters import choose
from ..forms.worked import asked_gradients, asked_others, cards
from ..forms.worked.assumed import Assumption
from ..forms.worked.local import conditions
from ..forms.worked.numeric import updates
from ..forms.worked.page import Page
from ..forms.worked.titles import step_rule
from .latex_maths import latex

SCHEMA = "longhand/solution/1"
LISTS = ("quantities", "results", "updates", "loss_after", "steps", "gradient_check", "assumptions", "not_understood")
MOST_ENTRIES = 4096
"""Entries of a tensor above which its numbers are left out."""
PRINTED = ("input", "label", "parameter", "data", "intermediate", "loss")


@record
class Part:
    """One problem's share of the JSON."""
    page: Page
    assumptions: tuple[Assumption, ...]
    checks: tuple[Any, ...]
    digits: int
    line_of: Callable[[object], int | None] = lambda span: None


def render(parts: tuple[Part, ...], not_understood: tuple[Remark, ...], extra: tuple[Remark, ...] = ()) -> dict[str, Any]:
    """The JSON object. Several problems: lists concatenated, each entry with its problem."""
    out: dict[str, Any] = {"schema": SCHEMA, **{name: [] for name in LISTS}}
    for number, part in enumerate(parts, 1):
        mark = {"problem": part.page.problem.title or str(number)} if len(parts) > 1 else {}
        for name, entries in _lists(part).items():
            out[name] += ({**entry, **mark} for entry in entries)
    out["assumptions"] += ({"text": r.text, "why": r.why, "line": r.line} for r in extra)
    out["not_understood"] += ({"line": r.line, "column": r.column, "text": r.text, "reason": r.why, "suggestion": r.suggestion}
                              for r in not_understood)
    return out


def _lists(part: Part) -> dict[str, list[dict[str, Any]]]:
    lists = {
        "quantities": list(_quantities(part)), "results": list(_results(part)), "updates": list(_updates(part)),
        "loss_after": list(_losses(part)), "steps": list(_steps(part)), "gradient_check": list(_checks(part)),
    }
    assumed = [{"text": a.plain, "why": a.why, "line": a.line} for a in part.assumptions]
    return {**lists, "assumptions": [*assumed, *_without_value(part)]}


def _without_value(part: Part) -> Iterator[dict[str, Any]]:
    if part.page.figures is None:
        return
    for (name, at), says in part.page.figures.faults.items():
        where = f"{name}[{', '.join(str(k + 1) for k in at)}]" if at else name
        yield {"text": f"{where} has no value and stands as null", "why": says, "line": None}
    for (name, at), says in part.page.figures.unproved.items():
        where = f"{name}[{', '.join(str(k + 1) for k in at)}]" if at else name
        yield {"text": f"no digit of {where} is proved, and it stands as null", "why": says, "line": None}


# ---- values -------------------------------------------------------------------------------------------------------

def value(part: Part, name: str) -> Any:
    """Nested decimal strings; None where the data do not give them or there are too many."""
    figures = part.page.figures
    if figures is None or name not in part.page.tensors and name not in figures.data or not figures.has(name):
        return None
    return figures.text(name, part.digits) if figures.count(name) <= MOST_ENTRIES else None


def exact(part: Part, name: str) -> Any:
    """Nested LaTeX of closed forms; None where no entry has one that says more than its digits."""
    figures = part.page.figures
    if figures is None or not figures.has(name) or figures.count(name) > 400:
        return None
    forms = figures.closed(name)

    def nested(form: Any) -> Any:
        return [nested(f) for f in form] if isinstance(form, list) else form.latex() if form is not None else None

    def some(form: Any) -> bool:
        return any(map(some, form)) if isinstance(form, list) else form is not None

    return nested(forms) if some(forms) else None


def _shape(part: Part, tensor: Tensor) -> list[int | None]:
    sizes = part.page.figures.sizes if part.page.figures is not None else part.page.problem.sizes
    return [a.size if isinstance(a.size, int) else sizes.get(a.size) for a in tensor.axes]


def _dims(tensor: Tensor) -> list[str]:
    return [str(a.size) for a in tensor.axes]


# ---- lists --------------------------------------------------------------------------------------------------------

def _quantities(part: Part) -> Iterator[dict[str, Any]]:
    page = part.page
    for tensor in page.forward.tensors.values():
        if tensor.role not in PRINTED:
            continue
        equation = page.forward.equation(tensor.name)
        yield {"name": tensor.name, "latex": latex(page.symbol(tensor.name)), "role": tensor.role, "shape": _shape(part, tensor),
               "dims": _dims(tensor), "definition": latex(page.equation(equation)[1]) if equation is not None else None,
               "value": value(part, tensor.name), "line": part.line_of(equation.span) if equation is not None else None}


def _results(part: Part) -> Iterator[dict[str, Any]]:
    page = part.page
    loss = page.problem.loss
    asked = set(asked_gradients(page))
    others = {n: w for w, names in asked_others(page) for n in names}
    done: set[str] = set()
    for name, equation in page.derivation.results.items():
        parts = symbols.derivative(name)
        of = parts.of if parts else ""
        wrt = parts.wrt[-1] if parts else ""
        role = page.tensors[wrt].role if wrt in page.tensors else ""
        if len(parts.wrt) > 1 or symbols.derivative(of) is not None:
            kind = "hessian"
        elif of != loss:
            kind = "gradient" if name in others and others[name].kind == "gradient" and not page.tensors[of].axes else "jacobian"
        else:
            kind = "gradient" if name in asked or role in ("parameter", "input") else "intermediate"
        done.add(name)
        yield _result(part, kind, of, wrt, name, equation, page.tensors.get(name))
    for step in page.derivation.steps:
        parts = symbols.derivative(step.about)
        if step.before is None and parts and step.about not in done and _is_local(step):
            done.add(step.about)
            local = Equation(step.left, step.after)
            yield _result(part, "jacobian", parts.of, parts.wrt[-1], step.about, local, page.tensors.get(step.about))
    for wanted in page.problem.wanted:
        name = wanted.of or (loss if wanted.kind == "loss" else "")
        if wanted.kind in ("value", "expression", "loss") and name in page.forward.tensors and (wanted.kind, name) not in done:
            done.add((wanted.kind, name))
            equation = page.forward.equation(name)
            kind = "loss" if name == loss else "value"
            if equation is not None:
                yield _result(part, kind, name, None, name, equation, page.tensors[name])


def _is_local(step: Step) -> bool:
    return step.rule not in (*cards.CHAIN, "constant", "total")


def _result(part: Part, kind: str, of: str, wrt: str | None, name: str, equation: Equation, tensor: Tensor | None) -> dict[str, Any]:
    page = part.page
    plain = Page(page.derivation, page.program, page.plain, page.plain, page.figures, page.digits)
    tensor = tensor or Tensor(name, tuple(i.axis for i in equation.left.at), "gradient")
    form = page.matrix(equation)
    matrix = plain.matrix_maths(equation)
    _, right = plain.equation(equation)
    ids = sorted(cards.needed(page.derivation, [name])) if kind not in ("value", "loss") else []
    return {"asked": kind, "of": of, "wrt": wrt, "name": name, "shape": _shape(part, tensor), "dims": _dims(tensor),
            "index_form": latex(right), "matrix_form": latex(matrix) if matrix is not None else None,
            "why_no_matrix_form": form.why_not or None if matrix is None else None,
            "value": value(part, name), "exact": exact(part, name), "steps": ids}


def _updates(part: Part) -> Iterator[dict[str, Any]]:
    page = part.page
    for each in updates(page.problem, page.program):
        maths = page.matrix_maths(each.equation) or page.equation(each.equation, compact=True)[1]
        yield {"name": each.name, "step": each.step, "value": value(part, each.equation.name), "formula": latex(maths)}


def _losses(part: Part) -> Iterator[dict[str, Any]]:
    problem = part.page.problem
    if problem.descent is None or problem.loss is None:
        return
    for step in range(1, problem.descent.steps + 1):
        if (loss := value(part, at_step(problem.loss, step))) is not None:
            yield {"step": step, "value": loss}


def _steps(part: Part) -> Iterator[dict[str, Any]]:
    page = part.page
    for step in page.derivation.steps:
        name, why = step_rule(page, step)
        given = [e for e in (step.before, step.after) if e is not None]
        lettering = page.lettering(step.left.at, (step.left, *given))
        before = step.before if step.before is not None else step.left
        said = {"id": step.id, "about": step.about, "rule": name, "says": why,
                "before": latex(_plain(page, before, lettering)), "after": latex(_plain(page, step.after, lettering)),
                "uses": list(step.uses), "facts": [_fact(f) for f in step.facts]}
        cases = [c for c in step.cases if isinstance(c, Case)]
        if cases:
            said["cases"] = [_case(page, c) for c in cases]
        yield said


def _plain(page: Page, e: Any, lettering: Any) -> Any:
    return index_form(e, page.plain, lettering.of(e), tensors=page.tensors, compact=True, decimals=True)


def _case(page: Page, case: Case) -> dict[str, Any]:
    sides = [s for left, _, right in ((case.left, case.relation, case.right), *case.also) for s in (left, right)]
    placed = tuple(s if isinstance(s, Expr) else Entry("", (s,)) for s in sides)
    every = (*placed, *case.chain, *((case.of,) if case.of is not None else ()))
    letters = choose(every, page.plain)
    return {"if": latex(conditions(page, case, letters)),
            "chain": [latex(index_form(e, page.plain, letters, tensors=page.tensors, compact=True, decimals=True)) for e in case.chain]}


def _fact(fact: Any) -> str:
    total = getattr(fact.total, "value", None)
    return f"sum of {fact.tensor} is {total if total is not None else 'known'}"


def _checks(part: Part) -> Iterator[dict[str, Any]]:
    for check in part.checks:
        yield {"wrt": check.wrt, "method": check.method, "max_error": check.max_error, "ok": check.ok}
