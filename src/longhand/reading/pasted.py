"""Pasted Unicode to the tokens of the LaTeX it stands for: ŷ, ᵀ, ₁, ⁻¹, ℝ, 𝐖, σ, Σ. Unicode's own tables do most of the work."""
from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from . import vocabulary as words

if TYPE_CHECKING:
    from .tokens import Tokeniser

INVISIBLE = frozenset("\u200b\u200c\u200d\ufeff\ufe0e\ufe0f\u2061\u2062\u2063\xad")
FONTS = (("DOUBLE-STRUCK", "mathbb"), ("BOLD", "mathbf"), ("SCRIPT", "mathcal"), ("FRAKTUR", "mathfrak"), ("SANS", "mathsf"))


def read(scan: Tokeniser, character: str, start: int, end: int) -> int:
    """Add the tokens of one character, or of the run of scripts that it begins; where to go on is the answer."""
    decomposition = unicodedata.decomposition(character)
    if character == "Σ" and _is_sum(scan.text, end):
        scan.add("command", "sum", start, end)
    elif row := words.CHARACTERS.get(character):
        scan.add(*row, start, end)
    elif accent := words.COMBINING.get(character):
        scan.add("combining", accent, start, end)
    elif character in INVISIBLE:
        pass
    elif decomposition.startswith(("<super>", "<sub>")):
        return _raised(scan, decomposition.split(">")[0] + ">", start)
    elif decomposition.startswith("<font>"):
        _font(scan, character, start, end)
    elif greek := greek_name(character):
        scan.add("name", greek, start, end)
    else:
        base, *marks = unicodedata.normalize("NFD", character)
        name = greek_name(base) or base
        if marks and name.isascii() and all(mark in words.COMBINING for mark in marks):
            scan.add("name", name, start, end)
            for mark in marks:
                scan.add("combining", words.COMBINING[mark], start, end)
        else:
            scan.add("unknown", character, start, end)
    return end


def _is_sum(text: str, end: int) -> bool:
    """A pasted capital sigma sums where something to sum stands behind it, or its index; else it is a name."""
    while end < len(text) and text[end] == " ":
        end += 1
    behind = text[end:end + 1]
    return behind.isalpha() or behind in ("_", "(", "\\") or unicodedata.decomposition(behind or " ").startswith("<sub>")


def _raised(scan: Tokeniser, kind: str, start: int) -> int:
    """A run of superscript or subscript characters, ⁻¹ or ₁₂, as a script with its group."""
    end, plain = start, []
    while end < len(scan.text) and (decomposition := unicodedata.decomposition(scan.text[end])).startswith(kind):
        plain.append("".join(chr(int(code, 16)) for code in decomposition.split()[1:]))
        end += 1
    scan.add("script", "^" if kind == "<super>" else "_", start, start)
    scan.add("brace", "{", start, start)
    inner = type(scan)("".join(plain))
    scan.tokens += [token._replace(start=start + scan.offset, end=end + scan.offset) for token in inner.run()]
    scan.add("unbrace", "}", end, end)
    return end


def _font(scan: Tokeniser, character: str, start: int, end: int) -> None:
    """A letter or digit of a mathematical alphabet: ℝ, 𝐖, 𝟏."""
    unicode_name = unicodedata.name(character, "")
    style = next((style for part, style in FONTS if part in unicode_name), "")
    plain = unicodedata.normalize("NFKC", character)
    name = greek_name(plain) or plain
    if not name.isascii() or not name.isalnum():
        scan.add("unknown", character, start, end)
    elif style == "mathbb" and name.isalpha():
        scan.add("symbol", name, start, end)
    else:
        scan.add("name" if style or name.isalpha() else "number", name, start, end, style)


def greek_name(character: str) -> str:
    """The LaTeX name of a Greek letter, or ""."""
    if not "\u0370" <= character <= "\u03ff":
        return ""
    first, *rest = unicodedata.name(character, "").split()
    if first != "GREEK" or "LETTER" not in rest:
        return ""
    name = rest[-1].lower().replace("lamda", "lambda")
    name = name.capitalize() if rest[0] == "CAPITAL" else name
    return name if name in words.GREEK else ""
