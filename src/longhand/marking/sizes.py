"""How far index letters run: from the axes of the quantities on which they stand."""
from __future__ import annotations

from collections.abc import Iterator

from ..reading.names import flat, items
from ..reading.syntax import Accent, BigOperator, Derivative, Formula, Index, Name, Relation, Script, children
from ..reading.terms import Unclear
from .scope import spread_digits
from .ways import Context


def found_sizes(context: Context, formula: Formula, strict: bool = False) -> dict[str, int]:
    """Free letters of a formula and the sizes they run over, as far as names say. With `strict`, Unclear for a letter with two."""
    found: dict[str, int] = {}
    _collect(context, formula, frozenset(), found, strict)
    for one, other in _compared(formula):                       # m in δ_mi runs as far as i
        for letter, beside in ((one, other), (other, one)):
            if letter not in found and letter not in context.bound and letter not in context.ranges:
                size = found.get(beside) or (context.ranges[beside][1] if beside in context.ranges else None)
                if size is not None:
                    found[letter] = size
    return found


def _compared(formula: Formula, hidden: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """The letters of each Kronecker delta, where no operator inside binds them."""
    if isinstance(formula, BigOperator):
        hidden = hidden | under(formula)
    if isinstance(formula, Script) and formula.sup is None and flat(formula.base) == "delta":
        letters = [item.text for item in items(formula.sub) if isinstance(item, Name)]
        if len(letters) == 2 and not hidden & set(letters):
            yield letters[0], letters[1]
    for part in children(formula):
        yield from _compared(part, hidden)


def _collect(context: Context, formula: Formula, hidden: frozenset[str], found: dict[str, int], strict: bool) -> None:
    if isinstance(formula, BigOperator):
        hidden = hidden | under(formula)
    if isinstance(formula, Script | Index | Name | Accent):
        meant = context.scope.meant(formula)
        if meant is not None:
            if meant.indices and not (meant.transposed and len(meant.indices) == 2):        # of W^T_{jb} either may be which
                _indices(context, meant.tensor, meant.indices, hidden, found, strict)
            if meant.indices or not isinstance(formula, Script):
                for item in meant.indices:
                    _collect(context, item, hidden, found, strict)
                return
    for part in children(formula):
        _collect(context, part, hidden, found, strict)


def _indices(context: Context, tensor: str, indices: tuple[Formula, ...], hidden: frozenset[str], found: dict[str, int], strict: bool) -> None:
    from .entries import index_letter
    shape = _shape(context, tensor)
    if shape is None:
        return
    for item, size in zip(spread_digits(indices, len(shape)), shape, strict=False):
        letter = index_letter(context, item) if isinstance(item, Name | Script | Accent) else None
        if letter is not None and letter not in hidden and letter not in context.bound and found.setdefault(letter, size) != size and strict:
            raise Unclear(item.span, f"the index {letter} runs to {found[letter]} in one place and to {size} here")


def _shape(context: Context, tensor: str) -> tuple[int, ...] | None:
    """The sizes of the axes that indices on a name stand for; None where they are not known before it is evaluated."""
    if tensor not in context.scope.own or isinstance(context.scope.own[tensor], str):
        try:
            return context.point.shape(tensor)
        except KeyError:
            return None
    from .entries import own_shape
    return own_shape(context, tensor)


def under(formula: BigOperator) -> frozenset[str]:
    """The letters that an operator binds."""
    names: set[str] = set()
    for part in () if formula.lower is None else items(formula.lower):
        first = part.parts[0] if isinstance(part, Relation) else part
        if name := flat(first):
            names.add(name)
    return frozenset(names)


__all__ = ["Derivative", "found_sizes", "under"]
