"""A formula as it was written, as maths on a page: total over all node types, deciding no meaning."""
from __future__ import annotations

from collections.abc import Callable, Mapping

from ..core.record import record
from ..forms.maths import Brace, Choice, Fence, Grid, Judged, Limits, Line, Maths, Over, Root, Scripts, Sign, Words, line
from ..reading import syntax as s
from ..reading.vocabulary import ELEMENTARY, GREEK

NOTHING = Line(())
RELATIONS = {
    "<=": r"\le", ">=": r"\ge", "!=": r"\neq", "in": r"\in", "notin": r"\notin", "ni": r"\ni", "<-": r"\leftarrow", "->": r"\to",
    "=>": r"\Rightarrow", "<=>": r"\Leftrightarrow", "<==": r"\Leftarrow", "~": r"\sim", "approx": r"\approx", "equiv": r"\equiv",
    "propto": r"\propto", "subset": r"\subset", "<<": r"\ll", ">>": r"\gg",
}
PRODUCTS = {"cdot": r"\cdot", "times": r"\times", "odot": r"\odot", "ast": r"\ast", "circ": r"\circ", "otimes": r"\otimes",
            "bullet": r"\bullet", "oslash": r"\oslash", "/": "/"}
BRACKETS = {"(": ("(", ")"), "[": ("[", "]"), "{": (r"\{", r"\}"), "|": ("|", "|"), "||": (r"\|", r"\|"), "<": (r"\langle", r"\rangle"),
            "floor": (r"\lfloor", r"\rfloor"), "ceil": (r"\lceil", r"\rceil")}
GRIDS = {"bmatrix": "[", "bsmallmatrix": "[", "pmatrix": "(", "psmallmatrix": "(", "vmatrix": "|", "Vmatrix": r"\|", "Bmatrix": r"\{"}
OPERATORS = {"sum": r"\sum", "prod": r"\prod", "int": r"\int", "lim": r"\lim", "union": r"\bigcup", "odot": r"\bigodot", "max": r"\max",
             "min": r"\min", "argmax": r"\arg\max", "argmin": r"\arg\min", "sup": r"\sup", "inf": r"\inf"}
SYMBOLS = {"infty": r"\infty", "top": r"\top", "emptyset": r"\emptyset", "dagger": r"\dagger", "perp": r"\bot", "partial": r"\partial",
           "prime": "'", "*": "*", "R": r"\mathbb{R}"}
SPACES = {"quad": r"\quad", " ": r"\;", "": r"\;"}
ACCENTS = {"ring": "mathring"}
STYLES = {"bf": "mathbf", "bm": "boldsymbol", "pmb": "boldsymbol"}
COMMA = Sign(",")

Marks = Mapping[s.Span, Callable[[Maths], Maths]]
"""What becomes of the formula at a span once it is set."""


def written(formula: s.Formula, text: str = "", marks: Marks | None = None) -> Maths:
    """The formula as it was written; spans count in the text. `marks` puts marks on parts of it."""
    return Setter(text, marks or {}).of(formula)


def judged(verdict: str, right: Maths | None = None) -> Callable[[Maths], Maths]:
    """Puts a mark on what is set."""
    return lambda body: Judged(body, verdict, right)


def relation(operator: str) -> str:
    r"""The LaTeX of a relation: <= is \le, "not <=" is \not\le."""
    bare = operator.removeprefix("not ")
    return (r"\not" if bare != operator else "") + RELATIONS.get(bare, bare)


@record
class Setter:
    """The text in which spans count, and the marks to put."""
    text: str
    marks: Marks

    def of(self, formula: s.Formula | None) -> Maths:
        """The formula set, with its mark if it has one."""
        if formula is None:
            return NOTHING
        maths = self.bare(formula)
        mark = self.marks.get(formula.span)
        return mark(maths) if mark is not None and maths != NOTHING else maths

    def bare(self, formula: s.Formula) -> Maths:
        match formula:
            case s.Numeral(_, text):
                return Sign(text, "number")
            case s.Name(_, text, style):
                return name(text, style)
            case s.Words(_, text):
                return Words(text)
            case s.Accent(_, kind, body):
                return self.accented(kind, body)
            case s.Script():
                return self.scripted(formula)
            case s.Call(_, function, arguments, bracketed):
                listed = self.listed(arguments)
                return line(self.of(function), Fence(listed) if bracketed else listed)
            case s.Index(_, base, items):
                return line(self.of(base), Fence(self.listed(items), "[", "]"))
            case s.Group(_, opening, body):
                return Fence(self.of(body), *BRACKETS.get(opening, ("(", ")")))
            case s.Row(_, opening, items):
                return self.row(opening, items)
            case s.Braces(_, items, condition):
                inside = [self.listed(items)] + ([Sign(r"\mid", "relation"), self.listed(condition)] if condition else [])
                return Fence(line(*inside), r"\{", r"\}")
            case s.Matrix(_, rows, environment):
                return Grid(tuple(tuple(map(self.of, row)) for row in rows), GRIDS.get(environment, ""))
            case s.Cases(_, rows):
                return Choice(tuple((self.of(value), Words("") if when is None else self.of(when)) for value, when in rows))
            case s.Fraction(_, above, below):
                return Over(self.of(above), self.of(below))
            case s.Derivative():
                return self.derivative(formula)
            case s.Nabla(_, by, of):
                nabla = Sign(r"\nabla")
                return line(nabla if by is None else Scripts(nabla, self.of(by)), self.of(of))
            case s.BigOperator(_, kind, lower, upper, body):
                sign = OPERATORS.get(kind, rf"\operatorname{{{kind}}}")
                bounds = (None if bound is None else self.of(bound) for bound in (lower, upper))
                return line(Limits(sign, *bounds), self.of(body))
            case s.Root(_, body, degree):
                root = Root(self.of(body))
                return root if degree is None else line(Scripts(Words(""), None, self.of(degree)), root)
            case s.Norm(_, body, bars):
                return Fence(self.of(body), *BRACKETS["||" if bars == 2 else "|"])
            case s.Sum(_, terms):
                return line(*(part for at, term in enumerate(terms) for part in self.term(at, term)))
            case s.Negative(_, body):
                return line(Sign("-", "operator"), self.of(body))
            case s.Product(_, factors, operators):
                return self.product(factors, operators)
            case s.Relation(_, parts, operators):
                signs = (Sign(relation(operator), "relation") for operator in operators)
                return line(self.of(parts[0]), *(x for sign, part in zip(signs, parts[1:], strict=False) for x in (sign, self.of(part))))
            case s.Sequence(_, items, separators):
                return self.sequence(items, separators)
            case s.Lines(_, rows):
                return Grid(tuple((self.of(row),) for row in rows), "")
            case s.Tagged(_, body, number):
                return line(self.of(body), *tag(number))
            case s.Annotated(_, body, note):
                return self.of(body) if note is None else Brace(self.of(body), self.of(note))
            case s.Dots(_, kind):
                return Sign(rf"\{kind}" if kind in ("dots", "cdots", "vdots", "ddots") else r"\dots")
            case s.Symbol(_, text):
                return symbol(text)
        return NOTHING

    def accented(self, kind: str, body: s.Formula) -> Maths:
        inner = self.of(body)
        plain = inner.latex if isinstance(inner, Sign) else inner.text if isinstance(inner, Words) and inner.text.isalnum() else None
        if plain is not None:
            return Sign(rf"\{ACCENTS.get(kind, kind)}{{{plain}}}")
        if isinstance(body, s.Script):                               # \hat{y_i} is read as \hat{y}_i
            return Scripts(self.accented(kind, body.base), *self.scripts(body))
        return Scripts(Fence(inner), None, Words(kind))

    def scripted(self, formula: s.Script) -> Maths:
        return Scripts(self.of(formula.base), *self.scripts(formula))

    def scripts(self, formula: s.Script) -> tuple[Maths | None, Maths | None]:
        sub = None if formula.sub is None else self.of(formula.sub)
        primes = Sign("'" * formula.primes) if formula.primes else None
        sup = None if formula.sup is None else self.of(formula.sup)
        return sub, primes if sup is None else sup if primes is None else line(primes, sup)

    def listed(self, items: tuple[s.Formula, ...]) -> Maths:
        """Items with commas between them."""
        return line(*(part for at, item in enumerate(items) for part in ((COMMA, self.of(item)) if at else (self.of(item),))))

    def row(self, opening: str, items: tuple[s.Formula, ...]) -> Maths:
        """A list in brackets, with commas where commas were written."""
        left, right = BRACKETS.get(opening, ("(", ")"))
        if any("," in self.text[a.span.end:b.span.start] or ";" in self.text[a.span.end:b.span.start] for a, b in zip(items, items[1:], strict=False)):
            return Fence(self.listed(items), left, right)
        return Grid((tuple(map(self.of, items)),), left)

    def derivative(self, formula: s.Derivative) -> Maths:
        sign = Sign(r"\partial") if formula.symbol == "partial" else Sign(formula.symbol)
        order = len(formula.by)
        by = [Scripts(self.of(formula.by[0]), None, Sign(str(order), "number"))] if order > 1 and len(set(map(self.of, formula.by))) == 1 else [
            self.of(each) for each in formula.by]
        upper = sign if order < 2 else Scripts(sign, None, Sign(str(order), "number"))
        return Over(line(upper, self.of(formula.of)), line(*(part for each in by for part in (sign, each))))

    def term(self, at: int, term: s.Formula) -> tuple[Maths, ...]:
        if not at:
            return (self.of(term),)
        if isinstance(term, s.Negative) and term.span not in self.marks:
            return Sign("-", "operator"), self.of(term.body)
        return Sign("+", "operator"), self.of(term)

    def product(self, factors: tuple[s.Formula, ...], operators: tuple[str, ...]) -> Maths:
        out: list[Maths] = [self.of(factors[0])]
        for operator, factor in zip(operators, factors[1:], strict=False):
            if operator:
                sign = PRODUCTS.get(operator, r"\cdot")
                out.append(Sign(sign) if sign == "/" else Sign(sign, "operator"))
            out.append(self.of(factor))
        return line(*out)

    def sequence(self, items: tuple[s.Formula, ...], separators: tuple[str, ...]) -> Maths:
        out: list[Maths] = []
        for at, item in enumerate(items):
            if at:
                out += gap(separators[at - 1] if at <= len(separators) else ",")
            out.append(self.of(item))
        return line(*out)


def gap(separator: str) -> tuple[Maths, ...]:
    """What stands between two items of a sequence."""
    if separator in (",", ";", ":", "."):
        return (Sign(separator),)
    return (Sign(SPACES.get(separator, r"\;")),)


def tag(number: str) -> tuple[Maths, ...]:
    """The number of an equation, behind it."""
    return Sign(r"\quad"), Words(f"({number})")


def name(text: str, style: str) -> Maths:
    """A letter, a Greek letter or a word."""
    core = rf"\{text}" if text in GREEK else text if len(text) == 1 and text.isalpha() else ""
    if not core:
        return Sign(rf"\{text}") if text in ELEMENTARY or text in ("max", "min", "arg", "det") else Words(text)
    return Sign(core) if not style or style in ("mathit", "mathnormal") else Sign(rf"\{STYLES.get(style, style)}{{{core}}}")


def symbol(text: str) -> Maths:
    """A sign that stands for itself."""
    if text in SYMBOLS:
        return Sign(SYMBOLS[text])
    if text in PRODUCTS:
        return Sign(PRODUCTS[text])
    return Sign(text) if text in ("+", "-") else Words(text)
