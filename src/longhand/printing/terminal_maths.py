"""Maths for a terminal: one line of Unicode, or set out in two dimensions."""
from __future__ import annotations

from typing import assert_never

from ..core.record import record
from ..forms.maths import Brace, Choice, Fence, Grid, Judged, Limits, Line, Maths, Over, Root, Scripts, Sign, Words
from ..forms.verdicts import RIGHT, SIGNS
from .latex_maths import NO_SPACE_BEFORE, is_function, is_infix, is_partial, is_prefix, is_transposed, tall
from .unicode_table import padded, subscript, superscript, text, width

TALL_BRACKETS = {
    "(": "⎛⎜⎝", ")": "⎞⎟⎠", "[": "⎡⎢⎣", "]": "⎤⎥⎦", r"\{": "⎧⎪⎩", r"\}": "⎫⎪⎭",
    "|": "│││", r"\lvert": "│││", r"\rvert": "│││", r"\|": "‖‖‖", r"\lVert": "‖‖‖", r"\rVert": "‖‖‖",
}


CLOSING = {"[": "]", "(": ")", "|": "|", r"\|": r"\|", r"\{": r"\}", "": ""}
"""The closing bracket of a matrix by its opening one."""


# ---- one line -----------------------------------------------------------------------------------------------------

def inline(maths: Maths) -> str:
    """The maths on one line, fractions with a slash."""
    match maths:
        case Sign(latex, _):
            return text(latex)
        case Words(words):
            return clean(words)
        case Line(items):
            return _inline_items(items)
        case Scripts(base, sub, sup):
            return _inline_scripts(base, sub, sup)
        case Over(above, below):
            return f"{_operand(above)}/{_operand(below)}"
        case Fence(body, opening, closing):
            return text(opening) + inline(body) + text(closing)
        case Root(body):
            inner = inline(body)
            return f"√{inner}" if width(inner) == 1 else f"√({inner})"
        case Grid(rows, opening):
            inside = "; ".join("  ".join(inline(cell) for cell in row) for row in rows)
            return text(opening) + inside + text(CLOSING[opening])
        case Choice(rows):
            return "{ " + "; ".join(f"{inline(value)} {_condition(condition)}" for value, condition in rows) + " }"
        case Limits(operator, below, above):
            return _limits(operator, below, above)
        case Brace(body, note):
            return f"{inline(body)} [{inline(note)}]"
        case Judged(body):
            return inline(body) + judgement(maths)
    assert_never(maths)


def judgement(maths: Judged) -> str:
    """The sign of a mark and the right value, as they stand behind what is marked; nothing where it is right."""
    sign = "" if maths.verdict == RIGHT else SIGNS[maths.verdict]
    return sign if maths.right is None else f"{sign}({inline(maths.right)})"


def clean(words: str) -> str:
    """Plain words without control characters."""
    return words if words.isprintable() else "".join(c if c.isprintable() else " " for c in words)


def _condition(condition: Maths) -> str:
    said = inline(condition)
    return said if isinstance(condition, Words) or (isinstance(condition, Line) and isinstance(condition.items[0], Words)) else f"if {said}"


def _inline_items(items: tuple[Maths, ...]) -> str:
    out = ""
    before: Maths | None = None
    for position, item in enumerate(items):
        following = items[position + 1] if position + 1 < len(items) else None
        said = inline(item)
        if isinstance(item, Over) and ((_beside(before) and not isinstance(before, Limits)) or _beside(following)):
            said = f"({said})"
        out += _gap(before, item, position, items) + said
        before = item
    return out


def _beside(item: Maths | None) -> bool:
    """Whether it is a factor that a slash could take in."""
    return item is not None and not is_infix(item) and not (isinstance(item, Sign) and item.latex in NO_SPACE_BEFORE)


def _gap(before: Maths | None, item: Maths, position: int, items: tuple[Maths, ...]) -> str:
    """The space between two things that stand side by side."""
    if before is None:
        return ""
    core = item.base if isinstance(item, Scripts) else item
    if is_infix(item):
        return "" if is_prefix(before) and not is_infix(before) else " "
    if is_infix(before):
        earlier = items[position - 2] if position > 1 else None
        return "" if is_prefix(earlier) and isinstance(before, Sign) and before.kind == "operator" else " "
    if is_partial(before) or (isinstance(core, Sign) and core.latex in NO_SPACE_BEFORE):
        return ""
    if isinstance(before, Sign) and before.latex in ("/", "'"):
        return ""
    if isinstance(core, Fence):
        return " " if isinstance(before, Fence | Limits | Grid) or is_transposed(item) else ""
    if isinstance(before, Sign) and before.kind == "number" and not isinstance(core, Over | Words | Limits) and not is_function(item):
        return ""
    return " "


def _operand(maths: Maths) -> str:
    """A numerator or a denominator on one line, in brackets where it is more than one thing."""
    said = inline(maths)
    match maths:
        case Line((Sign() | Words() | Scripts(), Fence())):
            return said
        case Line(items) if sum(is_partial(i) for i in items) == 1:
            return said
        case Line() | Over():
            return f"({said})"
    return said


def _inline_scripts(base: Maths, sub: Maths | None, sup: Maths | None) -> str:
    out = inline(base)
    if sup is not None:
        plain = tight(sup)
        out += superscript(plain) or (f"^{plain}" if width(plain) == 1 else f"^({plain})")
    if sub is not None:
        plain = tight(sub)
        out += subscript(plain) or (f"_{plain}" if width(plain) == 1 else f"_{{{plain}}}")
    return out


def tight(maths: Maths) -> str:
    """The content of a script: operators without room around them."""
    if isinstance(maths, Line):
        out = ""
        for position, item in enumerate(maths.items):
            words = position and isinstance(item, Sign | Scripts) and isinstance(maths.items[position - 1], Scripts)
            out += (" " if words and inline(item)[0].isalpha() else "") + inline(item)
        return out
    return inline(maths)


def _limits(operator: str, below: Maths | None, above: Maths | None) -> str:
    out = text(operator)
    index = below.items[0] if isinstance(below, Line) and above is not None else below
    if index is not None:
        plain = tight(index)
        out += subscript(plain) or f"_{plain}"
    return out


# ---- two dimensions -----------------------------------------------------------------------------------------------

@record
class Box:
    """Lines of equal width; `middle` is the line on which neighbours stand."""
    lines: tuple[str, ...]
    middle: int = 0

    @property
    def width(self) -> int:
        return width(self.lines[0])

    @property
    def height(self) -> int:
        return len(self.lines)


def block(maths: Maths) -> list[str]:
    """The maths set out in lines of equal width."""
    return list(box(maths).lines)


def box(maths: Maths) -> Box:
    """The maths in two dimensions."""
    match maths:
        case Sign() | Words():
            return Box((inline(maths),))
        case Line(items):
            return _row(items)
        case Scripts(base, sub, sup):
            return _scripted(base, sub, sup)
        case Over(above, below):
            return _fraction(box(above), box(below))
        case Fence(body, opening, closing):
            return bracketed(box(body), opening, closing)
        case Root(body):
            return _root(box(body))
        case Grid(rows, opening):
            return _grid(rows, opening)
        case Choice(rows):
            return _cases(rows)
        case Limits(operator, below, above):
            return _large(operator, below, above)
        case Brace(body, note):
            return _braced(box(body), box(note))
        case Judged(body):
            return beside([box(body), Box((judgement(maths),))]) if judgement(maths) else box(body)
    assert_never(maths)


def beside(boxes: list[Box]) -> Box:
    """Boxes in a row, their middles on one line."""
    if len(boxes) == 1:
        return boxes[0]
    up = max(b.middle for b in boxes)
    down = max(b.height - b.middle for b in boxes)
    grown = [_grown(b, up - b.middle, down - (b.height - b.middle)) for b in boxes]
    return Box(tuple("".join(b.lines[row] for b in grown) for row in range(up + down)), up)


def _grown(b: Box, above: int, below: int) -> Box:
    blank = " " * b.width
    return Box((*[blank] * above, *b.lines, *[blank] * below), b.middle + above)


def _row(items: tuple[Maths, ...]) -> Box:
    boxes: list[Box] = []
    before: Maths | None = None
    for position, item in enumerate(items):
        gap = _gap(before, item, position, items)
        if not gap and isinstance(before, Over) and isinstance(item, Over | Fence | Scripts):
            gap = " "                                          # the bar of a fraction does not run into what follows
        if gap:
            boxes.append(Box((gap,)))
        boxes.append(box(item))
        before = item
    return beside(boxes) if boxes else Box(("",))


def _scripted(base: Maths, sub: Maths | None, sup: Maths | None) -> Box:
    core = box(base)
    low = None if sub is None else subscript(tight(sub))
    high = None if sup is None else superscript(tight(sup))
    if core.height == 1 and (sub is None or low is not None) and (sup is None or high is not None):
        return Box((core.lines[0] + (high or "") + (low or ""),))
    if core.height == 1 and sup is None and sub is not None and width(tight(sub)) == 1:
        return _placed(core, None, box(sub))
    if core.height == 1 and low is not None:
        core, sub = Box((core.lines[0] + low,)), None
    elif core.height == 1 and high is not None and sup is not None:
        core, sup = Box((core.lines[0] + high,)), None
    upper = None if sup is None else Box((superscript(tight(sup)) or tight(sup),)) if not tall(sup) else box(sup)
    lower = None if sub is None else Box((subscript(tight(sub)) or tight(sub),)) if not tall(sub) else box(sub)
    return _placed(core, upper, lower)


def _placed(core: Box, upper: Box | None, lower: Box | None) -> Box:
    """Scripts in the corners: at the first and last line of something tall, on lines of their own beside something flat."""
    columns = max(b.width for b in (upper, lower) if b is not None)
    blank = " " * columns
    if core.height > 1 and (upper is None or upper.height == 1) and (lower is None or lower.height == 1):
        side = [blank] * core.height
        if upper is not None:
            side[0] = padded(upper.lines[0], columns)
        if lower is not None:
            side[-1] = padded(lower.lines[0], columns)
        return Box(tuple(a + b for a, b in zip(core.lines, side, strict=True)), core.middle)
    above = [padded(x, columns) for x in upper.lines] if upper is not None else []
    below = [padded(x, columns) for x in lower.lines] if lower is not None else []
    space = " " * core.width
    lines = [space + x for x in above] + [x + blank for x in core.lines] + [space + x for x in below]
    return Box(tuple(lines), core.middle + len(above))


def _fraction(above: Box, below: Box) -> Box:
    columns = max(above.width, below.width)
    if above.height > 1 or below.height > 1:
        columns += 2
    lines = [padded(x, columns, "middle") for x in above.lines] + ["─" * columns] + [padded(x, columns, "middle") for x in below.lines]
    return Box(tuple(lines), above.height)


def bracketed(inner: Box, opening: str, closing: str) -> Box:
    """Brackets around a box, grown to its height."""
    if inner.height == 1:
        return Box((text(opening) + inner.lines[0] + text(closing),), 0)
    left, right = _tall_bracket(opening, inner.height), _tall_bracket(closing, inner.height)
    return Box(tuple(a + line + b for a, line, b in zip(left, inner.lines, right, strict=True)), inner.middle)


def _tall_bracket(bracket: str, height: int) -> list[str]:
    top, middle, bottom = TALL_BRACKETS.get(bracket) or [text(bracket) or ""] * 3
    return [top, *[middle] * (height - 2), bottom]


def _root(inner: Box) -> Box:
    if inner.height == 1:
        return Box((" " + "_" * inner.width, "√" + inner.lines[0]), 1)
    lines = ["  " + "_" * inner.width] + [" │" + line for line in inner.lines[:-1]] + ["╲│" + inner.lines[-1]]
    return Box(tuple(lines), inner.middle + 1)


def _grid(rows: tuple[tuple[Maths, ...], ...], opening: str = "[") -> Box:
    cells = _with_marks([[(box(c.body), judgement(c)) if isinstance(c, Judged) else (box(c), "") for c in row] for row in rows])
    columns = max((len(row) for row in cells), default=0)
    widths = [max((row[c].width for row in cells if c < len(row)), default=0) for c in range(columns)]
    numeric = [all(c >= len(row) or row[c].lines[0].strip()[:1] in "−0123456789." for row in cells) for c in range(columns)]
    lines: list[str] = []
    loose = any(c.height > 1 for row in cells for c in row)
    for row in cells:
        padded_cells = [_widened(c, widths[k], "right" if numeric[k] else "middle") for k, c in enumerate(row)]
        gaps = [b for c in padded_cells for b in (c, Box(("  ",)))][:-1]
        if lines and loose:
            lines.append(" " * width(lines[0]))
        lines += beside(gaps).lines if gaps else [""]
    inner = Box(tuple(lines), (len(lines) - 1) // 2)
    if inner.height == 1 or not opening:
        return bracketed(inner, opening, CLOSING[opening]) if opening else inner
    return bracketed(Box(tuple(f" {x} " for x in inner.lines), inner.middle), opening, CLOSING[opening])


def _with_marks(rows: list[list[tuple[Box, str]]]) -> list[list[Box]]:
    """Cells with their marks behind them, so that neither the numbers of a column nor its marks are pushed out of line."""
    columns = max((len(row) for row in rows), default=0)
    marks = [max((width(row[c][1]) for row in rows if c < len(row)), default=0) for c in range(columns)]
    wide = [max((row[c][0].width for row in rows if c < len(row)), default=0) if marks[c] else 0 for c in range(columns)]
    return [[beside([_widened(cell, wide[c], "right"), Box((padded(mark, marks[c]),))]) if marks[c] else cell for c, (cell, mark) in enumerate(row)]
            for row in rows]


def _widened(b: Box, columns: int, where: str) -> Box:
    return Box(tuple(padded(x, columns, where) for x in b.lines), b.middle)


def _cases(rows: tuple[tuple[Maths, Maths], ...]) -> Box:
    values = [box(value) for value, _ in rows]
    conditions = [box(Line((c,))) if _condition(c) == inline(c) else beside([Box(("if ",)), box(c)]) for _, c in rows]
    columns = max(v.width for v in values)
    lines: list[str] = []
    for v, c in zip(values, conditions, strict=True):
        lines += beside([_widened(v, columns, "left"), Box(("   ",)), c]).lines
    columns = max(width(x) for x in lines)
    lines = [padded(x, columns) for x in lines]
    if len(lines) == 1:
        return Box(("{ " + lines[0],))
    if len(lines) == 2:
        lines.insert(1, " " * columns)
    middle = len(lines) // 2
    brace = ["⎪"] * len(lines)
    brace[0], brace[middle], brace[-1] = "⎧", "⎨", "⎩"
    return Box(tuple(f"{b} {x}" for b, x in zip(brace, lines, strict=True)), middle)


def _large(operator: str, below: Maths | None, above: Maths | None) -> Box:
    low = [] if below is None else [tight(below)]
    high = [] if above is None else [tight(above)]
    sign = text(operator)
    columns = max(width(x) for x in (*low, *high, sign))
    return Box(tuple(padded(x, columns, "middle") for x in (*high, sign, *low)), len(high))


def _braced(inner: Box, note: Box) -> Box:
    columns = max(inner.width, note.width, 3)
    half = (columns - 3) // 2
    brace = "╰" + "─" * half + "┬" + "─" * (columns - 3 - half) + "╯"
    lines = [padded(x, columns, "middle") for x in (*inner.lines, brace, *note.lines)]
    return Box(tuple(lines), inner.middle)
