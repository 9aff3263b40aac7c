"""The head of a solution: what was read, what is asked, what was repaired, not understood and assumed."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from ...calculus.descent import METHODS
from ...core.equation import Tensor
from ...core.problem import Remark, Wanted
from .. import symbols
from ..document import Block, Code, Heading, Inline, Item, Text
from ..maths import Maths, Sign, line
from ..symbols import EQUALS
from . import grids
from .assumed import Assumption, stopped
from .page import Page, joined
from .titles import ROLES

ELEMENT = Sign(r"\in", "relation")
NAMES = {alias: {"adam": "Adam", "nesterov": "Nesterov momentum"}.get(row.name, row.name) for alias, row in METHODS.items()}
"""Methods as they are written in running text."""
LAYOUTS = {"column": "Vectors are columns.", "row": "Vectors are rows."}


def blocks(page: Page, assumptions: tuple[Assumption, ...]) -> Iterator[Block]:
    """The paragraphs, in the order in which a reader needs them."""
    problem = page.problem
    yield from remarks(problem.not_understood, "problem")
    yield from remarks(problem.repairs, "repair")
    yield Heading(2, ("Given and asked",))
    yield from _read(page)
    yield from _asked(page)
    if assumptions:
        yield Heading(2, ("Assumptions",))
        for number, each in enumerate(assumptions, 1):
            yield Item((f"(A{number}) ", *each.text, *_reason(each)), "assumption")


def remarks(found: Iterable[Remark], kind: str) -> Iterator[Block]:
    """Each remark once, with all of its lines."""
    groups: dict[tuple[str, str, str], list[Remark]] = {}
    for remark in found:
        groups.setdefault((remark.text, remark.why, remark.suggestion), []).append(remark)
    for mine in groups.values():
        lines = sorted({r.line for r in mine if r.line})
        times = f", {len(mine)} times" if len(mine) > len(lines) > 0 else ""
        where = f" (line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}{times})" if lines else ""
        first = mine[0]
        why = f": {first.why}" if first.why else ""
        lead = "" if first.suggestion.endswith("?") else "To mend it: "
        instead = f" {lead}{first.suggestion}".rstrip(".") if first.suggestion else ""
        stop = "" if not instead or instead.endswith("?") else "."
        yield Item((f"{stopped(first.text)}{where}{why}.{instead}{stop}",), kind)
        if kind == "problem" and first.caret:
            yield Code(first.caret)


def _reason(each: Assumption) -> tuple[Inline, ...]:
    where = f" (line {each.line})" if each.line else ""
    return (f": {_lowered(each.why)}{where}.",) if each.why else (f"{where}.",)


def _lowered(why: str) -> str:
    why = stopped(why)
    return why[:1].lower() + why[1:] if why[1:2].islower() and not why.startswith("ReLU") else why


# ---- what was read ------------------------------------------------------------------------------------------------

def _read(page: Page) -> Iterator[Block]:
    tensors = [t for t in page.forward.tensors.values() if t.role in ROLES]
    for role, (one, many) in ROLES.items():
        mine = [t for t in tensors if t.role == role]
        if mine:
            yield Item((f"{many if len(mine) > 1 else one}: ", *joined(_spaces(page, mine), ", "), "."))
    yield Text((LAYOUTS.get(page.notation.layout, ""), " A gradient has the shape of the quantity it belongs to."))


def _spaces(page: Page, tensors: list[Tensor]) -> Iterator[Maths]:
    """x ∈ R^d, quantities of one shape together: h, a ∈ R^n. Numbers stand behind a scalar: η = 0.1."""
    groups: dict[object, list[Tensor]] = {}
    for t in tensors:
        value = page.figures.data.get(t.name) if page.figures and not t.axes else None
        groups.setdefault((value,) if value is not None else t.axes and tuple((a.size, a.name) for a in t.axes), []).append(t)
    for key, mine in groups.items():
        names: list[Maths] = []
        for t in mine:
            names += [Sign(","), page.symbol(t.name)] if names else [page.symbol(t.name)]
        shape = page.shape(mine[0].name)
        if shape is not None:
            names += [ELEMENT, shape]
        elif isinstance(key, tuple) and key and isinstance(key[0], Fraction | int):
            names += [EQUALS, _numeral(page, mine[0].name)]
        yield line(*names)


def _numeral(page: Page, name: str) -> Maths:
    return grids.number(page.figures.entry_text(name, (), 12))


# ---- what is asked ------------------------------------------------------------------------------------------------

def _asked(page: Page) -> Iterator[Block]:
    """All that is asked, in one line: what is alike together, each once."""
    merged: list[Wanted] = []
    for wanted in page.problem.wanted:
        alike = next((k for k, w in enumerate(merged) if (w.kind, w.of, w.entry) == (wanted.kind, wanted.of, wanted.entry)), None)
        if alike is None:
            merged.append(wanted)
        else:
            merged[alike] = replace(merged[alike], wrt=tuple(dict.fromkeys((*merged[alike].wrt, *wanted.wrt))))
    values = [w for w in merged if w.kind == "value" and w.of in page.forward.tensors]
    wishes = [_wish(page, w) for w in merged if w.kind != "value"]
    if values:
        many = "values" if len(values) > 1 else "value"
        wishes.insert(0, (f"the {many} of ", *joined(page.symbol(w.of) for w in values)))
    shown = list(dict.fromkeys(w for w in wishes if w))
    if shown:
        yield Item(("Asked: ", *(part for k, wish in enumerate(shown) for part in (("; ", *wish) if k else wish)), "."))


def _wish(page: Page, wanted: Wanted) -> tuple[Inline, ...]:
    of = wanted.of or page.problem.loss or ""
    known = [w for w in wanted.wrt if w in page.forward.tensors]
    match wanted.kind:
        case "gradient" | "jacobian" if known and of in page.forward.tensors:
            return joined(symbols.quotient(1, page.symbol(of), [page.symbol(w)]) for w in known)
        case "hessian" if known:
            return joined(symbols.quotient(2, page.symbol(of), [page.symbol(a), page.symbol(b)])
                          for k, a in enumerate(known) for b in known[k:])
        case "expression" if of in page.forward.tensors:
            return ("the formula of ", page.symbol(of))
        case "update":
            descent = page.problem.descent
            names = known or [p for p in (descent.parameters if descent else ()) if p in page.forward.tensors]
            steps = descent.steps if descent else 1
            method = NAMES.get(descent.method, descent.method) if descent else "gradient descent"
            after = "one step" if steps == 1 else f"{steps} steps"
            return (*joined(page.symbol(n) for n in names), f" after {after} of {method}")
        case "loss":
            return ("the loss after the update",) if page.problem.descent else ("the loss",)
        case "schematic":
            return ("a schematic of the back-propagation",)
    return ()
