"""A picture in SVG: formulas, lines and boxes at their places, each glyph outlined once."""
from __future__ import annotations

from collections.abc import Sequence

from ..core.record import record
from ..forms.maths import Maths
from .svg_glyphs import table
from .svg_maths import Box, Mark, typeset
from .svg_style import content, fill, rules

CODES = {"Main-Regular": "r", "Main-Bold": "b", "Math-Italic": "i", "Math-BoldItalic": "d", "Caligraphic-Regular": "c", "AMS-Regular": "a",
         "Size1-Regular": "s", "Size2-Regular": "t", "Size4-Regular": "u"}


def number(value: float) -> str:
    """A coordinate, to a hundredth."""
    said = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if said in ("-0", "") else said


class Canvas:
    """Marks in the order in which they are painted, and the glyphs that they need. `prefix` begins every id."""

    def __init__(self, prefix: str = "lh") -> None:
        self.prefix = prefix
        self.parts: list[str] = []
        self.used: dict[tuple[str, str], str] = {}

    def add(self, text: str) -> None:
        self.parts.append(text)

    def maths(self, maths: Maths | Box, x: float, y: float, size: float, style: str = "") -> Box:
        """The formula with the left end of its baseline at (x, y)."""
        box = maths if isinstance(maths, Box) else typeset(maths)
        inside = "".join(self._mark(m) for m in box.marks)
        if inside:
            look = f" {style}" if style else ""
            self.add(f'<g transform="translate({number(x)} {number(y)}) scale({size / 1000:.5g})"{look}>{inside}</g>')
        return box

    def _mark(self, m: Mark) -> str:
        x, y = round(1000 * m.x), round(1000 * m.y)
        if m.kind == "rule":
            return f'<path d="M{x} {y}h{round(1000 * m.sx)}v{round(1000 * m.sy)}h{-round(1000 * m.sx)}z"/>'
        if m.kind == "stroke":
            return (f'<path transform="translate({x} {y}) scale({1000 * m.sx:.4g})" d="{m.char}" fill="none" stroke="currentColor" '
                    'stroke-width=".045"/>')
        if m.kind == "text":
            size = round(1000 * m.sy)
            return f'<text x="{x}" y="{y}" font-size="{size}" font-family="serif">{content(m.char)}</text>'
        name = self._glyph(m.kind, m.char)
        if m.sx == m.sy == 1.0:
            return f'<use href="#{name}" x="{x}" y="{y}"/>'
        size = f"{m.sx:.3g}" if abs(m.sx - m.sy) < 1e-9 else f"{m.sx:.3g} {m.sy:.3g}"
        return f'<use href="#{name}" transform="translate({x} {y}) scale({size})"/>'

    def _glyph(self, font: str, char: str) -> str:
        key = font, char
        if key not in self.used:
            self.used[key] = f"{self.prefix}-{CODES[font]}{ord(char):x}"
        return self.used[key]

    def definitions(self) -> str:
        """The outlines of the glyphs in use."""
        known = table()
        return "<defs>" + "".join(f'<path id="{name}" d="{known[font][char][5]}"/>' for (font, char), name in self.used.items()) + "</defs>"


@record
class Picture:
    """What was painted, and the room it takes: the left upper corner, width and height, and the picture in words."""
    body: str
    left: float
    top: float
    wide: float
    high: float
    title: str = ""
    words: str = ""


def document(canvas: Canvas, pictures: Sequence[Picture], styled: bool = True) -> str:
    """One SVG of all the pictures, one below the other; `styled` with its style sheet inside."""
    wide, high = max(p.wide for p in pictures), sum(p.high for p in pictures)
    name, parts, y = canvas.prefix, [], 0.0
    for p in pictures:
        parts.append(f'<g transform="translate({number(-p.left)} {number(y - p.top)})">{p.body}</g>')
        y += p.high
    style = f"<style>{rules()}</style>" if styled else ""
    titles, described = dict.fromkeys(p.title for p in pictures if p.title), dict.fromkeys(p.words for p in pictures if p.words)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" class="lh-picture" role="img" viewBox="0 0 {number(wide)} {number(high)}" '
            f'width="{number(wide)}" height="{number(high)}" aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">'
            f'{content("; ".join(titles))}</title><desc id="{name}-desc">{content(" ".join(described))}</desc>{style}'
            f'{canvas.definitions()}<rect width="{number(wide)}" height="{number(high)}" {fill("paper")}/>{"".join(parts)}</svg>\n')
