"""An answer in plain text whose formulas are set over several lines, as our own terminal form is: fractions, matrices and drawings in
letters cannot be read back line by line, so they are set aside, each with its place. Displays of one line are kept."""
from __future__ import annotations

import re

from .syntax import Span

BRACKETS = re.compile("[⎡⎢⎣⎤⎥⎦⎧⎨⎩⎫⎬⎭⎛⎜⎝⎞⎟⎠]")
DRAWING = re.compile(r"[─━]{2}[▶►]|[◀◄][─━]|-{2}>|<-{2}|[┌┐└┘├┤┬┴╭╮╰╯╔╗╚╝║│┃]")
"""What only a drawing of a network has: x ──▶ h."""
RULE = re.compile(r"^[─━]{3,}[ \t]*$", re.MULTILINE)
BROKEN = re.compile(
    "[⎡⎢⎣⎤⎥⎦⎧⎨⎩⎫⎬⎭⎛⎜⎝⎞⎟⎠┌┐└┘├┤┬┴╭╮╰╯│┃▶◀⁽⁻⁺ⁿ₋₊\u0300-\u036f]|──|[⁰¹²³⁴-⁹][₀-₉ₐ-ₜᵢ-ᵥⱼ]|1ᵀ|[\\w)] 1(?!\\S)|,[₀-₉ₐ-ₜᵢ-ᵥⱼ]|Σ.*Σ|[-+−·=≈⊙]$|^ *[=≈+−]")
"""What a display of one line that can be read does not have: parts of taller ones, signs that only a page can raise or lower, several
sums, vectors of ones; a beginning or an end that other lines complete."""
CLAIMING = re.compile("[=≈←]")
INDENT = "   "


def without_stacks(text: str) -> tuple[str, tuple[Span, ...]]:
    """The text, as long as before, with what is set over several lines blotted out, and the places of it. A text with displays in dollars, or without
    big brackets and headings underlined by a rule, comes back as it is."""
    if "$$" in text or not (BRACKETS.search(text) or len(RULE.findall(text)) > 1):
        return text, ()
    out: list[str] = []
    aside: list[Span] = []
    at = 0
    for paragraph in re.split(r"(\n[ \t]*\n)", text):
        said = paragraph.strip("\n")
        display = "\n" not in said and said.startswith(INDENT) and not BROKEN.search(said.rstrip())
        if display or not CLAIMING.search(said) and not BROKEN.search(said):
            out.append(paragraph)
        else:
            aside.append(Span(at, at + len(paragraph)))
            out.append(re.sub(r"[^\n]", " ", paragraph))
        at += len(paragraph)
    return "".join(out), tuple(aside)
