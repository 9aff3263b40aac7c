"""Why a formula is wrong: the likely mistake, found by changing the formula or the right equation until they meet."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from ..reading.names import is_transpose
from ..reading.syntax import Accent, Derivative, Formula, Name, Script, Symbol, walk
from ..reading.terms import Unclear
from .array import Array, Nonconforming, transpose
from .equality import Different, Equal, agree, compare, counter_example, heads, sides
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
    "slope": "This function is taken for the derivative of the activation, in terms of the activation's value.",
    "hot": "The letter stands for the true class, which should be said.",
}
BRACKETS = Mistake("brackets left out", "A7", "The idea is right, but brackets are missing: as it stands, the product takes only the last term.")
ELEMENTWISE = Mistake("matrix product for ⊙", "H6", "These two are multiplied entry by entry (⊙), not as matrices.")
TRANSPOSED = Mistake("outer product transposed", "P1", "This is the transpose of the right result: the factors are in the wrong order.")
TRANSPOSE = Mistake("transpose missing or too much", "H5", "A transpose is missing or too much.")
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
    example = counter_example(different)
    if example is not None:
        finding.evidence = f"For numbers chosen at random the left side is {example[0]}, yours {example[1]}."
    elif different.says:
        finding.evidence = f"It does not fit together: {different.says}."
    points = list(reference.at_random[:2]) or ([reference.at_data] if reference.at_data else [])

    def equal(other: Formula, may: Allowed = allowed, of: Head = head) -> bool:
        return _equal(of, other, scope, points, mask, may)

    finding.mistake = _mistake(head, formula, scope, reference, points, had, mask, allowed, equal)
    finding.says = finding.mistake.says if finding.mistake is not None else UNKNOWN


def _mistake(head: Head, formula: Formula, scope: Scope, reference: Reference, points: list[Point], had, mask, allowed, equal) -> Mistake | None:
    if equal(formula, may=lambda reading: True):
        return ELEMENTWISE
    if any(equal(other) for other in regrouped(formula)):
        return BRACKETS
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


def _other_transposes(formula: Formula) -> Iterator[Formula]:
    """The formula with one transpose more or less, in every place where a name or a bracket may carry one."""
    count = 0
    for node in walk(formula):
        if count > MOST_CHANGES:
            return
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
