"""What a sheet asks and states in words: every request is read whole or listed as not understood.

`python -m longhand.reading.requests FILE` prints what was understood.
"""
from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..core.record import record
from ..functions import table
from .asking import Draft, Request, read
from .clauses import Item, has_subject, hides_request, imperatives, is_strange_imperative, items, what_is_done
from .lexicon import ADVICE_VERBS, ROUNDING
from .markdown import Block, Math, pieces
from .mentions import has_derivative, is_definition, is_formula_for_name, is_name, is_several
from .names import flat
from .phrases import Phrase, Unclear, effects, loose_numbers, take
from .sections import Section, sections
from .sentences import Sentence, sentences
from .source import Source
from .syntax import Derivative, Formula, Name, Relation, Span
from .tabulated import points, tabulated, used_up

__all__ = ["Request", "Section", "Understood", "understand"]


@record
class Understood:
    """What the words say. `used` are the formulas that a request or a phrase has used up; `working` is somebody's solution; `made` are
    names that were given to expressions asked for."""
    requests: tuple[Request, ...]
    phrases: tuple[Phrase, ...]
    used: frozenset[Span]
    unknown: tuple[Unclear, ...]
    working: tuple[Unclear, ...]
    sections: tuple[Section, ...]
    made: frozenset[str] = frozenset()


def understand(source: Source, blocks: Sequence[Block], formula_of: Callable[[Math], Formula | None],
               said: list[Sentence] | None = None) -> Understood:
    """Read the words of the blocks; `said` are their sentences, where they are known."""
    said = sentences(blocks) if said is None else said
    reader = _Reader(source, sections(source, blocks, said), formula_of)
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
    last_label: int = -1               # where the last label of the sentence stands
    points: Relation | None = None     # the x ∈ {-1, 0, 2} of the sentence
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
        if sentence.kind == "heading" and not imperatives(phrases) and not any(item.has("op") for item in phrases):
            return
        words = [token.word for token in sentence.tokens if token.kind == "word"]
        if self.advice(phrases, words) or self.implementation(phrases, words) or self.claim(phrases, words):
            return
        asked_before = len(self.requests), len(self.unknown)
        self.points = points(phrases)
        self.last_label = max((item.span.start for item in phrases if item.kind == "label"), default=-1)
        worked = ""
        for clause, verb in _clauses(phrases, self.carried if sentence.kind != "heading" else None):
            if not isinstance(verb, Item):
                said = {item.get("working") for item in clause}
                worked = "strong" if "strong" in said or worked == "strong" else "weak" if "weak" in said or worked else ""
            self.clause(clause, verb, sentence, worked)
        if sentence.kind != "item":
            self.carried = None
        if sentence.end == ":" and ("following" in words or (len(self.requests), len(self.unknown)) == asked_before):
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
        if ROUNDING & set(words) and not any(item.kind == "math" or item.has("op", "thing") for item in phrases):
            return True                          # every digit printed is a right one
        if words[:1] != ["you"] or len(words) < 3 or words[1] not in ("may", "might", "can", "could") or \
                next((w for w in words[2:] if w not in ("also", "find", "it", "helpful", "to", "wish")), "") not in ADVICE_VERBS:
            return False
        drawn = next((item for item in phrases if item.get("op") == "schematic"), None)
        if drawn:
            self.ask([Request("schematic")], Span(phrases[0].span.start, phrases[-1].span.end))
        return True

    def implementation(self, phrases: list[Item], words: list[str]) -> bool:
        """"Fill in your implementation in `x.py`" belongs to the request for an implementation."""
        return bool({"implementation", "code", "program"} & set(words)) and not any(item.kind == "math" for item in phrases) and any(
            r.kind == "implement" and (r.section, r.part) == (self.section, self.part) for r in self.requests[-3:])

    def claim(self, phrases: list[Item], words: list[str]) -> bool:
        """"The sheet claims that ...": asked is whether it is so."""
        if not any(item.has("claim") for item in phrases):
            return False
        span = Span(phrases[0].span.start, phrases[-1].span.end)
        objects = tuple(item.formula for item in phrases if item.formula is not None)
        self.used |= {item.span for item in phrases if item.kind == "math" and not is_definition(item.formula)}
        self.ask([Request("verify", objects)], span)
        self.list(span, "the claim is not judged here")
        return True

    # Clauses -------------------------------------------------------------------------------------------------------------------------

    def clause(self, clause: list[Item], verb: Item | str | None, sentence: Sentence, worked: str) -> None:
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
        found = effects(clause)
        self.unknown += found
        if isinstance(verb, Item) and not verb.has("verb"):
            if verb.get("unable") == "repeat" and self.repeat(clause[1:], span):
                return
            if verb.has("told") and not verb.has("unable") and not _asks_for_steps(clause):
                self.statement(clause, span)
                return
            if not _asks_for_steps(clause):
                self.list(span, f"{verb.text!r} is not something that is done here")
                return
        kind = verb.get("verb") if isinstance(verb, Item) else verb
        inherited = isinstance(verb, str) and not any(item.has("finite", "working") for item in clause)
        if worked and not isinstance(verb, Item) or not isinstance(verb, Item) and not inherited \
                and not _is_list(clause, self.labels.get((self.section, self.part)), sentence):
            if worked == "strong":
                self.working.append(Unclear(span, self.text(span), "somebody's working"))
            self.statement(clause, span)
            return
        if verb is not None and clause[-1].word == "for":
            self.list(span, "asked for several variants of the statement")
        open_ended = bool(found) or sentence.end == ":" or span.start < self.last_label
        self.request(clause, verb, kind or "", span, open_ended)

    def repeat(self, rest: list[Item], span: Span) -> bool:
        """"Repeat with $o = ...$": all that the section has asked so far is asked again, of another formula for a quantity."""
        rest = [item for item in rest if item.kind != "mark"]
        asked = [request for request in self.requests if request.section == self.section]
        if not asked or [item.kind for item in rest] != ["word", "math"] or rest[0].word not in ("with", "for", "using"):
            return False
        if not is_formula_for_name(rest[1].formula):
            return False
        self.requests += [replace(request, span=span, part=self.part, again=True) for request in asked]
        return True

    def statement(self, clause: list[Item], span: Span) -> None:
        """A clause that asks nothing: its numbers must have been used, and no request may hide in it."""
        self.unknown += loose_numbers(clause)
        if is_strange_imperative(clause):
            self.list(span, f"begins with {clause[0].text!r}, which may ask for something")
            return
        if (done := what_is_done(clause)) is not None:
            self.list(span, f"{done!r} may change something")
            return
        for at, item in enumerate(clause):
            if hides_request(clause, at):
                self.list(span, f"{item.text!r} may ask for something, in a place that was not understood")
                return
            if item.mark("=") and at + 1 < len(clause) and clause[at + 1].kind == "word":
                self.list(span, "an equation in words")

    def request(self, clause: list[Item], verb: Item | str | None, kind: str, span: Span, open_ended: bool) -> None:
        head = clause[1:] if isinstance(verb, Item) else clause
        if not kind and (tabled := tabulated(head, self.points)) is not None:
            self.used |= used_up(tabled, head)
            self.ask([tabled], span)
            return
        draft = Draft(kind, expression=isinstance(verb, Item) and verb.word in ("derive", "write", "express", "deduce"))
        if isinstance(verb, Item) and verb.word in ("differentiate", "derivative"):
            draft.ops, draft.mode = ["gradient"], "of"
        read(draft, head)
        claimed = next((item.formula for item in head if item.kind == "math"), None)
        if kind == "implement":
            found = [Request("implement")]
        elif kind == "verify" or isinstance(verb, Item) and verb.word == "show" and isinstance(claimed, Relation):
            found = [Request("verify", tuple(i.formula for i in head if i.formula is not None))]
            if isinstance(claimed, Relation) and isinstance(claimed.parts[0], Derivative):
                found.append(Request("gradient", (claimed.parts[0],)))
            self.used |= {item.span for item in head if item.kind == "math" and not is_definition(item.formula)}
            self.list(span, "the claim is not judged here")
        else:
            if kind in ("update", "backward"):
                draft.ops = draft.ops or [kind]
            found = draft.finish() or lone_function(verb, draft.given)
            if kind == "schematic" and not any(request.kind == "schematic" for request in found):
                self.list(span, "a drawing that was not understood")
        if any(is_several(formula) for formula in draft.given):
            self.list(span, "asked under several conditions at once")
        strange = [(item, reason) for item, reason in draft.unread if not item.has("effect")]
        words = ", ".join(dict.fromkeys(repr(item.text) for item, reason in strange if not reason))
        if words:
            self.list(span, f"not understood in a request: {words}")
        for item, reason in strange:
            if reason:
                self.list(item.span, reason)
        self.used |= {item.span for item in draft.used if item.kind == "math"}
        if isinstance(verb, Item) and not found and not strange and not open_ended:
            self.list(span, "asks for nothing that was understood")
        self.ask(found, span)

    def ask(self, found: list[Request], span: Span) -> None:
        self.requests += [replace(request, span=span, text=self.text(span), section=self.section, part=self.part) for request in found]

    def understood(self) -> Understood:
        answered = {(request.section, request.part) for request in self.requests}
        listed = sorted(u.span.start for u in self.unknown)
        labels = sorted(self.labels.items(), key=lambda entry: entry[1].start)
        for number, ((section, part), span) in enumerate(labels):
            end = labels[number + 1][1].start if number + 1 < len(labels) else len(self.source.text)
            if end - span.end <= 1 or (section, part) in answered:
                continue                         # "(d) (i)": the smaller parts answer for it
            if bisect_left(listed, span.start) == bisect_left(listed, end):
                self.list(span, f"part {part} asks nothing that was understood")
        found = tuple(replace(s, parts=tuple(p for n, p in self.labels if n == i)) for i, s in enumerate(self.sections))
        unknown = tuple(dict.fromkeys(sorted(self.unknown, key=lambda u: (u.span.start, u.span.end))))
        return Understood(tuple(self.requests), tuple(self.phrases), frozenset(self.used), unknown, tuple(self.working), found)


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
    if any(item.has("passive") for item in clause):
        return any(item.has("op") or has_derivative(item.formula) or is_name(item.formula) for item in clause)
    if any(item.has("verb") and has_subject(clause, at) for at, item in enumerate(clause)):
        return False                             # "we compute the forward pass"
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


def _asks_for_steps(clause: list[Item]) -> bool:
    """"Take one gradient step": the verb gives nothing, it asks."""
    return clause[0].word in ("take", "make") and any(item.get("op") == "update" or item.has("steps") for item in clause)


def lone_function(verb: Item | str | None, given: list[Formula]) -> list[Request]:
    """"Derive (1) dy/dx for y = ..., (2) for $\\tanh$": a part that only names a function asks for the derivative of it."""
    name = flat(given[0]) if len(given) == 1 and isinstance(given[0], Name) and not isinstance(verb, Item) else None
    return [Request("function", (), (name,))] if name and len(name) > 1 and table.scalar(name) is not None else []


def _last_verb(phrases: list[Item]) -> str | None:
    heads = imperatives(phrases)
    return phrases[heads[-1]].get("verb") if heads else None


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
