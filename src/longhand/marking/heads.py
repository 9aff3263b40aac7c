"""What a chain of an answer is about: a quantity of the problem, whole, one entry of it, or indexed by letters; or an expression."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.record import record
from ..reading.names import flat, items
from ..reading.syntax import Formula, Name, Numeral, Script, Sum
from ..reading.syntax import Sequence as Sequence_
from .array import Array
from .explain import Cells
from .gradients import gradient_meant
from .numerals import digits_of
from .reference import Point, Reference, flat_position
from .scope import Meant, Scope, spread_digits

if TYPE_CHECKING:
    from .findings import Line


@record
class Head:
    """The left end of a chain.

    tensor   the program's tensor, "" for an expression
    at       the one entry that is meant, else None
    letters  the index letters it stands for, one an axis: with them the whole tensor is meant, too
    """
    formula: Formula
    tensor: str = ""
    at: tuple[int, ...] | None = None
    letters: tuple[str, ...] = ()


def head_of(formula: Formula, scope: Scope, reference: Reference) -> Head | None:
    """The head that a formula is, where it names a quantity; None for an expression or an unknown name."""
    if scope.own:
        return _found(formula, scope, reference)
    key = id(formula), scope.problem.notation.base
    if (known := scope.heads[key]) is None:                         # the formula is kept, so that no other has its identity
        scope.heads.put(key, known := (formula, _found(formula, scope, reference)))
    return known[1]


def _found(formula: Formula, scope: Scope, reference: Reference) -> Head | None:
    meant = scope.meant(formula) or gradient_meant(formula, scope)
    if meant is None or meant.own or meant.tensor not in reference.program.tensors or meant.power is not None or meant.transposed:
        return None
    rank = reference.program[meant.tensor].rank
    if not meant.indices:
        return Head(formula, meant.tensor)
    if rank == 2 and len(meant.indices) == 1 and meant.tensor in reference.updated.values() and isinstance(meant.indices[0], Name):
        return Head(formula, meant.tensor, None, (meant.indices[0].text,))         # w_i^new: the weights, row by row
    found = _places(meant, rank, scope.problem.notation.base)
    if found is None or len(found) != rank:
        return None
    if all(isinstance(place, int) for place in found):
        return Head(formula, meant.tensor, found)
    if all(isinstance(place, str) for place in found) and len(set(found)) == rank:
        return Head(formula, meant.tensor, None, found)
    return None


def _places(meant: Meant, rank: int, base: int) -> tuple[int | str, ...] | None:
    """Positions counted from 0, and letters; None for anything else on the name."""
    out: list[int | str] = []
    for formula in spread_digits(tuple(part for index in meant.indices for part in items(index)), rank):
        match formula:
            case Numeral(_, text) if rank == 1 and len(text) == 2 and text[1] == "1":       # w_{21} of a column
                out.append(int(text[0]) - base)
            case Numeral(_, text) if text.isdigit():
                out.append(int(text) - base)
            case Name(_, text):
                out.append(text)
            case _:
                return None
    return tuple(out)


def value_of(head: Head, point: Point, had: Mapping[str, Cells]) -> Array | None:
    """The head's numbers at a point: () for an entry, else in the shape of the tensor's axes. None where it has no value."""
    cells = point.value(head.tensor, had)
    if cells is None:
        return None
    shape = point.shape(head.tensor)
    if head.at is None:
        return Array(shape, tuple(cells))
    if not all(0 <= k < n for k, n in zip(head.at, shape, strict=True)):
        return None
    return Array((), (cells[flat_position(head.at, shape)],))


def arrow_read(line: Line, references: Sequence[Reference]) -> Line:
    """w → 0.98: an arrow between a parameter and numbers gives it its new value. Other arrows stay what they are."""
    if line.operators != ("->",) or digits_of(line.parts[1]) is None:
        return line
    heads = (head_of(line.parts[0], reference.scope, reference) for reference in references)
    if not any(head is not None and head.tensor in reference.updated for head, reference in zip(heads, references, strict=True)):
        return line
    return replace(line, operators=("<-",))


def update_of(head: Head | None, sides: Sequence[Formula], reference: Reference, words: str) -> Head | None:
    """The head as the new value of a parameter, where the chain updates it: W = W - ..., or the words say so."""
    if head is None or head.tensor not in reference.updated:
        return head
    own = any(isinstance(side, Sum) and len(side.terms) > 1 for side in sides[:2])
    said = any(word in words.lower() for word in ("update", "new ", "after ", "descent"))
    return Head(head.formula, reference.updated[head.tensor], head.at, head.letters) if own or said else head


def without_letters(formula: Formula, letters: Sequence[str]) -> str | None:
    r"""The flat name of a quantity without the index letters below it: δ^z of \delta^z_k, δ_2 of \delta_{2,i}. None where others stand there."""
    if not isinstance(formula, Script) or formula.sub is None:
        return None
    below = items(formula.sub)
    kept, own = below[:-len(letters)], below[-len(letters):]
    if tuple(flat(i) for i in own) != tuple(letters) or any(not isinstance(i, Numeral) for i in kept):
        return None
    rest = None if not kept else kept[0] if len(kept) == 1 else Sequence_(formula.sub.span, kept)
    if rest is None and formula.sup is None and not formula.primes:
        return flat(formula.base)
    return flat(Script(formula.span, formula.base, rest, formula.sup, formula.primes))
