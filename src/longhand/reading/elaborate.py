"""From a Formula to a Term: which product a juxtaposition is, which function a call, which entry a subscript; shapes unify on the way."""
from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction as Rational

from ..calculus.simplify import size_of, sum_over
from ..core.axis import Index as AxisIndex
from ..core.expr import (
    ONE,
    Apply,
    Entry,
    Expr,
    Holds,
    Number,
    Offset,
    add,
    delta,
    mul,
    negative,
    number,
    power,
)
from ..core.expr import Sum as AxisSum
from ..core.walk import free, rename
from . import calls
from .environment import Environment, Quantity, numeral
from .names import Reading, flat, is_transpose, items, readings
from .syntax import (
    Accent,
    Annotated,
    BigOperator,
    Call,
    Cases,
    Derivative,
    Empty,
    Formula,
    Fraction,
    Group,
    Index,
    Matrix,
    Name,
    Negative,
    Norm,
    Numeral,
    Product,
    Relation,
    Root,
    Row,
    Script,
    Sequence,
    Sum,
    Tagged,
    Words,
    walk,
)
from .terms import UNIT, Term, Unclear, elementwise, over, product, summed, times, total, transposed

RELATIONS = {">": ">", "<": "<", ">=": ">=", "<=": "<=", "=": "==", "!=": "!="}
ELEMENTWISE = {"odot", "ast", "circ", "bullet"}


class Elaborator:
    """Reads formulas in an environment; it adds to the environment the quantities it meets for the first time."""

    def __init__(self, environment: Environment):
        self.env = environment
        self.shapes = environment.shapes
        self.summing = False                                           # inside a sum without bounds
        self.pending: Callable[[str], bool | None] | None = None       # reads the definition of a name that comes later

    def __call__(self, formula: Formula) -> Term:
        match formula:
            case Numeral(_, text):
                return Term(number(numeral(text)))
            case Name() | Accent() | Index():
                return self.named(formula)
            case Script():
                return self.script(formula)
            case Group(_, _, body) | Annotated(_, body, _) | Tagged(_, body, _):
                return self(body)
            case Negative(_, body):
                term = self(body)
                return Term(negative(term.expr), term.axes)
            case Sum(span, terms):
                return total(self.shapes, [self(term) for term in terms], span)
            case Product():
                return self.product(formula)
            case Fraction(span, above, below):
                return self.quotient(self(above), below, span)
            case Call():
                return calls.call(self, formula)
            case BigOperator():
                return self.big(formula)
            case Root(_, body, None):
                term = self(body)
                return Term(power(term.expr, Rational(1, 2)), term.axes)
            case Norm(_, body, bars):
                return self.norm(body, bars, 1)
            case Cases():
                return self.cases(formula)
            case Relation(span, (left, right), (sign,)) if sign in RELATIONS:
                return self.condition(left, sign, right, span)
            case Row(span, _, parts) if parts and not any(isinstance(p, Row | Matrix | Empty) for p in parts):
                return self.written_out(parts, span)
            case Matrix() | Row():
                raise Unclear(formula.span, "a matrix inside a formula", "give the matrix a name and use the name")
            case Derivative():
                raise Unclear(formula.span, "a derivative inside a formula")
            case Empty():
                raise Unclear(formula.span, "something is missing here")
        raise Unclear(formula.span, f"no meaning known for {type(formula).__name__.lower()}")

    # ---- names and entries ----------------------------------------------------------------------------------------

    def named(self, formula: Formula) -> Term:
        found = self.env.reading(formula)
        if found is None:
            raise Unclear(formula.span, "not a name")
        return self.reference(found, formula)

    def reference(self, found: Reading, formula: Formula) -> Term:
        term = self.env.locals.get(found.name)
        if term is None:
            if found.name in self.env.sizes and not found.indices:
                term = Term(Entry(found.name))
            elif found.name in self.env.letters and not found.indices:
                raise Unclear(formula.span, f"the index {found.name} used as a number")
            else:
                if found.name not in self.env.quantities and self.pending is not None and self.pending(found.name) is False:
                    raise Unclear(formula.span, f"{found.name} is not understood")
                quantity = self.env.quantities.get(found.name) or self.introduce(found, formula)
                if found.indices:
                    term = self.entry(quantity, found.indices, formula)
                else:
                    term = self.whole(quantity)
        elif found.indices:
            term = self.entry_of(term, found.indices, formula)
        if found.transposed:
            term = transposed(term)
        if found.power is not None:
            term = self.raised(term, found.power, formula)
        return term

    def introduce(self, found: Reading, formula: Formula) -> Quantity:
        """A name met for the first time, with the rank that its indices or its kind of letter suggest."""
        env = self.env
        if found.name == "e" or found.name in ("exp", "ln", "log"):
            raise Unclear(formula.span, f"{found.name} without an exponent or argument")
        if found.indices:
            rank, guessed = len(found.indices), False
        else:
            rank, guessed = self.guess(found.name), True
        axes = tuple(env.shapes.axis(origin=found.name) for _ in range(rank))
        quantity = Quantity(found.name, axes, found.spelled, brackets=found.brackets, guessed=guessed)
        env.quantities[found.name] = quantity
        return quantity

    def guess(self, name: str) -> int:
        """Rank by use, else by habit: a capital letter is a matrix, a small Latin letter a vector, a Greek letter or a word a number."""
        if name in self.env.ranks:
            return self.env.ranks[name]
        base = name.split("_")[0].split("^")[0].rstrip("*'")
        for accent in ("hat", "bar", "tilde"):
            base = base.removesuffix(accent)
        if self.env.scalars or len(base) > 1:
            return 0
        return 2 if base.isupper() else 1

    def whole(self, quantity: Quantity) -> Term:
        at = tuple(self.shapes.index(axis) for axis in quantity.axes)
        expr = Entry(quantity.name, at)
        if len(at) == 1 and (quantity.orientation == "row" or (self.env.rows and not quantity.orientation)):
            return Term(expr, (UNIT, at[0]))
        if len(at) == 1 and quantity.orientation == "column":
            return Term(expr, (at[0], UNIT))
        return Term(expr, at)

    def entry(self, quantity: Quantity, indices: tuple[Formula, ...], formula: Formula) -> Term:
        indices = self.spread(indices, len(quantity.axes))
        if len(indices) > len(quantity.axes):
            raise Unclear(formula.span, f"{quantity.name} has {len(quantity.axes)} axes and is written with {len(indices)} indices")
        places = tuple(self.env.place(i, a) for i, a in zip(indices, quantity.axes, strict=False))
        rest = tuple(self.shapes.index(axis) for axis in quantity.axes[len(indices):])
        if rest:
            self.env.note("assumption", formula.span, f"{quantity.name} with {len(indices)} of its {len(quantity.axes)} indices is a row of it",
                          "the first index counts examples or time steps")
        return Term(Entry(quantity.name, (*places, *rest)), (UNIT, *rest) if len(rest) == 1 and self.env.rows else rest)

    def spread(self, indices: tuple[Formula, ...], rank: int) -> tuple[Formula, ...]:
        """w_{13} with two axes: the digits are two indices."""
        if len(indices) == 1 and rank == 2 and isinstance(indices[0], Numeral) and len(indices[0].text) == 2:
            return tuple(Numeral(indices[0].span, digit) for digit in indices[0].text)
        return indices

    def entry_of(self, term: Term, indices: tuple[Formula, ...], formula: Formula) -> Term:
        """One entry of any term: softmax(θ)_i, (W h)_j."""
        indices = self.spread(indices, len(term.real))
        if len(indices) != len(term.real):
            raise Unclear(formula.span, f"{len(term.real)} axes and {len(indices)} indices")
        places = [self.env.place(i, axis.axis) for i, axis in zip(indices, term.real, strict=True)]
        return Term(rename(term.expr, dict(zip(term.real, places, strict=True))))

    # ---- scripts --------------------------------------------------------------------------------------------------

    def script(self, formula: Script) -> Term:
        env = self.env
        if flat(formula.base) == "e" and formula.sup is not None and formula.sub is None and not env.known("e"):
            exponent = self(formula.sup)
            return Term(Apply("exp", (exponent.expr,)), exponent.axes)
        if isinstance(formula.base, Norm):
            return self.norm(formula.base.body, formula.base.bars, formula.sup)
        if isinstance(formula.base, Numeral):
            if formula.sub is not None:
                return self.indicator(formula)
            return Term(power(self(formula.base).expr, self.exponent(formula.sup)))
        found = env.reading(formula)
        if found is not None:
            return self.reference(found, formula)
        term = self(formula.base)
        sup = formula.sup
        if is_transpose(sup):
            term, sup = transposed(term), None
        if formula.sub is not None:
            term = self.entry_of(term, items(formula.sub), formula)
        return term if sup is None else self.raised(term, sup, formula)

    def raised(self, term: Term, exponent: Formula, formula: Formula) -> Term:
        return Term(power(term.expr, self.exponent(exponent)), term.axes)

    def exponent(self, formula: Formula | None):
        if formula is not None:
            value = self(formula).expr
            if isinstance(value, Number):
                return value.value
            raise Unclear(formula.span, "an exponent that is not a number", "write exp(... ln ...) or give the name to a quantity")
        return 1

    def indicator(self, formula: Script) -> Term:
        """\\mathbf{1}_{x>0}."""
        if formula.base.text == "1" and isinstance(formula.sub, Relation):
            return self(formula.sub)
        raise Unclear(formula.span, "a number with a subscript")

    # ---- products -------------------------------------------------------------------------------------------------

    def product(self, formula: Product) -> Term:
        """Juxtaposed factors first, then ⊙, both from the left; each is whichever product conforms."""
        groups: list[list] = [[formula.factors[0]]]
        for operator, factor in zip(formula.operators, formula.factors[1:], strict=True):
            if operator in ELEMENTWISE:
                groups.append([factor])
            else:
                groups[-1] += [operator, factor]
        terms = [self.chain(group, formula) for group in groups]
        result = terms[0]
        for term in terms[1:]:
            done = times(self.shapes, result, term, formula.span)
            if done is None:
                raise Unclear(formula.span, "an elementwise product of unlike shapes")
            result = done
        return result

    def chain(self, group: list, formula: Product) -> Term:
        self.means(group)
        result = self.factor(group[0])
        for operator, factor in zip(group[1::2], group[2::2], strict=True):
            if operator in ("/", "oslash"):
                result = self.quotient(result, factor, formula.span)
                continue
            term = self.factor(factor)
            if operator == "otimes":
                raise Unclear(factor.span, "the Kronecker product in a definition")
            result = self.multiplied(result, term, operator, factor)
        return result

    def quotient(self, above: Term, below: Formula, span) -> Term:
        """above / below; in Q Kᵀ/√d_k, d_k being given nowhere, d_k is the inner size of the product (scaled dot product)."""
        if isinstance(below, Root) and isinstance(above.expr, AxisSum) and above.real:
            found = next((r for r in readings(below.body)), None)
            if found is not None and not found.indices and not self.env.known(found.name) and found.name not in self.env.sizes:
                axis = above.expr.index.axis
                known = self.shapes.known(axis)
                self.env.sizes.add(found.name)
                if isinstance(known, int):
                    self.shapes.fixed.setdefault(found.name, known)
                elif known is None:
                    self.shapes.unify(axis, self.shapes.axis(found.name), span, "the inner size of a product")
                self.env.note("assumption", below.span, f"{found.name} is the inner size of the product that its root divides",
                              "the sheet does not say")
                return Term(mul(above.expr, power(Entry(found.name), Rational(-1, 2))), above.axes)
        return over(self.shapes, above, self(below), span)

    def factor(self, formula: Formula) -> Term:
        return self(formula)

    def means(self, group: list) -> None:
        """1/N in front of a sum, N being given nowhere: N is the number of terms of the sum."""
        for first, then in zip(group[::2], group[2::2], strict=False):
            if not (isinstance(first, Fraction) and isinstance(then, BigOperator) and then.kind == "sum"):
                continue
            for part in first.below.factors if isinstance(first.below, Product) else (first.below,):
                if isinstance(part, Name) and part.text not in self.env.sizes and part.text not in self.env.quantities:
                    self.count_of(part, then)

    def count_of(self, symbol: Name, of: BigOperator) -> None:
        """Make the symbol the size of the axis that a sum runs over; of the first axis where it runs over all."""
        letters, _ = self.bounds(of)
        letters = letters or {letter: (self.env.base, None) for letter in self.open_letters(of.body)}
        high = next((high for _, high in letters.values()), None)
        if high == symbol.text:
            return
        notes = list(self.env.notes)
        held = dict(self.env.letters)
        if letters:
            letter = next(iter(letters))
            index = self.shapes.index(self.shapes.axis(None, letter))
            self.env.letters[letter] = index
            self(of.body)
            axis = index.axis
        else:
            real = self(of.body).real
            if not real:
                return
            axis = real[0].axis
        self.env.letters, self.env.notes = held, notes
        known = self.shapes.known(axis)
        self.env.sizes.add(symbol.text)
        if isinstance(known, int):
            self.shapes.fixed.setdefault(symbol.text, known)
        elif known is None:
            self.shapes.unify(axis, self.shapes.axis(symbol.text), symbol.span, "the number of terms of a mean")
        self.env.note("assumption", symbol.span, f"{symbol.text} is the number of terms of the sum that it divides", "the sheet does not say")

    def multiplied(self, a: Term, b: Term, operator: str, formula: Formula) -> Term:
        if a.scalar and not a.axes or b.scalar and not b.axes:
            done = times(self.shapes, a, b, formula.span)
            assert done is not None
            return done
        if self.summing and len(a.real) == len(b.real) == 1 and a.axes[-1] is not UNIT and b.axes[0] is UNIT and not _is_transposed(formula):
            done = times(self.shapes, a, b, formula.span)       # \sum y \log p: entry by entry, also where p stands as a row
            if done is not None:
                return done
        done = product(self.shapes, a, b, formula.span)
        if done is not None:
            return done
        if len(a.real) == len(b.real) == 1 and operator == "cdot" and len(a.axes) == len(b.axes):
            both = elementwise(self.shapes, a, b, formula.span, "a scalar product")
            if both is not None and len(a.axes) == 1:
                return summed(Term(mul(both[0], both[1]), both[2]))
        if len(a.real) == len(b.real):
            done = times(self.shapes, a, b, formula.span)
            if done is not None:
                self.env.note("assumption", formula.span, "a product of two equal shapes side by side is taken entry by entry (⊙)",
                              "as a matrix product the two do not conform", "write \\odot")
                return done
        sizes = [" × ".join(str(self.shapes.known(i.axis) or "?") if i is not UNIT else "1" for i in t.axes) for t in (a, b)]
        raise Unclear(formula.span, f"a product of the shapes {sizes[0]} and {sizes[1]}, which do not conform")

    def written_out(self, parts: tuple[Formula, ...], span) -> Term:
        """(θ_1, θ_2): a vector of entries written one by one."""
        index = self.shapes.index(self.shapes.axis(len(parts)))
        terms = [self(part) for part in parts]
        if any(t.real for t in terms):
            raise Unclear(span, "a list with vectors in it")
        return Term(add(*(mul(delta(index, Offset((), k)), t.expr) for k, t in enumerate(terms))), (index,))

    # ---- sums, norms, cases ---------------------------------------------------------------------------------------

    def big(self, formula: BigOperator) -> Term:
        if formula.kind != "sum":
            raise Unclear(formula.span, f"{formula.kind} over an index")
        letters, conditions = self.bounds(formula)
        if not letters:
            letters = {letter: (self.env.base, None) for letter in self.open_letters(formula.body)}
        if not letters:
            summing, self.summing = self.summing, True
            try:
                return summed(self(formula.body))
            finally:
                self.summing = summing
        outer = {letter: self.env.letters.get(letter) for letter in letters}
        made: list[tuple[str, AxisIndex]] = []
        try:
            for letter, (low, high) in letters.items():
                known = self.env.ranges.get(letter) if high is None else high
                index = self.shapes.index(self.shapes.axis(known, letter))
                self.env.letters[letter] = index
                made.append((letter, index))
            term = self(formula.body)
            guards = [self.guard(c, formula) for c in conditions]
            expr = mul(term.expr, *guards)
            for letter, index in reversed(made):
                expr = self.sum_over(index, expr, letter, formula)
            return Term(expr, term.axes)
        finally:
            for letter, old in outer.items():
                if old is None:
                    self.env.letters.pop(letter, None)
                else:
                    self.env.letters[letter] = old

    def open_letters(self, body: Formula) -> list[str]:
        """Index letters in the body of a sum without bounds: \\sum y_i \\ln p_i runs over i."""
        found: dict[str, None] = {}
        for node in walk(body):
            if isinstance(node, Script):
                for item in items(node.sub):
                    if isinstance(item, Name) and item.text in self.env.index_letters and item.text not in self.env.letters:
                        found[item.text] = None
        return list(found)

    def sum_over(self, index: AxisIndex, expr: Expr, letter: str, formula: Formula) -> Expr:
        if index not in free(expr) and self.shapes.known(index.axis) is None:
            raise Unclear(formula.span, f"nothing depends on the index {letter}, and its range is not known")
        if index not in free(expr):
            return mul(expr, self.count(index))
        return sum_over(index, expr)

    def count(self, index: AxisIndex) -> Expr:
        known = self.shapes.known(index.axis)
        return Entry(known) if isinstance(known, str) else number(known) if known is not None else size_of(index.axis)

    def bounds(self, formula: BigOperator) -> tuple[dict[str, tuple[int, int | str | None]], list[Relation]]:
        """Letters bound by the sum with their range, and the conditions on them (j ≠ k)."""
        letters: dict[str, tuple[int, int | str | None]] = {}
        conditions: list[Relation] = []
        high = self.limit(formula.upper)
        lower = formula.lower
        for part in () if lower is None else items(lower):
            match part:
                case Name() | Script() if flat(part):
                    letters[flat(part)] = (self.env.base, high)
                case Relation(_, (Name() | Script() as letter, Numeral(_, low)), ("=",)) if flat(letter):
                    text = flat(letter)
                    if high is not None and int(low) not in (0, 1):
                        raise Unclear(part.span, f"a sum that starts at {low}", "sum over the whole axis")
                    if low == "0" and isinstance(high, int):
                        high += 1
                    letters[text] = (int(low), high)
                case Relation(_, (Name(_, text, _), _), ("!=",)):
                    letters[text] = (self.env.base, high)
                    conditions.append(part)
                case _:
                    raise Unclear(part.span, "bounds of a sum that are not understood", "write \\sum_{i=1}^{n} or \\sum_i")
        return letters, conditions

    def limit(self, formula: Formula | None) -> int | str | None:
        match formula:
            case None:
                return None
            case Numeral(_, text) if text.isdigit():
                return int(text)
            case Name() | Script():
                return flat(formula)
        raise Unclear(formula.span, "an upper bound that is neither a number nor a symbol")

    def guard(self, condition: Relation, formula: Formula) -> Expr:
        left, right = condition.parts
        index = self.env.letters[left.text]
        return add(ONE, negative(delta(index, self.env.place(right, index.axis))))

    def norm(self, body: Formula, bars: int, sup: Formula | int | None) -> Term:
        term = self(body)
        exponent = 1 if sup in (None, 1) else self.exponent(sup)
        if bars == 1:
            if not term.scalar:
                raise Unclear(body.span, "bars round a vector", "write \\|x\\| for the norm")
            return Term(power(Apply("abs", (term.expr,)), exponent), term.axes)
        squares = summed(Term(power(term.expr, 2), term.axes)).expr
        return Term(power(squares, Rational(1, 2) * exponent))

    def cases(self, formula: Cases, argument: Expr | None = None) -> Term:
        """A distinction by cases as a sum of value · [condition]; the last row may say otherwise."""
        parts, seen = [], []
        for value, condition in formula.rows:
            term = self(value)
            if not term.scalar:
                raise Unclear(value.span, "cases with vectors in them")
            if condition is None or isinstance(condition, Words) and condition.text.strip(" .,").lower() in ("otherwise", "else"):
                holds = mul(*(add(ONE, negative(h)) for h in seen))
            else:
                holds = self.case_condition(condition, argument)
            seen.append(holds)
            parts.append(mul(term.expr, holds))
        return Term(add(*parts))

    def case_condition(self, condition: Formula, argument: Expr | None) -> Expr:
        match condition:
            case Group(_, _, body):
                return self.case_condition(body, argument)
            case Relation(span, (Empty(), right), (sign,)) if sign in RELATIONS and argument is not None:
                self.env.note("repair", span, "a condition without its variable is read with the function's own argument",
                              "the left side of the comparison is missing", "write the variable in front")
                return Holds(argument, RELATIONS[sign], self(right).expr)
            case Relation(span, (left, right), (sign,)) if sign in RELATIONS:
                return self.condition(left, sign, right, span).expr
        if isinstance(condition, Sequence):
            kept = [item for item in condition.items if not isinstance(item, Words) or item.text.strip() not in ("if", "for", "when", "")]
            if len(kept) == 1:
                return self.case_condition(kept[0], argument)
        raise Unclear(condition.span, "a condition that is not a comparison")

    def condition(self, left: Formula, sign: str, right: Formula, span) -> Term:
        both = elementwise(self.shapes, self(left), self(right), span, "the two sides of a comparison")
        if both is None:
            raise Unclear(span, "a comparison of unlike shapes")
        return Term(Holds(both[0], RELATIONS[sign], both[1]), both[2])


def _is_transposed(formula: Formula) -> bool:
    return isinstance(formula, Script) and is_transpose(formula.sup)
