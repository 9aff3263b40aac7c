"""The quantities and derivatives that claims about shapes are about, with their true shapes."""
from __future__ import annotations

from math import prod

from ..core.record import record
from ..reading.names import flat
from ..reading.syntax import Accent, Call, Derivative, Empty, Formula, Group, Index, Nabla, Name, Script, Span
from ..reading.terms import Unclear
from .array import Nonconforming
from .meaning import readings
from .reference import FAULTS, Reference
from .scope import Meant, Scope, spread_digits
from .written_shapes import Shape, Sizes


@record
class Subject:
    """shapes: the true one, of a derivative in both layouts; wholes: those without its indices; of, wrt: of a derivative.
    batches: that of a quantity which an example has of its own."""
    formula: Formula
    span: Span
    shapes: tuple[Shape, ...]
    wholes: tuple[Shape, ...] = ()
    of: str | None = None
    wrt: str | None = None
    is_label: bool = False
    batches: tuple[Shape, ...] = ()


class Subjects:
    """Formulas as subjects. `reason`: why the last one is none."""

    def __init__(self, scope: Scope, reference: Reference, sizes: Sizes) -> None:
        self.scope, self.reference, self.sizes = scope, reference, sizes
        self.reason = ""

    def of(self, formula: Formula, span: Span) -> Subject | None:
        """What is known of the shape of a formula; None where nothing is."""
        self.reason = ""
        match formula:
            case Derivative(_, of, (by,), _) if of is not None:
                return self._derivative(formula, span, self._quantity(of), self._quantity(by))
            case Nabla(_, by, of):
                loss = Meant(self.scope.loss) if self.scope.loss else None
                upper, by = (self._quantity(of) if of is not None else loss, by) if by is not None else (loss, of)
                return self._derivative(formula, span, upper, self._quantity(by) if by is not None else None)
            case Name() | Accent() | Script() | Index() | Group() if (meant := self._quantity(formula)) is not None:
                shape = self.shape(meant.tensor)
                parts = _parts(meant, shape)
                if parts is None:
                    return self._none(f"{meant.tensor} has fewer axes than it has indices here")
                role = self.reference.program[meant.tensor].role
                return Subject(formula, span, parts, () if parts == (shape,) else (_turned(shape, meant),), is_label=not shape and role == "label",
                               batches=(shape,) if role in ("input", "label", "intermediate") else ())
        return self._expression(formula, span)

    def shape(self, tensor: str) -> Shape:
        return tuple(axis.size for axis in self.reference.program[tensor].axes)

    def is_diagonal(self, subject: Subject) -> bool:
        """Whether a derivative is zero for two different positions."""
        if subject.of is None or subject.wrt is None or not self.reference.at_random:
            return False
        point = self.reference.at_random[0]
        cells, n = point.derivative(subject.of, subject.wrt, {}), prod(point.shape(subject.of))
        return cells is not None and n * n == len(cells) and all(cells[i * n + j] == 0 for i in range(n) for j in range(n) if i != j)

    def _none(self, reason: str) -> None:
        self.reason = reason

    def _quantity(self, formula: Formula) -> Meant | None:
        if isinstance(formula, Call):
            formula = formula.function
        meant = self.scope.meant(formula)
        if meant is None or meant.own or meant.power is not None or meant.tensor not in self.reference.program.tensors:
            self._none(f"{flat(formula) or 'it'} is not known")
            return None
        return meant

    def _derivative(self, formula: Formula, span: Span, of: Meant | None, wrt: Meant | None) -> Subject | None:
        """Both groups of axes, in either order."""
        if of is None or wrt is None:
            return None
        whole_of, whole_wrt = self.shape(of.tensor), self.shape(wrt.tensor)
        above, below = _parts(of, whole_of), _parts(wrt, whole_wrt)
        if above is None or below is None:
            return self._none("there are more indices than axes")
        shapes = tuple(dict.fromkeys((*((*a, *b) for a in above for b in below), *((*b, *a) for a in above for b in below))))
        wholes = tuple(dict.fromkeys(((*whole_of, *whole_wrt), (*whole_wrt, *whole_of))))
        plain = not of.indices and not wrt.indices
        return Subject(formula, span, shapes, () if plain else wholes, of.tensor, wrt.tensor)

    def _expression(self, formula: Formula, span: Span) -> Subject | None:
        """An expression has the shape that its value has where all sizes differ."""
        point = self.reference.at_random[0] if self.reference.at_random else None
        if point is None:
            return self._none("the problem has no quantities")
        try:
            found = {reading.array.shape for reading in readings(formula, self.scope, point, {})}
        except (Unclear, Nonconforming) as fault:
            return self._none(fault.reason if isinstance(fault, Unclear) else str(fault))
        except FAULTS:
            return self._none("it has no value")
        if len({tuple(n for n in shape if n != 1) for shape in found}) != 1:
            return self._none("it can be read in several ways")
        symbols: dict[int, list[str | int]] = {}
        for symbol, n in point.sizes.items():
            symbols.setdefault(n, []).append(symbol)
        fixed = {axis.size for tensor in self.reference.program.tensors.values() for axis in tensor.axes}
        shape = next(iter(found))
        named = tuple(n if n == 1 or n in fixed else symbols[n][0] if len(symbols.get(n, ())) == 1 else n for n in shape)
        return Subject(formula, span, (named,))


def _parts(meant: Meant, shape: Shape) -> tuple[Shape, ...] | None:
    """The shapes that are left at the indices: of a matrix with one index, a row or a column."""
    indices = tuple(i for i in spread_digits(meant.indices, len(shape)) if not isinstance(i, Empty))
    if len(indices) > len(shape):
        return None
    left = shape[len(indices):]
    if len(indices) == 1 and len(shape) == 2:
        return (left,) if shape[0] == shape[1] else (left, shape[:1])
    return (_turned(left, meant),)


def _turned(shape: Shape, meant: Meant) -> Shape:
    return shape[::-1] if meant.transposed else shape
