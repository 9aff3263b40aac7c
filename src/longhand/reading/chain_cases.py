"""Conditions: `if a > 0` behind a formula, "if i = j, X = a, else X = b", and the headings of cases that stand alone."""
from __future__ import annotations

import re
from dataclasses import dataclass, field

from .chain_pieces import COMPARING, Piece, Word
from .names import flat
from .statements import INDEX_LETTERS
from .syntax import Derivative, Dots, Formula, Matrix, Name, Numeral, Relation, Row, Sequence, Span, walk

ASKS = re.compile(r"(?:^|[\s,;:.(\[*])(if|when|whenever|for|case|provided|unless|as long as|in case)(?: (?:that|all|every|each|any))?[:(]?$",
                  re.IGNORECASE)
ELSE = re.compile(r"(?:^|[\s,;:.(])(else|otherwise)\b", re.IGNORECASE)
STARTS_ELSE = re.compile(r"[\s,;:.(]*(else|otherwise)\b", re.IGNORECASE)
STOPS = re.compile(r"[.;!?](?:\s|$)|\n[ \t]*\n")
OPENING = frozenset("so therefore thus then and case if when whenever for now assume suppose in where".split())
GOING_ON = ("", "then", "we get", "we have", "and", "so", "it is", "then we have", "then we get")
IT = ("it is", "it equals", "it becomes")
NEGATED = {"=": "!=", "!=": "=", "<": ">=", ">": "<=", "<=": ">", ">=": "<", "in": "notin", "notin": "in"}


@dataclass(slots=True)
class Heading:
    """The case in which the chains stand: its conditions, and the index letters without which it ends."""
    conditions: list[Formula] = field(default_factory=list)
    letters: frozenset[str] = frozenset()
    piece: Piece | None = None
    found: bool = False                 # some chain stands in it


def conditioned(elements: list[Piece | Word]) -> Heading | None:
    """Give each piece of a block its conditions; a heading of a case is the answer where the block ends with one."""
    if not any(isinstance(e, Piece) for e in elements):
        words = "".join(e.text for e in elements)
        return Heading([], frozenset({"else"})) if words[:200].strip(" \n\t*_:,.").lower() in ("else", "otherwise") else None
    return _Block(elements).run()


class _Block:
    def __init__(self, elements: list[Piece | Word]) -> None:
        self.pieces: list[Piece] = []
        self.gaps: list[str] = [""]                 # the words in front of each piece, and behind the last
        for element in elements:
            if isinstance(element, Word):
                self.gaps[-1] += element.text + " "
            else:
                self.pieces.append(element)
                self.gaps.append("")
        self.front: list[Formula] = []              # conditions that hold from here on in the sentence
        self.stated: list[Formula] = []             # those that an "else" turns round
        self.model: Piece | None = None             # the claim said under a condition
        self.former: Piece | None = None            # that of the sentence before

    def run(self) -> Heading | None:
        for at, piece in enumerate(self.pieces):
            gap = self.gaps[at]
            if STOPS.search(gap) and not asked(gap):
                self.front = []
                if not ELSE.search(gap):
                    self.former, self.stated = self.model, []
            if self.front and self.model is not None and "\n" in gap and not gap.partition("\n")[0].strip():
                self.front = []                     # a line that was finished
            if piece.separator == "condition":
                self.beside(at, piece)
            elif self.heads(at, piece):
                piece.used = True
                self.pieces[at + 1].conditions.append(whole(piece))
            elif at and ELSE.search(gap) and not asked(gap) and self.stated:
                self.front = [negated(c) for c in self.stated]
                self.give(at, piece, self.front)
            elif self.is_condition(at, piece):
                self.condition(at, piece)
            else:
                self.plain(at, piece)
        given = {condition.span for piece in self.pieces for condition in piece.conditions}
        for piece in self.pieces:
            if piece.used and whole(piece).span not in given:       # nothing stands under it
                piece.used = False
        return self.heading()

    def heads(self, at: int, piece: Piece) -> bool:
        r"""Whether it is a case with its claim behind a colon in one formula: m \ne k: ..."""
        after = self.pieces[at + 1] if at + 1 < len(self.pieces) else None
        return after is not None and after.separator == ":" and after.claims and lone(piece) and not piece.conditions and not self.gaps[at + 1].strip()

    def beside(self, at: int, piece: Piece) -> None:
        """(i = j) in brackets behind a piece."""
        piece.used = True
        before = self.before(at)
        if before is None:
            piece.used, piece.separator = False, ""
            return
        before.conditions.append(piece.parts[0])
        self.inherit(before)

    def plain(self, at: int, piece: Piece) -> None:
        if piece.conditions:
            self.stated = list(piece.conditions) if piece.claims else [*self.stated, *piece.conditions]
            self.inherit(piece)
            if piece.model is None and piece.claims:
                self.model = piece
        elif STARTS_ELSE.match(self.gaps[at + 1]) and self.stated and not piece.claims:
            self.give(at, piece, [negated(c) for c in self.stated])
        elif self.front:
            if self.model is None and self.gaps[at].rstrip().endswith(IT):
                self.model = self.former
            self.give(at, piece, self.front)
        elif piece.claims:
            self.model = piece

    def give(self, at: int, piece: Piece, conditions: list[Formula]) -> None:
        piece.conditions += [c for c in conditions if c not in piece.conditions]
        self.inherit(piece)
        if piece.claims and self.model is None:
            self.model = piece

    def inherit(self, piece: Piece) -> None:
        """A value under a condition, without a left side, has that of the claim before."""
        if not piece.claims and self.model is not None and self.model is not piece and len(self.model.parts) > 1:
            piece.model = self.model

    def before(self, at: int) -> Piece | None:
        return next((self.pieces[k] for k in range(at - 1, -1, -1) if not self.pieces[k].used), None)

    def is_condition(self, at: int, piece: Piece) -> bool:
        word = asked(self.gaps[at])
        if not word or len(piece.parts) < 2 or piece.leading or not all(sign in COMPARING for sign in piece.operators):
            return False
        if any(isinstance(part, Matrix) for part in piece.parts) or isinstance(piece.parts[0], Derivative):
            return False
        return word not in ("for", "case") or compares(piece) or all(_is_small(part) for part in piece.parts)

    def condition(self, at: int, piece: Piece) -> None:
        """Behind a claim it is the claim's; in front of one it holds for the rest of the sentence."""
        piece.used = True
        word, told = asked(self.gaps[at]), whole(piece)
        gap = self.gaps[at].rstrip().lower()
        gap = gap[:gap.rfind(word)]
        if word == "unless":
            told = negated(told)
        before, after = self.before(at), self.gaps[at + 1]
        behind = before is not None and not re.search(r"[.;:](?:\s|$)", gap)
        followed = at + 1 < len(self.pieces) and after[:60].strip(" \n\t,:;*").lower() in GOING_ON and not after[60:].strip()
        if behind and before.claims and (not followed or "," not in gap):
            before.conditions.append(told)
            self.stated, self.front = [told], []
            self.model = before
        elif followed:
            self.former = self.model or self.former
            self.front, self.stated, self.model = [told], [told], None
        elif behind and (at + 1 < len(self.pieces) or after.strip()):
            before.conditions.append(told)
            self.stated, self.front = [told], []
            self.inherit(before)
        else:
            self.front = self.stated = [told]
            piece.used = False

    def heading(self) -> Heading | None:
        """A lone comparison: no other claim in the block, and no words but those that open a case."""
        claims = [at for at, p in enumerate(self.pieces) if p.claims and not p.used]
        if len(claims) != 1 or claims[0] != 0:
            return None
        piece = self.pieces[0]
        if not (self.is_condition(0, piece) or lone(piece)) or not _opens(self.gaps[0]):
            return None
        if any(re.search(r"[A-Za-z]{2}", gap) for gap in self.gaps[1:]) or piece.leading or piece.conditions:
            return None
        told = whole(piece)
        for other in self.pieces[1:]:
            other.conditions.append(told)
        return Heading([told], letters(piece), piece, len(self.pieces) > 1)


def asked(gap: str) -> str:
    """The word at the end of a gap that introduces a condition, "if" or "for all"; else ""."""
    match = ASKS.search(gap.rstrip()[-40:])
    return match[1].lower() if match else ""


def _opens(gap: str) -> bool:
    """Only words that open a case, and labels: "Case 1: if"."""
    return len(gap) <= 100 and all(word in OPENING or len(word) <= 2 for word in re.findall(r"\w+", gap.lower()))


def whole(piece: Piece) -> Formula:
    """The piece as one formula."""
    if len(piece.parts) == 1:
        return piece.parts[0]
    return Relation(Span(piece.start, piece.end), tuple(piece.parts), tuple(piece.operators))


def negated(formula: Formula) -> Formula:
    """The contrary of a comparison, with its place; any other formula as it is."""
    if isinstance(formula, Relation) and len(formula.operators) == 1 and formula.operators[0] in NEGATED:
        return Relation(formula.span, formula.parts, (NEGATED[formula.operators[0]],))
    return formula


def lone(piece: Piece) -> bool:
    """Two index letters compared, or a quantity held against 0."""
    return compares(piece) or len(piece.parts) == 2 and piece.operators[0] in ("<", ">", "<=", ">=", "!=") and _is_zero(piece.parts[1])


def compares(piece: Piece) -> bool:
    """Index letters compared: i = j, k != t, i = j = k."""
    return len(piece.parts) > 1 and all(isinstance(p, Name) and p.text in INDEX_LETTERS for p in piece.parts) \
        and all(sign in ("=", "!=", "<", ">", "<=", ">=") for sign in piece.operators)


def letters(piece: Piece) -> frozenset[str]:
    """The index letters of a comparison; none where it compares something else."""
    return frozenset(part.text for part in piece.parts) if compares(piece) else frozenset()


def holds(piece: Piece, wanted: frozenset[str]) -> bool:
    """Does one of the letters stand anywhere in the piece?"""
    return any(isinstance(node, Name) and node.text in wanted for part in piece.parts for node in walk(part))


def _is_small(part: Formula) -> bool:
    return isinstance(part, Name | Numeral | Dots | Sequence) or isinstance(part, Row) and part.opening == "list" or flat(part) is not None


def _is_zero(formula: Formula) -> bool:
    return isinstance(formula, Numeral) and not formula.text.strip("0.")
