"""A picture in SVG: formulas, lines and boxes at their places, each glyph outlined once."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from ..core.record import record
from ..forms.maths import Maths
from .svg_glyphs import table
from .svg_maths import Box, Mark, typeset
from .svg_style import attribute, content, fill, rules

CODES = {"Main-Regular": "r", "Main-Bold": "b", "Math-Italic": "i", "Math-BoldItalic": "d", "Caligraphic-Regular": "c", "AMS-Regular": "a",
         "Size1-Regular": "s", "Size2-Regular": "t", "Size4-Regular": "u"}


def number(value: float) -> str:
    """A coordinate, to a hundredth."""
    said = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if said in ("-0", "") else said


@record
class Links:
    """Where the parts of a picture lead on a page: quantity -> anchor of its card, and -> number of its symbol."""
    cards: Mapping[str, str] = field(default_factory=dict)
    symbols: Mapping[str, int] = field(default_factory=dict)


class Canvas:
    """Marks in the order in which they are painted, and the glyphs that they need. `prefix` begins every id; `links` are those of a page."""

    def __init__(self, prefix: str = "lh", links: Links | None = None) -> None:
        self.prefix, self.links = prefix, links or Links()
        self.groups: list[str] = []
        self.parts: list[str] = []
        self.used: dict[tuple[str, str], str] = {}

    def add(self, text: str) -> None:
        self.parts.append(text)

    def open(self, kind: str, name: str, about: str, words: str, walked: bool = False, **data: object) -> None:
        """Opens a group. kind: "node", "value", "gradient" or "wire"; `name` is the quantity at which it stands, `about` that which it shows.
        On a page it leads to the card of that one, by keys too where it is `walked`."""
        more = f' data-name="{attribute(name)}"' if name else ""
        more += "".join(f' data-{key}="{attribute(str(value))}"' for key, value in data.items())
        anchor, symbol = self.links.cards.get(about), self.links.symbols.get(about)
        more += "" if symbol is None else f' data-s="{symbol}"'
        if anchor is None:
            self.groups.append("g")
        else:
            self.groups.append("a")
            more += f' href="#{attribute(anchor)}" aria-label="{attribute(words)}"' + ("" if walked else ' tabindex="-1"')
        self.add(f'<{self.groups[-1]} class="{kind}"{more}>')

    def close(self) -> None:
        """Closes the group opened last."""
        self.add(f"</{self.groups.pop()}>")

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
    style, role = f"<style>{rules()}</style>" if styled else "", "group" if canvas.links.cards else "img"
    titles, described = dict.fromkeys(p.title for p in pictures if p.title), dict.fromkeys(p.words for p in pictures if p.words)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" class="lh-picture" role="{role}" viewBox="0 0 {number(wide)} {number(high)}" '
            f'width="{number(wide)}" height="{number(high)}" aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">'
            f'{content("; ".join(titles))}</title><desc id="{name}-desc">{content(" ".join(described))}</desc>{style}'
            f'{canvas.definitions()}<rect width="{number(wide)}" height="{number(high)}" {fill("paper")}/>{"".join(parts)}</svg>\n')
