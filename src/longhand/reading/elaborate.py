"""From a Formula to a Term: which product a juxtaposition is, which function a call, which entry a subscript; shapes unify on the way."""
from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction as Rational

from ..core.expr import MINUS_ONE, ONE, Apply, Entry, Expr, Holds, Number, add, mul, negative, number, power
from ..core.walk import rename
from . import calls, powers, products, sums
from .environment import Environment, Quantity, numeral
from .names import Reading, flat, is_label, is_transpose, is_whole_axis, items, latex
from .syntax import (
    Accent,
    Annotated,
    BigOperator,
    Braces,
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
    Span,
    Sum,
    Tagged,
    Words,
)
from .terms import UNIT, Term, Unclear, elementwise, summed, times, total, transposed

CIRCLE = "pi"                    # the number, where the sheet has no quantity of that name
SPECIAL = {"<": "⟨ ⟩", "floor": "⌊ ⌋", "ceil": "⌈ ⌉"}
LARGEST_POWER = 4000             # bits of a number raised to a power
RELATIONS = {">": ">", "<": "<", ">=": ">=", "<=": "<=", "=": "==", "!=": "!="}


class Elaborator:
    """Reads formulas in an environment; it adds to the environment the quantities it meets for the first time."""

    def __init__(self, environment: Environment):
        self.env = environment
        self.shapes = environment.shapes
        self.summing = False                                           # inside a sum without bounds
        self.pending: Callable[[str, Span], bool | None] | None = None       # reads the definition of a name that comes later

    def __call__(self, formula: Formula) -> Term:
        match formula:
            case Numeral(_, text):
                return Term(number(numeral(text)))
            case Name() | Accent() | Index():
                meant = calls.in_square(self, formula) if isinstance(formula, Index) else None
                return self.named(formula) if meant is None else self(meant)
            case Script():
                return self.script(formula)
            case Group(_, "(" | "[" | "{" | ".", body) | Braces(_, (body,), ()) | Annotated(_, body, _) | Tagged(_, body, _):
                return self(body)
            case Group(span, opening, _):
                raise Unclear(span, f"the brackets {SPECIAL.get(opening, opening)} have a meaning that is not known here", "write what is meant as a formula")
            case Negative(_, body):
                term = self(body)
                return Term(mul(MINUS_ONE, term.expr), term.axes)      # -(a + b) stays a negated sum, as it is written
            case Sum(_, terms):
                return self.sum(terms)
            case Product():
                return products.product(self, formula)
            case Fraction(span, above, below):
                return products.quotient(self, self(above), below, span)
            case Call():
                return calls.call(self, formula)
            case BigOperator():
                return sums.big(self, formula)
            case Root(_, body, degree):
                term = self(body)
                return Term(power(term.expr, powers.of_root(self, degree)), term.axes)
            case Norm(_, body, bars):
                return self.norm(body, bars, None, None)
            case Cases():
                return self.cases(formula)
            case Relation(span, (left, right), (sign,)) if sign in RELATIONS:
                return self.condition(left, sign, right, span)
            case Row(span, "<", (one, two)):
                return products.inner(self, one, two, span)
            case Row(span, _, parts) if parts and not any(isinstance(p, Row | Matrix | Empty) for p in parts):
                return products.written_out(self, parts, span)
            case Matrix() | Row():
                raise Unclear(formula.span, "a matrix inside a formula", "give the matrix a name and use the name")
            case Derivative():
                raise Unclear(formula.span, "a derivative inside a formula")
            case Empty():
                raise Unclear(formula.span, "something is missing here")
        raise Unclear(formula.span, f"no meaning known for {type(formula).__name__.lower()}")

    def sum(self, formulas: tuple[Formula, ...]) -> Term:
        """A sum; a name met here for the first time, whose rank is a guess, is a number where all the other terms are: w^T x + b."""
        before = set(self.env.quantities)
        terms = [self(formula) for formula in formulas]
        guessed = {k: q for k, formula in enumerate(formulas) if isinstance(formula, Name | Accent | Script)
                   and (q := self.env.quantities.get(flat(formula) or "")) is not None and q.guessed and q.name not in before}
        if guessed and len(guessed) < len(terms) and all(term.scalar for k, term in enumerate(terms) if k not in guessed):
            for k, quantity in guessed.items():
                quantity.axes = ()
                terms[k] = Term(Entry(quantity.name))
        return total(self.shapes, terms, formulas)

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
            elif found.name == CIRCLE and not self.env.known(CIRCLE) and not found.indices:
                term = Term(Entry(CIRCLE))
            elif found.name in self.env.letters and not found.indices:
                raise Unclear(formula.span, f"the index {found.name} used as a number")
            else:
                if found.name not in self.env.quantities and self.pending is not None and self.pending(found.name, formula.span) is False:
                    raise Unclear(formula.span, f"{found.name} is not understood", cause=found.name)
                if isinstance(found.power, Numeral) and not self.env.known(found.name) and found.name not in self.env.alone:
                    self.env.note("assumption", formula.span, f"{latex(formula)} is a power of {found.name}", "no name of the sheet has a 1 above it")
                quantity = self.env.quantities.get(found.name) or self.introduce(found, formula)
                indices = powers.exchanged(self, found, len(quantity.axes), formula)
                term = self.entry(quantity, indices, formula) if indices else self.whole(quantity)
        elif found.indices:
            term = self.entry_of(term, powers.exchanged(self, found, len(term.real), formula), formula)
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
            rank, guessed = len(found.indices) + (found.name in env.series), False
        elif loose := self.unbound(formula):
            raise Unclear(formula.span, f"the index {loose} of {found.name} is bound by no sum, no range and not by the left side",
                          f"sum over {loose}, or write an index that is bound")
        else:
            rank, guessed = self.guess(found.name), True
        axes = tuple(env.shapes.axis(origin=found.name) for _ in range(rank))
        quantity = Quantity(found.name, axes, found.spelled, brackets=found.brackets, guessed=guessed)
        env.quantities[found.name] = quantity
        return quantity

    def unbound(self, formula: Formula) -> str | None:
        """A letter that is an index elsewhere, and not bound here, where others are."""
        for item in items(formula.sub) if isinstance(formula, Script) and self.env.letters else ():
            if isinstance(item, Name) and item.text not in self.env.letters and (item.text in self.env.summed or item.text in self.env.ranges):
                return item.text
        return None

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
        ones = [i for i in indices if isinstance(i, Numeral) and i.text == "1"]
        if ones and len(indices) == len(quantity.axes) + 1:
            self.env.note("assumption", formula.span, f"the index 1 of {quantity.name} counts a single input", f"{quantity.name} has one axis less")
            indices = tuple(i for i in indices if i is not ones[-1])
        if len(indices) == len(quantity.axes) + 1 and (single := [i for i in indices if self.of_one(i)]):
            self.env.note("assumption", formula.span, f"{quantity.name} with the index {flat(single[-1])} is {quantity.name} itself",
                          f"{flat(single[-1])} has one value, and {quantity.name} one axis less")
            indices = tuple(i for i in indices if i is not single[-1])
        if len(indices) > len(quantity.axes):
            raise Unclear(formula.span, f"{quantity.name} has {len(quantity.axes)} axes and is written with {len(indices)} indices")
        places = tuple(self.shapes.index(a) if is_whole_axis(i) else self.env.place(i, a) for i, a in zip(indices, quantity.axes, strict=False))
        rest = tuple(self.shapes.index(axis) for axis in quantity.axes[len(indices):])
        if rest:
            self.env.note("assumption", formula.span, f"{quantity.name} with {len(indices)} of its {len(quantity.axes)} indices is a row of it",
                          "the first index counts examples or time steps")
        kept = (*(p for p, i in zip(places, indices, strict=True) if is_whole_axis(i)), *rest)
        return Term(Entry(quantity.name, (*places, *rest)), (UNIT, *kept) if len(kept) == 1 and self.env.rows else kept)

    def of_one(self, formula: Formula) -> bool:
        """Whether an index is a letter with one value: the k of a sum from 1 to 1."""
        index = self.env.letters.get(flat(formula) or "")
        return index is not None and self.shapes.known(index.axis) == 1

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
        if isinstance(formula.base, Norm) and not formula.primes:
            return self.norm(formula.base.body, formula.base.bars, formula.sub, formula.sup)
        if isinstance(formula.base, Numeral) and not formula.primes:
            if formula.sub is not None:
                return self.indicator(formula)
            return self.raised(self(formula.base), formula.sup, formula)
        if isinstance(formula.base, Index) and (meant := calls.in_square(self, formula.base, formula)) is not None:
            return self(meant)
        found = env.reading(formula)
        if found is not None:
            return self.reference(powers.unlabelled(self, formula) if is_label(formula.sup) and not env.known(found.name) else found, formula)
        if (product := calls.scripted(self, formula)) is not None:
            return self(product)
        if formula.primes:
            raise Unclear(formula.span, "a prime behind something that is no name", "write ^\\top for the transposed; write a derivative out")
        if isinstance(formula.base, Fraction) and formula.sup is not None:
            env.note("assumption", formula.span, "a power behind a fraction is one of the whole fraction", "no brackets say otherwise")
        term = self(formula.base)
        sup = formula.sup
        if is_label(sup):
            raise Unclear(formula.span, "what stands in brackets above says which one, and is no power", "leave the brackets out for a power")
        if is_transpose(sup):
            term, sup = transposed(term), None
        if formula.sub is not None:
            term = self.entry_of(term, items(formula.sub), formula)
        return term if sup is None else self.raised(term, sup, formula)

    def raised(self, term: Term, exponent: Formula, formula: Formula) -> Term:
        value = self.exponent(exponent)
        if len(term.real) == 2:
            powers.say_of_matrix(self, value, term, formula)
        return Term(self.power(term.expr, value, exponent), term.axes)

    def power(self, base: Expr, exponent: Rational, formula: Formula) -> Expr:
        """base^exponent; numbers with more digits than anybody writes are refused."""
        size = abs(exponent) * (max(base.value.numerator.bit_length(), base.value.denominator.bit_length()) if isinstance(base, Number) else 1)
        if size > LARGEST_POWER:
            raise Unclear(formula.span, "a power too large to be worked with", "use a smaller exponent")
        return power(base, exponent)

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

    # ---- norms and cases --------------------------------------------------------------------------------------------

    def norm(self, body: Formula, bars: int, which: Formula | None, sup: Formula | None) -> Term:
        """|x| of a number; ‖x‖, ‖x‖_2 and ‖W‖_F, the root of the sum of all squares; ‖x‖_1, the sum of all absolute values."""
        term = self(body)
        exponent = 1 if sup is None else self.exponent(sup)
        if which is not None and flat(which) == "1" and bars == 2:
            if len(term.real) == 2:
                self.env.note("assumption", body.span, "‖W‖_1 of a matrix is the sum of all absolute values", "as a penalty has it")
            return Term(power(summed(Term(Apply("abs", (term.expr,)), term.axes)).expr, exponent))
        if which is not None and (bars == 1 or flat(which) not in ("2", "F")):
            raise Unclear(which.span, "a norm that is not known", "write ‖x‖_2, ‖x‖_1 or ‖W‖_F")
        if bars == 1:
            if not term.scalar:
                raise Unclear(body.span, "bars round a vector", "write \\|x\\| for the norm")
            return Term(power(Apply("abs", (term.expr,)), exponent), term.axes)
        if len(term.real) == 2 and (which is None or flat(which) == "2"):
            self.env.note("assumption", body.span, "the norm of a matrix is its Frobenius norm", "the root of the sum of all squares", "write ‖W‖_F")
        squares = summed(Term(power(term.expr, 2), term.axes)).expr
        return Term(power(squares, Rational(1, 2) * exponent))

    def cases(self, formula: Cases, argument: Expr | None = None) -> Term:
        """A distinction by cases as a sum of value · [condition], entry by entry; the last row may say otherwise."""
        parts: list[Term] = []
        seen: list[Term] = []
        for value, condition in formula.rows:
            term = self(value)
            if condition is None or isinstance(condition, Words) and condition.text.strip(" .,").lower() in ("otherwise", "else"):
                holds = Term(ONE)
                for other in seen:
                    holds = self.each(holds, Term(add(ONE, negative(other.expr)), other.axes), formula)
            else:
                holds = self.case_condition(condition, argument)
            seen.append(holds)
            parts.append(self.each(term, holds, value))
        return total(self.shapes, parts, tuple(value for value, _ in formula.rows))

    def each(self, a: Term, b: Term, formula: Formula) -> Term:
        """The product entry by entry."""
        done = times(self.shapes, a, b, formula.span)
        if done is None:
            raise Unclear(formula.span, "cases of unlike shapes")
        return done

    def case_condition(self, condition: Formula, argument: Expr | None) -> Term:
        match condition:
            case Group(_, _, body):
                return self.case_condition(body, argument)
            case Relation(span, (Empty(), right), (sign,)) if sign in RELATIONS and argument is not None:
                self.env.note("repair", span, "a condition without its variable is read with the function's own argument",
                              "the left side of the comparison is missing", "write the variable in front")
                return Term(Holds(argument, RELATIONS[sign], self(right).expr))
            case Relation(span, (left, right), (sign,)) if sign in RELATIONS:
                return self.condition(left, sign, right, span)
            case Relation(span, (low, middle, high), (first, second)) if first in RELATIONS and second in RELATIONS:
                return self.each(self.condition(low, first, middle, span), self.condition(middle, second, high, span), condition)
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
