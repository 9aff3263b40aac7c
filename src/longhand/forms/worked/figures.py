"""The numbers of a problem: every tensor at the data, each digit proved, an entry without a value told with its reason."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from ...core.equation import Equation, Program, Tensor
from ...core.expr import Apply, Entry, Expr
from ...core.problem import Value
from ...core.walk import tensors
from ...numbers.decimals import ball_text, rational_text
from ...numbers.exact import ClosedForm, closed_form
from ...numbers.faults import EvaluationError, NumberError, Undecided
from ...numbers.interpret import Values

if TYPE_CHECKING:
    from ...numbers.zeros import Zeros

FIRST_BITS, MOST_BITS = 128, 4096
ROW_LIMIT = 4096
"""Entries above which a tensor is not worked out in full."""

Text = str | None | list["Text"]


class Figures:
    """Values asked for by name, worked out when they are needed.

    faults    entries that have no value: (tensor, position) -> reason
    unproved  entries that have one, no digit of which is proved: (tensor, position) -> what is known of it
    """

    def __init__(self, program: Program, data: Mapping[str, Value], sizes: Mapping[str, int]) -> None:
        from ...numbers.closed import Certain  # flint is loaded where it is needed

        self.program, self.data = program, data
        self._make = lambda bits: Values(program, data, sizes, Certain(bits))
        self._values = {FIRST_BITS: self._make(FIRST_BITS)}
        self.sizes = self._values[FIRST_BITS].sizes
        self.faults: dict[tuple[str, tuple[int, ...]], str] = {}
        self.unproved: dict[tuple[str, tuple[int, ...]], str] = {}
        self._zeros: Zeros | None = None
        self._texts: dict[tuple[str, int], Text] = {}
        self._entry_texts: dict[tuple[str, tuple[int, ...], int], str | None] = {}
        self._exact: dict[tuple[str, tuple[int, ...], int], bool] = {}
        self._missing: dict[str, tuple[str, ...]] = {}
        self._reads: dict[str, set[str]] = {}
        for e in program.equations:
            self._reads[e.name] = self._reads.get(e.name, set()) | tensors(e.right)

    # ---- what can be computed -------------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        """Whether the data determine the tensor."""
        return not self.missing(name)

    def missing(self, name: str) -> tuple[str, ...]:
        """Given tensors without numbers that the tensor is computed from; itself, where it is one."""
        if name not in self._missing:
            self._missing[name] = self._found_missing(name)
        return self._missing[name]

    def _found_missing(self, name: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        seen, waiting = {name}, [name]
        while waiting:
            each = waiting.pop()
            tensor = self.program.tensors.get(each)
            if each in self._reads and each not in self.data:
                waiting += self._reads[each] - seen
                seen |= self._reads[each]
            elif each not in self.data and each != "pi" and each not in self.sizes:
                found[each] = None
            if tensor is not None:
                for axis in tensor.axes:
                    if isinstance(axis.size, str) and axis.size not in self.sizes:
                        found[axis.size] = None
        return tuple(found)

    def extents(self, name: str) -> tuple[int, ...]:
        return tuple(self._values[FIRST_BITS].extent(axis) for axis in self.program[name].axes)

    def count(self, name: str) -> int:
        """How many entries the tensor has."""
        entries = 1
        for extent in self.extents(name):
            entries *= extent
        return entries

    def positions(self, name: str) -> Iterator[tuple[int, ...]]:
        return product(*(range(n) for n in self.extents(name)))

    # ---- values ---------------------------------------------------------------------------------------------------

    def text(self, name: str, digits: int) -> Text:
        """The tensor as nested decimal strings; None for an entry that has no value."""
        key = name, digits
        if key not in self._texts:
            self._texts[key] = self._nested(name, lambda at: self.entry_text(name, at, digits))
        return self._texts[key]

    def entry_text(self, name: str, at: tuple[int, ...], digits: int) -> str | None:
        """The entry as a decimal string, each digit proved; None where it has no value."""
        key = name, at, digits
        if key not in self._entry_texts:
            self._entry_texts[key] = self._proved(name, at, digits)
        return self._entry_texts[key]

    def _proved(self, name: str, at: tuple[int, ...], digits: int) -> str | None:
        from ...numbers.balls import as_ball, as_fraction, is_rational

        bits, reason = FIRST_BITS, ""
        while bits <= MOST_BITS:
            try:
                x = self._at(bits).entry(name, at)
                return rational_text(as_fraction(x), digits) if is_rational(x) else ball_text(as_ball(x), digits)
            except Undecided as error:
                if bits == FIRST_BITS and self._is_zero(name, at):
                    return "0"
                reason = error.says
            except EvaluationError as error:
                self.faults[name, at] = error.says if (error.tensor, error.at) == (name, at) else str(error)
                return None
            except NumberError as error:
                self.faults[name, at] = error.says
                return None
            bits *= 2
        self.unproved[name, at] = self._as_far_as_known(name, at) or f"its digits could not be proved: {reason}"
        return None

    def closed(self, name: str) -> Any:
        """Closed forms nested as the tensor is; None for an entry without a short one."""
        return self._nested(name, lambda at: self.closed_entry(name, at))

    def closed_entry(self, name: str, at: tuple[int, ...]) -> ClosedForm | None:
        values = self._values[FIRST_BITS]
        try:
            x = values.entry(name, at)
            with values.numbers.working():
                return closed_form(x)
        except (EvaluationError, NumberError):
            return None

    def is_text(self, name: str, at: tuple[int, ...], digits: int) -> bool:
        """Whether the decimal string of the entry is its exact value."""
        key = name, at, digits
        if key not in self._exact:
            text = self.entry_text(name, at, digits)
            self._exact[key] = text is not None and self.equals(name, at, Fraction(text))
        return self._exact[key]

    def applied(self, name: str, function: str, order: int, parameters: tuple[Expr, ...], digits: int) -> Text:
        """The function, differentiated, at every entry of a tensor."""
        made = f"{function}{order} of {name}"
        if made not in self.program.tensors:
            tensor = self.program[name]
            at = tensor.entry().at
            slope = Equation(Entry(made, at), Apply(function, (Entry(name, at), *parameters), order))
            program = self.program.extended([Tensor(made, tensor.axes)], [slope])
            return Figures(program, self.data, self.sizes).text(made, digits)
        return self.text(made, digits)

    def equals(self, name: str, at: tuple[int, ...], number: Fraction) -> bool:
        """Whether the entry is known to be exactly this number."""
        from ...numbers.balls import contains_zero

        values = self._values[FIRST_BITS]
        try:
            with values.numbers.working():
                gap = values.entry(name, at) + values.numbers.number(-number)
                return bool(values.numbers.is_zero(gap)) or not number and contains_zero(gap) and self._is_zero(name, at)
        except (EvaluationError, NumberError):
            return False

    def _as_far_as_known(self, name: str, at: tuple[int, ...]) -> str:
        """What is known of an entry whose digits are not proved, where that is that it is next to 0."""
        from ...numbers.balls import as_ball
        from ...numbers.decimals import zeros_after_point

        try:
            places = zeros_after_point(as_ball(self._at(MOST_BITS).entry(name, at)))
        except (EvaluationError, NumberError):
            return ""
        return f"it is 0 to {places} digits, and no proof that it is exactly 0 was found" if places > 0 else ""

    def _is_zero(self, name: str, at: tuple[int, ...]) -> bool:
        """Whether the entry is proved to be 0 with names for what is too long to be written out."""
        if self._zeros is None:
            from ...numbers.zeros import Zeros
            self._zeros = Zeros(self.program, self.data, self.sizes)
        return self._zeros.proved(name, at)

    def _at(self, bits: int) -> Values:
        if bits not in self._values:
            self._values[bits] = self._make(bits)
        return self._values[bits]

    def _nested(self, name: str, one) -> Any:
        extents = self.extents(name)

        def go(at: tuple[int, ...]) -> Any:
            return one(at) if len(at) == len(extents) else [go((*at, k)) for k in range(extents[len(at)])]

        return go(())
