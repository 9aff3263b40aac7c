"""Which parts of a formula are symbols of the problem, and how they are marked in the LaTeX that KaTeX sets.

A mark is a colour, which no setting of KaTeX has to be loosened for: \\textcolor{#0f0003}{W}. The script of the page reads it as
"symbol 3" and takes the colour off again.
"""
from __future__ import annotations

from collections.abc import Iterable

from ..forms import symbols
from ..forms.latex_atoms import unbold
from ..forms.maths import Brace, Choice, Fence, Grid, Line, Maths, Over, Root, Scripts, Sign, Words, line
from ..forms.symbols import COMMA
from ..forms.worked.page import Page
from .latex_maths import is_partial, latex, tight, wants_thin_space

SYMBOLS = (Sign, Words, Scripts, Over)
"""What a symbol of a quantity may be."""
MOST = 4000
"""Symbols of one page that are marked: a colour has 16 bits for them."""
STRUT = r"\rule[-1.05em]{0em}{2.75em}"
"""Holds the rows of a matrix of fractions apart; the script leaves it out of LaTeX that is copied."""


class Symbols:
    """The symbols of one problem, each with a number; it notes which of them it has met."""

    def __init__(self, page: Page, first: int = 1, names: Iterable[str] = ()) -> None:
        self.page = page
        self.numbers: dict[str, int] = {}
        self.met: set[str] = set()
        self._exact: dict[Maths, str] = {}
        self._entries: dict[tuple[Maths, Maths | None], list[tuple[tuple[Maths, ...], str]]] = {}
        self.table: list[tuple[str, int, Maths, Maths]] = []          # all that marking goes by
        for name in names:
            if len(self.numbers) < MOST:
                self._add(name, first + len(self.numbers))

    def _add(self, name: str, number: int) -> None:
        self.numbers[name] = number
        short, long = self.page.symbol(name), self.page.symbol(name, short=False)
        self.table.append((name, number, short, long))
        for symbol in {short, long}:
            if isinstance(symbol, SYMBOLS):
                self._exact.setdefault(symbol, name)
            if isinstance(symbol, Over | Line):
                continue
            plain = unbold(symbol)
            core, sub, sup = (plain.base, plain.sub, plain.sup) if isinstance(plain, Scripts) else (plain, None, None)
            self._entries.setdefault((core, sup), []).append((_items(sub), name))

    # ---- which ------------------------------------------------------------------------------------------------------

    def name_of(self, maths: Maths) -> str | None:
        """The quantity that the maths is the symbol of, or an entry of, if it is one."""
        if isinstance(maths, SYMBOLS) and (found := self._exact.get(maths)) is not None:
            return found
        match maths:
            case Scripts(base, sub, sup) if sub is not None:
                inner = _items(sub)
                fits = [(len(own), name) for own, name in self._entries.get((base, sup), ()) if _starts(inner, own)]
                return max(fits)[1] if fits else None
            case Over(above, below):
                of, wrt = self._after_partial(above), self._after_partial(below)
                name = f"d{of}/d{wrt}"
                return name if of and wrt and name in self.numbers else None
        return None

    def _after_partial(self, maths: Maths) -> str | None:
        """The W of ∂W."""
        if isinstance(maths, Line) and len(maths.items) == 2 and is_partial(maths.items[0]):
            return self.name_of(maths.items[1])
        return None

    # ---- marks ------------------------------------------------------------------------------------------------------

    def marked(self, maths: Maths) -> str:
        """The LaTeX of the maths with its symbols marked."""
        return latex(self._tinted(maths))

    def marked_alone(self, maths: Maths) -> tuple[str, frozenset[str]]:
        """The same, and which symbols it has met in these maths."""
        before, self.met = self.met, set()
        said, mine = self.marked(maths), frozenset(self.met)
        self.met |= before
        return said, mine

    def _tinted(self, maths: Maths) -> Maths:
        name = self.name_of(maths)
        if name is not None:
            self.met.add(name)
            return _painted(maths, self.numbers[name])
        match maths:
            case Line(items):
                return self._line(items)
            case Scripts(base, sub, sup):
                return Scripts(self._tinted(base), sub, sup if sup is None or _is_space(base) else self._tinted(sup))
            case Over(above, below):
                return Over(self._tinted(above), self._tinted(below))
            case Fence(body, opening, closing):
                return Fence(self._tinted(body), opening, closing)
            case Root(body):
                return Root(self._tinted(body))
            case Grid(rows, opening):
                return Grid(tuple(_spaced(tuple(map(self._tinted, row))) for row in rows), opening)
            case Choice(rows):
                return Choice(tuple((self._tinted(value), self._tinted(condition)) for value, condition in rows))
            case Brace(body, note):
                return Brace(self._tinted(body), note)
        return maths

    def _line(self, items: tuple[Maths, ...]) -> Maths:
        """Side by side, with the thin spaces that the bare symbols would have had."""
        out: list[Maths] = []
        for before, item in zip((None, *items), items, strict=False):
            new = self._tinted(item)
            if before is not None and wants_thin_space(before, item) and not wants_thin_space(out[-1], new):
                out.append(Sign(r"\,"))
            out.append(new)
        return line(*out)


def _painted(maths: Maths, number: int) -> Maths:
    """The symbol in the colour of its number, what it is made of kept, so that the room around it stays."""
    match maths:
        case Sign(_, kind):
            return Sign(_colour(latex(maths), number), kind)
        case Scripts(base, sub, sup):
            prime = isinstance(sup, Sign) and set(sup.latex) == {"'"}
            return Scripts(_painted(base, number), None if sub is None else Sign(_colour(tight(sub), number)),
                           sup if sup is None or prime else Sign(_colour(tight(sup), number)))
        case Over(above, below):
            return Over(Sign(_colour(latex(above), number)), Sign(_colour(latex(below), number)))
    return Sign(_colour(latex(maths), number))


def _spaced(row: tuple[Maths, ...]) -> tuple[Maths, ...]:
    """A row of a matrix; one with fractions gets the room that they need."""
    if not any(isinstance(cell, Over) or isinstance(cell, Line) and any(isinstance(item, Over) for item in cell.items) for cell in row):
        return row
    first, *rest = (line(Sign(r"\displaystyle"), cell) for cell in row)
    return line(Sign(STRUT), first), *rest


def _colour(said: str, number: int) -> str:
    return rf"\textcolor{{#0f{number:04x}}}{{{said}}}"


def _items(maths: Maths | None) -> tuple[Maths, ...]:
    return () if maths is None else maths.items if isinstance(maths, Line) else (maths,)


def _starts(inner: tuple[Maths, ...], own: tuple[Maths, ...]) -> bool:
    """Whether indices stand behind the symbol's own subscript."""
    return not own or len(inner) > len(own) + 1 and inner[:len(own)] == own and inner[len(own)] == COMMA


def _is_space(maths: Maths) -> bool:
    r"""The R of R^{d \times n}, whose exponent holds sizes."""
    return isinstance(maths, Sign) and maths.latex == r"\mathbb{R}"


def names(page: Page) -> list[str]:
    """The quantities of a page that a reader may ask about: those of the sheet, their derivatives, and the updated ones."""
    every = page.program.tensors
    return [name for name, tensor in every.items() if tensor.role != "size" and symbols.spelling(page.notation, name).latex]
