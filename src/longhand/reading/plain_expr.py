"""Expressions of the plain-text form: one function a level of precedence.

    sum       [-] product {+|- product}                      product   power {*|/ power}
    power     atom [^ exponent]                               exponent  [-] 2, (1/2), (-1/2)
    atom      3  0.25  1/3  eta  x[i]  W[i, k']  (sum)  relu(sum)  relu'(sum)  elu(sum, 0.1)  sum(i, sum)  delta(i, k)
              [sum > sum]  softmax(k', sum)[k]
    position  i  i'  @d  x[i+k]  h[t-1]  W[0, j]  U[label[n], k]

Trees are built as they are written and not simplified, so that a printed problem reads back to the same problem.
"""
from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Set
from difflib import get_close_matches
from fractions import Fraction

from ..core.axis import Axis, Index
from ..core.equation import Tensor
from ..core.expr import Add, Apply, Component, Delta, Entry, Expr, Holds, Mul, Number, Offset, Position, Power, Rational, Sum, number
from ..core.record import record
from ..errors import ShapeError, UnknownName
from ..functions import table
from .plain_tokens import Cursor, Token

RELATIONS = (">", ">=", "<", "<=", "==", "!=")
CONSTANTS = ("pi",)            # tensors that every program may read


@record
class Scope:
    """What names mean: axes by name, tensors by name, numbers of size symbols; `later` are tensors whose definition comes further down."""
    axes: Mapping[str, Axis]
    tensors: MutableMapping[str, Tensor]
    sizes: Mapping[str, int]
    later: Set[str] = frozenset()

    def lettered(self, letter: str) -> list[Axis]:
        return [axis for axis in self.axes.values() if axis.letter == letter]

    def size(self, axis: Axis) -> int | str:
        return self.sizes.get(axis.size, axis.size)


class Expressions:
    """Expressions from a cursor."""

    def __init__(self, cursor: Cursor, scope: Scope) -> None:
        self.cursor, self.scope = cursor, scope

    def sum(self) -> Expr:
        c = self.cursor
        terms = [self.product(negative=c.accept("-"))]
        while c.sees("+", "-"):
            terms.append(self.product(negative=c.take().text == "-"))
        return terms[0] if len(terms) == 1 else Add(tuple(terms))

    def product(self, negative: bool) -> Expr:
        c = self.cursor
        literal = c.next.kind == "number"
        first, exponent = self.power(ratio=True)
        parts: list[Expr] = [_power(first, exponent)]
        if negative and literal and exponent is None:
            parts[0] = number(-first.value)
        elif negative:
            parts.insert(0, Number(-1))
        elif parts == [Number(1)] and c.sees("/"):        # 1/x is the inverse of x, not a product
            parts = []
        while c.sees("*", "/"):
            divide, token = c.take().text == "/", c.next
            base, exponent = self.power(ratio=not divide)
            parts.append(self._inverse(base, exponent, token) if divide else _power(base, exponent))
        return parts[0] if len(parts) == 1 else Mul(tuple(parts))

    def _inverse(self, base: Expr, exponent: Rational | None, token: Token) -> Expr:
        if base == Number(0):
            self.cursor.fail("This divides by zero.", token)
        if isinstance(base, Number) and exponent is None:
            return number(1 / Fraction(base.value))
        return _power(base, -1 if exponent is None else -exponent)

    def power(self, ratio: bool) -> tuple[Expr, Rational | None]:
        """Base and exponent; `ratio` says whether 1/3 is one number here."""
        c = self.cursor
        base = self._number(ratio) if c.next.kind == "number" else self.atom()
        if not c.accept("^"):
            return base, None
        if c.accept("("):
            exponent = c.ratio("an exponent")
            c.expect(")")
        else:
            exponent = (-1 if c.accept("-") else 1) * c.number("an exponent")
        if c.sees("^"):
            c.unexpected("one exponent only")
        return base, number(exponent).value

    def _number(self, ratio: bool) -> Number:
        c = self.cursor
        value = c.number()
        after = c.peek(2)
        if ratio and c.sees("/") and c.peek().kind == "number" and not (after.kind == "sign" and after.text == "^"):
            c.take()
            token = c.next
            if not (divisor := c.number()):
                c.fail("This divides by zero.", token)
            value /= divisor
        return number(value)

    def atom(self) -> Expr:
        c = self.cursor
        if c.accept("("):
            inside = self.sum()
            c.expect(")")
            return inside
        if c.accept("["):
            return self._condition()
        if not c.next.named:
            c.unexpected("a number, a name or an opening bracket")
        after = c.peek()
        if after.kind == "primes" or (after.kind == "sign" and after.text == "("):
            return self._call()
        return self.entry()

    def _condition(self) -> Holds:
        c = self.cursor
        left = self.sum()
        if not c.sees(*RELATIONS):
            c.unexpected("one of " + " ".join(RELATIONS))
        relation = c.take().text
        right = self.sum()
        c.expect("]")
        return Holds(left, relation, right)

    def _call(self) -> Expr:
        c = self.cursor
        name = c.take()
        primes = c.take() if c.next.kind == "primes" else None
        order = primes.width if primes else 0
        if not c.sees("("):
            c.fail(f"{name.text} with a prime is a derivative, and its argument is missing.", name,
                   hint="Write relu'(h[j]). An index with a prime stands in square brackets only.")
        closing = c.partner[c.at]
        c.take()
        if name.kind == "name" and not order and name.text == "sum":
            return self._sum()
        if name.kind == "name" and not order and name.text == "delta":
            left = self.position()
            c.expect(",")
            right = self.position()
            c.expect(")")
            return Delta(left, right)
        follower = c.tokens[closing + 1]
        if not order and follower.kind == "sign" and follower.text == "[":
            return self._component(name)
        return self._apply(name, order)

    def _sum(self) -> Sum:
        """sum(i, j, body) is the sum over i of the sum over j."""
        c = self.cursor
        indices = [self.index()]
        c.expect(",")
        while self._index_comes():
            indices.append(self.index())
            c.expect(",")
        body = self.sum()
        c.expect(")")
        for index in reversed(indices):
            body = Sum(index, body)
        return body

    def _index_comes(self) -> bool:
        """Whether an index and a comma come next."""
        c = self.cursor
        ahead = 2 if c.sees("@") else 1
        ahead += c.peek(ahead).kind == "primes"
        follower = c.peek(ahead)
        return (c.next.kind == "name" or c.sees("@")) and follower.kind == "sign" and follower.text == ","

    def _component(self, name: Token) -> Component:
        c = self.cursor
        row = table.vector(name.text)
        if row is None:
            self._no_function(name, [f.name for f in table.VECTOR_FUNCTIONS])
        index = self.index()
        c.expect(",")
        body = self.sum()
        c.expect(")")
        c.expect("[")
        at = self.position()
        c.expect("]")
        return Component(row.name, index, body, at)

    def _apply(self, name: Token, order: int) -> Apply:
        c = self.cursor
        row = table.scalar(name.text)
        if row is None:
            if table.vector(name.text):
                c.fail(f"{name.text} is a vector function: which entry is meant, and over which index?", name,
                       hint=f"Write {name.text}(k', z[k'])[k].")
            self._no_function(name, [f.name for f in table.SCALARS])
        arguments = [self.sum()]
        while c.accept(","):
            arguments.append(self.sum())
        c.expect(")")
        try:
            table.complete(row, tuple(arguments))
        except ValueError as error:
            c.fail(f"{error}.", name)
        return Apply(row.name, tuple(arguments), order)

    def _no_function(self, name: Token, names: list[str]) -> None:
        if name.text in self.scope.tensors:
            self.cursor.fail(f"{name.text} is a quantity and no function.", name, hint=f"A product is written {name.text}*(...), "
                             f"an entry {name.text}[...].", kind=UnknownName)
        self.cursor.fail(f"There is no function {name.text}.", name, hint=near(name.text, names), kind=UnknownName)

    # ---- entries and positions -----------------------------------------------------------------------------------

    def entry(self) -> Entry:
        """x[i], W_1[i, j], or a bare name of rank 0."""
        c = self.cursor
        token = c.take()
        name = token.text
        tensor = self.scope.tensors.get(name)
        if tensor is None and (role := self._given(name)):
            tensor = self.scope.tensors[name] = Tensor(name, (), role)
        if tensor is None:
            hint = f"Declare it: tensor {name} : input [axes]." if not (close := near(name, list(self.scope.tensors))) else close
            if token.kind == "name" and self.scope.lettered(name):
                hint = f"{name} is the letter of an index, and an index stands in square brackets only."
            c.fail(f"{name} is not declared.", token, hint=hint, kind=UnknownName)
        if name in self.scope.later:
            c.fail(f"{name} is used here and defined further down.", token, hint="Put its definition above this line.")
        starts, at = c.at, ()
        if c.accept("["):
            at = self.positions("]")
        rank = tensor.rank
        if len(at) != rank:
            c.fail(f"{name} has {_count(rank, 'index', 'indices')} and is written with {len(at) or 'none'}.", token, kind=ShapeError,
                   hint=f"Its axes are {', '.join(axis.name for axis in tensor.axes)}." if rank else "")
        self._sizes(tensor, at, c.tokens[starts] if at else token)
        return Entry(name, at)

    def _given(self, name: str) -> str | None:
        """The role of a name that needs no declaration: a constant, or the number behind a size symbol."""
        if name in CONSTANTS:
            return "constant"
        return "size" if any(axis.size == name for axis in self.scope.axes.values()) else None

    def _sizes(self, tensor: Tensor, at: tuple[Position, ...], token: Token) -> None:
        """A plain index runs over as many entries as the tensor has there. An index in a sum (i+k) may run out: zero padding."""
        for axis, position in zip(tensor.axes, at, strict=True):
            if isinstance(position, Index) and position.axis != axis and self.scope.size(position.axis) != self.scope.size(axis):
                self.cursor.fail(
                    f"{tensor.name} has {self.scope.size(axis)} entries along {axis.name}, and {position.axis.letter} runs over the "
                    f"{self.scope.size(position.axis)} of {position.axis.name}.", token, kind=ShapeError,
                    hint=f"The letter of {axis.name} is {axis.letter}.")

    def positions(self, closing: str) -> tuple[Position, ...]:
        """Positions between commas, up to the closing bracket."""
        c = self.cursor
        if c.accept(closing):
            return ()
        found = [self.position()]
        while c.accept(","):
            found.append(self.position())
        c.expect(closing)
        return tuple(found)

    def position(self) -> Position:
        c = self.cursor
        terms: list[tuple[Index | Entry, int]] = []
        constants: list[int] = []
        sign = -1 if c.accept("-") else 1
        while True:
            if c.next.kind == "number":
                factor = sign * c.integer("a whole number, since this is a position")
                if c.accept("*"):
                    terms.append((self._variable(), factor))
                else:
                    constants.append(factor)
            else:
                terms.append((self._variable(), sign))
            if not c.sees("+", "-"):
                break
            sign = -1 if c.take().text == "-" else 1
        match terms:
            case [(Index() as index, 1)] if not constants:
                return index
        return Offset(tuple(terms), sum(constants))

    def _variable(self) -> Index | Entry:
        """An index, or an integer-valued entry that points (a class label)."""
        c = self.cursor
        after = c.peek()
        if c.next.named and ((after.kind == "sign" and after.text == "[") or c.next.kind == "string"
                             or (not self.scope.lettered(c.next.text) and c.next.text in self.scope.tensors)):
            return self.entry()
        return self.index()

    def index(self) -> Index:
        """A letter, primed for a second index of the same axis; @axis where two axes share a letter."""
        c = self.cursor
        if c.accept("@"):
            token = c.next
            name = c.name("the name of an axis")
            if (axis := self.scope.axes.get(name)) is None:
                c.fail(f"There is no axis {name}.", token, hint=near(name, list(self.scope.axes)), kind=UnknownName)
        else:
            token = c.next
            axis = self._axis_of(c.of_kind("name", "an index"), token)
        return Index(axis, c.take().width if c.next.kind == "primes" else 0)

    def _axis_of(self, letter: str, token: Token) -> Axis:
        axes = self.scope.lettered(letter)
        if not axes:
            letters = ", ".join(f"{axis.letter} for {axis.name}" for axis in self.scope.axes.values())
            self.cursor.fail(f"{letter} is the letter of no axis.", token, kind=UnknownName,
                             hint=f"Letters are {letters}." if letters else f"Declare the axis: axis d letter {letter}.")
        if len(axes) > 1:
            names = " and ".join(axis.name for axis in axes)
            self.cursor.fail(f"{letter} is the letter of {names}.", token, hint=f"Write @{axes[0].name} instead.")
        return axes[0]


def _power(base: Expr, exponent: Rational | None) -> Expr:
    return base if exponent is None else Power(base, exponent)


def near(name: str, names: list[str]) -> str:
    """The name that may have been meant, as a question."""
    close = get_close_matches(name, names, 1)
    return f"Did you mean {close[0]}?" if close else ""


def _count(n: int, one: str, many: str) -> str:
    return f"{n or 'no'} {one if n == 1 else many}"
