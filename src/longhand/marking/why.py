"""Why a formula is wrong: the likely mistake, found by changing the formula or the right equation until they meet."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from ..core.walk import tensors
from ..reading.names import flat, is_transpose
from ..reading.rewriting import rewritten
from ..reading.syntax import Accent, Call, Derivative, Formula, Name, Numeral, Script, Symbol, walk
from ..reading.terms import Unclear
from .alike import tex
from .array import Array, Nonconforming, transpose
from .equality import Different, Equal, agree, compare, counter_example, digits, heads, sides
from .explain import Cells
from .findings import Finding
from .formulas import right_formula, symbol
from .heads import Head
from .marks import Mistake
from .meaning import Reading
from .reference import Point, Reference
from .regroup import regrouped
from .rewrite import replaced
from .scope import Scope

LIBERTIES = {
    "hadamard": "The product is meant entry by entry: write ⊙.",
    "outer": "The product is meant as an outer product: write u vᵀ.",
    "dot": "The product is meant as a scalar product: write uᵀ v.",
    "orientation": "The vector stands the other way (row or column) than on the sheet.",
    "summed": "The repeated index is summed over: write the sum.",
    "index": "An index is left out: this is the whole vector, the left side one entry of it.",
    "entry": "Softmax is of a whole vector: write softmax(z)_k for one entry of it.",
    "limit": "The upper limit of the sum is no number (a damaged letter?): the sum is taken over the whole range of its index.",
    "numpy": "hp is read as np.",
    "slope": "This function is taken for the derivative of the activation, in terms of the activation's value.",
    "hot": "The letter stands for the true class, which should be said.",
}
BRACKETS = Mistake("brackets left out", "A7",
                   "The idea is right, but brackets are missing: as it stands, the product or sum sign takes only the term beside it.")
ELEMENTWISE = Mistake("matrix product for ⊙", "H6", "These two are multiplied entry by entry (⊙), not as matrices.")
TRANSPOSED = Mistake("outer product transposed", "P1", "This is the transpose of the right result: the factors are in the wrong order.")
TRANSPOSE = Mistake("transpose missing or too much", "H5", "A transpose is missing or too much.")
CONFUSED = Mistake("label and prediction confused", "L5", "The label and the prediction are confused in one place.")
SLOPE = Mistake("wrong formula for f′", "H3", "This is not the derivative of the function.")
BY_VALUE = {"sigmoid": r"{0}({1})(1 - {0}({1}))", "tanh": r"1 - {0}({1})^2"}
"""f'(x) by f(x), in LaTeX."""
TRIED = ("1", "2", "0")
"""Numbers that a student would try in the place of x."""
OTHER = Mistake("another quantity", "", "This is another quantity than the left side says.")
FACTOR = Mistake("constant factor", "L3", "A constant factor is missing or too much.")
SIGN = Mistake("wrong sign", "D1", "The sign is wrong.")
UNKNOWN = "The two sides are not equal."

Mask = Callable[[Point], object]
Allowed = Callable[[Reading], bool]
MOST_CHANGES = 12


def of_symbols(finding: Finding, formula: Formula, different: Different, scope: Scope, reference: Reference,
               had: Mapping[int, Mapping[str, Cells]], mask: Mask, allowed: Allowed) -> None:
    """Fills in the mistake, the sentence, the right formula and a counter-example."""
    head = finding.head
    finding.expected = right_formula(reference, head.tensor) if head.tensor else None
    points = list(reference.at_random[:2]) or ([reference.at_data] if reference.at_data else [])
    example = counter_example(different)
    if example is not None:
        finding.evidence = f"For numbers chosen at random the left side is {example[0]}, yours {example[1]}."
    if (at_number := _at_a_number(head, formula, scope, points)) is not None:
        finding.evidence = at_number
    elif example is None and different.says:
        finding.evidence = f"It does not fit together: {different.says}."

    def equal(other: Formula, may: Allowed = allowed, of: Head = head) -> bool:
        return _equal(of, other, scope, points, mask, may)

    finding.mistake = _mistake(head, formula, scope, reference, points, had, mask, allowed, equal)
    if finding.mistake is None and (slope := _slope(head, scope)) is not None:
        finding.mistake, finding.expected = SLOPE, BY_VALUE.get(slope[0], "").format(*slope[1:]) or None
    if any(isinstance(node, Call) and (flat(node.function) or "").startswith("hp.") for node in walk(formula)):
        finding.evidence = f"{finding.evidence} {LIBERTIES['numpy']}".strip()
    finding.says = finding.mistake.says if finding.mistake is not None else UNKNOWN


def _mistake(head: Head, formula: Formula, scope: Scope, reference: Reference, points: list[Point], had, mask, allowed, equal) -> Mistake | None:
    if equal(formula, may=lambda reading: True):
        return ELEMENTWISE
    if any(equal(other) for other in regrouped(formula)):
        return BRACKETS
    for says, other in _confused(formula, scope, reference):
        if equal(other):
            return replace(CONFUSED, says=f"The label and the prediction are confused: {says}.")
    for mistake in _of_catalogue(head, formula, scope, points, had, allowed):
        return mistake
    if _by_cells(head, formula, scope, points, allowed, lambda true, stated: _turned(true, stated)):
        return TRANSPOSED
    if any(equal(other) for other in _other_transposes(formula)):
        return TRANSPOSE
    if _by_cells(head, formula, scope, points, allowed, lambda true, stated: agree(true, replace(stated, cells=tuple(-x for x in stated.cells)))):
        return SIGN
    if _ratio(head, formula, scope, points, allowed):
        return FACTOR
    if (name := _elsewhere(head, formula, scope, reference, points, allowed)) is not None:
        return replace(OTHER, says=f"This is ${symbol(reference, name)}$, not what the left side says.")
    for other in regrouped(formula):
        if (name := _elsewhere(head, other, scope, reference, points, allowed)) is not None:
            return replace(OTHER, says=f"With brackets this is ${symbol(reference, name)}$, which is not what the left side says.")
    return None


def _equal(head: Head, formula: Formula, scope: Scope, points: list[Point], mask: Mask, allowed: Allowed) -> bool:
    try:
        return bool(points) and all(isinstance(compare(head, formula, scope, p, {}, mask, allowed), Equal) for p in points)
    except (Unclear, Nonconforming):
        return False


def _values(head: Head, formula: Formula, scope: Scope, point: Point, allowed: Allowed) -> Iterator[tuple[Array, Array]]:
    try:
        truths = heads(head, scope, point, {})
        stated = [r for r in sides(head, formula, scope, point, {}) if allowed(r)]
    except (Unclear, Nonconforming):
        return
    yield from ((true, r.array) for true in truths for r in stated)


def _by_cells(head: Head, formula: Formula, scope: Scope, points: list[Point], allowed: Allowed, test: Callable[[Array, Array], bool]) -> bool:
    return bool(points) and all(any(test(a, b) for a, b in _values(head, formula, scope, p, allowed)) for p in points)


def _turned(true: Array, stated: Array) -> bool:
    return len(true.shape) == 2 and len(stated.shape) == 2 and 1 not in true.shape and agree(transpose(true), stated)


def _ratio(head: Head, formula: Formula, scope: Scope, points: list[Point], allowed: Allowed) -> bool:
    """Whether it is the right result but for one number, the same at all points."""
    found = []
    for point in points:
        for true, stated in _values(head, formula, scope, point, allowed):
            pairs = [(a, b) for a, b in zip(true.cells, stated.cells, strict=False) if not a.contains(0)]
            if len(true.cells) == len(stated.cells) and pairs and not pairs[0][1].contains(0):
                ratio = pairs[0][1] / pairs[0][0]
                if all((a * ratio).overlaps(b) for a, b in zip(true.cells, stated.cells, strict=True)):
                    found.append(ratio)
                    break
        else:
            return False
    return len(found) > 1 and all(found[0].overlaps(r) for r in found[1:])


def _of_catalogue(head: Head, formula: Formula, scope: Scope, points: list[Point], had, allowed: Allowed) -> Iterator[Mistake]:
    """Mistakes whose rewriting of the right equation gives what is stated, at every point."""
    if not head.tensor or not points:
        return
    found: list[list[Mistake]] = []
    for point in points:
        node = next((n for n in point.nodes if n.name == head.tensor), None)
        try:
            stated = [r.array for r in sides(head, formula, scope, point, {}) if allowed(r)]
        except (Unclear, Nonconforming):
            return
        if node is None or not stated:
            return
        theirs = {k: v for k, v in had.get(id(point), {}).items() if k != head.tensor}
        fits = []
        for env in ({}, theirs) if theirs else ({},):
            for mistake, cells in node.variants(env):
                if any(len(cells) == len(a.cells) and all(x.overlaps(y) for x, y in zip(cells, a.cells, strict=True)) for a in stated):
                    fits.append(mistake)
        found.append(fits)
    yield from (m for m in found[0] if all(m in fits for fits in found[1:]))


def _elsewhere(head: Head, formula: Formula, scope: Scope, reference: Reference, points: list[Point], allowed: Allowed) -> str | None:
    """The quantity that it is, if not that of the left side."""
    for equation in reference.program.equations:
        if equation.name != head.tensor and "@" not in equation.name and _equal(Head(formula, equation.name), formula, scope, points, lambda p: None, allowed):
            return equation.name
    return None


def _slope(head: Head, scope: Scope) -> tuple[str, str, str] | None:
    """(row of the table, symbol, argument) where the left side is f'(x) of one letter."""
    match head.formula:
        case Call(_, Script(_, Name() as function, None, None, 1), (Name() as argument,)):
            rows = scope.function(flat(function) or "", None)
            return (rows[0][0], tex(function.text), tex(argument.text)) if rows else None
    return None


def _at_a_number(head: Head, formula: Formula, scope: Scope, points: list[Point]) -> str | None:
    """For x = 1: both sides of a claim about f'(x) at a number where they differ."""
    if _slope(head, scope) is None or not points:
        return None
    argument = head.formula.arguments[0]
    for number in TRIED:
        left, right = (rewritten(side, lambda node, n=number: Numeral(node.span, n) if isinstance(node, Name) and node.text == argument.text else None)
                       for side in (head.formula, formula))
        for true, stated in _values(Head(left), right, scope, points[0], lambda reading: True):
            if not true.shape and not stated.shape and not true.cells[0].overlaps(stated.cells[0]):
                return f"For ${tex(argument.text)} = {number}$ the true value is {digits(true.cells[0])}, yours {digits(stated.cells[0])}."
    return None


def _confused(formula: Formula, scope: Scope, reference: Reference) -> Iterator[tuple[str, Formula]]:
    """The formula with the label for the prediction beside it in the loss, or the other way round, in one place."""
    program, loss = reference.problem.program, reference.problem.loss
    equation = program.equation(loss) if loss else None
    read = tensors(equation.right) & program.tensors.keys() if equation is not None else frozenset()
    labels = [name for name in read if program[name].role == "label"]
    if len(labels) != 1:
        return
    others = [name for name in sorted(read) if name != labels[0] and program[name].axes == program[labels[0]].axes]
    inside = [part for node in walk(formula) if isinstance(node, Accent | Script) for part in (node.body if isinstance(node, Accent) else node.base,)]
    for node in walk(formula):
        found = scope.meant(node) if isinstance(node, Name | Accent | Script) and not any(node is part for part in inside) else None
        if found is None or found.own or found.tensor not in (*labels, *others):
            continue
        for new in others if found.tensor == labels[0] else labels:
            yield (f"{_tex(reference, new)} belongs where {_tex(reference, found.tensor)} stands",
                   replaced(formula, node, _renamed(node, new)))


def _renamed(node: Formula, name: str) -> Formula:
    """Another name with the same scripts."""
    if isinstance(node, Script):
        return replace(node, base=_renamed(node.base, name))
    return Name(node.span, name)


def _tex(reference: Reference, name: str) -> str:
    return f"${symbol(reference, name)}$"


def _other_transposes(formula: Formula) -> Iterator[Formula]:
    """The formula with one transpose more or less, in every place where a name or a bracket may carry one."""
    count = 0
    inside = [node.function for node in walk(formula) if isinstance(node, Call)]
    inside += [part for node in walk(formula) if isinstance(node, Accent) for part in walk(node.body)]
    for node in walk(formula):
        if count > MOST_CHANGES:
            return
        if any(node is part for part in inside):
            continue
        match node:
            case Script(span, base, sub, sup, primes) if is_transpose(sup):
                count += 1
                yield replaced(formula, node, Script(span, base, sub, None, primes) if sub is not None or primes else base)
            case Name() | Accent() | Script() | Derivative() if not isinstance(node, Script) or node.sup is None:
                count += 1
                yield replaced(formula, node, _with_transpose(node))


def _with_transpose(node: Formula) -> Formula:
    top = Symbol(node.span, "top")
    return Script(node.span, node.base, node.sub, top, node.primes) if isinstance(node, Script) else Script(node.span, node, None, top, 0)


__all__ = ["LIBERTIES", "of_symbols"]
