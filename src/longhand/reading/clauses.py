"""Clauses: the phrases of a sentence with their meanings, and the places where an imperative stands."""
from __future__ import annotations

from collections.abc import Callable

from ..core.record import record
from .glossary import LONGEST, corrected, longest
from .lexicon import HARMLESS, NOUN_OR_VERB, OPENERS, QUESTIONS, Meaning, words
from .mentions import bare
from .sentences import Sentence, Token
from .syntax import Formula, Name, Span


@record
class Item:
    """A phrase of one or more words, a formula, a number, a mark or a label. `taken`: some statement has used it up."""
    tokens: tuple[Token, ...]
    meanings: tuple[Meaning, ...] = ()
    formula: Formula | None = None
    taken: bool = False

    @property
    def kind(self) -> str:
        return self.tokens[0].kind

    @property
    def text(self) -> str:
        return " ".join(token.text for token in self.tokens)

    @property
    def word(self) -> str:
        """The last word, small."""
        return self.tokens[-1].word

    @property
    def span(self) -> Span:
        return Span(self.tokens[0].span.start, self.tokens[-1].span.end)

    def get(self, role: str) -> str | None:
        """What the phrase means in this role, or None."""
        return next((m.value for m in self.meanings if m.role == role), None)

    def has(self, *roles: str) -> bool:
        return any(m.role in roles for m in self.meanings)

    def mark(self, marks: str) -> bool:
        return self.kind == "mark" and self.tokens[0].text in marks


def items(sentence: Sentence, formula_of: Callable[[object], Formula | None]) -> list[Item]:
    """The sentence as phrases: at each place the longest phrase that the tables know."""
    tokens = sentence.tokens
    found: list[Item] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "math":
            found.append(Item((token,), (), bare(formula_of(token.run))))
            at += 1
            continue
        width, said = _longest(tokens, at) if token.kind in ("word", "number") else (1, ())
        letter = token.kind == "word" and len(token.text) == 1 and not said and token.word not in ("a", "i")
        found.append(Item(tokens[at:at + width], said, Name(token.span, token.text) if letter else None))
        at += width
    return found


def _longest(tokens: tuple[Token, ...], at: int) -> tuple[int, tuple[Meaning, ...]]:
    read: list[str] = []
    for token in tokens[at:at + LONGEST]:
        if token.kind not in ("word", "number"):
            break
        read.append(corrected(token.word) or token.text)
    return longest(read)


_SUBJECTS = words("we i they who which that not it he she units neurons networks layers functions nodes people students authors us")
_MODALS = words("to you can may might could will would")
_LEADS = words("""ask asks task tasks goal aim asked want wish need needs required have objective us ready wanted told invited supposed is
    are remains exercise""")
_ADVERBS = words("""first also now please finally next subsequently then again once carefully explicitly briefly hence thus therefore so
    otherwise""")
_LEADING = words("and or should must either ie")
_DETERMINERS = words("the all each every both that whether it what why how your an any this these also them its their")
_OPENERS = words("for with given using when if at assuming suppose in after from by on based starting to under where use")


def imperatives(sentence: list[Item]) -> list[int]:
    """The positions of the phrases that ask or tell: "compute", "find", "your task is to derive", "what is"."""
    return [at for at, item in enumerate(sentence) if item.has("verb", "unable", "told") and _imperative(sentence, at)]


def has_subject(sentence: list[Item], at: int) -> bool:
    """Does a subject stand before the verb: "we compute", "to obtain"? Then it asks nothing."""
    back = _back(sentence, at)
    return back >= 0 and sentence[back].word in _SUBJECTS | _MODALS


def hides_request(sentence: list[Item], at: int) -> bool:
    """Might the phrase be an imperative in a place where none was seen?"""
    item, first = sentence[at], sentence[at].tokens[0].word
    if not item.has("verb", "unable") or item.has("told", "finite") or first in QUESTIONS or has_subject(sentence, at):
        return False
    if first not in NOUN_OR_VERB:
        return not item.has("op")
    return _follows_imperative(sentence, at) and (at == 0 or sentence[at - 1].word not in _DETERMINERS)


def is_strange_imperative(sentence: list[Item]) -> bool:
    """Does the clause begin with an unknown word in the place of an imperative: "Simulate the training"?"""
    first = next((at for at, item in enumerate(sentence) if item.kind != "mark"), len(sentence))
    if first + 1 >= len(sentence) or sentence[first].kind != "word" or sentence[first].meanings or sentence[first].formula is not None:
        return False
    word, after = sentence[first].word, sentence[first + 1]
    if word in OPENERS:
        return False
    return not word.endswith(("ing", "ly", "ed")) and (after.tokens[0].word in _DETERMINERS - {"that"} or after.kind == "math")


def what_is_done(sentence: list[Item]) -> str | None:
    """The participle of "the output is squared", where the tables do not know it: it may change the quantity."""
    for at, item in enumerate(sentence):
        if item.word not in ("is", "are", "been") or at == 0:
            continue
        subject = sentence[at - 2] if item.word == "been" and at > 1 else sentence[at - 1]                   # the input has been ...
        if not (subject.has("thing", "op") or subject.kind == "math"):
            continue
        ahead = at + 1
        while ahead < len(sentence) and (sentence[ahead].word in _ADVERBS or sentence[ahead].has("fill")):
            ahead += 1
        word = sentence[ahead].word if ahead < len(sentence) and not sentence[ahead].meanings else ""
        if word.endswith("ed") and len(word) > 3 and word not in HARMLESS:
            return word
    return None


def _back(sentence: list[Item], at: int) -> int:
    """The position of the phrase before, adverbs left out."""
    back = at - 1
    while back >= 0 and sentence[back].word in _ADVERBS:
        back -= 1
    return back


def _imperative(sentence: list[Item], at: int) -> bool:
    item, back = sentence[at], _back(sentence, at)
    before = sentence[back] if back >= 0 else None
    first = item.tokens[0].word
    if first in QUESTIONS:
        return back < 0 or before is not None and before.kind == "label"
    if before is None or before.kind == "label" or before.mark(",.:;()[]—–!") or before.word in _LEADING:
        if before is None or before.kind == "label":
            return True
        if item.has("told"):
            return not before.mark(",")
        if before.word in ("and", "or") and first in NOUN_OR_VERB:
            return _follows_imperative(sentence, at)
        return not before.mark(",)]") or first not in NOUN_OR_VERB or _follows_imperative(sentence, at)
    if before.word == "to":
        return _has_lead(sentence, back)
    if before.word in _SUBJECTS or item.has("told"):
        return False
    if first in NOUN_OR_VERB:
        apart = before.kind in ("math", "number", "code") and not item.has("op")
        return _opened(sentence, at) and (apart or _follows_imperative(sentence, at))
    return _opened(sentence, at) or before.word == "you"


def _follows_imperative(sentence: list[Item], at: int) -> bool:
    """"compute h and state the loss", and not "weights and update": the word behind must not close the phrase."""
    after = sentence[at + 1] if at + 1 < len(sentence) else None
    return after is not None and (after.kind == "math" or after.tokens[0].word in _DETERMINERS)


def _has_lead(sentence: list[Item], at: int) -> bool:
    """Is the "to" at this position one of "your task is to", "use the chain rule to", and not of a purpose?"""
    near = [token.word for item in sentence[max(0, at - 4):at] for token in item.tokens if token.word != "you"]
    if any(word in _LEADS for word in near[-2:]) and near[-1:] != ["applied"]:
        return True
    begun = _begun(sentence, at, ",;:.")
    while begun < at and sentence[begun].word in _LEADING | _ADVERBS:
        begun += 1
    return sentence[begun].tokens[0].word in ("use", "using", "apply", "try") if begun < at else False


def _begun(sentence: list[Item], at: int, marks: str) -> int:
    """Where the clause begins, as far as 60 phrases back."""
    floor = max(-1, at - 60)
    return next((i for i in range(at - 1, floor, -1) if sentence[i].mark(marks) or sentence[i].kind == "label"), floor) + 1


def _opened(sentence: list[Item], at: int) -> bool:
    """Does the clause begin with "for", "with", "given", ...? Then an imperative may follow without a comma."""
    begun = _begun(sentence, at, ";:.!?]")
    while begun < at and (sentence[begun].kind == "mark" or sentence[begun].word in _ADVERBS):
        begun += 1
    return begun < at and sentence[begun].tokens[0].word in _OPENERS
