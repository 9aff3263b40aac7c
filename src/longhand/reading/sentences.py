"""Sentences of a sheet: words, numbers, marks and formulas in reading order, each with its place in the source.

A sentence may run on over a display and into the next paragraph. "i.e.", "Eq.(1-1)" and "0.5" do not end one.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..core.record import record
from .lexicon import words
from .markdown import Block, Code, Math, Prose
from .syntax import Span

_PIECE = re.compile(r"(?P<short>i\.\s?e\b\.?|e\.\s?g\b\.?|w\.r\.t\b\.?|s\.t\b\.?|a\.k\.a\b\.?)"
                    r"|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)?)"
                    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)"
                    r"|(?P<mark>[^\w\s]|_)", re.IGNORECASE)
# A full stop behind one of these is part of the word.
_ABBREVIATIONS = words("eq eqs eqn fig figs sec ch chap prob ex no vs resp cf etc al approx pt pts max min dim ref refs")
_ROMAN = words("i ii iii iv v vi vii viii ix x")
# "(1)" behind one of these points at something and is no label.
_REFERRING = words("""eq eqs eqn equation equations fig figure part parts problem problems question exercise step section table from in
    of see by with case cases and or to point points""")


@record
class Token:
    """kind is "word", "number", "mark", "math", "code" or "label": "(a)", "2)", "1."."""
    kind: str
    text: str
    span: Span
    run: Math | Code | None = None

    @property
    def word(self) -> str:
        """The word as it is looked up; "" for anything else."""
        return self.text.casefold().replace("’", "'") if self.kind == "word" else ""


@record
class Sentence:
    """`end` is its last mark: ".", "?", "!", ":" or "". `kind` is that of the block it starts in."""
    tokens: tuple[Token, ...]
    end: str
    kind: str = "paragraph"

    @property
    def span(self) -> Span:
        return Span(self.tokens[0].span.start, self.tokens[-1].span.end)


def sentences(blocks: Iterable[Block]) -> list[Sentence]:
    """Every sentence of the blocks, in order. Each token of the text is in exactly one of them."""
    found: list[Sentence] = []
    running: list[Token] = []
    kind = ""

    def close() -> None:
        if running:
            found.append(Sentence(tuple(running), _ending(running), kind))
            running.clear()

    for block in blocks:
        tokens = _labelled(list(_tokens(block)), [_block_label(block)] if _is_labelled(block) else [])
        if not tokens or block.kind in ("front matter", "rule"):
            continue
        if not _continues(running, tokens, block):
            close()
        for position, token in enumerate(tokens):
            kind = kind if running else block.kind
            running.append(token)
            if _closes(tokens, position) or (_is_display(token) and _stops(token)):
                close()
        if block.kind == "heading":
            close()
    close()
    return found


def _is_labelled(block: Block) -> bool:
    return block.kind == "item" and any(c.isalnum() for c in block.label)


def _block_label(block: Block) -> Token:
    return Token("label", block.label, Span(block.span.start, block.span.start + len(block.label)))


def _is_display(token: Token) -> bool:
    return isinstance(token.run, Math) and token.run.display


def _tokens(block: Block) -> Iterator[Token]:
    for run in block.runs:
        match run:
            case Prose():
                for piece in _PIECE.finditer(run.text):
                    span = Span(run.span.start + piece.start(), run.span.start + piece.end())
                    kind = piece.lastgroup or "mark"
                    if kind == "short":
                        yield Token("word", "".join(c for c in piece.group() if c.isalpha()).casefold(), span)
                    elif piece.group() not in ("*", "_") and not _is_hyphen(run.text, piece):
                        yield Token(kind, piece.group(), span)
            case Math():
                yield Token("math", run.text, run.span, run)
            case Code():
                yield Token("code", run.text, run.span, run)


def _is_hyphen(text: str, piece: re.Match[str]) -> bool:
    """A dash inside a compound, as in "back-propagation" and "Eq.(1-5)"."""
    start, end = piece.span()
    return piece.group() in "-‐‑–" and start > 0 and end < len(text) and text[start - 1].isalnum() and text[end].isalnum()


def _labelled(tokens: list[Token], result: list[Token]) -> list[Token]:
    """The tokens behind `result`, with "(a)", "2)", "(iii)" and "B)" made one label each."""
    at = 0
    while at < len(tokens):
        taken = _label(tokens, at, result)
        if taken:
            span = Span(tokens[at].span.start, tokens[at + taken - 1].span.end)
            result.append(Token("label", "".join(t.text for t in tokens[at:at + taken]), span))
            at += taken
        else:
            result.append(tokens[at])
            at += 1
    return result


def _label(tokens: list[Token], at: int, before: list[Token]) -> int:
    """How many tokens from `at` on are a label; 0 for none."""
    first = tokens[at]
    fresh = not before or before[-1].text in (".", ";", ":", "?") or before[-1].kind == "label"
    if first.text == "(" and first.kind == "mark" and _closing(tokens, at + 2) and _short(tokens[at + 1]):
        follower = tokens[at + 3] if at + 3 < len(tokens) else None
        noun = before[-2] if len(before) > 1 and before[-1].text == "." else before[-1] if before else None
        points = noun is not None and noun.word in _REFERRING and (not fresh or noun.word in _ABBREVIATIONS)
        idle = follower is None or follower.word in ("and", "or") or (follower.kind == "mark" and follower.text in ".;,:)?")
        touching = before and before[-1].kind in ("math", "word", "code") and before[-1].span.end == first.span.start
        return 0 if points or touching or (idle and (not fresh or follower is not None and follower.kind == "word")) else 3
    if fresh and _short(first) and _closing(tokens, at + 1):
        return 2
    return 0


def _closing(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].kind == "mark" and tokens[at].text == ")"


def _short(token: Token) -> bool:
    if token.kind == "number":
        return token.text.isdigit() and len(token.text) < 3
    return token.kind == "word" and (len(token.text) == 1 or token.text.casefold() in _ROMAN)


def _closes(tokens: list[Token], at: int) -> bool:
    """Does the token end its sentence?"""
    token = tokens[at]
    if token.kind != "mark" or token.text not in ".?!":
        return _inline_stop(tokens, at)
    if token.text != "." or at + 1 == len(tokens):
        return True
    before, after = tokens[at - 1] if at else None, tokens[at + 1]
    if before is not None and before.word in _ABBREVIATIONS and before.span.end == token.span.start:
        return False
    return after.span.start > token.span.end or after.kind == "label"


def _inline_stop(tokens: list[Token], at: int) -> bool:
    """A formula that has the full stop inside its dollars, before a word in capitals; a display needs no full stop there."""
    if tokens[at].kind != "math" or at + 1 == len(tokens):
        return False
    after = tokens[at + 1]
    if _is_display(tokens[at]) and after.kind == "word" and after.text[:1].isupper() and after.text[1:].islower():
        return True
    if not _stops(tokens[at]):
        return False
    return tokens[at + 1].kind == "label" or tokens[at + 1].text[:1].isupper()


def _stops(token: Token) -> bool:
    """Does the formula end with a full stop? A number in brackets or a tag behind it does not matter."""
    text = token.text.strip().removeprefix("$$").removesuffix("$$").rstrip()
    if text.endswith("}") and "\\tag" in text:
        text = text[:text.rindex("\\tag")].rstrip()
    elif text.endswith(")") and text.rpartition("(")[2][:-1].replace(".", "").replace("-", "").isdigit():
        text = text[:text.rindex("(")].rstrip()
    while text.endswith(("\\quad", "\\qquad", "\\,")):
        text = text[:text.rindex("\\")].rstrip()
    return text.endswith(".") and not text.endswith("..")


def _continues(tokens: list[Token], following: list[Token], block: Block) -> bool:
    """Does a sentence left open at the end of a block go on in the next?"""
    if not tokens or block.kind in ("heading", "item", "code") or following[0].kind == "label":
        return False
    first, last = following[0], tokens[-1]
    if _is_display(first):
        return last.text != ")"
    if first.kind == "word" and first.text[:1].islower():
        return last.text != ":" or _is_display(last)
    return first.kind == "mark" and first.text in ",;)."


def _ending(tokens: list[Token]) -> str:
    last = tokens[-1]
    if last.kind == "mark" and last.text in ".?!:":
        return last.text
    return "." if last.kind == "math" and _stops(last) else ""
