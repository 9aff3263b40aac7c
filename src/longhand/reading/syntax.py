"""Formula: what was written, with its place, never simplified and never interpreted.

A formula decides nothing: `W^1` is a `Script` whatever the 1 may mean, `h(1-h)` is a `Call` even where h turns out to be a
vector, and a chain `a = b = c` stays one `Relation`. Spans are character offsets into the whole source text.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from ..core.record import record


@record
class Span:
    """Characters start..end (end excluded) of the source text."""
    start: int
    end: int

    def moved(self, by: int) -> Span:
        """The same so many characters further on."""
        return Span(self.start + by, self.end + by) if by else self


@record
class Formula:
    """The base of the node types below; the set is closed."""
    span: Span


@record
class Numeral(Formula):
    """A number as written: "0.3", ".5", "12"."""
    text: str


@record
class Name(Formula):
    """A letter, a Greek letter (without its backslash) or a word: W, epsilon, Loss, softmax. The style is the font command, or ""."""
    text: str
    style: str = ""


@record
class Words(Formula):
    r"""Prose inside a formula: \text{if }, \text{otherwise}."""
    text: str


@record
class Accent(Formula):
    r"""\hat, \bar, \tilde, \vec, \dot, \overline, \underline over a body; \widehat is "hat"."""
    kind: str
    body: Formula


@record
class Script(Formula):
    """A base with a subscript, a superscript and a count of primes; what they mean is decided later."""
    base: Formula
    sub: Formula | None
    sup: Formula | None
    primes: int = 0


@record
class Call(Formula):
    """A name-like formula directly followed by a bracketed list, or a known function word by its argument (`bracketed` False)."""
    function: Formula
    arguments: tuple[Formula, ...]
    bracketed: bool = True


@record
class Index(Formula):
    """A name-like formula followed by square brackets: Z^2[k'], w[j][]. An empty bracket has no items."""
    base: Formula
    items: tuple[Formula, ...]


@record
class Group(Formula):
    """Brackets round one formula: "(", "[", "{"."""
    opening: str
    body: Formula


@record
class Row(Formula):
    r"""Brackets round a list, separated by commas or wide spaces: (2,-3), [1.0 \ 1.5 \ -0.5], [0, 1]."""
    opening: str
    items: tuple[Formula, ...]


@record
class Braces(Formula):
    r"""\{ items \}, with an optional condition behind \mid or a colon."""
    items: tuple[Formula, ...]
    condition: tuple[Formula, ...] = ()


@record
class Matrix(Formula):
    """A matrix environment; rows may be ragged, which is for its reader to notice."""
    rows: tuple[tuple[Formula, ...], ...]
    environment: str = "bmatrix"


@record
class Cases(Formula):
    """A cases environment: (value, condition or None) a row."""
    rows: tuple[tuple[Formula, Formula | None], ...]


@record
class Fraction(Formula):
    r"""\frac{above}{below}; a slash is a Product with the operator "/"."""
    above: Formula
    below: Formula


@record
class Derivative(Formula):
    r"""\partial a / \partial b as a fraction or with a slash; `of` is None for a bare operator. by may name several."""
    of: Formula | None
    by: tuple[Formula, ...]
    symbol: str = "partial"


@record
class Nabla(Formula):
    r"""\nabla_{by} of."""
    by: Formula | None
    of: Formula | None


@record
class BigOperator(Formula):
    r"""\sum, \prod, \max_i, \min_i, \arg\max with bounds; the body reaches to the next + or - of its level."""
    kind: str
    lower: Formula | None
    upper: Formula | None
    body: Formula


@record
class Root(Formula):
    body: Formula
    degree: Formula | None = None


@record
class Norm(Formula):
    r"""\|body\| (bars 2) or |body| (bars 1); subscripts and powers are a Script round it."""
    body: Formula
    bars: int = 2


@record
class Sum(Formula):
    """Terms as written; a subtracted term is a Negative."""
    terms: tuple[Formula, ...]


@record
class Negative(Formula):
    body: Formula


@record
class Product(Formula):
    r"""factors[0] operators[0] factors[1] ...; an operator is "" (juxtaposed), "cdot", "times", "odot", "ast", "circ", "otimes", "/" or "bullet"."""
    factors: tuple[Formula, ...]
    operators: tuple[str, ...]


@record
class Relation(Formula):
    r"""parts[0] operators[0] parts[1] ..., whole. Operators: = < > <= >= != in <- -> => ~ approx := equiv propto subset.
    A part may be Empty where a line starts or ends with its operator."""
    parts: tuple[Formula, ...]
    operators: tuple[str, ...]


@record
class Sequence(Formula):
    r"""Formulas side by side, separated by commas, semicolons, colons, \quad or words."""
    items: tuple[Formula, ...]
    separators: tuple[str, ...] = ()


@record
class Lines(Formula):
    """The rows of aligned, align, split, gather, array-like displays and of line breaks outside any environment."""
    rows: tuple[Formula, ...]


@record
class Tagged(Formula):
    r"""A formula with its number: \tag{1-1}, or "(1.1)" at the end of a display."""
    body: Formula
    tag: str


@record
class Annotated(Formula):
    r"""\underbrace{body}_{note}, \overbrace."""
    body: Formula
    note: Formula | None


@record
class Dots(Formula):
    r"""\dots, \cdots, \vdots, \ddots, or three full stops."""
    kind: str = "dots"


@record
class Symbol(Formula):
    r"""A sign that stands for itself and is no name: \infty, \top, \mathbb{R}, \partial alone, \cdot alone, a superscript star, + or -."""
    text: str


@record
class Empty(Formula):
    """Nothing where a formula could stand."""


def children(formula: Formula) -> Iterator[Formula]:
    """The formulas directly inside, in the order of their fields."""
    return iter(_inside(formula))


def walk(formula: Formula) -> Iterator[Formula]:
    """The formula and everything inside it, depth first, without recursion on the Python stack."""
    stack = [formula]
    while stack:
        node = stack.pop()
        yield node
        if PARTS[type(node)]:
            stack += reversed(_inside(node))


def _inside(formula: Formula) -> list[Formula]:
    found: list[Formula] = []
    for name in PARTS[type(formula)]:
        value = getattr(formula, name)
        if isinstance(value, tuple):
            _flatten(value, found)
        elif value is not None:
            found.append(value)
    return found


def _flatten(values: tuple, found: list[Formula]) -> None:
    for value in values:
        if isinstance(value, tuple):
            _flatten(value, found)
        elif value is not None:
            found.append(value)


PARTS = {kind: tuple(field.name for field in fields(kind) if "Formula" in str(field.type)) for kind in Formula.__subclasses__()}
"""The fields of each node type that hold formulas."""
