"""Problems in the plain-text form, which `reading.plain` reads back to the same problem."""
from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import assert_never

from ..core.axis import Axis, Index
from ..core.equation import Equation, Fact, Tensor
from ..core.expr import Add, Apply, Component, Delta, Entry, Expr, Holds, Mul, Number, Offset, Position, Power, Rational, Sum
from ..core.problem import Descent, Problem, Remark, Spelling, Value, Wanted
from ..core.walk import all_indices

_BARE = re.compile(r"[^\W0-9]\w*")
_CLAUSES = frozenset(("as", "assumed", "because", "caret", "column", "entry", "label", "letter", "line", "size", "steps", "text", "with",
                      "write", "wrt"))


def render(*problems: Problem) -> str:
    """The problems, one below the other."""
    return "\n".join("\n".join(_lines(problem)) + "\n" for problem in problems)


def expression(e: Expr, axes: Mapping[str, Axis] | None = None) -> str:
    """One expression; letters that two axes share are written @axis."""
    return _Writer({**{i.axis.name: i.axis for i in all_indices(e)}, **(axes or {})}).sum(e)


def _lines(problem: Problem) -> Iterator[str]:
    program, notation = problem.program, problem.notation
    axes = axes_of(problem)
    write = _Writer(axes)
    yield "longhand 1"
    if problem.title:
        yield f"title {_quoted(problem.title)}"
    yield from (_axis(axis) for axis in axes.values())
    yield from (_size(name, problem) for name in {**problem.sizes, **notation.sizes})
    yield from (_tensor(tensor, notation.spellings.get(tensor.name)) for tensor in program.tensors.values())
    yield from (f"spelling {_name(name)} {_spelling(spelling)}"
                for name, spelling in notation.spellings.items() if name not in program.tensors)
    yield from (write.equation(equation) for equation in program.equations)
    yield from (write.fact(fact, program.tensors.get(fact.tensor)) for fact in program.facts)
    if problem.loss is not None:
        yield f"loss {_name(problem.loss)}"
    yield from (f"data {_name(name)} = {value_text(value)}" for name, value in problem.data.items())
    yield from (_wanted(wanted) for wanted in problem.wanted)
    if problem.descent is not None:
        yield _descent(problem.descent)
    yield f"layout {notation.layout}"
    yield f"log {notation.log}"
    if notation.base != 1:
        yield f"count {notation.base}"
    yield from (f"letter {_name(axis)} = {_latex(letter)}" for axis, letter in notation.letters.items())
    yield from (f"function {_name(name)} as {_latex(latex)}" for name, latex in notation.functions.items())
    yield from (f"adjoint {_name(name)} as {_latex(latex)}" for name, latex in notation.deltas.items())
    for kind, remarks in (("assumption", problem.assumptions), ("repair", problem.repairs), ("misread", problem.not_understood)):
        yield from (_note(kind, remark) for remark in remarks)


def axes_of(problem: Problem) -> dict[str, Axis]:
    """Every axis by its name, in order of appearance."""
    program = problem.program
    axes = {axis.name: axis for tensor in program.tensors.values() for axis in tensor.axes}
    for e in (*(e for q in program.equations for e in (q.left, q.right)), *(fact.total for fact in program.facts)):
        for axis in sorted({i.axis for i in all_indices(e)}, key=lambda axis: axis.name):
            axes.setdefault(axis.name, axis)
    for fact in program.facts:
        axes.setdefault(fact.axis.name, fact.axis)
    return axes


# ---- statements --------------------------------------------------------------------------------------------------

def _axis(axis: Axis) -> str:
    size = "" if axis.size == axis.name else f" size {axis.size if isinstance(axis.size, int) else _name(axis.size)}"
    return f"axis {_name(axis.name)}{size} letter {_name(axis.letter)}"


def _size(name: str, problem: Problem) -> str:
    latex = problem.notation.sizes.get(name)
    return (f"size {_name(name)}" + (f" = {problem.sizes[name]}" if name in problem.sizes else "")
            + (f" as {_latex(latex)}" if latex is not None else ""))


def _tensor(tensor: Tensor, spelling: Spelling | None) -> str:
    axes = f" [{', '.join(_name(axis.name) for axis in tensor.axes)}]" if tensor.axes else ""
    return f"tensor {_name(tensor.name)} : {tensor.role}{axes}" + (f" {_spelling(spelling)}" if spelling else "")


def _spelling(spelling: Spelling) -> str:
    default = Spelling("")
    return " ".join(["as", _latex(spelling.latex), *([spelling.entries] if spelling.entries != default.entries else []),
                     *([spelling.orientation] if spelling.orientation != default.orientation else [])])


def _wanted(wanted: Wanted) -> str:
    parts = [f"find {wanted.kind}"]
    if wanted.of:
        parts.append(_name(wanted.of))
    if wanted.wrt:
        parts.append(("wrt entry " if wanted.entry else "wrt ") + ", ".join(map(_name, wanted.wrt)))
    if wanted.line is not None:
        parts.append(f"line {wanted.line}")
    if wanted.text:
        parts.append(f"text {_quoted(wanted.text)}")
    return " ".join(parts)


def _descent(descent: Descent) -> str:
    parts = [f"descent {_quoted(descent.method)}"]
    if descent.parameters:
        parts.append(", ".join(map(_name, descent.parameters)))
    if descent.constants:
        parts.append("with " + ", ".join(f"{_quoted(meaning)} = {_name(tensor)}" for meaning, tensor in descent.constants.items()))
    return " ".join([*parts, f"steps {descent.steps}"])


def _note(kind: str, remark: Remark) -> str:
    clauses: tuple[tuple[str, object, Callable[..., str]], ...] = (
        ("because", remark.why, _quoted), ("line", remark.line, str), ("column", remark.column, str),
        ("write", remark.suggestion, _quoted), ("caret", remark.caret, _quoted))
    said = (f"{word} {show(given)}" for word, given, show in clauses if given not in ("", None))
    return " ".join([f"note {kind} {_quoted(remark.text)}", *said])


def value_text(value: Value) -> str:
    """Numbers as they are read: [0, 2.5, 1/3]."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(value_text, value))}]"
    return ("-" if value < 0 else "") + _number(abs(value))


def _name(name: str) -> str:
    """A name in a statement: bare, or in quotation marks where it would not be read as one word."""
    return name if _BARE.fullmatch(name) and name not in _CLAUSES else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _latex(latex: str) -> str:
    return f"${latex}$" if latex.isprintable() and "$" not in latex else _quoted(latex)


def _number(value: Rational) -> str:
    """A number that is not negative: as a decimal where it ends soon, else as a ratio."""
    value = Fraction(value)
    if value.denominator == 1:
        return str(value.numerator)
    places = next((n for n in range(1, 13) if 10 ** n % value.denominator == 0), None)
    if places is None:
        return f"{value.numerator}/{value.denominator}"
    digits = str(value.numerator * 10 ** places // value.denominator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


# ---- expressions -------------------------------------------------------------------------------------------------

class _Writer:
    """Expressions over known axes. Each method gives text that reads back to the very same tree."""

    def __init__(self, axes: Mapping[str, Axis]) -> None:
        shared = Counter(axis.letter for axis in axes.values())
        self.letters = {axis.name: axis.letter if shared[axis.letter] == 1 and _BARE.fullmatch(axis.letter) else f"@{_name(axis.name)}"
                        for axis in axes.values()}

    def equation(self, e: Equation) -> str:
        return f"{self.entry(e.left)} = {self.sum(e.right)}" + (f" label {_quoted(e.label)}" if e.label else "")

    def fact(self, fact: Fact, tensor: Tensor | None) -> str:
        entry = tensor.entry() if tensor else Entry(fact.tensor, (Index(fact.axis),))
        return (f"fact sum({self.index(Index(fact.axis))}, {self.entry(entry)}) = {self.sum(fact.total)}"
                + (f" because {_quoted(fact.reason)}" if fact.reason else "") + (" assumed" if fact.assumed else ""))

    def sum(self, e: Expr) -> str:
        """An expression where anything may stand."""
        text = ""
        for n, term in enumerate(e.terms if isinstance(e, Add) else (e,)):
            negative, body = self._term(term)
            text += (" - " if negative else " + ") if n else ("-" if negative else "")
            text += body
        return text

    def _term(self, e: Expr) -> tuple[bool, str]:
        """Whether a term is subtracted, and the text of what is."""
        match e:
            case Number(value):
                return value < 0, _number(abs(value))
            case Mul((Number(value), second, *_)) if value == -1 and not isinstance(second, Number):
                return True, self._product(e.factors[1:])
            case Mul((Number(value), *_)) if value < 0:
                return True, self._product((Number(-value), *e.factors[1:]))
            case Mul(factors):
                return False, self._product(factors)
            case Power(base, -1) if not isinstance(base, Number):
                return False, "1/" + self._base(base)
        return False, self._factor(e)

    def _product(self, factors: tuple[Expr, ...]) -> str:
        text = self._factor(factors[0])
        for n, factor in enumerate(factors[1:], 1):
            match factor:
                case Power(base, exponent) if exponent < 0 and not isinstance(base, Number) and not (n == 1 and factors[0] == Number(1)):
                    text += "/" + self._base(base) + (f"^{_exponent(-exponent)}" if exponent != -1 else "")
                case Number(value) if Fraction(value).denominator != 1 and "/" in _number(abs(value)):
                    text += f"*({self.sum(factor)})"
                case _:
                    text += "*" + self._factor(factor)
        return text

    def _factor(self, e: Expr) -> str:
        """An expression as a factor of a product."""
        match e:
            case Power(base, exponent):
                return f"{self._base(base)}^{_exponent(exponent)}"
            case Number(value) if value >= 0:
                return _number(value)
        return self._base(e)

    def _base(self, e: Expr) -> str:
        """An expression under an exponent or a slash."""
        match e:
            case Number(value) if value >= 0 and "/" not in _number(value):
                return _number(value)
            case Number() | Add() | Mul() | Power():
                return f"({self.sum(e)})"
            case Entry():
                return self.entry(e)
            case Delta(left, right):
                return f"delta({self.position(left)}, {self.position(right)})"
            case Holds(left, relation, right):
                return f"[{self.sum(left)} {relation} {self.sum(right)}]"
            case Sum(index, body):
                return f"sum({self.index(index)}, {self.sum(body)})"
            case Apply(function, arguments, order):
                return f"{_function(function)}{chr(39) * order}({', '.join(map(self.sum, arguments))})"
            case Component(function, index, body, at):
                return f"{_function(function)}({self.index(index)}, {self.sum(body)})[{self.position(at)}]"
        assert_never(e)

    def entry(self, e: Entry) -> str:
        name = e.tensor if _BARE.fullmatch(e.tensor) else _quoted(e.tensor)
        return f"{name}[{', '.join(map(self.position, e.at))}]" if e.at else name

    def index(self, index: Index) -> str:
        return self.letters[index.axis.name] + "'" * index.mark

    def position(self, at: Position) -> str:
        match at:
            case Index():
                return self.index(at)
            case Offset(terms, constant):
                text = ""
                for variable, coefficient in terms:
                    sign = "-" if coefficient < 0 else "+" if text else ""
                    times = f"{abs(coefficient)}*" if abs(coefficient) != 1 else ""
                    text += sign + times + (self.index(variable) if isinstance(variable, Index) else self._pointer(variable))
                plain = len(terms) == 1 and isinstance(terms[0][0], Index) and terms[0][1] == 1      # i+0 is not the plain index i
                if constant or plain or not terms:
                    text += f"{constant:+d}" if terms else str(constant)
                return text
        assert_never(at)

    def _pointer(self, e: Entry) -> str:
        return self.entry(e) if e.at else f"{self.entry(e)}[]"


def _function(name: str) -> str:
    return name if _BARE.fullmatch(name) and name not in ("sum", "delta") else _quoted(name)


def _exponent(exponent: Rational) -> str:
    return str(exponent) if Fraction(exponent).denominator == 1 else f"({exponent})"
