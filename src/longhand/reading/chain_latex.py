r"""An answer that is a LaTeX document: its commands for layout are blotted out, each character for one, so that every place stays true.

A heading becomes one of Markdown, \item a bullet, verbatim a fence, a tabular's & a bar; maths stays as it is.
"""
from __future__ import annotations

import re

from .islands import islands

LAYOUT = "itemize|enumerate|description|center|quote|tabular|verbatim"
TRIGGER = re.compile(rf"\\(?:documentclass|begin\{{(?:document|{LAYOUT})\}}|(?:sub){{0,2}}section\b|item\b|maketitle\b)")
START, END = r"\begin{document}", r"\end{document}"
VERBATIM = re.compile(r"\\begin\{(verbatim|lstlisting|Verbatim)\}")
TABLE = re.compile(r"\\begin\{(tabular\*?|longtable|array)\}(?:\[[^\]\n]{0,20}\])?")
OUTSIDE = re.compile(r"""
    (?P<comment>(?<!\\)%[^\n]*)
  | (?P<heading>\\(?P<depth>(?:sub){0,2}section|(?:sub)?paragraph|chapter|part)\*?\{)
  | (?P<bold>\\textbf\{)
  | (?P<maths>\\ensuremath\{)
  | (?P<words>\\(?:textit|emph|text|textrm|textsf|texttt|underline|mbox|textsc|small|fbox)\{)
  | (?P<dropped>\\(?:title|author|date|label|ref|vspace|hspace|setlength|includegraphics|usepackage|cite|llap|rule|input)\*?
        (?:\[[^\]\n]{0,60}\])?\{)
  | (?P<item>\\item\b(?:[ ]?\[[^\]\n]{0,60}\])?)
  | (?P<environment>\\(?:begin|end)\{(?:itemize|enumerate|description|center|quote|quotation|tabular\*?|table\*?|longtable|figure\*?|proof
        |solution|flushleft|flushright|minipage|document)\}(?:\[[^\]\n]{0,60}\])?)
  | (?P<power>\\textasciicircum(?:\{\})?)
  | (?P<space>\\(?:q?quad|hfill|noindent|maketitle|newpage|clearpage|(?:small|med|big)skip|centering|hline|par|newline|linebreak|indent|today
        |textasciitilde|bfseries|itshape|normalsize|large|Large|tableofcontents)(?![A-Za-z])(?:\{\})?)
  | (?P<backslash>\\textbackslash(?![A-Za-z])(?:\{\})?)
  | (?P<dots>\\l?dots(?![A-Za-z])(?:\{\})?)
  | (?P<break>\\\\(?:\[[^\]\n]{0,10}\])?)
  | (?P<escaped>\\[&%_{}\#])
  | (?P<dollar>\\\$)
  | (?P<tie>~)
""", re.VERBOSE)
TICKS = frozenset({r"\checkmark", r"\times", r"\square", r"\to", r"\circ", r"\cdot"})
"""Signs that stand alone, as ticks in a margin."""
DEPTHS = {"part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5, "subparagraph": 6}
LONGEST = 4000                   # characters between braces


def without_layout(text: str) -> str:
    """The text, as long as before, without LaTeX's commands for layout; another text comes back as it is."""
    if not TRIGGER.search(text):
        return text
    out = list(text)
    start = text.find(START)
    if start >= 0:
        _blot(out, 0, start + len(START))
    end = text.find(END, max(start, 0))
    if end >= 0:
        _blot(out, end, len(text))
    _fence(text, out)
    _bars(text, out)
    left = "".join(out)
    at = 0
    for island in islands(left):
        if island.kind != "comment":
            _outside(left, out, at, island.start)
            at = island.end
            if left[island.inner_start:island.inner_end].strip() in TICKS:
                _blot(out, island.start, island.end)
    _outside(left, out, at, len(left))
    return "".join(out)


def _blot(out: list[str], start: int, end: int) -> None:
    for k in range(start, min(end, len(out))):
        if out[k] != "\n":
            out[k] = " "


def _put(out: list[str], start: int, end: int, said: str) -> None:
    """`said` at the start of a place, blanks behind it."""
    _blot(out, start, end)
    out[start:start + len(said)] = said


def _fence(text: str, out: list[str]) -> None:
    for match in VERBATIM.finditer(text):
        closing = f"\\end{{{match[1]}}}"
        end = text.find(closing, match.end())
        if end < 0:
            return
        _put(out, match.start(), match.end(), "```")
        _put(out, end, end + len(closing), "```")


def _bars(text: str, out: list[str]) -> None:
    r"""The columns and the cells of each table outside maths: {lll} goes, & becomes |."""
    for match in TABLE.finditer(text):
        end = text.find(f"\\end{{{match[1]}}}", match.end())
        if end < 0 or match[1] == "array" or out[match.start()] == " ":
            continue
        start = match.end()
        for _ in range(2 if match[1].endswith("*") else 1):
            start = _closing(text, start) + 1 if text.startswith("{", start) else start
        _blot(out, match.end(), start)
        inner = text[start:end]
        at = 0
        for first, last in [(i.start, i.end) for i in islands(inner)] + [(len(inner), len(inner))]:
            for k in range(start + at, start + first):
                if text[k] == "&" and text[k - 1] != "\\":
                    out[k] = "|"
            at = last


def _outside(text: str, out: list[str], start: int, end: int) -> None:
    for match in OUTSIDE.finditer(text, start, end):
        at, last = match.span()
        close = _closing(text, last - 1) if match.group().endswith("{") else last
        match match.lastgroup if match.lastgroup != "depth" else "heading":
            case "heading":
                _put(out, at, last, "#" * DEPTHS[match["depth"]])
                _put(out, close, close + 1, " ")
            case "bold":
                line = text.rfind("\n", 0, at) + 1
                alone = not text[line:at].strip() and text[close + 1:close + 3].lstrip(" .:").startswith("\n")
                _put(out, at, last, "####" if alone else "")
                _put(out, close, close + 1, " ")
            case "maths":
                _blot(out, at, last)
                out[last - 1] = "$"
                if close < len(out):
                    out[close] = "$"
            case "words":
                _blot(out, at, last)
                _put(out, close, close + 1, " ")
            case "dropped":
                _blot(out, at, close + 1)
            case "item":
                _put(out, at, last, "-")
            case "power":
                _blot(out, at, last)
                out[last - 1] = "^"
            case "backslash":                               # a command that is quoted, with all that touches it
                while at > start and not text[at - 1].isspace():
                    at -= 1
                while last < end and not text[last].isspace():
                    last += 1
                _blot(out, at, last)
            case "dots":
                _put(out, at, last, "...")
            case "escaped":
                out[at] = " "
            case _:
                _blot(out, at, last)


def _closing(text: str, at: int) -> int:
    """Where the brace that opens at this place closes; the place behind the longest, where it never does."""
    depth = 0
    for k in range(at, min(len(text), at + LONGEST)):
        if text[k] == "{" and text[k - 1:k] != "\\":
            depth += 1
        elif text[k] == "}" and text[k - 1] != "\\":
            depth -= 1
            if not depth:
                return k
    return min(len(text), at + LONGEST)
