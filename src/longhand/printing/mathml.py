"""Maths as MathML Core, which every browser sets without help."""
from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import assert_never

from ..forms.maths import Brace, Choice, Fence, Grid, Judged, Limits, Line, Maths, Over, Root, Scripts, Sign, Words, line
from ..forms.verdicts import RIGHT, SIGNS
from .latex_maths import is_function, is_infix, is_prefix, latex, tall, wants_thin_space
from .terminal_maths import CLOSING, clean
from .unicode_table import text

COMMAND = re.compile(r"\\([A-Za-z]+)\*?\{(.*)\}", re.DOTALL)
ACCENTS = {"hat": "^", "widehat": "^", "bar": "¯", "overline": "¯", "tilde": "~", "widetilde": "~", "vec": "→", "dot": "˙", "ddot": "¨",
           "check": "ˇ", "breve": "˘", "mathring": "˚"}
SPACES = {r"\;": "0.28em", r"\,": "0.17em", r"\:": "0.22em", r"\quad": "1em", r"\qquad": "2em", r"\ ": "0.25em"}
UPRIGHT = ("mathrm", "text", "operatorname", "textrm", "mathsf", "mathtt", "texttt", "textsf")
BOLD = ("mathbf", "boldsymbol", "textbf")
LARGE = {"Σ": "∑", "Π": "∏", "bigcup": "⋃", "bigodot": "⨀"}
THIN = '<mspace width="0.17em"/>'
SIGN_OF_OPERATOR = {"*": "∗", "'": "′"}


def mathml(maths: Maths, display: bool = False, before: str = "", note: bool = True) -> str:
    """A math element, with its LaTeX for whoever copies it unless `note` is off; `before` is a relation (from `relation`) that stands in front."""
    kind = ' display="block"' if display else ""
    body = f"<mrow>{before}{_one(maths)}</mrow>" if before else _one(maths)
    if not note:
        return f"<math{kind}>{body}</math>"
    said = escape(clean(latex(maths)), quote=False)
    return f'<math{kind}><semantics>{body}<annotation encoding="application/x-tex">{said}</annotation></semantics></math>'


def _one(maths: Maths) -> str:
    """The maths as one element."""
    match maths:
        case Sign(sign, kind):
            return _sign(sign, kind)
        case Words(words):
            return f"<mtext>{_kept(clean(words))}</mtext>"
        case Line(items):
            return f"<mrow>{_items(items)}</mrow>"
        case Scripts(base, sub, sup):
            return _scripts(base, sub, sup)
        case Over(above, below):
            return f"<mfrac>{_one(above)}{_one(below)}</mfrac>"
        case Fence(body, opening, closing):
            return _fenced(_one(body), opening, closing, tall(body))
        case Root(body):
            return f"<msqrt>{_one(body)}</msqrt>"
        case Grid(rows, opening):
            return _fenced(_table(rows, "grid"), opening, CLOSING[opening])
        case Choice(rows):
            listed = tuple((value, _condition(condition)) for value, condition in rows)
            return _fenced(_table(listed, "cases"), r"\{", "")
        case Limits(operator, below, above):
            return _limits(operator, below, above)
        case Brace(body, note):
            return f"<munder><munder>{_one(body)}<mo stretchy=\"true\">⏟</mo></munder>{_one(note)}</munder>"
        case Judged(body, verdict, _):
            return _one(body) if verdict == RIGHT else f"<mrow>{''.join(_judgement(maths))}</mrow>"
    assert_never(maths)


def _condition(condition: Maths) -> Maths:
    """With its "if", where it is not said otherwise."""
    first = condition.items[0] if isinstance(condition, Line) and condition.items else condition
    return condition if isinstance(first, Words) else line(Words("if "), condition)


def _kept(words: str) -> str:
    """Words with the spaces at their ends, which MathML would trim."""
    return escape(re.sub(r"^ +| +$", lambda found: "\u00a0" * len(found[0]), words), quote=False)


@lru_cache(maxsize=4096)
def _sign(sign: str, kind: str) -> str:
    if sign in SPACES:
        return f'<mspace width="{SPACES[sign]}"/>'
    said = escape(text(sign), quote=False)
    if kind == "number":
        minus = said.startswith("−")
        return f'<mrow><mo form="prefix" lspace="0" rspace="0">−</mo><mn>{said[1:]}</mn></mrow>' if minus else f"<mn>{said}</mn>"
    if kind in ("operator", "relation"):
        return f"<mo>{SIGN_OF_OPERATOR.get(said, said)}</mo>"
    if kind in ("opening", "closing"):
        return f'<mo form="{"prefix" if kind == "opening" else "postfix"}">{said}</mo>'
    if found := COMMAND.fullmatch(sign):
        name, inner = found[1], found[2]
        if name in ACCENTS:
            arrow = ' class="arrow"' if name == "vec" else ""
            return f'<mover accent="true">{_sign(inner, "name")}<mo stretchy="false"{arrow}>{escape(ACCENTS[name])}</mo></mover>'
        if name == "underline":
            return f'<munder>{_sign(inner, "name")}<mo stretchy="true">_</mo></munder>'
        if name in BOLD:
            return f"<mi>{escape(bold(text(inner)))}</mi>"
        if name in UPRIGHT:
            return f'<mi mathvariant="normal">{said}</mi>'
    if not any(c.isalnum() or c in "∂∇∞∅ℓ…⋯⋮⋱" for c in text(sign)):
        spread = ' separator="true" rspace="0.17em"' if said in (",", ";") else ' lspace="0" rspace="0"' if said in ("/", ":", ".") else ""
        return f"<mo{spread}>{SIGN_OF_OPERATOR.get(said, said.replace('′', '′'))}</mo>"
    return f"<mi>{said}</mi>"


def bold(letters: str) -> str:
    """Letters in Unicode's mathematical bold, where it has them."""
    out = ""
    for c in letters:
        if "A" <= c <= "Z":
            out += chr(0x1D400 + ord(c) - ord("A"))
        elif "a" <= c <= "z":
            out += chr(0x1D41A + ord(c) - ord("a"))
        elif "0" <= c <= "9":
            out += chr(0x1D7CE + ord(c) - ord("0"))
        elif "α" <= c <= "ω":
            out += chr(0x1D6C2 + ord(c) - ord("α"))
        else:
            out += c
    return out


def _items(items: tuple[Maths, ...]) -> str:
    out = ""
    before: Maths | None = None
    for item in items:
        if isinstance(item, Sign) and is_infix(item):
            out += _infix(item, is_prefix(before))
        else:
            space = before is not None and not is_infix(before) and (
                wants_thin_space(before, item) or is_function(before) and not isinstance(item, Fence) or is_function(item))
            out += (THIN if space and not (isinstance(item, Sign) and item.latex in SPACES) else "") + _one(item)
        before = item
    return out


def _infix(item: Sign, prefix: bool) -> str:
    said = SIGN_OF_OPERATOR.get(text(item.latex), text(item.latex))
    form = ' form="prefix"' if prefix and item.kind == "operator" else ' form="infix"'
    fixed = ' stretchy="false"' if item.kind == "relation" else ""
    return f"<mo{form}{fixed}>{escape(said, quote=False)}</mo>"


def relation(sign: str) -> str:
    """A relation with the room it has between its sides, also where it starts a line."""
    return f'<mo form="infix" lspace="0.28em" rspace="0.28em" stretchy="false">{escape(text(sign), quote=False)}</mo>'


def _scripts(base: Maths, sub: Maths | None, sup: Maths | None) -> str:
    low = "" if sub is None else _one(sub)
    high = "" if sup is None else _one(sup)
    core = _one(base) if not (isinstance(base, Line) and not base.items) else "<mrow></mrow>"
    match (bool(low), bool(high)):
        case (True, True):
            return f"<msubsup>{core}{low}{high}</msubsup>"
        case (True, False):
            return f"<msub>{core}{low}</msub>"
        case (False, True):
            return f"<msup>{core}{high}</msup>"
    return core


def _fenced(body: str, opening: str, closing: str, grown: bool = True) -> str:
    """Brackets; those round something flat must not stretch, or they get room that belongs to tall ones. First and last in their row,
    tall ones are prefix and postfix, stretch and have no space around them by themselves."""
    flat = ' stretchy="false" lspace="0" rspace="0"'
    prefix, postfix = ("", "") if grown else (f' form="prefix"{flat}', f' form="postfix"{flat}')
    left = f"<mo{prefix}>{escape(text(opening))}</mo>" if opening else ""
    right = f"<mo{postfix}>{escape(text(closing))}</mo>" if closing else ""
    return f"<mrow>{left}{body}{right}</mrow>"


def _table(rows: tuple[tuple[Maths, ...], ...], kind: str) -> str:
    """Cells in columns. Where a column has marks they get a column of their own, so that the numbers stay in line."""
    noted = {c for row in rows for c, cell in enumerate(row) if isinstance(cell, Judged)}
    lines = "".join("<mtr>" + "".join(_cell(cell, c in noted) for c, cell in enumerate(row)) + "</mtr>" for row in rows)
    return f'<mtable class="{kind}">{lines}</mtable>'


def _cell(cell: Maths, noted: bool) -> str:
    if not noted:
        return f"<mtd{_number(cell)}>{_one(cell)}</mtd>"
    if not isinstance(cell, Judged):
        return f"<mtd{_number(cell)}>{_one(cell)}</mtd><mtd></mtd>"
    stated, note = _judgement(cell)
    return f'<mtd{_number(cell)}>{stated}</mtd><mtd class="note">{note}</mtd>'


def _number(cell: Maths) -> str:
    """Numbers stand at the right of their column."""
    core = cell.body if isinstance(cell, Judged) else cell
    last = core.items[-1] if isinstance(core, Line) and len(core.items) == 2 and is_infix(core.items[0]) else core
    return ' class="number"' if isinstance(last, Sign) and last.kind == "number" else ""


def _limits(operator: str, below: Maths | None, above: Maths | None) -> str:
    said = text(operator)
    plain = LARGE.get(said, said)
    large = len(plain) == 1
    core = f"<mo>{escape(plain)}</mo>" if large else f'<mo movablelimits="true" form="prefix" rspace="0.17em">{escape(plain)}</mo>'
    match (below, above):
        case (None, None):
            return core
        case (_, None):
            return f"<munder>{core}{_one(below)}</munder>"
        case (None, _):
            return f"<mover>{core}{_one(above)}</mover>"
    return f"<munderover>{core}{_one(below)}{_one(above)}</munderover>"


def _judgement(maths: Judged) -> tuple[str, str]:
    """What is marked, and the mark that stands behind it."""
    if maths.verdict == RIGHT:
        return _one(maths.body), ""
    name = maths.verdict.replace(" ", "-")
    fix = "" if maths.right is None else f'<mrow class="fix">{_one(maths.right)}</mrow>'
    stated = f'<mrow class="stated {name}">{_one(maths.body)}</mrow>'
    return stated, f'<mrow class="{name}"><mtext class="flag">{SIGNS[maths.verdict]}</mtext>{fix}</mrow>'
