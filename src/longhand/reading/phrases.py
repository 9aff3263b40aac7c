"""What the words of a sheet state: rates, numbers of steps, targets, activations, losses, conventions; and what they state in vain."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ..core.record import record
from .asides import conditions, parts_of_loss
from .clauses import Item
from .counted import where
from .lexicon import COUNTED, FRACTIONS, MONTHS, NUMBERS, POINTS, REFERENCES, STEP_WORDS, STEPS, TITLES, words
from .mentions import has_derivative, is_differential, is_expression, is_name, is_number
from .properties import properties
from .said_roles import calls
from .scalars import scalars
from .syntax import Empty, Formula, Matrix, Negative, Relation, Row, Span, walk
from .unit_words import unit_words


@record
class Phrase:
    """One thing stated in words.

    kind     "learning rate", "momentum", "steps", "method", "target", "true class", "activation", "loss", "loss formula", "definition",
             "count", "filled" (subject: weights, biases, parameters or inputs), "units", "unit family", "upstream", "hint", or a convention:
             "one-hot", "no bias", "frozen" (the biases), "row vectors", "column vectors",
             "row-wise", "column-wise", "elementwise", "mean", "sum", "distribution", "class base", "examples in rows",
             "examples in columns", "natural logarithm"; "role" (the input u: about u, subject "input");
             "property" (a symmetric matrix A), "scalar", "part of the loss"
    value    the number, name or formula
    subject  what it is about: "hidden", "output", "everywhere" or a function's name for an activation; the word defined; what is counted
    about    the formula it is about: the y of "y is one-hot"
    """
    kind: str
    value: Formula | str | None
    subject: str
    span: Span
    text: str
    section: int = 0
    about: Formula | None = None


@record
class Unclear:
    """Words that were not understood, and why."""
    span: Span
    text: str
    reason: str


Note = Callable[..., None]
BEING = words("is denotes means be being stands")
FILLED = frozenset({"weights", "biases", "parameters", "inputs"})
PLACED = words("hidden output input softmax network new updated final")
FILLING = words("""is are was were be being all both each every initially initialised initialized set start started starting has have the a value values
    of to at with equal equals both""")
STATED = frozenset({"weight decay", "noise", "scaling"})          # effects that a formula in the same clause may state
_EQUALS = words("of is are value be being equal to")


def take(sentence: list[Item], section: int) -> tuple[list[Item], list[Phrase]]:
    """The phrases of a sentence, and the sentence with what they used marked as taken."""
    done, found = list(sentence), []

    def note(kind: str, value: Formula | str | None, first: int, last: int, subject: str = "", about: Formula | None = None) -> None:
        span = Span(done[first].span.start, done[last].span.end)
        text = " ".join(item.text for item in done[first:last + 1])
        found.append(Phrase(kind, value, subject, span, text, section, about))

    _furniture(done)
    done = [item for item in done if not item.taken]
    for step in (_counts, _filled, _roles, _numbered, _definitions, _conventions, _activations, _upstream, unit_words, properties, scalars, parts_of_loss):
        step(done, note)
    return done, found


def _use(items: list[Item], first: int, last: int) -> None:
    for at in range(first, last + 1):
        items[at] = replace(items[at], taken=True)


def amount_at(items: list[Item], at: int) -> Formula | str | None:
    """The number at this place, if the word behind does not make another of it: 10%, one tenth."""
    after = items[at + 1] if at + 1 < len(items) else None
    return None if after is not None and (after.mark("%/") or after.word in FRACTIONS) else amount(items[at])


def amount(item: Item) -> Formula | str | None:
    """The number that the item is: written in digits, in words or as a formula."""
    if item.kind == "math":
        return item.formula if is_number(item.formula) or is_name(item.formula) else None
    if item.kind == "number":
        return item.text
    return NUMBERS.get(item.text.casefold()) if len(item.tokens) == 1 else None


def _furniture(items: list[Item]) -> None:
    """Numbers of equations, figures and problems, points, dates."""
    for at, item in enumerate(items):
        if item.kind != "number":
            continue
        back = at - 1
        while back >= 0 and (items[back].mark("(.#-–") or items[back].kind == "number" and items[back].taken):
            back -= 1
        before = items[back].word if back >= 0 else ""
        after = items[at + 1].word if at + 1 < len(items) else ""
        dated = before in MONTHS or after in MONTHS or (len(item.text) == 4 and item.text[:2] in ("19", "20"))
        day = at + 2 < len(items) and items[at + 1].mark(",") and len(items[at + 2].text) == 4
        closing = at + 1 < len(items) and items[at + 1].mark(")") and before in ("from", "of", "in", "and", "see", "by")
        if before in REFERENCES and not (before in STEP_WORDS and "." in item.text):                   # with step 0.1
            _use(items, back, at)
        elif after in POINTS:
            _use(items, at - 1 if at and items[at - 1].mark("(") else at, at + 1)
            if at + 2 < len(items) and items[at + 2].mark(")"):
                _use(items, at + 2, at + 2)
        elif after in TITLES or dated or (day and before in MONTHS) or closing:
            _use(items, at, at)


def _counts(items: list[Item], note: Note) -> None:
    """Numbers of steps, of neurons, of layers."""
    for at, item in enumerate(items):
        if item.taken or (value := amount_at(items, at)) is None:
            continue
        for ahead in range(at + 1, min(at + 4, len(items))):
            follower = items[ahead]
            if follower.kind != "word" or follower.has("conj", "prep", "finite") or follower.word in ("the", "a", "an", "all"):
                break
            if follower.word in STEP_WORDS:
                note("steps", value, at, ahead)
                _use(items, at, at)
                items[at] = replace(items[at], meanings=(*items[at].meanings, STEPS))
                if not follower.has("verb"):
                    _use(items, ahead, ahead)
                break
            if follower.word in COUNTED and (at == 0 or items[at - 1].word not in COUNTED):
                note("count", value, at, ahead, where(items, at) + " ".join(i.text.casefold() for i in items[at + 1:ahead + 1]))
                _use(items, at, at)
                break


def _filled(items: list[Item], note: Note) -> None:
    """"All weights are 0.5", "the biases are initialised to zero": one number for every entry of a kind."""
    for at, item in enumerate(items):
        placed = len(item.tokens) > 1 and item.tokens[0].word in PLACED or any(before.has("place") for before in items[max(0, at - 2):at])
        if item.get("thing") not in FILLED or placed or item.tokens[-1].word in ("vector", "matrix"):
            continue
        ahead = at + 1
        while ahead < len(items) and (items[ahead].text.casefold() in FILLING or items[ahead].mark("=:")):
            ahead += 1
        sign = ahead < len(items) and items[ahead].mark("-−–")
        value = amount_at(items, ahead + sign) if ahead + sign < len(items) and ahead > at + 1 else None
        more = ahead + sign + 2 < len(items) and (items[ahead + sign + 1].mark(",") or items[ahead + sign + 1].has("conj")) \
            and amount(items[ahead + sign + 2]) is not None
        kind = item.get("thing") or ""
        if at > 1 and items[at - 1].has("conj") and items[at - 2].get("thing") in FILLED:               # all weights and biases
            kind = "parameters" if {kind, items[at - 2].get("thing")} <= {"weights", "biases"} else ""
        if value is None or more or not kind or not (isinstance(value, str) or is_number(value)):
            continue
        if sign:
            value = f"-{value}" if isinstance(value, str) else Negative(value.span, value)
        note("filled", value, at, ahead + sign, kind)
        _use(items, ahead, ahead + sign)


def _roles(items: list[Item], note: Note) -> None:
    """The quantities that the words call input, parameter or label."""
    for name, role, first, last in calls(items):
        note("role", None, first, last, role, name)


def _numbered(items: list[Item], note: Note) -> None:
    """A rate, target or class with its number behind it; targets may be several."""
    kinds = {"rate": "learning rate", "momentum": "momentum", "target": "target", "class": "true class"}
    for at, item in enumerate(items):
        kind = item.get("numbered")
        if kind is None or item.taken:
            continue
        ahead = at + 1
        while ahead < len(items) and (items[ahead].mark("=:(") or items[ahead].text.casefold() in _EQUALS or kind == items[ahead].word == "class"):
            ahead += 1
        if ahead >= len(items):
            continue
        first = items[ahead]
        if kind in ("rate", "momentum") and isinstance(first.formula, Relation) and first.formula.operators == ("=",):
            note(kinds[kind], first.formula, at, ahead)
            _use(items, at, at)
            continue
        if kind == "class" and first.kind == "word" and len(first.text) == 1 and first.text.isupper():
            note(kinds[kind], first.text, at, ahead)
            _use(items, at, ahead)
            continue
        while ahead < len(items) and (value := amount_at(items, ahead)) is not None:
            if is_name(items[ahead].formula) and kind not in ("rate", "momentum"):
                break
            note(kinds[kind], value, at, ahead, about=_nearest(items, at))
            _use(items, at, at)
            _use(items, ahead, ahead)
            more = kind == "target" and ahead + 1 < len(items) and (items[ahead + 1].has("conj") or items[ahead + 1].mark(","))
            ahead += 2 if more else len(items)


def _definitions(items: list[Item], note: Note) -> None:
    """"logits $=XW$", "with loss $-\\ln o_2$", "gradient descent on $w^2$": a word and the formula that it stands for."""
    for at, item in enumerate(items[1:], 1):
        before = items[at - 1]
        if item.kind != "math" or before.kind != "word":
            continue
        if isinstance(item.formula, Relation) and isinstance(item.formula.parts[0], Empty) and item.formula.operators[0] == "=":
            note("definition", item.formula, at - 1, at, before.text)
        elif (_subject(items, at).get("thing") == "loss" or before.word in ("on", "minimising", "minimizing") and at > 1 and items[at - 2].has("method")) \
                and item.formula is not None and is_expression(item.formula):
            note("loss formula", item.formula, at - 1, at)


def _subject(items: list[Item], at: int) -> Item:
    """What stands before a formula, "is" and the like left out: the loss of "the loss is $-\\ln p_c$"."""
    back = at - 1
    while back > 0 and (items[back].text.casefold() in _EQUALS or items[back].mark(":")):
        back -= 1
    return items[back]


def _conventions(items: list[Item], note: Note) -> None:
    for at, item in enumerate(items):
        if (fact := item.get("fact")) is not None:
            kind, base, number = fact.partition(" base ")
            note(f"{kind} base" if base else fact, number or None, at, at, "biases" if fact == "frozen" else "", _nearest(items, at))
            _use(items, at, at)
        elif (method := item.get("method")) is not None and method != "unsupported":
            note("method", method, at, at)
        elif (loss := item.get("loss")) is not None:
            note("loss", loss, at, at)


def _activations(items: list[Item], note: Note) -> None:
    """Each activation with the nearest place behind it, or else before it, or the function that "is" it."""
    where = [at for at, item in enumerate(items) if item.has("activation")]
    for order, at in enumerate(where):
        limit = where[order + 1] if order + 1 < len(where) else len(items)
        low = where[order - 1] if order else -1
        stop = next((i for i in range(at + 1, limit) if items[i].mark(",;.") or items[i].word == "and"), limit)
        start = next((i for i in range(at - 1, low, -1) if items[i].mark(";.")), low)
        behind = next((place for i in range(at + 1, stop) if (place := _place(items[i]))), None)
        ahead = next((place for i in range(at - 1, start, -1) if (place := _place(items[i]))), None)
        subject, about = behind or ahead or "", None
        back = _head(items, at)
        if at >= 2 and (items[back].word in BEING or any(items[i].word in BEING for i in range(max(0, at - 3), at))):
            about = _nearest(items, at)
        elif back and items[back - 1].has("conj") and is_name(items[back].formula):                 # f is the ReLU and g the identity
            about = items[back].formula
        note("activation", items[at].get("activation"), at, at, subject, about)


def _place(item: Item) -> str | None:
    """"hidden" of "hidden layer" and of "hidden activation"."""
    return item.get("place") or (item.tokens[0].word if item.has("thing") and item.tokens[0].word in ("hidden", "output") else None)


def _head(items: list[Item], at: int) -> int:
    """Where the noun phrase of the function begins, one before: the "is" of "is the activation function ReLU"."""
    back = at - 1
    while back > 0 and (items[back].has("fill", "thing") or items[back].word in ("for", "function")) and items[back].kind == "word":
        back -= 1
    return max(back, 0)


def _nearest(items: list[Item], at: int) -> Formula | None:
    """The last plain name before, in the same clause, or else the first behind."""
    for i in range(at - 1, max(-1, at - 12), -1):
        if items[i].mark(";.:"):
            break
        if is_name(items[i].formula):
            return items[i].formula
    after = items[at + 1] if at + 1 < len(items) else None
    return after.formula if after is not None and is_name(after.formula) else None


def _upstream(items: list[Item], note: Note) -> None:
    """"Given $\\partial L/\\partial y$": a derivative that comes from outside."""
    for at, item in enumerate(items[1:], 1):
        outside = has_derivative(item.formula) or is_differential(item.formula)
        if item.kind == "math" and items[at - 1].word in ("given", "upstream") and outside:
            note("upstream", item.formula, at - 1, at)
            if items[at - 1].word == "upstream" and isinstance(item.formula, Relation) and isinstance(item.formula.parts[-1], Matrix | Row):
                _use(items, at - 1, at - 1)
        elif item.text == "1" and [i.word for i in items[max(0, at - 2):at]] == ["gradient", "of"]:
            _use(items, at, at)                         # "a gradient of 1" at the output is what every backward pass starts with


def effects(items: Iterable[Item]) -> list[Unclear]:
    """What has an effect on the result and is not read from words."""
    found = []
    items = list(items)
    stated = any(item.kind == "math" and _is_stated(item.formula) for item in items)
    assigned = any(isinstance(node, Relation) and node.operators[0] in ("<-", ":=") for item in items if item.formula is not None
                   for node in walk(item.formula))
    for item in items:
        effect = item.get("effect")
        if effect is not None and not (stated and effect in STATED or assigned and effect == "reassignment"):
            whole = effect == "negation"
            span = Span(items[0].span.start, items[-1].span.end) if whole else item.span
            found.append(Unclear(span, " ".join(i.text for i in items) if whole else item.text, f"{effect} is not read from words"))
        elif item.get("method") == "unsupported":
            found.append(Unclear(item.span, item.text, "this method of descent is not known"))
    return found + [Unclear(span, text, "a formula that holds under a condition is read from \\begin{cases} alone") for span, text in conditions(items)]


def _is_stated(formula: Formula | None) -> bool:
    """Is it a formula that may hold what the words say, and no number, no name, no λ = 0.1?"""
    if formula is None or has_derivative(formula):
        return False
    values = formula.parts[1:] if isinstance(formula, Relation) and is_name(formula.parts[0]) else (formula,)
    return not all(is_number(value) or is_name(value) for value in values)


def loose_numbers(items: list[Item]) -> list[Unclear]:
    """Numbers that no phrase has used: a sheet seldom has a number that means nothing."""
    return [Unclear(item.span, item.text, "a number whose meaning was not understood") for at, item in enumerate(items)
            if not item.taken and (item.kind == "number" or item.kind == "math" and is_number(item.formula) or _is_value(items, at))]


def _is_value(items: list[Item], at: int) -> bool:
    """Is it a number in words that gives a value: "all biases are zero", "set to one"?"""
    if items[at].text.casefold() not in NUMBERS:
        return False
    ends = at + 1 == len(items) or items[at + 1].kind == "mark"
    return items[at].word == "zero" or ends and at > 0 and items[at - 1].tokens[-1].word in _EQUALS
