"""Maths as LaTeX."""
from __future__ import annotations

import re
from typing import assert_never

from ..forms.maths import Brace, Choice, Fence, Grid, Judged, Limits, Line, Maths, Over, Root, Scripts, Sign, Words
from ..forms.verdicts import RIGHT

SPECIAL = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
           "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
"""What has a meaning in LaTeX, and how it is written in plain words."""

THIN = r"\,"
COMMAND_AT_END = re.compile(r"\\[A-Za-z]+$")
FUNCTIONS = {r"\ln", r"\log", r"\exp", r"\sin", r"\cos", r"\tan", r"\tanh", r"\sinh", r"\cosh", r"\max", r"\min", r"\arg", r"\det"}
NO_SPACE_BEFORE = {",", ";", ":", "'", "/", "!", "."}


GRIDS = {"[": "bmatrix", "(": "pmatrix", "|": "vmatrix", r"\|": "Vmatrix", r"\{": "Bmatrix", "": "matrix"}
"""The environment of a matrix by its opening bracket."""
JUDGED = {"carried": r"{}^{{\to}}", "wrong": r"\underline{}^{{\times}}", "misread": r"\boxed{}", "not checked": r"{}^{{?}}"}
"""How a marked part is set, without colour."""


def latex(maths: Maths) -> str:
    """The LaTeX of it, without dollars. No double script, no unbalanced brace."""
    match maths:
        case Sign(text, _):
            return text
        case Words(text):
            return rf"\mathrm{{{text}}}" if text.isascii() and text.isalpha() else rf"\text{{{escaped(text)}}}"
        case Line(items):
            return _side_by_side(items)
        case Scripts(base, sub, sup):
            return _scripts(base, sub, sup)
        case Over(above, below):
            return rf"\frac{{{latex(above)}}}{{{latex(below)}}}"
        case Fence(body, opening, closing):
            left, right = (rf"\left{opening}", rf"\right{closing}") if tall(body) else (opening, closing)
            return _joined(_joined(left, latex(body)), right)
        case Root(body):
            return rf"\sqrt{{{latex(body)}}}"
        case Grid(rows, opening):
            lines = r" \\ ".join(" & ".join(latex(cell) for cell in row) for row in rows)
            return rf"\begin{{{GRIDS[opening]}}} {lines} \end{{{GRIDS[opening]}}}"
        case Choice(rows):
            lines = r" \\ ".join(rf"{latex(value)} & {_condition(condition)}" for value, condition in rows)
            return rf"\begin{{cases}} {lines} \end{{cases}}"
        case Limits(operator, below, above):
            low = "" if below is None else f"_{_braced(tight(below))}"
            high = "" if above is None else f"^{_braced(tight(above))}"
            return operator + low + high
        case Brace(body, note):
            return rf"\underbrace{{{latex(body)}}}_{{{latex(note)}}}"
        case Judged(body, verdict, right):
            said = latex(body) if verdict == RIGHT else JUDGED[verdict].format(f"{{{latex(body)}}}")
            return said if right is None else rf"{said}\,[{latex(right)}]"
    assert_never(maths)


def _condition(condition: Maths) -> str:
    if isinstance(condition, Words):
        return rf"\text{{{escaped(condition.text)}}}"
    said = latex(condition)
    first = condition.items[0] if isinstance(condition, Line) and condition.items else None
    return said if isinstance(first, Words) and first.text.startswith(("if", "for", "when")) else rf"\text{{if }} {said}"


def escaped(text: str) -> str:
    """Plain words for LaTeX; control characters become spaces."""
    return "".join(SPECIAL.get(c, c) if c.isprintable() else " " for c in text)


def tall(maths: Maths) -> bool:
    """Whether brackets around it must grow."""
    match maths:
        case Over() | Grid() | Choice() | Limits() | Brace():
            return True
        case Line(items):
            return any(tall(item) for item in items)
        case Scripts(base, _, _):
            return tall(base)
        case Fence(body, _, _) | Root(body) | Judged(body, _, _):
            return tall(body)
    return False


def _scripts(base: Maths, sub: Maths | None, sup: Maths | None) -> str:
    inner = latex(base)
    stacked = isinstance(base, Scripts) and base.sup is None and sub is None      # x_i^2: one above the other, said in this order
    if isinstance(base, Line | Over) or (isinstance(base, Scripts) and not stacked) or (isinstance(base, Sign) and base.kind == "operator"):
        inner = f"{{{inner}}}"
    low = "" if sub is None else f"_{_braced(tight(sub))}"
    if isinstance(sup, Sign) and set(sup.latex) == {"'"}:
        return f"{inner}{sup.latex}{low}"
    high = "" if sup is None else f"^{_braced(tight(sup))}"
    return inner + high + low


def tight(maths: Maths) -> str:
    """The LaTeX of a script: no spaces around its operators."""
    if not isinstance(maths, Line):
        return latex(maths)
    out = ""
    for item in maths.items:
        out = _joined(out, latex(item))
    return out


def _braced(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"


def _side_by_side(items: tuple[Maths, ...]) -> str:
    out = ""
    before: Maths | None = None
    for item in items:
        text = latex(item)
        if is_infix(item) and not is_prefix(before):
            out = f"{out} {text} "
        elif before is not None and wants_thin_space(before, item):
            out = f"{out}{THIN} {text}"
        else:
            wide = isinstance(before, Limits | Over | Scripts) and isinstance(item, Limits | Over | Scripts | Sign) and text[0] not in ",;'"
            out = f"{out} {text}" if wide else _joined(out, text)
        before = item
    return out.strip()


def is_infix(maths: Maths | None) -> bool:
    """An operator or relation, which has room on both sides."""
    return isinstance(maths, Sign) and maths.kind in ("operator", "relation")


def is_prefix(before: Maths | None) -> bool:
    """Whether a sign after `before` is a sign of what follows: at the start, or after another operator or an opening bracket."""
    return before is None or is_infix(before) or (isinstance(before, Sign) and before.kind == "opening")


def is_transposed(maths: Maths) -> bool:
    """Brackets with a transpose: a factor, not the argument of what stands before."""
    return isinstance(maths, Scripts) and isinstance(maths.sup, Sign) and maths.sup.latex == r"\top"


def is_function(maths: Maths | None) -> bool:
    return isinstance(maths, Sign) and maths.latex in FUNCTIONS


def is_partial(maths: Maths | None) -> bool:
    """A ∂ or a ∇, alone or with an exponent."""
    core = maths.base if isinstance(maths, Scripts) else maths
    return isinstance(core, Sign) and core.latex in (r"\partial", r"\nabla", r"\Delta")


def _joined(left: str, right: str) -> str:
    """The two joined, with a space where a command would swallow a letter."""
    return f"{left} {right}" if right[:1].isalpha() and COMMAND_AT_END.search(left) else left + right


def wants_thin_space(left: Maths, right: Maths) -> bool:
    """Between factors that would run together: after a fraction, a word or a symbol with scripts."""
    core = right.base if isinstance(right, Scripts) else right
    if is_infix(left):
        return False
    if is_partial(left):
        return isinstance(core, Words)
    if is_function(left) or is_function(right) or isinstance(core, Limits) or (isinstance(core, Sign) and core.latex in NO_SPACE_BEFORE):
        return False
    if isinstance(core, Fence):
        return isinstance(left, Over | Grid) or is_transposed(right)
    if isinstance(left, Over | Words | Scripts | Root | Grid | Fence):
        return isinstance(core, Over | Words | Root | Grid) or (isinstance(core, Sign) and core.kind in ("name", "number"))
    plain = isinstance(left, Sign) and left.kind in ("name", "number") and left.latex not in NO_SPACE_BEFORE
    return plain and isinstance(core, Over | Words)
