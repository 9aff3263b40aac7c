r"""Letters for pictures: from an atom of LaTeX (\hat{\mathbf{y}}, \epsilon, 0.3) to glyphs with their measures.

The outlines come from KaTeX's fonts (assets/svg, made by tools/glyphs.py), so that a picture needs no font where it is looked at.
"""
from __future__ import annotations

import gzip
import json
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from ..core.record import record
from .terminal_maths import clean
from .unicode_table import COMMANDS, DOUBLE_CAPITALS, TOKEN

FILE = Path(__file__).parents[1] / "assets" / "svg" / "glyphs.json.gz"
ROMAN, BOLD, ITALIC, BOLD_ITALIC, SCRIPT, DOUBLE = ("Main-Regular", "Main-Bold", "Math-Italic", "Math-BoldItalic", "Caligraphic-Regular",
                                                    "AMS-Regular")
FONTS = {"mathbf": BOLD, "textbf": BOLD, "boldsymbol": BOLD_ITALIC, "bm": BOLD_ITALIC, "pmb": BOLD_ITALIC, "mathcal": SCRIPT, "mathscr": SCRIPT,
         "mathbb": DOUBLE, "mathrm": ROMAN, "text": ROMAN, "textrm": ROMAN, "operatorname": ROMAN, "operatorname*": ROMAN, "mathsf": ROMAN,
         "mathtt": ROMAN, "texttt": ROMAN, "textsf": ROMAN, "rm": ROMAN, "mathit": ITALIC, "textit": ITALIC, "mathnormal": ITALIC}
ACCENTS = {"hat": "ˆ", "widehat": "ˆ", "bar": "ˉ", "tilde": "˜", "widetilde": "˜", "dot": "˙", "ddot": "¨", "check": "ˇ", "breve": "˘",
           "mathring": "˚", "vec": "→"}
OVER, UNDER = "over", "under"
"""Accents that are lines as long as what they stand at."""
OWN = {"epsilon": "ϵ", "phi": "ϕ", "varphi": "φ", "cdot": "⋅", "sum": "∑", "prod": "∏", "ast": "∗", "|": "∥", "lVert": "∥", "rVert": "∥",
       "varpi": "ϖ", "varrho": "ϱ", "cong": "≅", "ll": "≪", "gg": "≫"}
SAME = {"-": "−", "*": "∗", "'": "′", "·": "⋅", "‖": "∥", "Σ": "∑", "Π": "∏"}
"""What stands for a character that was typed, in maths; Σ and Π only as commands for large operators."""


@record
class Glyph:
    """A letter: its font and character, and in ems its advance, height, depth, italic correction and skew."""
    font: str
    char: str
    advance: float
    height: float
    depth: float
    italic: float = 0.0
    skew: float = 0.0
    accent: str = ""


@cache
def table() -> dict[str, dict[str, list]]:
    """Font -> character -> [advance, height, depth, italic, skew, outline] in thousandths of an em."""
    return json.loads(gzip.decompress(FILE.read_bytes()))


@lru_cache(maxsize=4096)
def glyph(font: str, char: str, accent: str = "") -> Glyph:
    """The letter in this font, in the roman one where this has none, else (font "") as text of an assumed width."""
    for each in (font, ROMAN, ITALIC):
        if (found := table()[each].get(char)) is not None:
            advance, height, depth, italic, skew, _ = found
            return Glyph(each, char, advance / 1000, height / 1000, depth / 1000, italic / 1000, skew / 1000, accent)
    wide = unicodedata.east_asian_width(char) in "WF"
    return Glyph("", char, 0.0 if unicodedata.combining(char) else 1.0 if wide else 0.3 if char.isspace() else 0.6, 0.7, 0.2, accent=accent)


@lru_cache(maxsize=4096)
def letters(latex: str, font: str = "") -> tuple[Glyph, ...]:
    """The glyphs of an atom. Small Greek and Latin letters are italic, digits and signs upright, unless a font is named."""
    out, _ = _read(TOKEN.findall(clean(latex)), 0, font)
    return tuple(out)


def words(text: str, font: str = ROMAN) -> tuple[Glyph, ...]:
    """The glyphs of upright words; a typed hyphen stays one."""
    return tuple(glyph(font, c) for c in unicodedata.normalize("NFC", clean(text)))


def _read(tokens: list[str], at: int, font: str, one: bool = False) -> tuple[list[Glyph], int]:
    """Glyphs up to the closing brace, or (`one`) of one token or group."""
    out: list[Glyph] = []
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token == "}":
            return out, at
        if token == "{":
            inner, at = _read(tokens, at, font)
            out += inner
        elif token.startswith("\\") and len(token) > 1:
            name = token[1:]
            if name in FONTS:
                chosen = FONTS[name]
                inner, at = _read(tokens, at, BOLD_ITALIC if {font, chosen} == {BOLD, ITALIC} else chosen, True)
                out += inner
            elif name in ACCENTS or name in ("overline", "underline"):
                inner, at = _read(tokens, at, font, True)
                out += _accented(inner, ACCENTS.get(name) or (OVER if name == "overline" else UNDER))
            elif name not in ("left", "right", "displaystyle", "limits"):
                said = OWN.get(name) or COMMANDS.get(name, name)
                upright = len(said) > 1
                out += [_letter(c, ROMAN if upright else font) for c in said if not c.isspace()]
        else:
            out.append(_letter(SAME.get(token, token) if font in ("", ITALIC, BOLD, BOLD_ITALIC) else token, font))
        if one:
            return out, at
    return out, at


def _accented(inner: list[Glyph], accent: str) -> list[Glyph]:
    """The accent on the middle letter; a line on each."""
    middle = len(inner) // 2
    return [glyph(g.font, g.char, accent) if k == middle or accent in (OVER, UNDER) else g for k, g in enumerate(inner)]


def _letter(c: str, font: str) -> Glyph:
    """One character in the font that maths gives it."""
    if font == DOUBLE and c not in table()[DOUBLE] and c not in DOUBLE_CAPITALS:
        font = BOLD
    if font:
        if font == BOLD and c in table()[BOLD_ITALIC] and c not in table()[BOLD]:
            font = BOLD_ITALIC
        elif font == BOLD_ITALIC and c in table()[BOLD] and c not in table()[BOLD_ITALIC]:
            font = BOLD
        return glyph(font, c)
    return glyph(ITALIC if c in table()[ITALIC] and c not in "ΓΔΘΛΞΠΣΥΦΨΩ" else ROMAN, c)
