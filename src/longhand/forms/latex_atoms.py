r"""From a short piece of LaTeX (a symbol as the sheet spells it, the template of a function) to maths.

It knows scripts, fractions, roots, brackets and font commands, which is what names and templates are made of; whole
formulas are read elsewhere. It never fails: what it does not know becomes an atom as it stands.
"""
from __future__ import annotations

import re
from functools import lru_cache

from .maths import Fence, Line, Maths, Over, Root, Scripts, Sign, Words, line

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[0-9]+(?:\.[0-9]+)?|#[0-9]|[A-Za-z]+|\s+|.", re.DOTALL)

FONTS = {r"\mathbf", r"\boldsymbol", r"\bm", r"\mathcal", r"\mathbb", r"\mathsf", r"\mathfrak", r"\mathscr", r"\pmb"}
BOLD = {r"\mathbf", r"\boldsymbol", r"\bm", r"\pmb", r"\vec"}
UPRIGHT = {r"\mathrm", r"\text", r"\textrm", r"\operatorname", r"\operatorname*", r"\mathit", r"\textit", r"\textbf", r"\rm"}
ACCENTS = {r"\hat", r"\widehat", r"\bar", r"\overline", r"\tilde", r"\widetilde", r"\vec", r"\dot", r"\ddot", r"\underline", r"\check"}
OPERATORS = {"+", "-", r"\cdot", r"\odot", r"\times", r"\otimes", r"\oslash", r"\circ", r"\pm", r"\setminus"}
RELATIONS = {"=", "<", ">", r"\le", r"\leq", r"\ge", r"\geq", r"\ne", r"\neq", r"\in", r"\leftarrow", r"\gets", r"\to", r"\approx", r"\sim",
             r"\rightarrow", r"\Rightarrow", r"\equiv", ":=", r"\mid"}
CLOSERS = {"(": ")", "[": "]", r"\{": r"\}", r"\lvert": r"\rvert", r"\lVert": r"\rVert", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
SPACES = {r"\,", r"\;", r"\:", r"\!", r"\ ", r"\quad", r"\qquad", r"\left", r"\right", r"\big", r"\Big", r"\displaystyle", r"\limits"}



@lru_cache(maxsize=4096)
def read(latex: str) -> Maths:
    """The piece of LaTeX as maths; a placeholder #1 becomes the Sign "#1"."""
    items, _ = _items(TOKEN.findall(latex), 0, None, False)
    return line(*items) if items else Line(())


def fill(template: Maths, arguments: tuple[Maths, ...], bracketed: tuple[bool, ...]) -> Maths:
    """The template with its placeholders replaced. An argument that stands bare beside something is put in brackets where
    `bracketed` says so."""
    def put(node: Maths, alone: bool) -> Maths:
        match node:
            case Sign(latex) if latex.startswith("#"):
                which = int(latex[1:]) - 1
                if which >= len(arguments):
                    return Line(())
                return Fence(arguments[which]) if bracketed[which] and not alone else arguments[which]
            case Line(items):
                return line(*(put(item, False) for item in items))
            case Scripts(base, sub, sup):
                return Scripts(put(base, False), None if sub is None else put(sub, True), None if sup is None else put(sup, True))
            case Over(above, below):
                return Over(put(above, True), put(below, True))
            case Fence(body, opening, closing):
                return Fence(put(body, True), opening, closing)
            case Root(body):
                return Root(put(body, True))
        return node
    return put(template, True)


def unbold(node: Maths) -> Maths:
    """The same symbol in plain weight and without an arrow, as its entries are written; a hat stays."""
    match node:
        case Sign(latex, kind):
            return Sign(_plain(latex), kind) if "{" in latex else node
        case Scripts(base, sub, sup):
            return Scripts(unbold(base), sub, sup)
    return node


@lru_cache(maxsize=1024)
def _plain(latex: str) -> str:
    command, _, rest = latex.partition("{")
    if command in BOLD and rest.endswith("}"):
        return _plain(rest[:-1])
    if command in ACCENTS and rest.endswith("}"):
        return f"{command}{{{_plain(rest[:-1])}}}"
    return latex


def _group(tokens: list[str], at: int) -> tuple[str, int]:
    """The raw text of the group or token at `at`, and what follows."""
    while at < len(tokens) and tokens[at].isspace():
        at += 1
    if at >= len(tokens):
        return "", at
    if tokens[at] != "{":
        token = tokens[at]
        return (token[0], at) if len(token) > 1 and token.isalnum() and _cut(tokens, at) else (token, at + 1)
    depth, start = 0, at
    while at < len(tokens):
        depth += (tokens[at] == "{") - (tokens[at] == "}")
        at += 1
        if depth == 0:
            return "".join(tokens[start + 1:at - 1]), at
    return "".join(tokens[start + 1:]), at


def _cut(tokens: list[str], at: int) -> bool:
    r"""Takes the first character off a run, as LaTeX does: `W_12` has the subscript 1."""
    tokens[at] = tokens[at][1:]
    return True


def _items(tokens: list[str], at: int, until: str | None, script: bool) -> tuple[list[Maths], int]:
    found: list[Maths] = []
    while at < len(tokens):
        token = tokens[at]
        if token == until:
            return found, at + 1
        if token.isspace() or token in SPACES or token == "}":
            at += 1
        elif token in "_^" and len(token) == 1:
            raw, at = _group(tokens, at + 1)
            _attach(found, token, _script(raw))
        elif token == "'":
            primes = 0
            while at < len(tokens) and tokens[at] == "'":
                primes, at = primes + 1, at + 1
            _attach(found, "^", Sign("'" * primes))
        elif token == "{":
            raw, at = _group(tokens, at)
            found.append(read(raw))
        elif token == r"\frac" or token == r"\dfrac" or token == r"\tfrac":
            above, at = _group(tokens, at + 1)
            below, at = _group(tokens, at)
            found.append(Over(read(above), read(below)))
        elif token == r"\sqrt":
            body, at = _group(tokens, at + 1)
            found.append(Root(read(body)))
        elif token in FONTS or token in ACCENTS:
            raw, at = _group(tokens, at + 1)
            found.append(Sign(f"{token}{{{raw}}}"))
        elif token in UPRIGHT:
            raw, at = _group(tokens, at + 1)
            found.append(Words(raw))
        elif token in CLOSERS:
            inner, at = _items(tokens, at + 1, CLOSERS[token], script)
            found.append(Fence(line(*inner) if inner else Line(()), token, CLOSERS[token]))
        else:
            found.extend(_atom(token, script))
            at += 1
    return found, at


def _atom(token: str, script: bool) -> list[Maths]:
    if token[0].isdigit():
        return [Sign(token, "number")]
    if token.isalpha() and token.isascii():
        if len(token) > (2 if script else 1):
            return [Words(token)]
        return [Sign(letter) for letter in token]
    kind = "operator" if token in OPERATORS else "relation" if token in RELATIONS else "name"
    return [Sign(token, kind)]


@lru_cache(maxsize=1024)
def _script(raw: str) -> Maths:
    items, _ = _items(TOKEN.findall(raw), 0, None, True)
    return line(*items) if items else Line(())


def _attach(found: list[Maths], mark: str, script: Maths) -> None:
    base = found.pop() if found else Line(())
    sub, sup = (base.sub, base.sup) if isinstance(base, Scripts) else (None, None)
    core = base.base if isinstance(base, Scripts) else base
    if mark == "_":
        found.append(Scripts(core, script if sub is None else line(sub, Sign(","), script), sup))
    else:
        found.append(Scripts(core, sub, script if sup is None else line(sup, script)))
