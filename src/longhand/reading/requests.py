"""What a sheet asks and states in words: every request is read whole or listed as not understood.

`python -m longhand.reading.requests FILE` prints what was understood.
"""
from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from .asking import Draft, Request, read
from .clauses import Item, has_subject, imperatives, is_number, items
from .lexicon import ADVICE_VERBS, NOUN_OR_VERB, TITLES
from .markdown import Block, Math, pieces
from .phrases import Phrase, Unclear, effects, has_derivative, is_name, loose_numbers, take
from .sentences import Sentence, Token, sentences
from .source import Source
from .syntax import Formula, Relation, Span

__all__ = ["Request", "Section", "Understood", "understand"]


@dataclass(frozen=True, slots=True)
class Section:
    """A problem of the sheet: its title, its part of the source, its number as written, and the labels of its parts."""
    title: str
    start: int
    end: int
    label: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """What the words say. `used` are the formulas that a request or a phrase has used up; `working` is somebody's solution."""
    requests: tuple[Request, ...]
    phrases: tuple[Phrase, ...]
    used: frozenset[Span]
    unknown: tuple[Unclear, ...]
    working: tuple[Unclear, ...]
    sections: tuple[Section, ...]


def understand(source: Source, blocks: Sequence[Block], formula_of: Callable[[Math], Formula | None]) -> Understood:
    """Read the words of the blocks."""
    said = sentences(blocks)
    reader = _Reader(source, _sections(source, blocks, said), formula_of)
    for sentence in said:
        reader.sentence(sentence)
    return reader.understood()


@dataclass(slots=True)
class _Reader:
    """`part`, `section` and `carried`, the verb of a sentence that ends with a colon, hold from one sentence to the next."""
    source: Source
    sections: list[Section]
    formula_of: Callable[[Math], Formula | None]
    section: int = 0
    part: str = ""
    carried: str | None = None
    requests: list[Request] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    used: set[Span] = field(default_factory=set)
    unknown: list[Unclear] = field(default_factory=list)
    working: list[Unclear] = field(default_factory=list)
    labels: dict[tuple[int, str], Span] = field(default_factory=dict)

    def text(self, span: Span) -> str:
        return " ".join(self.source.text[span.start:span.end].split())

    def sentence(self, sentence: Sentence) -> None:
        while self.section + 1 < len(self.sections) and sentence.span.start >= self.sections[self.section + 1].start:
            self.section, self.part, self.carried = self.section + 1, "", None
        if sentence.span == self._title_span() or all(token.kind == "mark" for token in sentence.tokens):
            return
        phrases, found = take(items(sentence, self.formula_of), self.section)
        self.phrases += found
        self.used |= {item.span for item in phrases if item.taken and item.kind == "math"}
        if sentence.heading and not imperatives(phrases) and not any(item.has("op") for item in phrases):
            return
        words = [token.word for token in sentence.tokens if token.kind == "word"]
        if self.advice(phrases, words) or self.claim(phrases, words):
            return
        asked_before = len(self.requests), len(self.unknown)
        done = 0
        for clause, verb in _clauses(phrases, self.carried):
            done += any(item.has("working") for item in clause) and not isinstance(verb, Item)
            self.clause(clause, verb, sentence, bool(done))
        self.carried = None
        if sentence.end == ":" and (len(self.requests), len(self.unknown)) == asked_before:
            self.carried = _last_verb(phrases)
        if sentence.end == "?" and (len(self.requests), len(self.unknown)) == asked_before:
            self.list(sentence.span, "a question that was not understood")

    def _title_span(self) -> Span | None:
        section = self.sections[self.section]
        return Span(section.start, section.start + len(section.title)) if section.title else None

    def list(self, span: Span, reason: str) -> None:
        self.unknown.append(Unclear(span, self.text(span), reason))

    # Sentences that ask nothing ------------------------------------------------------------------------------------------------------

    def advice(self, phrases: list[Item], words: list[str]) -> bool:
        """"You may use a calculator", "Hint: ...", "Note that": nothing is asked, save a schematic."""
        if "hint" in words[:2] and imperatives(phrases)[:1] in ([], [0]) and "whether" not in words:
            for item in phrases:
                if item.kind == "math" and isinstance(item.formula, Relation):
                    self.phrases.append(Phrase("hint", item.formula, "", item.span, item.text, self.section))
                    self.used.add(item.span)
            return True
        if words[:1] != ["you"] or len(words) < 3 or words[1] not in ("may", "might", "can", "could") or \
                next((w for w in words[2:] if w not in ("also", "find", "it", "helpful", "to", "wish")), "") not in ADVICE_VERBS:
            return False
        drawn = next((item for item in phrases if item.get("op") == "schematic"), None)
        if drawn:
            self.ask([Request("schematic")], Span(phrases[0].span.start, phrases[-1].span.end))
        return True

    def claim(self, phrases: list[Item], words: list[str]) -> bool:
        """"The sheet claims that ...": asked is whether it is so."""
        if not any(item.has("claim") for item in phrases):
            return False
        span = Span(phrases[0].span.start, phrases[-1].span.end)
        objects = tuple(item.formula for item in phrases if item.formula is not None)
        self.used |= {item.span for item in phrases if item.kind == "math" and item.formula is not None and has_derivative(item.formula)}
        self.ask([Request("verify", objects)], span)
        self.list(span, "the claim is not judged here")
        return True

    # Clauses -------------------------------------------------------------------------------------------------------------------------

    def clause(self, clause: list[Item], verb: Item | str | None, sentence: Sentence, worked: bool) -> None:
        """One clause, `verb` being its imperative, or one taken over from before the label or the colon."""
        for item in clause:
            if item.kind == "label":
                self.part = item.text.strip("().")
                if not item.text.endswith("."):
                    self.labels.setdefault((self.section, self.part), item.span)
        clause = [item for item in clause if item.kind != "label"]
        if not clause:
            return
        span = Span(clause[0].span.start, clause[-1].span.end)
        self.unknown += effects(clause)
        if isinstance(verb, Item) and not verb.has("verb"):
            if verb.has("told") and not verb.has("unable"):
                self.statement(clause[1:], span)
            else:
                self.list(span, f"{verb.text!r} is not something that is done here")
            return
        kind = verb.get("verb") if isinstance(verb, Item) else verb
        inherited = isinstance(verb, str) and not any(item.has("finite", "working") for item in clause)
        if worked and not isinstance(verb, Item) or not isinstance(verb, Item) and not inherited \
                and not _is_list(clause, self.labels.get((self.section, self.part)), sentence):
            if worked:
                self.working.append(Unclear(span, self.text(span), "somebody's working"))
            else:
                self.statement(clause, span)
            return
        self.request(clause, verb, kind or "", span)

    def statement(self, clause: list[Item], span: Span) -> None:
        """A clause that asks nothing: its numbers must have been used, and no request may hide in it."""
        self.unknown += loose_numbers(clause)
        for at, item in enumerate(clause):
            hidden = item.has("verb", "unable") and item.tokens[0].word not in NOUN_OR_VERB and not item.has("told", "op", "finite")
            if hidden and not has_subject(clause, at):
                self.list(span, f"{item.text!r} may ask for something, in a place that was not understood")
                return

    def request(self, clause: list[Item], verb: Item | str | None, kind: str, span: Span) -> None:
        head = clause[1:] if isinstance(verb, Item) else clause
        draft = Draft(kind, expression=isinstance(verb, Item) and verb.word in ("derive", "write", "express", "deduce"))
        read(draft, head)
        if kind == "implement":
            found = [Request("implement")]
        elif kind == "verify":
            found = [Request("verify", tuple(i.formula for i in head if i.formula is not None))]
            self.list(span, "the claim is not judged here")
        elif kind == "schematic":
            found = draft.finish()
            if not any(request.kind == "schematic" for request in found):
                self.list(span, "a drawing that was not understood")
        else:
            if kind in ("update", "backward"):
                draft.ops = draft.ops or [kind]
            found = draft.finish()
        for item, reason in draft.unread:
            if not item.has("effect"):
                self.list(span, f"{reason}: {item.text}" if item.kind != "word" else reason)
        self.used |= {item.span for item in draft.used if item.kind == "math"}
        self.ask(found, span)

    def ask(self, found: list[Request], span: Span) -> None:
        self.requests += [replace(request, span=span, text=self.text(span), section=self.section, part=self.part) for request in found]

    def understood(self) -> Understood:
        answered = {(request.section, request.part) for request in self.requests}
        for (section, part), span in self.labels.items():
            inside = (section, part) in answered or any(u.span.start >= span.start for u in self.unknown)
            if not inside:
                self.list(span, f"part {part} asks nothing that was understood")
        sections = tuple(replace(s, parts=tuple(p for n, p in self.labels if n == i)) for i, s in enumerate(self.sections))
        unknown = tuple(dict.fromkeys(sorted(self.unknown, key=lambda u: (u.span.start, u.span.end))))
        return Understood(tuple(self.requests), tuple(self.phrases), frozenset(self.used), unknown, tuple(self.working), sections)


def _clauses(phrases: list[Item], carried: str | None) -> list[tuple[list[Item], Item | str | None]]:
    """The sentence cut at its imperatives and labels, each clause with its verb.

    What stands before the first imperative ("Given x," or "With η = 0.1") is a statement. A label starts a clause that goes on with
    the verb before it: "Derive (1) a, (2) b".
    """
    heads = set(imperatives(phrases))
    clauses: list[tuple[list[Item], Item | str | None]] = []
    current: list[Item] = []
    verb: Item | str | None = carried
    for at, item in enumerate(phrases):
        if at in heads or item.kind == "label" or item.mark(";"):
            if current:
                clauses.append((current, verb))
            if at in heads:
                verb = item
            elif item.kind == "label":
                verb = (verb.get("verb") if isinstance(verb, Item) else verb) if _inherits(clauses) else carried
            elif not isinstance(verb, Item) or not verb.has("verb"):
                verb = carried
            else:
                verb = verb.get("verb")
            current = [item]
        else:
            current.append(item)
    clauses.append((current, verb))
    return clauses


def _inherits(clauses: list[tuple[list[Item], Item | str | None]]) -> bool:
    return bool(clauses) and not any(item.mark(".") for item in clauses[-1][0][-1:])


def _is_list(clause: list[Item], label: Span | None, sentence: Sentence) -> bool:
    """Is a clause without a verb a list of what is wanted: "Forward pass, loss, all gradients", "(b) ∂J/∂x"?"""
    first = next((item for item in clause if item.kind != "mark"), None)
    if first is None or any(item.has("finite", "working") and not item.has("op", "fill") for item in clause):
        return False
    if first.has("prep") and not first.has("op", "thing") or first.has("told"):
        return False
    worded = any(item.kind == "word" for item in clause) or sentence.tokens[0].kind == "math" and sentence.tokens[0].run.display
    asked = any(item.has("op") and item.get("op") not in ("value", "expression", "steps") for item in clause)
    derived = worded and any(item.kind == "math" and item.formula is not None and has_derivative(item.formula)
                             and not isinstance(item.formula, Relation) for item in clause)
    labelled = label is not None and sentence.tokens[0].kind == "label" and first.kind == "math" and is_name(first.formula)
    return asked or derived or labelled


def _last_verb(phrases: list[Item]) -> str | None:
    heads = imperatives(phrases)
    return phrases[heads[-1]].get("verb") if heads else None


# Sections --------------------------------------------------------------------------------------------------------------------------


def _sections(source: Source, blocks: Sequence[Block], said: Sequence[Sentence]) -> list[Section]:
    """A section for each title "Problem 1"; where there is none, for each heading; the text before the first is one if it holds maths."""
    titles = [s for s in said if _is_title(s.tokens)] or [s for s in said if s.heading]
    starts = [(s.span.start, " ".join(source.text[s.span.start:s.span.end].split()), _number(s.tokens)) for s in titles]
    end = len(source.text)
    first = starts[0][0] if starts else end
    before = any(isinstance(run, Math) for block in blocks if block.span.start < first for run in block.runs)
    if before or not starts:
        starts.insert(0, (0, "", ""))
    else:
        starts[0] = (starts[0][0], *starts[0][1:])
    ends = [start for start, _, _ in starts[1:]] + [end]
    return [Section(title, start, stop, label) for (start, title, label), stop in zip(starts, ends, strict=True)]


def _is_title(tokens: Sequence[Token]) -> bool:
    """"Problem 1", "2 Problem 2", "**Exercise 3.**" and no more."""
    if len(tokens) > 12 or any(token.kind in ("math", "code") for token in tokens):
        return False
    kept = [token for token in tokens if token.kind in ("word", "number")]
    if kept and kept[0].kind == "number" and len(kept) > 2:
        kept = kept[1:]
    return len(kept) >= 2 and kept[0].word in TITLES and kept[1].kind == "number" and (len(kept) == 2 or tokens[0].span.end == tokens[1].span.start
                                                                                      or len(kept) < 8)


def _number(tokens: Sequence[Token]) -> str:
    return next((token.text for token in reversed(tokens) if token.kind == "number"), "")


def main() -> None:
    """Print what was understood of the files named."""
    from .formula import read_formula
    for name in sys.argv[1:]:
        source = Source(Path(name).read_text(encoding="utf-8"), name)
        result = understand(source, pieces(source), lambda run: read_formula(run.text, run.span.start).formula)
        print(f"== {name}")
        for section in result.sections:
            print(f"  section {section.title!r} {section.label} {section.parts}")
        for request in result.requests:
            objects = ", ".join(_short(source, f) for f in request.objects)
            print(f"  ASK {request.section}{request.part and '.' + request.part} {request.kind} [{objects}] words={list(request.words)} of="
                  f"{request.of and _short(source, request.of)} steps={request.steps} given={[_short(source, f) for f in request.given]}")
        for phrase in result.phrases:
            value = phrase.value if isinstance(phrase.value, str | None) else _short(source, phrase.value)
            print(f"  SAY {phrase.kind} = {value} ({phrase.subject}) about {phrase.about and _short(source, phrase.about)}")
        for unclear in result.unknown:
            print(f"  ??? {unclear.text[:100]!r}: {unclear.reason}")
        for unclear in result.working:
            print(f"  ... {unclear.text[:100]!r}")


def _short(source: Source, formula: Formula) -> str:
    return " ".join(source.text[formula.span.start:formula.span.end].split())[:60] or type(formula).__name__


if __name__ == "__main__":
    main()
