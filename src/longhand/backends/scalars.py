"""From an expression to a scalar of array code. Sums, vector functions and function arguments become statements of their own."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import assert_never

from ..core.axis import Index
from ..core.expr import Add, Apply, Component, Delta, Entry, Expr, Holds, Mul, Number, Offset, Position, Power, Sum, add, coefficient, mul, number
from ..core.walk import all_indices, canonical, free, rename, walk
from ..errors import NotUnderstood
from ..functions.table import complete, scalar
from . import contraction
from .array_code import Array, Compare, Const, Extent, Map, Op, Place, Read, Same, Scalar, Select, Shift, Soft, Statement, indices
from .array_code import Power as Raised
from .names import Names
from .scalar_functions import PRIMITIVES, STANDINS, below, cases, selected


class Scope:
    """Where statements are collected: the arrays, the statements so far, and the indices that an enclosing loop fixes.

    order   the indices in scope, outermost first: temporaries are stored in this order
    fixed   indices of enclosing loops
    """

    def __init__(self, arrays: dict[str, Array], names: Names, held: Mapping[str, str], sizes: Mapping[str, Const | Extent],
                 known: Mapping[tuple[str, str], tuple[Entry, Apply]]) -> None:
        self.arrays, self.names, self.held, self.sizes, self.known = arrays, names, held, sizes, known
        self.ready = set(held)                       # tensors whose arrays hold their values already
        self.statements: list[Statement] = []
        self.fixed: tuple[Index, ...] = ()
        self.order: list[Index] = []
        self._made: dict[object, Read] = {}
        self._bindings: list[Mapping[str, Scalar]] = []
        self._upper: list[tuple[Scalar, Scalar] | None] = [None]

    # ---- temporaries ------------------------------------------------------------------------------------------------

    def temporary(self, base: str, at: tuple[Index, ...], statement: Callable[[str], Statement], key: object = None) -> Read:
        """A new array over the indices `at`, filled by a statement; the one that is there already where the key was met before."""
        if key is not None and (known := self._made.get((key, at, self.fixed))) is not None:
            return known
        name = self.names.fresh(base)
        self.arrays[name] = Array(name, "", tuple(i.axis for i in at), "temporary")
        self.statements.append(statement(name))
        read = Read(name, at)
        if key is not None:
            self._made[key, at, self.fixed] = read
        return read

    def forget(self) -> None:
        """Temporaries made so far are not seen by what follows: another function of the module, another round of a loop."""
        self._made.clear()

    def replace_read(self, temporary: str, array: str, at: tuple[Index, ...]) -> None:
        """A temporary that became an array of its own name is known by that name."""
        self._made = {key: Read(array, at) if read.array == temporary else read for key, read in self._made.items()}

    def ordered(self, wanted: frozenset[Index] | set[Index]) -> tuple[Index, ...]:
        """The indices in the order of the scope, without the fixed ones."""
        return tuple(i for i in self.order if i in wanted and i not in self.fixed)

    def stored(self, s: Scalar, base: str, key: object = None) -> Read:
        """The scalar as an array read at plain, different indices."""
        if isinstance(s, Read) and all(isinstance(p, Index) for p in s.at) and len(set(s.at)) == len(s.at):
            return s
        at = self.ordered(indices(s))
        return self.temporary(base, at, lambda name: Map(name, at, s), key)

    # ---- expressions --------------------------------------------------------------------------------------------------

    def scalar(self, e: Expr) -> Scalar:
        """The value of e. Raises NotUnderstood for what array code cannot say."""
        match e:
            case Number(value):
                return Const(value)
            case Entry():
                return self._entry(e)
            case Delta(left, right):
                return Select(Same(self.place(left), self.place(right)), Const(1), Const(0))
            case Holds(left, relation, right):
                return Select(Compare(self.scalar(left), relation, self.scalar(right)), Const(1), Const(0))
            case Add(terms):
                return self._total(terms)
            case Mul():
                return self._product(e)
            case Power(base, exponent):
                return self._power(base, exponent)
            case Sum():
                return contraction.summed(self, e)
            case Apply():
                return self._function(e)
            case Component():
                return self._component(e)
            case _:
                assert_never(e)

    def _entry(self, e: Entry) -> Scalar:
        if self._bindings and e.tensor in self._bindings[-1]:
            return self._bindings[-1][e.tensor]
        if e.tensor == "pi":
            return Const("pi")
        if e.tensor in self.sizes and not e.at:
            return self.sizes[e.tensor]
        if e.tensor not in self.held:
            raise NotUnderstood(f"{e.tensor} has no value here: no equation defines it and it is not given.")
        return Read(self.held[e.tensor], tuple(self.place(p) for p in e.at))

    def place(self, p: Position) -> Place:
        """A position as a place of array code."""
        if isinstance(p, Index):
            return p
        assert isinstance(p, Offset)
        terms = []
        for variable, c in p.terms:
            read = variable if isinstance(variable, Index) else self._entry(variable)
            if not isinstance(read, Index | Read):
                raise NotUnderstood(f"A position cannot be computed from {variable.tensor}.")
            terms.append((read, c))
        return Shift(tuple(terms), p.constant)

    def _total(self, terms: tuple[Expr, ...]) -> Scalar:
        if len(terms) == 2 and Number(-1) in terms:                        # e^u - 1, where digits would be lost
            other = terms[1 - terms.index(Number(-1))]
            c, rest = coefficient(other)
            if c == 1 and isinstance(rest, Apply) and rest.function == "exp" and rest.order == 0:
                return Op("expm1", (self._limited(self.scalar(rest.argument)),))
        return total(tuple(self.scalar(term) for term in terms))

    def _product(self, e: Mul) -> Scalar:
        conditions = [f for f in e.factors if isinstance(f, Delta | Holds)]
        if conditions:
            out = self.scalar(mul(*(f for f in e.factors if f not in conditions)))
            for condition in reversed(conditions):
                test = self.scalar(condition)
                assert isinstance(test, Select)
                out = selected(test.test, out, Const(0)) if isinstance(test.test, Compare) else Select(test.test, out, Const(0))
            return out
        c, rest = coefficient(e)
        logs = [f for f in e.factors if _is_log(f)]
        others = [f for f in e.factors if not isinstance(f, Number) and f not in logs]
        if len(logs) == 1 and others:
            return scaled(c, Op("times_log", (self.scalar(mul(*others)), self.scalar(logs[0].argument))))
        spread = [f for f in others if isinstance(f, Add) and any(_is_log(inner) for inner in walk(f))]
        if spread and len(others) > 1:
            rest_of = mul(number(c), *(f for f in others if f is not spread[0]))
            return self.scalar(add(*(mul(rest_of, term) for term in spread[0].terms)))
        return self._quotient(c, e.factors)

    def _quotient(self, c: int | Fraction, factors: tuple[Expr, ...]) -> Scalar:
        below_ = [f for f in factors if isinstance(f, Power) and f.exponent < 0]
        above = [f for f in factors if f not in below_ and not isinstance(f, Number)]
        top = product([self.scalar(f) for f in above])
        if not below_:
            return scaled(c, top)
        bottom = product([self.scalar(_inverted(f)) for f in below_])
        if isinstance(bottom, Read) and top != Const(1):                          # 0/0 is 0 where the sheet divides a 0
            return scaled(c, Op("ratio", (top, bottom)))
        if top == Const(1):
            return Op("/", (Const(c), bottom))
        return scaled(c, Op("/", (top, bottom)))

    def _power(self, base: Expr, exponent: int | Fraction) -> Scalar:
        if exponent < 0:
            return Op("/", (Const(1), self._power(base, -exponent)))
        value = self.scalar(base)
        return value if exponent == 1 else Raised(value, exponent)

    # ---- functions ------------------------------------------------------------------------------------------------------

    def _function(self, e: Apply) -> Scalar:
        row = scalar(e.function)
        if row is None:
            raise NotUnderstood(f"There is no function {e.function} to compute.")
        found = self._output(e) if e.order == 0 else None
        if found is not None:
            return found
        full = complete(row, e.arguments)
        arguments = tuple(self.scalar(a) for a in full)
        if e.order == 0 and row.name in PRIMITIVES:
            inner = self._limited(arguments[0]) if row.name == "exp" else arguments[0]
            return Op(PRIMITIVES[row.name], (inner,))
        listed = cases(row, e.order, full)
        first = arguments[0]
        if not isinstance(first, Read | Const) and (len(listed) > 1 or sum(n == STANDINS[0] for p in listed for n in walk(p.body)) > 1):
            first = self.stored(first, "u", ("argument", canonical(e.argument)))
        self._bindings.append({s.tensor: a for s, a in zip(STANDINS, (first, *arguments[1:]), strict=False)})
        out: Scalar | None = None
        for piece in reversed(listed):
            upper = next((bound for relation, bound in piece.conditions if relation in ("<", "<=", "==")), None)
            self._upper.append((first, self.scalar(upper)) if upper is not None else None)
            body = self.scalar(piece.body)
            self._upper.pop()
            test = below(piece)
            if out is None or test is None:
                out = body
            else:
                relation, bound = test
                out = selected(Compare(first, ">=" if relation == "==" else relation, self.scalar(bound)), body, out)
        self._bindings.pop()
        assert out is not None
        return out

    def _limited(self, u: Scalar) -> Scalar:
        """The argument of an exponential inside a case u ≤ bound, cut off at the bound, so that the case not taken stays finite."""
        limit = self._upper[-1]
        return Op("min", limit) if limit is not None and u == limit[0] else u

    def _output(self, e: Apply) -> Scalar | None:
        """The array that holds f(z[i]) already, since an equation defines it so."""
        match e.arguments:
            case (Entry(tensor, at), *_) if (e.function, tensor) in self.known and not self._bindings:
                left, right = self.known[e.function, tensor]
                inner = right.arguments[0]
                assert isinstance(inner, Entry)
                if all(isinstance(p, Index) for p in inner.at) and set(inner.at) >= set(left.at):
                    to = dict(zip(inner.at, at, strict=True))
                    if left.tensor in self.ready and rename(right, to) == e:
                        renamed = rename(left, to)
                        return self.scalar(renamed)
        return None

    def _component(self, e: Component) -> Scalar:
        if e.function not in ("softmax", "log_softmax"):
            raise NotUnderstood(f"There is no vector function {e.function} to compute.")
        along, inside = e.index, e.body
        if isinstance(e.at, Index) and e.at not in all_indices(inside):
            along, inside = e.at, rename(inside, {along: e.at})                # softmax(z)_k is written with k itself
        opened = along not in self.order
        if opened:
            self.order.append(along)
        source = self.stored(self.scalar(inside), "scores", ("scores", canonical(inside)))
        if along not in source.at:
            raise NotUnderstood(f"{e.function} along the axis {along.axis.name}, of something that is the same everywhere along it.")
        at = tuple(p for p in source.at if p not in self.fixed)
        read = self.temporary(e.function, at, lambda name: Soft(name, at, along, e.function, source), (e.function, source))
        if opened:
            self.order.remove(along)
        return Read(read.array, tuple(self.place(e.at) if p == along else p for p in read.at))


def _is_log(e: Expr) -> bool:
    return isinstance(e, Apply) and e.order == 0 and e.function == "ln" and bool(free(e) or not isinstance(e.argument, Number))


def _inverted(e: Power) -> Expr:
    return e.base ** -e.exponent


def total(terms: tuple[Scalar, ...]) -> Scalar:
    """The sum, positive terms first, so that no formula begins with a minus that it does not need."""
    positive = [t for t in terms if not _negative(t)]
    rest = [t for t in terms if _negative(t)]
    if not positive:
        return Op("neg", (total(tuple(_opposite(t) for t in rest)),)) if len(rest) > 1 else rest[0]
    out = positive[0]
    for term in positive[1:]:
        out = Op("+", (out, term))
    for term in rest:
        out = Op("-", (out, _opposite(term)))
    return out


def _negative(s: Scalar) -> bool:
    match s:
        case Const(value):
            return not isinstance(value, str) and value < 0
        case Op("neg", _):
            return True
        case Op("*" | "/", (first, *_)):
            return _negative(first)
    return False


def _opposite(s: Scalar) -> Scalar:
    match s:
        case Const(value) if not isinstance(value, str):
            return Const(-value)
        case Op("neg", (inner,)):
            return inner
        case Op("*" | "/", (first, second)) if _negative(first):
            return scaled_by(s, _opposite(first), second)
    return Op("neg", (s,))


def scaled_by(s: Op, first: Scalar, second: Scalar) -> Scalar:
    """The product or quotient with another first operand."""
    return second if s.name == "*" and first == Const(1) else Op(s.name, (first, second))


def product(parts: list[Scalar]) -> Scalar:
    """The product; 1 of none."""
    out: Scalar = Const(1)
    for part in parts:
        out = part if out == Const(1) else Op("*", (out, part))
    return out


def scaled(c: int | Fraction, s: Scalar) -> Scalar:
    """c·s; a division where c is 1 over a whole number."""
    if s == Const(1):
        return Const(c)
    if c == 1:
        return s
    if c < 0 and isinstance(s, Op) and s.name == "-":
        return scaled(-c, Op("-", (s.arguments[1], s.arguments[0])))              # -(y - ŷ) is ŷ - y
    if c < 0 and isinstance(s, Op) and s.name in "*/" and isinstance(s.arguments[0], Op) and s.arguments[0].name == "-":
        return scaled(-c, Op(s.name, (scaled(-1, s.arguments[0]), s.arguments[1])))
    if c == -1:
        return Op("neg", (s,))
    if isinstance(c, Fraction) and abs(c.numerator) == 1:
        return Op("/", (s if c > 0 else Op("neg", (s,)), Const(c.denominator)))
    return Op("*", (Const(c), s))
