"""Maths as outlines for pictures: a small typesetter over our own maths tree, after the rules of TeX.

`typeset` gives a Box of marks in ems, the baseline at y = 0 and y downwards; `printing.svg_canvas` writes it.
"""
from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, assert_never

from ..forms.maths import Brace, Choice, Fence, Grid, Judged, Limits, Line, Maths, Over, Root, Scripts, Sign, Words
from ..forms.verdicts import RIGHT
from .latex_maths import is_function, is_infix, is_prefix, tall, wants_thin_space
from .svg_glyphs import OVER, ROMAN, UNDER, Glyph, glyph, letters, words
from .terminal_maths import CLOSING

AXIS, LINE, X_HEIGHT = 0.25, 0.046, 0.431
THIN, MEDIUM, THICK = 0.167, 0.222, 0.278
SPACES = {r"\;": THICK, r"\,": THIN, r"\:": MEDIUM, r"\quad": 1.0, r"\qquad": 2.0, r"\ ": 0.25, r"\!": 0.0}
SCALES = (0.7, 0.75, 1.0)
"""Size of a script against what it stands at, by how deep that is."""
FRACTION = 0.8
TALL_FONTS = (("Main-Regular", 1.0), ("Size1-Regular", 1.2), ("Size2-Regular", 1.8), ("Size4-Regular", 3.0))
EMPTY_SCRIPT = 0.06


class Mark(NamedTuple):
    """Something drawn: a glyph of a font, a "rule" (x, y upper left; sx wide, sy high), a "stroke" along the path `char`, or "text" in any font."""
    kind: str
    x: float
    y: float
    sx: float = 1.0
    sy: float = 1.0
    char: str = ""


class Box(NamedTuple):
    """A piece of set maths. `italic`: how far the last letter leans over; `letter`: scripts stand at fixed heights, as at one glyph."""
    width: float = 0.0
    height: float = 0.0
    depth: float = 0.0
    marks: tuple[Mark, ...] = ()
    italic: float = 0.0
    letter: bool = False

    def moved(self, x: float, y: float, scale: float = 1.0) -> Iterable[Mark]:
        """The marks at another place and size."""
        if not x and not y and scale == 1.0:
            return self.marks
        return [Mark(kind, x + scale * a, y + scale * b, scale * c, scale * d, char) for kind, a, b, c, d, char in self.marks]


@lru_cache(maxsize=1024)
def typeset(maths: Maths) -> Box:
    """The maths as marks, made once for all pictures of a server."""
    return _typeset(maths)


def _typeset(maths: Maths, level: int = 0) -> Box:
    """level 0: in a line, 1 and more: in a script, without room round operators."""
    match maths:
        case Sign(latex, _):
            return _sign(latex)
        case Words(text):
            return run(words(text))
        case Line(items):
            return _line(items, level)
        case Scripts(base, sub, sup):
            return _scripts(base, sub, sup, level)
        case Over(above, below):
            return _fraction(_typeset(above, level + 1), _typeset(below, level + 1), FRACTION if not level else 0.85)
        case Fence(body, opening, closing):
            return fenced(_typeset(body, level), opening, closing, tall(body))
        case Root(body):
            return _root(_typeset(body, level))
        case Grid(rows, opening):
            cells = [[(_typeset(c, level), _is_number(c)) for c in row] for row in rows]
            return fenced(_table(cells, 0.85), opening, CLOSING[opening], True, 0.1)
        case Choice(rows):
            cells = [[(_typeset(value, level), False), (_typeset(_condition(said), level), False)] for value, said in rows]
            return fenced(_table(cells, 0.9, left=True), r"\{", "", True, 0.05)
        case Limits(operator, below, above):
            return _limits(operator, below, above, level)
        case Brace(body, note):
            return _brace(_typeset(body, level), _typeset(note, level + 1))
        case Judged(body, verdict, right):
            shown = _typeset(body, level)
            return shown if verdict == RIGHT or right is None else beside(shown, Box(THIN), fenced(_typeset(right, level), "[", "]", tall(right)))
    assert_never(maths)


@lru_cache(maxsize=2048)
def _sign(latex: str) -> Box:
    """An atom, set once."""
    return Box(SPACES[latex]) if latex in SPACES else run(letters(latex))


# ---- lines --------------------------------------------------------------------------------------------------------

def run(glyphs: Iterable[Glyph]) -> Box:
    """Letters one after the other, with their accents."""
    marks: list[Mark] = []
    x = height = depth = italic = 0.0
    count = 0
    for g in glyphs:
        if not g.char.isspace():
            marks.append(Mark(g.font or "text", x, 0.0, char=g.char))
        high = g.height
        if g.accent:
            more, high, low = _accent(g, x)
            marks += more
            depth = max(depth, low)
        x += g.advance
        italic = g.italic if g.font.startswith("Math") or g.font.startswith("Cal") else 0.0
        height, depth, count = max(height, high), max(depth, g.depth), count + 1
    return Box(x, height, depth, tuple(marks), italic, count == 1)


def _accent(g: Glyph, x: float) -> tuple[list[Mark], float, float]:
    if g.accent == OVER:
        return [Mark("rule", x, -g.height - 0.13, g.advance, LINE)], g.height + 0.15, 0.0
    if g.accent == UNDER:
        return [Mark("rule", x, g.depth + 0.08, g.advance, LINE)], g.height, g.depth + 0.14
    a = glyph(ROMAN, g.accent)
    size = 0.55 if g.accent == "→" else 1.0
    lift = g.height + 0.06 if g.accent == "→" else max(0.0, g.height - X_HEIGHT)
    at = x + (g.advance - size * a.advance) / 2 + g.skew
    top = g.height + 0.28 if g.accent == "→" else a.height + lift
    return [Mark(a.font or "text", at, -lift, size, size, a.char)], top, 0.0


def beside(*boxes: Box) -> Box:
    """Boxes on one baseline."""
    marks: list[Mark] = []
    x = 0.0
    for box in boxes:
        marks += box.moved(x, 0.0)
        x += box.width
    return Box(x, max((b.height for b in boxes), default=0.0), max((b.depth for b in boxes), default=0.0), tuple(marks),
               boxes[-1].italic if boxes else 0.0)


def _line(items: tuple[Maths, ...], level: int) -> Box:
    boxes: list[Box] = []
    before: Maths | None = None
    for item in items:
        if isinstance(item, Sign) and is_infix(item):
            box = _typeset(item, level)
            room = 0.0 if level or is_prefix(before) and item.kind == "operator" else MEDIUM if item.kind == "operator" else THICK
            boxes += [Box(room), box, Box(room)] if room else [box]
        else:
            if before is not None and not is_infix(before) and _thin(before, item):
                boxes.append(Box(THIN if not level else THIN / 2))
            boxes.append(_typeset(item, level))
            if isinstance(item, Sign) and item.latex in (",", ";"):
                boxes.append(Box(THIN if not level else 0.0))
        if boxes and isinstance(item, Fence | Words | Over) and len(boxes) > 1 and boxes[-2].italic and isinstance(item, Over | Words):
            boxes.insert(-1, Box(boxes[-2].italic))
        before = item
    return beside(*boxes)


def _thin(before: Maths, item: Maths) -> bool:
    if isinstance(item, Sign) and item.latex in SPACES:
        return False
    return wants_thin_space(before, item) or (is_function(before) and not isinstance(item, Fence)) or (is_function(item) and not _opens(before)) \
        or (isinstance(item, Limits) and not _opens(before)) or isinstance(before, Limits)


def _opens(before: Maths) -> bool:
    return isinstance(before, Sign) and before.kind == "opening"


# ---- scripts, fractions -------------------------------------------------------------------------------------------

def _scripts(base: Maths, sub: Maths | None, sup: Maths | None, level: int) -> Box:
    if isinstance(base, Scripts) and base.sup is None and sub is None:      # x_i^2 is set one above the other
        base, sub = base.base, base.sub
    core = _typeset(base, level)
    scale = SCALES[min(level, 2)]
    marks, width = list(core.marks), core.width
    height, depth = core.height, core.depth
    low = None if sub is None else _typeset(sub, level + 1)
    high = None if sup is None else _typeset(sup, level + 1)
    fixed = core.letter
    up = down = 0.0
    if high is not None:
        up = max(0.37 if fixed else core.height - 0.32, scale * high.depth + X_HEIGHT / 4)
        if isinstance(sup, Sign) and set(sup.latex) <= {"'"}:
            up = max(0.36, core.height - 0.35)
    if low is not None:
        down = max(0.15 if high is None else 0.247, 0.0 if fixed else core.depth + 0.05, scale * low.height - 0.8 * X_HEIGHT)
    if low is not None and high is not None:
        gap = up - scale * high.depth - (scale * low.height - down)
        if gap < 4 * LINE:
            down += 4 * LINE - gap
    ends = [width]
    if high is not None:
        at = width + core.italic
        marks += high.moved(at, -up, scale)
        ends.append(at + scale * high.width)
        height = max(height, up + scale * high.height)
    if low is not None:
        marks += low.moved(width, down, scale)
        ends.append(width + scale * low.width)
        depth = max(depth, down + scale * low.depth)
    return Box(max(ends) + EMPTY_SCRIPT, height, depth, tuple(marks))


def _fraction(above: Box, below: Box, scale: float) -> Box:
    width = scale * max(above.width, below.width) + 0.12
    up = max(0.39, AXIS + LINE / 2 + 0.1 + scale * above.depth)
    down = max(0.345, scale * below.height + 0.1 + LINE / 2 - AXIS)
    left, side = (width - scale * above.width) / 2, 0.06
    marks = [*above.moved(side + left, -up, scale), *below.moved(side + (width - scale * below.width) / 2, down, scale),
             Mark("rule", side, -AXIS - LINE / 2, width, LINE)]
    return Box(width + 2 * side, up + scale * above.height, down + scale * below.depth, tuple(marks))


def _limits(operator: str, below: Maths | None, above: Maths | None, level: int) -> Box:
    """Σ with its limits as scripts; a name (max) with them under it."""
    core = run(letters(operator))
    large = len(core.marks) == 1
    if large:
        sign = glyph("Size1-Regular", core.marks[0].char)
        core = run([sign])
        low = None if below is None else _typeset(below, level + 1)
        high = None if above is None else _typeset(above, level + 1)
        scale = SCALES[min(level, 2)]
        marks = list(core.marks)
        width, height, depth = core.width, core.height, core.depth
        if high is not None:
            marks += high.moved(core.width + 0.03, -core.height + 0.25, scale)
            width, height = max(width, core.width + 0.03 + scale * high.width), core.height - 0.25 + scale * high.height
        if low is not None:
            marks += low.moved(core.width + 0.03, core.depth + 0.13, scale)
            width, depth = max(width, core.width + 0.03 + scale * low.width), core.depth + 0.13 + scale * low.depth
        return Box(width, height, depth, tuple(marks))
    scale = SCALES[min(level, 2)]
    low = None if below is None else _typeset(below, level + 1)
    if low is None:
        return core
    width = max(core.width, scale * low.width)
    down = core.depth + 0.12 + scale * low.height
    marks = [*core.moved((width - core.width) / 2, 0.0), *low.moved((width - scale * low.width) / 2, down, scale)]
    return Box(width, core.height, down + scale * low.depth, tuple(marks))


# ---- brackets, tables ---------------------------------------------------------------------------------------------

def fenced(body: Box, opening: str, closing: str, grown: bool, room: float = 0.0) -> Box:
    """Brackets round the body, as high as it is where they grow."""
    if not grown:
        left, right = (run(letters(sign)) if sign and sign != "." else Box() for sign in (opening, closing))
        whole = beside(left, body, Box(body.italic * 0.7), right)
        return Box(whole.width, whole.height, whole.depth, whole.marks, 0.0, bool(right.width))         # scripts stand as at the bracket alone
    reach = max(body.height - AXIS, body.depth + AXIS) + 0.06
    return beside(_delimiter(opening, reach, True), Box(room), body, Box(room), _delimiter(closing, reach, False))


def _delimiter(sign: str, reach: float, opens: bool) -> Box:
    """A bracket from the axis up and down by `reach`."""
    if not sign or sign == ".":
        return Box(0.06)
    said = "".join(g.char for g in letters(sign))
    top, thick, foot = -AXIS - reach, 0.055, 0.2
    sides = {"[": (True, True), "]": (True, True), "⌊": (False, True), "⌋": (False, True), "⌈": (True, False), "⌉": (True, False)}
    if said in sides or said in "|∥∣":
        marks = [Mark("rule", 0.12 if opens else foot + 0.02, top, thick, 2 * reach)]
        width = foot + 0.2
        if said in sides:
            at = 0.12 if opens else 0.075
            upper, lower = sides[said]
            marks += [Mark("rule", at, top, foot, thick)] if upper else []
            marks += [Mark("rule", at, top + 2 * reach - thick, foot, thick)] if lower else []
        else:
            marks[0] = Mark("rule", 0.1, top, LINE, 2 * reach)
            width = 0.25
            if said == "∥":
                marks.append(Mark("rule", 0.24, top, LINE, 2 * reach))
                width = 0.38
        return Box(width, AXIS + reach, reach - AXIS, tuple(marks))
    known = [(font, size) for font, size in TALL_FONTS if glyph(font, said).font == font] or [("Main-Regular", 1.0)]
    font, size = next(((f, s) for f, s in known if s >= 1.8 * reach), known[-1])
    g = glyph(font, said)
    stretch = 2 * reach / size if 2 * reach > size * 1.12 else 1.0
    return Box(g.advance, AXIS + reach, reach - AXIS, (Mark(g.font or "text", 0.0, -AXIS + AXIS * stretch, 1.0, stretch, g.char),))


def _table(rows: list[list[tuple[Box, bool]]], scale: float, left: bool = False) -> Box:
    """Cells in columns, centred on the axis; numbers stand at the right of their column."""
    columns = max((len(row) for row in rows), default=0)
    if not columns:
        return Box(0.3)
    widths = [max((row[c][0].width for row in rows if c < len(row)), default=0.0) * scale for c in range(columns)]
    gap, lead = 0.7, 0.24
    heights = [max([0.62, *(b.height for b, _ in row)]) * scale for row in rows]
    depths = [max([0.08, *(b.depth for b, _ in row)]) * scale for row in rows]
    total = sum(heights) + sum(depths) + lead * (len(rows) - 1)
    y = -AXIS - total / 2
    marks: list[Mark] = []
    for row, high, low in zip(rows, heights, depths, strict=True):
        y += high
        x = 0.0
        for (box, number), width in zip(row, widths, strict=False):
            room = width - scale * box.width
            marks += box.moved(x + (room if number else 0.0 if left else room / 2), y, scale)
            x += width + gap
        y += low + lead
    return Box(sum(widths) + gap * (columns - 1), AXIS + total / 2, total / 2 - AXIS, tuple(marks))


def _is_number(cell: Maths) -> bool:
    last = cell.items[-1] if isinstance(cell, Line) and cell.items and len(cell.items) == 2 else cell
    return isinstance(last, Sign) and last.kind == "number"


def _condition(said: Maths) -> Maths:
    first = said.items[0] if isinstance(said, Line) and said.items else said
    return said if isinstance(first, Words) else Line((Words("if"), said))


def _root(body: Box) -> Box:
    sign = glyph(ROMAN, "√")
    high, low = body.height + 0.14, body.depth + 0.04
    stretch = max(1.0, (high + low) / 1.0)
    width = sign.advance
    marks = [Mark(sign.font, 0.0, low - 0.2 * stretch, 1.0, stretch, "√"), Mark("rule", width, low - stretch, body.width + 0.06, 0.04),
             *body.moved(width, 0.0)]
    return Box(width + body.width + 0.1, stretch - low + 0.05, low, tuple(marks))


def _brace(body: Box, note: Box) -> Box:
    scale = SCALES[0]
    width = max(body.width, scale * note.width)
    left, y, w = (width - body.width) / 2, body.depth + 0.1, body.width
    h = 0.11
    path = f"M{left:.3f} {y:.3f}q0 {h} {h} {h}H{left + w / 2 - h:.3f}q{h} 0 {h} {h}q0 {-h} {h} {-h}H{left + w - h:.3f}q{h} 0 {h} {-h}"
    down = y + 2 * h + 0.1 + scale * note.height
    marks = [*body.moved(left, 0.0), Mark("stroke", 0.0, 0.0, 1.0, 1.0, path), *note.moved((width - scale * note.width) / 2, down, scale)]
    return Box(width, body.height, down + scale * note.depth, tuple(marks))
