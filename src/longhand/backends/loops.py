"""Array code written as loops over scalars, for compiled targets. Element-wise statements over the same axes share one loop."""
from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import assert_never

from ..core.axis import Axis, Index
from ..core.record import record
from .array_code import (
    Code,
    Compare,
    Const,
    Contract,
    Extent,
    Loop,
    Map,
    Op,
    Place,
    Power,
    Read,
    Reduce,
    Same,
    Scalar,
    Select,
    Soft,
    Statement,
    indices_of,
    nodes,
)
from .broadcast import ATOM, PRODUCT, SIGN, SUM, Written, held
from .names import RESERVED
from .rows import Group, adds, by_rows, row
from .scalar_functions import HELPERS

_LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT}


@record
class Syntax:
    """One loop language.

    number      an exact number -> source text        calls    operation -> call, {0} and {1} the arguments
    begin       (variable, size, falling) -> the line that opens a loop;      end   the line that closes it, "" for none
    select      {test} {then} {other};                entry    (array, places, sizes) -> text
    """
    number: Callable[[object], str]
    calls: Mapping[str, str]
    begin: Callable[[str, str, bool], str]
    end: str
    select: str
    entry: Callable[[str, Sequence[str], Sequence[str]], str]
    declare: str
    stop: str
    whole: str
    both: str
    pi: str


class LoopWriter:
    """Writes the statements of one function; `extent` gives the size of an axis as text, `gemm` writes a large product or gives None.
    Arrays in `local` have the room of one row (see `rows`)."""

    sums = True                 # whether a loop over rows may add them up

    def __init__(self, code: Code, syntax: Syntax, extent: Callable[[Axis], str],
                 gemm: Callable[[Contract], list[str] | None] = lambda c: None, local: Collection[str] = ()) -> None:
        self.code, self.syntax, self.extent, self.gemm, self.local = code, syntax, extent, gemm, local
        self.helpers: set[str] = set()
        self._letters: dict[Index, str] = {}
        self._fixed: tuple[Index, ...] = ()
        self._locals: set[str] = set()

    # ---- statements -----------------------------------------------------------------------------------------------------

    def lines(self, statements: Sequence[Statement]) -> list[str]:
        """The statements as indented lines."""
        out: list[str] = []
        for alone, groups in groupby(by_rows(statements, self.extent, self.sums), lambda group: len(group) == 1):
            for group in [tuple(s for (s,) in groups)] if alone else groups:
                out += self._lines(group) if alone else self._by_rows(group)
        return out

    def _by_rows(self, group: Group) -> list[str]:
        """One loop over the rows, for all statements of a group."""
        axis = group[0].at[0].axis
        own, letters = [row(s, axis) for s in group], dict(self._letters)
        self._letters.update({index: self.letter(own[0]) for index in own})
        begin, before, summed, inside = self.begin(own[0]), self._fixed, [], []
        self._fixed = (*before, *own)
        run: list[Statement] = []
        for s in group:
            if not adds(s, axis):
                run.append(s)
                continue
            inside += self._lines(run)
            run = []
            summed += self._nest(s.at, [f"{self._target(s.target, s.at)} = {self.syntax.number(0)}{self.syntax.stop}"])
            inside += self._added(s)
        inside += self._lines(run)
        self._fixed, self._letters = before, letters
        return [*summed, begin, *(f"    {line}" for line in inside), *([self.syntax.end] if self.syntax.end else [])]

    def _added(self, s: Reduce) -> list[str]:
        """The sum of one row, added to what is there."""
        target, term, stop = self._target(s.target, s.at), self.scalar(s.body)[0], self.syntax.stop
        if s.at:
            return self._nest([*(i for i in s.over if i not in s.at), *s.at], [f"{target} += {term}{stop}"])
        name = self._local("sum")
        return [f"{self.syntax.declare}{name} = {self.syntax.number(0)}{stop}", *self._nest(s.over, [f"{name} += {term}{stop}"]),
                f"{target} += {name}{stop}"]

    def _lines(self, statements: Sequence[Statement]) -> list[str]:
        out: list[str] = []
        waiting = list(statements)
        while waiting:
            statement = waiting.pop(0)
            match statement:
                case Map():
                    fused = [statement]
                    while waiting and isinstance(waiting[0], Map) and self._joins(fused, waiting[0]):
                        fused.append(waiting.pop(0))
                    out += self._maps(fused)
                case Reduce():
                    out += self._reduce(statement)
                case Contract():
                    out += (None if self._fixed else self.gemm(statement)) or self._contract(statement)
                case Soft():
                    twin = waiting[0] if waiting else None
                    if isinstance(twin, Soft) and twin.source == statement.source and twin.along == statement.along and twin.at == statement.at:
                        out += self._soft([statement, waiting.pop(0)])
                    else:
                        out += self._soft([statement])
                case Loop():
                    out += self._loop(statement)
                case _:
                    assert_never(statement)
        return out

    def _joins(self, fused: list[Map], other: Map) -> bool:
        if [i.axis for i in other.at] != [i.axis for i in fused[0].at]:
            return False
        made = {m.target for m in fused}
        return all(n.at == other.at for n in nodes(other.body) if isinstance(n, Read) and n.array in made)

    def _maps(self, fused: list[Map]) -> list[str]:
        at, letters = fused[0].at, dict(self._letters)
        inside = []
        for each in fused:
            self._letters.update({own: self.letter(first) for own, first in zip(each.at, at, strict=True)})
            inside.append(f"{self._target(each.target, each.at)} = {self.scalar(each.body)[0]}{self.syntax.stop}")
        out = self._nest(at, inside)
        self._letters = letters                                  # only here are the indices of one axis one
        return out

    def _nest(self, at: Sequence[Index], inside: list[str]) -> list[str]:
        loops = [i for i in at if i not in self._fixed]
        lines = inside
        for index in reversed(loops):
            lines = [self.begin(index), *(f"    {line}" for line in lines)]
            if self.syntax.end:
                lines.append(self.syntax.end)
        return lines

    def begin(self, index: Index) -> str:
        """The line that opens the loop over an index."""
        return self.syntax.begin(self.letter(index), self.extent(index.axis), False)

    def _accumulated(self, at: Sequence[Index], over: Sequence[Index], target: str, term: str, last: Index | None) -> list[str]:
        """target = Σ term: into the target itself where the innermost index stays, else into a local sum."""
        zero = self.syntax.number(0)
        if last is not None and last not in over and last not in self._fixed:
            outer = [i for i in at if i != last]
            return [*self._nest(at, [f"{target} = {zero}{self.syntax.stop}"]),
                    *self._nest([*outer, *over, last], [f"{target} += {term}{self.syntax.stop}"])]
        name = self._local("sum")
        return self._nest(at, [f"{self.syntax.declare}{name} = {zero}{self.syntax.stop}",
                               *self._nest(over, [f"{name} += {term}{self.syntax.stop}"]), f"{target} = {name}{self.syntax.stop}"])

    def _reduce(self, s: Reduce) -> list[str]:
        last = next((n.at[-1] for n in nodes(s.body) if isinstance(n, Read) and n.at and set(n.at) >= {*s.at, *s.over}), None)
        return self._accumulated(s.at, s.over, self._target(s.target, s.at), self.scalar(s.body)[0], last if isinstance(last, Index) else None)

    def _contract(self, s: Contract) -> list[str]:
        term = f"{self.scalar(s.left)[0]} * {self.scalar(s.right)[0]}"
        last = s.at[-1] if s.at and s.at[-1] in (s.left.at[-1:] + s.right.at[-1:]) else None
        return self._accumulated(s.at, s.over, self._target(s.target, s.at), term, last)

    def _soft(self, rows: list[Soft]) -> list[str]:
        """Largest entry, sum of exponentials, then softmax and its logarithm from them."""
        first = rows[0]
        outer = [i for i in first.at if i != first.along]
        source, stop = self.scalar(first.source)[0], self.syntax.stop
        largest, summed, logarithm = self._local("top"), self._local("sum"), self._local("log")
        target = {s.function: self._target(s.target, s.at) for s in rows}
        call = self.syntax.calls
        shifted = f"{source} - {largest}"
        top = [f"{self.syntax.declare}{largest} = -{call['infinity']}{stop}",
               *self._nest([first.along], [f"{largest} = {call['max'].format(largest, source)}{stop}"]),
               f"{self.syntax.declare}{summed} = {self.syntax.number(0)}{stop}"]
        if "softmax" in target:
            into = target["softmax"]
            top += self._nest([first.along], [f"{into} = {call['exp'].format(shifted)}{stop}", f"{summed} += {into}{stop}"])
        else:
            top += self._nest([first.along], [f"{summed} += {call['exp'].format(shifted)}{stop}"])
        if "log_softmax" in target:
            top += [f"{self.syntax.declare}{logarithm} = {call['log'].format(summed)}{stop}",
                    *self._nest([first.along], [f"{target['log_softmax']} = {shifted} - {logarithm}{stop}"])]
        if "softmax" in target:
            top += self._nest([first.along], [f"{target['softmax']} /= {summed}{stop}"])
        return self._nest(outer, top)

    def _loop(self, s: Loop) -> list[str]:
        out: list[str] = []
        for name in s.carried:                                   # an entry that is read before it is made reads as 0
            axes = self.code.arrays[name].axes
            at, letters = tuple(Index(axis, 100 + k) for k, axis in enumerate(axes)), dict(self._letters)
            out += self._maps([Map(name, at, Const(0))])
            self._letters = letters
        before, self._fixed = self._fixed, (*self._fixed, s.index)
        inside = self._lines(s.body)
        self._fixed = before
        out += [self.syntax.begin(self.letter(s.index), self.extent(s.index.axis), s.falling), *(f"    {line}" for line in inside)]
        return [*out, self.syntax.end] if self.syntax.end else out

    def _local(self, base: str) -> str:
        """A name for a number inside a function that nothing else has."""
        k = 1
        while (name := f"{base}_{k}") in self._locals or name in self.code.arrays:
            k += 1
        self._locals.add(name)
        return name

    def _target(self, name: str, at: tuple[Index, ...]) -> str:
        return self._entry(name, [self.letter(i) for i in at])

    def _entry(self, name: str, places: Sequence[str]) -> str:
        first = int(name in self.local)
        return self.syntax.entry(name, places[first:], [self.extent(axis) for axis in self.code.arrays[name].axes[first:]])

    def letter(self, index: Index) -> str:
        """The loop variable of an index: a name that no array has."""
        if index not in self._letters:
            base = index.axis.letter if index.axis.letter.isascii() and index.axis.letter.isalpha() else "i"
            name, k = base, 1
            taken = {*self.code.arrays, *self._letters.values(), *RESERVED}
            while name in taken:
                k += 1
                name = f"{base}{k}"
            self._letters[index] = name
        return self._letters[index]

    # ---- scalars --------------------------------------------------------------------------------------------------------

    def scalar(self, s: Scalar) -> Written:
        """The scalar at the loop variables of its indices."""
        match s:
            case Const("pi"):
                return self.syntax.pi, ATOM
            case Const(value):
                written = self.syntax.number(value)
                return written, PRODUCT if "/" in written else SIGN if written.startswith("-") else ATOM
            case Extent(axis):
                return self.syntax.calls["real"].format(self.extent(axis)), ATOM
            case Read():
                return self._read(s)
            case Op("neg", (inner,)):
                return f"-{held(self.scalar(inner), PRODUCT)}", SIGN
            case Op("+" | "-" | "*" | "/" as sign, (left, right)):
                level = _LEVELS[sign]
                first, second = self.scalar(left), self.scalar(right)
                tight = level + 1 if sign in "-/" or second[1] == SIGN or (sign == "*" and second[1] == PRODUCT) else level
                return f"{held(first, level)} {sign} {held(second, tight)}", level
            case Op(name, arguments):
                if name in HELPERS:
                    self.helpers.add(name)
                call = self.syntax.calls.get(name) or f"{name}({', '.join(f'{{{k}}}' for k in range(len(arguments)))})"
                return call.format(*(self.scalar(a)[0] for a in arguments)), ATOM
            case Power(base, exponent):
                return self._power(base, exponent)
            case Select(test, then, other):
                return self.syntax.select.format(test=self._test(test), then=self.scalar(then)[0], other=self.scalar(other)[0]), ATOM
        raise TypeError(f"not a scalar of array code: {s!r}")

    def _power(self, base: Scalar, exponent: int | Fraction) -> Written:
        written = self.scalar(base)
        if exponent == Fraction(1, 2):
            return self.syntax.calls["sqrt"].format(written[0]), ATOM
        if isinstance(exponent, int) and exponent <= 4 and isinstance(base, Read | Const):
            return " * ".join([held(written, SIGN + 1)] * exponent), PRODUCT
        if exponent == 2:
            self.helpers.add("square")
            return f"square({written[0]})", ATOM
        return self.syntax.calls["pow"].format(written[0], self.syntax.number(exponent)), ATOM

    def _test(self, test: Compare | Same) -> str:
        if isinstance(test, Same):
            return f"{self._place(test.left)} == {self._place(test.right)}"
        return f"{held(self.scalar(test.left), SUM)} {test.relation} {held(self.scalar(test.right), SUM)}"

    def _place(self, place: Place) -> str:
        if isinstance(place, Index):
            return self.letter(place)
        parts = []
        for variable, c in place.terms:
            written = self.letter(variable) if isinstance(variable, Index) else self.syntax.whole.format(self._read(variable)[0])
            parts.append(written if c == 1 else f"{c} * {written}")
        if place.constant or not parts:
            parts.append(str(place.constant))
        return " + ".join(parts).replace("+ -", "- ")

    def _read(self, read: Read) -> Written:
        if read.array not in self.code.arrays:
            return read.array, ATOM                               # a parameter of a helper
        axes = self.code.arrays[read.array].axes
        places = [self._place(p) for p in read.at]
        entry = self._entry(read.array, places)
        tests = [t for place, axis, text in zip(read.at, axes, places, strict=True) for t in self._tests(place, axis, text)]
        if not tests:
            return entry, ATOM
        return self.syntax.select.format(test=self.syntax.both.join(tests), then=entry, other=self.syntax.number(0)), ATOM

    def _tests(self, place: Place, axis: Axis, written: str) -> Iterator[str]:
        """What has to hold for a place to be inside; nothing where the sizes prove it."""
        if isinstance(place, Index):
            return
        low = high = place.constant
        proved = len(indices_of(place)) == len(place.terms)
        for variable, c in place.terms:
            if isinstance(variable, Index) and self.extent(variable.axis).isdigit():
                reach = c * (int(self.extent(variable.axis)) - 1)
                low, high = low + min(0, reach), high + max(0, reach)
            else:
                proved = False
        size = self.extent(axis)
        if not proved or low < 0:
            yield f"{_bracketed(written)} >= 0"
        if not proved or not size.isdigit() or high >= int(size):
            yield f"{_bracketed(written)} < {size}"


def _bracketed(written: str) -> str:
    return f"({written})" if " " in written else written
