r"""Tables of functions: "for $x\in\{-1,0,2\}$ give value and derivative of $x\sigma(x)$, softplus and leaky ReLU (slope 0.01)"."""
from __future__ import annotations

from dataclasses import replace

from ..functions import table
from .asking import Request
from .clauses import Item
from .lexicon import words
from .mentions import is_number, spread
from .syntax import Braces, Call, Derivative, Formula, Nabla, Name, Numeral, Relation, Span, walk

DESCRIBING = words("approximation approximate exact form version variant")              # words that only describe the formula behind them
PARAMETER = words("slope negative parameter alpha scale with of value equal to")
ASKED = {"value": "value", "gradient": "gradient"}


def points(items: list[Item]) -> Relation | None:
    """The one restriction of a name to a finite set of numbers, x ∈ {-1, 0, 2}, in a sentence."""
    found = [item.formula for item in items if _is_points(item.formula)]
    return found[0] if len(found) == 1 else None


def tabulated(head: list[Item], restricted: Relation | None) -> Request | None:
    """The request of kind "table" that the words behind an imperative are, or None where they are anything else.

    Its words are "value" and "gradient", its objects the expressions, and `given` the restriction and what else is used up.
    """
    if restricted is None:
        return None
    at, asked = _asked(head)
    if not asked:
        return None
    name, objects, given = restricted.parts[0], [], [restricted]
    for entry in _entries(head[at:]):
        if not entry or len(entry) == 2 and entry[0].has("prep") and entry[1].formula is restricted:
            continue                                                     # "..., and": nothing between; "at $x\in\{0,1\}$"
        if (read := _entry(entry, name)) is None:
            return None
        objects += read[0]
        given += read[1]
    if not objects or not all(_depends(formula, name) for formula in objects):
        return None
    return Request("table", tuple(objects), tuple(asked), given=tuple(given))


def _is_points(formula: Formula | None) -> bool:
    match formula:
        case Relation(_, (Name(), Braces(_, values, condition)), ("in",)):
            return bool(values) and not condition and all(map(is_number, values))
    return False


def _asked(head: list[Item]) -> tuple[int, list[str]]:
    """Where the list of functions starts, and what is asked of each of them."""
    asked: list[str] = []
    for at, item in enumerate(head):
        if item.get("op") in ASKED:
            asked.append(ASKED[item.get("op") or ""])
        elif item.get("prep") == "of":
            return at + 1, list(dict.fromkeys(asked))
        elif not item.has("conj", "fill"):
            break
    return 0, []


def _entries(items: list[Item]) -> list[list[Item]]:
    """The items of the list, cut at commas and at "and" outside brackets, and before "for" and "at"."""
    found: list[list[Item]] = [[]]
    depth = 0
    for item in items:
        depth += item.mark("([") - item.mark(")]")
        if depth == 0 and (item.mark(",;.") or item.has("conj")):
            found.append([])
        elif depth == 0 and item.get("prep") == "for":
            found.append([item])
        else:
            found[-1].append(item)
    return found


def _entry(entry: list[Item], name: Formula) -> tuple[list[Formula], list[Formula]] | None:
    """The expressions of one entry of the list, and the formulas that are used up in it."""
    *before, last = entry
    if last.kind == "math":
        plain = last.formula is not None and not any(isinstance(n, Relation | Derivative | Nabla) for n in walk(last.formula))
        described = all(item.has("fill", "activation") or item.word in DESCRIBING for item in before)
        return (spread(last.formula), []) if plain and described else None
    named = [item for item in entry if not item.has("fill") or item.has("activation")]
    row = table.scalar(named[0].get("activation") or "") if named else None
    if row is None:
        return None
    function, parameter, used = Name(named[0].span, row.name), (), []
    if len(named) > 1:
        value = _parameter(named[1:]) if len(row.defaults) == 1 else None
        if value is None:
            return None
        parameter, used = (value[0],), value[1]
    return [Call(named[0].span, function, (name, *parameter))], used


def _parameter(items: list[Item]) -> tuple[Formula, list[Formula]] | None:
    """The number in "(slope 0.01)" or "($\\alpha=1$)"."""
    if len(items) < 3 or not items[0].mark("(") or not items[-1].mark(")"):
        return None
    *before, last = items[1:-1]
    if not all(item.mark("=") or all(token.word in PARAMETER for token in item.tokens) for item in before):
        return None
    if last.kind == "number":
        return Numeral(last.span, last.text), []
    match last.formula:
        case Relation(_, (Name(), value), ("=",)) if is_number(value):
            return value, [last.formula]
        case Numeral():
            return last.formula, []
    return None


def _depends(formula: Formula, name: Formula) -> bool:
    return isinstance(name, Name) and any(isinstance(node, Name) and node.text == name.text for node in walk(formula))


def used_up(request: Request, head: list[Item]) -> set[Span]:
    """The formulas of the clause that a table takes up."""
    return {item.span for item in head if item.kind == "math"} | {formula.span for formula in request.given}


def derivatives(request: Request) -> list[Request]:
    """The plain requests that a table is made of: values, and the derivative of each expression at the points."""
    (restricted, *_), out = request.given, []
    out.append(replace(request, kind="value", words=(), given=()))       # a derivative is of something that has a name, so a value too
    if "gradient" in request.words and isinstance(restricted, Relation):
        out += [replace(request, kind="gradient", objects=(restricted.parts[0],), words=(), given=(), of=f) for f in request.objects]
    return out
