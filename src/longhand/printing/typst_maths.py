r"""Maths as the maths mode of Typst.

Letters stand alone, words stand in quotes, and every sign that means something to Typst has a backslash, so nothing of a sheet is ever
a command.
"""
from __future__ import annotations

import re
from functools import lru_cache
from typing import assert_never

from ..forms.latex_atoms import read
from ..forms.maths import Brace, Choice, Fence, Grid, Judged, Limits, Line, Maths, Over, Root, Scripts, Sign, Words
from ..forms.verdicts import RIGHT
from .latex_maths import is_function, is_infix, is_prefix, tall, wants_thin_space
from .terminal_maths import CLOSING, clean
from .unicode_table import text

COMMAND = re.compile(r"\\([A-Za-z]+)\*?\{(.*)\}", re.DOTALL)
ACCENTS = {"hat": "hat", "widehat": "hat", "bar": "macron", "overline": "overline", "tilde": "tilde", "widetilde": "tilde", "vec": "arrow",
           "dot": "dot", "ddot": "dot.double", "check": "caron", "breve": "breve", "mathring": "circle", "underline": "underline"}
FONTS = {"mathbf": "bold(upright({}))", "textbf": "bold(upright({}))", "boldsymbol": "bold({})", "bm": "bold({})", "pmb": "bold({})",
         "mathcal": "cal({})", "mathscr": "scr({})", "mathbb": "bb({})", "mathfrak": "frak({})", "mathsf": "sans({})", "mathtt": "mono({})",
         "mathit": "italic({})"}
UPRIGHT = ("mathrm", "text", "textrm", "operatorname", "texttt", "textsf", "textit", "rm")
SPACES = {r"\,": "thin", r"\:": "med", r"\;": "thick", r"\quad": "quad", r"\qquad": "wide", r"\ ": "med", r"\!": "#h(-0.17em)"}
LARGE = {r"\sum": "∑", r"\prod": "∏", r"\int": "∫", r"\bigcup": "⋃", r"\bigcap": "⋂", r"\bigodot": "⨀", r"\bigoplus": "⨁", r"\bigotimes": "⨂"}
OF_LATEX = {r"\epsilon": "ϵ", r"\phi": "ϕ", r"\cdot": "⋅", "*": "∗", ":=": "≔", r"\mid": "class(\"relation\", \\|)", r"\colon": "class(\"punctuation\", \\:)"}
"""Signs that look otherwise in type than on a terminal."""
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
MARKED = {"carried": "carried", "wrong": "wrong", "misread": "misread", "not checked": "unchecked"}
"""The functions of the style sheet (typst_style) that set a marked part."""


def typst(maths: Maths) -> str:
    """The maths in Typst, without dollars."""
    match maths:
        case Sign(sign, _):
            return _sign(sign)
        case Words(words):
            return quoted(words)
        case Line(items):
            return _side_by_side(items)
        case Scripts(base, sub, sup):
            return _scripts(base, sub, sup)
        case Over(above, below):
            return f"frac({argument(above)}, {argument(below)})"
        case Fence(body, opening, closing):
            return _fenced(typst(body), opening, closing, tall(body))
        case Root(body):
            return f"sqrt({argument(body)})"
        case Grid(rows, opening):
            return _grid(rows, opening)
        case Choice(rows):
            return f"cases({', '.join(f'{argument(value)} & {_condition(condition)}' for value, condition in rows)})"
        case Limits(operator, below, above):
            return _attached(_operator(operator), below, above)
        case Brace(body, note):
            return f"underbrace({argument(body)}, {argument(note)})"
        case Judged(body, verdict, right):
            if verdict == RIGHT:
                return typst(body)
            return f"{MARKED[verdict]}({argument(body)}{'' if right is None else f', {argument(right)}'})"
    assert_never(maths)


def argument(maths: Maths) -> str:
    """The maths as an argument, which may not be empty."""
    return typst(maths) or '""'


def quoted(words: str) -> str:
    """Outside words as a string of Typst."""
    return '"' + clean(words).replace("\\", "\\\\").replace('"', '\\"') + '"'


def joined(left: str, right: str) -> str:
    """The two side by side. A blank beside quoted words would be seen on the page."""
    return left + right if not left or not right or left.endswith('"') or right.startswith('"') else f"{left} {right}"


@lru_cache(maxsize=4096)
def _sign(sign: str) -> str:
    for table in (SPACES, LARGE, OF_LATEX):
        if sign in table:
            return table[sign]
    if NUMBER.fullmatch(sign):
        return sign.replace("-", "−")
    if sign and set(sign) == {"'"}:
        return f"primes(#{len(sign)})"
    if found := COMMAND.fullmatch(sign):
        name, inner = found[1], found[2]
        if name in ACCENTS:
            return f"{ACCENTS[name]}({argument(read(inner))})"
        if name in FONTS:
            return FONTS[name].format(argument(read(inner)))
        if name in UPRIGHT:
            return quoted(text(inner))
    return _letters(text(sign))


def _letters(said: str) -> str:
    """A letter, a sign, or a word."""
    if len(said) != 1:
        return quoted(said) if said else ""
    if said.isalnum() or not said.isascii():
        return said
    return quoted(said) if said.isspace() or not said.isprintable() else f"\\{said}"


def _side_by_side(items: tuple[Maths, ...]) -> str:
    out = ""
    before: Maths | None = None
    for item in items:
        said = typst(item)
        if before is not None and not (is_infix(item) and not is_prefix(before)) and _wants_space(before, item):
            said = joined("thin", said)
        out = joined(out, said)
        before = item
    return out


def _wants_space(before: Maths, item: Maths) -> bool:
    if wants_thin_space(before, item):
        return True
    return not is_infix(before) and not is_infix(item) and (is_function(item) or (is_function(before) and not isinstance(item, Fence)))


def _scripts(base: Maths, sub: Maths | None, sup: Maths | None) -> str:
    if isinstance(base, Scripts) and base.sup is None and sub is None:              # x_i^2: one above the other
        base, sub = base.base, base.sub
    return _attached(argument(base), sub, sup)


def _attached(core: str, below: Maths | None, above: Maths | None) -> str:
    low = "" if below is None else f", b: {argument(below)}"
    high = "" if above is None else f", t: {argument(above)}"
    return f"attach({core}{low}{high})" if low or high else core


def _operator(operator: str) -> str:
    return LARGE.get(operator) or f"op({quoted(text(operator))}, limits: #true)"


def _fenced(body: str, opening: str, closing: str, grown: bool) -> str:
    left, right = (_bracket(sign, kind) for sign, kind in ((opening, "opening"), (closing, "closing")))
    inside = joined(joined(left, body), right)
    return f"lr({inside})" if grown else inside


def _bracket(sign: str, kind: str) -> str:
    said = _letters(text(sign))
    return f'class("{kind}", {said})' if said else ""


def _grid(rows: tuple[tuple[Maths, ...], ...], opening: str) -> str:
    """A matrix; columns of numbers stand at their right ends."""
    delimiters = f"({_string(opening)}, {_string(CLOSING[opening])})" if opening else "none"
    align = ", align: #right" if all(_is_number(cell) for row in rows for cell in row) else ""
    lines = "; ".join(", ".join(argument(cell) for cell in row) for row in rows)
    return f"mat(delim: #{delimiters}{align}, {lines})"


def _string(bracket: str) -> str:
    return f'"{text(bracket)}"'


def _is_number(cell: Maths) -> bool:
    core = cell.body if isinstance(cell, Judged) else cell
    last = core.items[-1] if isinstance(core, Line) and len(core.items) == 2 and is_infix(core.items[0]) else core
    return isinstance(last, Sign) and last.kind == "number"


def _condition(condition: Maths) -> str:
    first = condition.items[0] if isinstance(condition, Line) and condition.items else condition
    return typst(condition) if isinstance(first, Words) else joined('"if "', typst(condition))
