"""Nothing may succeed on a prefix: every letter and number of a text is in the tree, in a repair or in a problem."""
from __future__ import annotations

from longhand.reading.formula import Reading
from longhand.reading.syntax import Derivative, Tagged, children, walk
from longhand.reading.tokens import Token, Tokeniser, TooDeep
from longhand.reading.vocabulary import BINDING

KINDS = BINDING | {"arg"}           # these become the kind of a BigOperator, not a node


def check_spans(text: str, offset: int, reading: Reading) -> None:
    """Every span lies in the text, and every child's in its parent's."""
    first, last = offset, offset + len(text)
    for note in (*reading.repairs, *reading.problems):
        assert first <= note.span.start <= note.span.end <= last, note
    for node in walk(reading.formula) if reading.formula else ():
        assert first <= node.span.start <= node.span.end <= last, node
        for child in children(node):
            assert node.span.start <= child.span.start and child.span.end <= node.span.end, (node, child)


def lost(text: str, offset: int, reading: Reading) -> list[Token]:
    """The tokens with content that neither the tree nor a note accounts for."""
    if reading.formula is None:
        return []
    covered = bytearray(len(text))

    def cover(start: int, end: int) -> None:
        covered[start - offset:end - offset] = b"\1" * (end - start)

    for note in (*reading.repairs, *reading.problems):
        cover(note.span.start, note.span.end)
    for node in walk(reading.formula):
        match node:
            case Derivative(span=span):                    # its \partial, d and order are not nodes
                cover(span.start, span.end)
            case Tagged(span=span, body=body):
                cover(span.start, body.span.start)
                cover(body.span.end, span.end)
            case _ if not any(True for _ in children(node)):
                cover(node.span.start, node.span.end)
    try:
        tokens = Tokeniser(text, offset).run()
    except TooDeep:
        return []
    content = (token for token in tokens if token.kind in ("number", "name", "symbol", "words") and token.text not in KINDS)
    return [token for token in content if not all(covered[token.start - offset:token.end - offset])]
