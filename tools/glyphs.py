"""Makes src/longhand/assets/svg/glyphs.json.gz, the letters of the schematic, from the fonts of KaTeX.

    npm pack katex && tar xf katex-*.tgz            # fonts and metrics, MIT licence
    python -m venv v && v/bin/pip install fonttools && v/bin/python tools/glyphs.py package

The file is committed; this is run again only when letters are added. A glyph is [advance, height, depth, italic correction, skew, outline],
in thousandths of an em with y downwards; the outline is the `d` of an SVG path, relative after its first point.
"""
from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
GREEK_SMALL = "αβγδϵεζηθϑικλμνξπϖρϱστυϕφχψω"
GREEK_LARGE = "ΓΔΘΛΞΠΣΥΦΨΩ"
SIGNS = "!%&()*+,-./:;<=>?@[]_{|}§±×÷·⋅−∓∗∘∙⊕⊖⊗⊘⊙∂∇∞ℓℏℜℑ∅∀∃∈∋∪∩∖∣∥≤≥≠≈≡∼≅∝≪≫⊂⊃⊆⊇←→↔⇒⇐⇔↦⊤⊥′†…⋯⋮⋱⌊⌋⌈⌉⟨⟩√⋆¬∧∨'\"#$"
ACCENTS = "ˆ˜ˉ˙¨ˇ˘˚⃗"
WANTED = {
    "Main-Regular": LETTERS + "0123456789" + GREEK_LARGE + SIGNS + ACCENTS,
    "Main-Bold": LETTERS + "0123456789" + GREEK_LARGE,
    "Math-Italic": LETTERS + GREEK_SMALL + GREEK_LARGE,
    "Math-BoldItalic": LETTERS + GREEK_SMALL,
    "Caligraphic-Regular": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "AMS-Regular": "CENQRZ",
    "Size1-Regular": "∑∏()[]{}⋃⋂⨀",
    "Size2-Regular": "(){}",
    "Size4-Regular": "(){}",
}
TARGET = Path(__file__).parents[1] / "src" / "longhand" / "assets" / "svg" / "glyphs.json.gz"


class Outline(BasePen):
    """The outline as a relative SVG path of whole numbers."""

    def __init__(self, glyphs: object) -> None:
        super().__init__(glyphs)
        self.parts: list[str] = []
        self.at, self.command = (0, 0), ""

    def _to(self, command: str, *points: tuple[float, float]) -> None:
        x, y = self.at
        numbers = []
        for a, b in points:
            a, b = round(a), round(-b)
            numbers += [a - x, b - y]
        self.at = (round(points[-1][0]), round(-points[-1][1]))
        if command == "l" and 0 in numbers:
            command, numbers = ("h", numbers[:1]) if not numbers[1] else ("v", numbers[1:])
        again = command == self.command and command not in "Mm"
        said = re.sub(r" (?=-)", "", " ".join(map(str, numbers)))
        self.parts.append(said if again and said[0] == "-" else f" {said}" if again else command + said)
        self.command = command

    def _moveTo(self, point):  # noqa: N802
        self.at = (0, 0) if not self.parts else self.at
        self._to("M" if not self.parts else "m", point)
        self.start = self.at

    def _lineTo(self, point):  # noqa: N802
        self._to("l", point)

    def _curveToOne(self, a, b, c):  # noqa: N802
        self._to("c", a, b, c)

    def _qCurveToOne(self, a, b):  # noqa: N802
        self._to("q", a, b)

    def _closePath(self):  # noqa: N802
        self.parts.append("z")
        self.at, self.command = self.start, "z"


def metrics(package: Path) -> dict[str, dict[str, list[float]]]:
    """Depth, height, italic correction, skew and width by font and code point, as KaTeX has them from TeX."""
    text = (package / "src" / "fontMetricsData.js").read_text(encoding="utf-8")
    body = text[text.index("{"):text.rindex("}") + 1]
    return json.loads(re.sub(r",(\s*})", r"\1", body))


def main(package: Path) -> None:
    known = metrics(package)
    out: dict[str, dict[str, list[int | str]]] = {}
    for name, wanted in WANTED.items():
        font = TTFont(package / "dist" / "fonts" / f"KaTeX_{name}.ttf")
        names, glyphs, em = font.getBestCmap(), font.getGlyphSet(), font["head"].unitsPerEm
        assert em == 1000, em
        out[name] = {}
        for c in dict.fromkeys(wanted):
            if ord(c) not in names:
                print(f"{name} has no {c} (U+{ord(c):04X})", file=sys.stderr)
                continue
            pen = Outline(glyphs)
            glyphs[names[ord(c)]].draw(pen)
            depth, height, italic, skew, width = known[name].get(str(ord(c)), (0, 0.7, 0, 0, glyphs[names[ord(c)]].width / 1000))
            out[name][c] = [*(round(1000 * n) for n in (width, height, depth, italic, skew)), "".join(pen.parts)]
    rows = ",\n".join(f"{json.dumps(name)}: {{" + ",\n".join(
        f"{json.dumps(c, ensure_ascii=False)}:{json.dumps(g, separators=(',', ':'))}" for c, g in glyphs.items()) + "}" for name, glyphs in out.items())
    TARGET.write_bytes(gzip.compress(f"{{{rows}}}\n".encode(), 9, mtime=0))
    print(TARGET, TARGET.stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
