"""Array code for NumPy with every result written into an array that is there already: `np.add(a, b, out=c)`, line by line.

Scratch arrays are shared between statements; what a line needs of each input (a transpose, a new axis) is a view.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import assert_never

from ..core.axis import Index
from .array_code import (
    Code,
    Compare,
    Const,
    Contract,
    Extent,
    Loop,
    Map,
    Op,
    Power,
    Read,
    Reduce,
    Same,
    Scalar,
    Select,
    Soft,
    Statement,
    indices,
    nodes,
)
from .broadcast import ATOM, Writer
from .dialects import NUMPY
from .scalar_functions import HELPERS
from .sharing import in_place

UFUNCS = {"+": "np.add", "-": "np.subtract", "*": "np.multiply", "/": "np.divide", "neg": "np.negative", "exp": "np.exp", "expm1": "np.expm1",
          "log": "np.log", "log1p": "np.log1p", "sin": "np.sin", "cos": "np.cos", "arctan": "np.arctan", "tanh": "np.tanh", "abs": "np.abs",
          "sign": "np.sign", "max": "np.maximum", "min": "np.minimum", "pow": "np.power"}
RELATIONS = {">": "np.greater", ">=": "np.greater_equal", "<": "np.less", "<=": "np.less_equal", "==": "np.equal", "!=": "np.not_equal"}


class BufferWriter:
    """Writes statements with `out=`. `size` gives the number of entries along an axis.

    buffers   name -> (shape, kind) of every array that the lines write to; kind is "real", "bool" or "bits" (whole numbers
              as wide as the real ones);   views   name -> the buffer whose bits it is
    """

    def __init__(self, code: Code, size: Callable[[object], int]) -> None:
        self.code, self.size = code, size
        self.buffers: dict[str, tuple[tuple[int, ...], str]] = {}
        self.reader = Writer(code, NUMPY, code.inputs)
        self.lines: list[str] = []
        self._free: dict[tuple[tuple[int, ...], str], list[str]] = {}
        self._scratch = 0
        self.aliases: dict[str, str] = {}
        self.views: dict[str, str] = {}

    def write(self, statements: Sequence[Statement]) -> list[str]:
        """The lines for the statements."""
        waiting = list(in_place(self.code, statements, may_share))
        while waiting:
            statement = waiting.pop(0)
            match statement:
                case Map(target, at, Read(source, places)) if places == at and not self._is_result_of_input(target, source):
                    self.aliases[target] = self.aliases.get(source, source)          # the same numbers: no copy
                    self.lines.append(f"{target} = {source}")
                case Map(target, (), body):                    # of one number, Python's own arithmetic costs least
                    self.lines.append(f"{self._array(target)}[...] = {self.reader.scalar(body, ())[0]}")
                case Map(target, at, body):
                    self._into(self._array(target), body, at)
                case Reduce(target, at, over, body):
                    self._reduce(target, at, over, body)
                case Contract(target, at, over, left, right):
                    self._contract(target, at, over, left, right)
                case Soft():
                    twin = waiting[0] if waiting else None
                    both = isinstance(twin, Soft) and (twin.source, twin.along, twin.at) == (statement.source, statement.along, statement.at)
                    self._soft([statement, waiting.pop(0)] if both else [statement])
                case Loop():
                    self._loop(statement)
                case _:
                    assert_never(statement)
        return self.lines

    def _is_result_of_input(self, target: str, source: str) -> bool:
        """Whether a gradient is nothing but an array that was given: it gets an array of its own."""
        return target in self.code.gradients.values() and self.aliases.get(source, source) in self.code.inputs

    def shape(self, at: Sequence[Index]) -> tuple[int, ...]:
        """The shape over these indices."""
        return tuple(self.size(i.axis) for i in at)

    def _array(self, name: str) -> str:
        axes = self.code.arrays[name].axes
        self.buffers.setdefault(name, (tuple(self.size(a) for a in axes), "real"))
        return name

    def _take(self, shape: tuple[int, ...], kind: str = "real") -> str:
        free = self._free.setdefault((shape, kind), [])
        if free:
            return free.pop()
        name = f"scratch_{self._scratch}"
        self._scratch += 1
        self.buffers[name] = (shape, kind)
        return name

    def _give(self, name: str) -> None:
        if name.startswith("scratch_"):
            free = self._free[self.buffers[name]]
            if name not in free:
                free.append(name)

    # ---- element by element -----------------------------------------------------------------------------------------------

    def _into(self, target: str, s: Scalar, order: Sequence[Index]) -> None:
        """target = s, over all of `order`."""
        order = tuple(order)
        match s:
            case Op(name, arguments) if name in HELPERS:
                self._helper(target, name, arguments, order)
            case Op("erf", (x,)):
                self.reader.helpers.add("erf")
                self._operand_line(f"{target}[...] = erf({{0}})", (x,), order, target)
            case Op(name, arguments):
                self._operand_line(f"{UFUNCS[name]}({', '.join(f'{{{k}}}' for k in range(len(arguments)))}, out={target})", arguments, order, target)
            case Power(base, exponent):
                if exponent == 2:
                    self._operand_line(f"np.square({{0}}, out={target})", (base,), order, target)
                elif exponent == Fraction(1, 2):
                    self._operand_line(f"np.sqrt({{0}}, out={target})", (base,), order, target)
                else:
                    self._operand_line(f"np.power({{0}}, {float(exponent)!r}, out={target})", (base,), order, target)
            case Select(test, then, other):
                self._select(target, test, then, other, order)
            case _:
                if (leaf := self._leaf(s, order)) != target:
                    self.lines.append(f"np.copyto({target}, {leaf})")

    def _operand_line(self, form: str, arguments: Sequence[Scalar], order: tuple[Index, ...], target: str) -> None:
        """One call: the first argument that needs work and has every axis is made in the target itself, the others in scratch
        arrays. Without a target (its type is another one) all are made in scratch arrays."""
        written, taken, own = [], [], False
        for k, argument in enumerate(arguments):
            if self._is_leaf(argument):
                written.append(self._leaf(argument, order))
                continue
            axes = tuple(i for i in order if i in indices(argument))
            others = (n.array for m, a in enumerate(arguments) if m != k for n in nodes(a) if isinstance(n, Read))
            if target and not own and axes == order and target not in others:
                self._into(target, argument, order)
                written.append(target)
                own = True
                continue
            scratch = self._take(self.shape(axes))
            taken.append(scratch)
            self._into(scratch, argument, axes)
            written.append(self.reader._turned((scratch, ATOM), axes, order)[0])
        self.lines.append(form.format(*written))
        for scratch in taken:
            self._give(scratch)

    def _is_leaf(self, s: Scalar) -> bool:
        return isinstance(s, Const | Extent | Read)

    def _leaf(self, s: Scalar, order: tuple[Index, ...]) -> str:
        if isinstance(s, Extent):
            return str(self.size(s.axis))
        return self.reader.scalar(s, order)[0]

    def _select(self, target: str, test: Compare | Same, then: Scalar, other: Scalar, order: tuple[Index, ...]) -> None:
        mask = self._take(self.shape(order), "bool")
        if isinstance(test, Same):
            self.lines.append(f"np.equal({self.reader._place(test.left, order)}, {self.reader._place(test.right, order)}, out={mask})")
        else:
            self._operand_line(f"{RELATIONS[test.relation]}({{0}}, {{1}}, out={mask})", (test.left, test.right), order, "")
        if isinstance(other, Read | Const) and other != Const(0):
            self._into(target, then, order)
            self.lines += [f"np.logical_not({mask}, out={mask})", f"np.copyto({target}, {self._leaf(other, order)}, where={mask})"]
        else:
            self._blend(target, mask, then, other, order)
        self._give(mask)

    def _blend(self, target: str, mask: str, then: Scalar, other: Scalar, order: tuple[Index, ...]) -> None:
        """then where the mask holds, else other, by the bits of the numbers: no branch, and what is not chosen leaves no trace, be it
        infinite. A masked copy takes ten times as long."""
        self._into(target, then, order)
        own = self._view(target)
        if other == Const(0):
            self.lines.append(f"np.multiply({own}, {mask}, out={own})")
            return
        bits, scratch = self._take(self.shape(order), "bits"), self._take(self.shape(order))
        self._into(scratch, other, order)
        second = self._view(scratch)
        self.lines += [f"np.multiply({mask}, minus_one, out={bits})", f"np.bitwise_and({own}, {bits}, out={own})",
                       f"np.invert({bits}, out={bits})", f"np.bitwise_and({second}, {bits}, out={second})",
                       f"np.bitwise_or({own}, {second}, out={own})"]
        self._give(scratch)
        self._give(bits)

    def _view(self, buffer: str) -> str:
        """The bits of a buffer, as whole numbers."""
        self.views[f"{buffer}_bits"] = buffer
        return f"{buffer}_bits"

    def _helper(self, target: str, name: str, arguments: Sequence[Scalar], order: tuple[Index, ...]) -> None:
        """A helper written out in place: its abbreviations become scratch arrays."""
        helper, taken = HELPERS[name], []
        bound: dict[str, Scalar] = {}

        def stored(s: Scalar) -> Scalar:
            scratch = self._take(self.shape(order))
            taken.append(scratch)
            self._into(scratch, s, order)
            return Read(scratch, order)

        for parameter, argument in zip(helper.parameters, arguments, strict=True):
            bound[parameter] = argument if self._is_leaf(argument) else stored(argument)
        for short, s in helper.lets:
            bound[short] = stored(_bound(s, bound))
        self._into(target, _bound(helper.body, bound), order)
        for scratch in taken:
            self._give(scratch)

    # ---- whole arrays -------------------------------------------------------------------------------------------------------

    def _reduce(self, target: str, at: tuple[Index, ...], over: tuple[Index, ...], body: Scalar) -> None:
        self._array(target)
        order = self.reader._natural(body, (*at, *over))
        if tuple(i for i in order if i not in over) != at:
            order = (*at, *over)
        pair = _plain_product(body, order)
        if pair is not None and not at:                        # Σ a·b without a copy of the product
            first, second = (self.reader.scalar(p, order)[0] for p in pair)
            self.lines.append(f"{target}[...] = np.vdot({first}, {second})")
            return
        if self._is_leaf(body):
            source, scratch = self._leaf(body, order), ""
        else:
            source = scratch = self._take(self.shape(order))
            self._into(scratch, body, order)
        axes = tuple(order.index(i) for i in over)
        self.lines.append(f"np.add.reduce({source}, axis={axes if len(axes) != 1 else axes[0]}, out={target})")
        self._give(scratch)

    def _contract(self, target: str, at: tuple[Index, ...], over: tuple[Index, ...], left: Read, right: Read) -> None:
        self._array(target)
        written = self.reader._contracted(at, over, left, right)[0]
        if written.startswith("np.einsum"):
            self.lines.append(f"{written.removesuffix(')')}, out={target})")
            return
        first, _, second = written.partition(" @ ")
        self.lines.append(f"np.matmul({first}, {second}, out={target})")

    def _soft(self, rows: list[Soft]) -> None:
        """Softmax, its logarithm, or both from one pass."""
        first = rows[0]
        order = tuple(first.at)
        target = {s.function: self._array(s.target) for s in rows}
        source, axis = self._leaf(first.source, order), order.index(first.along)
        one = self._take(tuple(1 if i == first.along else n for i, n in zip(order, self.shape(order), strict=True)))
        scratch = "" if "softmax" in target else self._take(self.shape(order))
        shifted, powers = target.get("log_softmax") or target["softmax"], target.get("softmax") or scratch
        self.lines += [f"np.maximum.reduce({source}, axis={axis}, keepdims=True, out={one})", f"np.subtract({source}, {one}, out={shifted})",
                       f"np.exp({shifted}, out={powers})", f"np.add.reduce({powers}, axis={axis}, keepdims=True, out={one})"]
        if "softmax" in target:
            self.lines.append(f"np.divide({powers}, {one}, out={powers})")
        if "log_softmax" in target:
            self.lines += [f"np.log({one}, out={one})", f"np.subtract({shifted}, {one}, out={shifted})"]
        self._give(scratch)
        self._give(one)

    def _loop(self, loop: Loop) -> None:
        """A recurrence: its rounds are written as the readable module writes them, since each round is small."""
        for name in loop.carried:
            self._array(name)
            self.lines.append(f"{name}[...] = 0")
        written = list(self.reader.lines([loop], loop.carried))
        self.lines += written[len(loop.carried):]


def _bound(s: Scalar, to: dict[str, Scalar]) -> Scalar:
    """A helper's formula with its parameters replaced."""
    match s:
        case Read(name, ()) if name in to:
            return to[name]
        case Op(name, arguments):
            return Op(name, tuple(_bound(a, to) for a in arguments))
        case Select(Compare(left, relation, right), then, other):
            return Select(Compare(_bound(left, to), relation, _bound(right, to)), _bound(then, to), _bound(other, to))
    return s


def may_share(body: Scalar, temporary: str) -> bool:
    """Whether the body may be computed over the temporary itself: no choice or helper writes its array before it is read."""
    def plain(s: Scalar) -> bool:
        return not any(isinstance(n, Select) or (isinstance(n, Op) and n.name in HELPERS) for n in nodes(s))

    match body:
        case Select(test, then, Const()):
            tested = [n for side in (getattr(test, "left", None), getattr(test, "right", None)) if isinstance(side, Scalar) for n in nodes(side)]
            return plain(then) and not any(isinstance(n, Read) and n.array == temporary for n in tested)
    return plain(body)


def _plain_product(body: Scalar, order: tuple[Index, ...]) -> tuple[Read, Read] | None:
    match body:
        case Op("*", (Read() as first, Read() as second)) if first.at == second.at == order:
            return first, second
        case Power(Read() as only, 2) if only.at == order:
            return only, only
    return None
