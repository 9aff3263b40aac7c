r"""Layer families: $a^l_j=f(\sum_k w^l_{jk}a^{l-1}_k+b^l_j)$ for every layer l becomes a^1, ..., a^3 where --data gives w1, ..., w3.

--data may say as well, in a string, what the sheet leaves open: {"f": "sigmoid", "C": "1/2||a^L-y||^2", "sizes": [2, 3, 2, 2]}.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..errors import DataError
from ..functions import table
from .environment import Note
from .formula import read_formula
from .names import flat, items
from .requests import Understood
from .rewriting import rewritten
from .statements import Statement
from .syntax import Call, Derivative, Formula, Name, Negative, Numeral, Relation, Script, Span, Sum, walk
from .values import exact

SIZES = ("sizes", "layers")
INPUTS = ("x", "X")
MOST = 30                       # layers
LONGEST = 300                   # characters of a formula from --data
Data = Mapping[str, object]


def with_layers(statements: list[Statement], understood: Understood, data: Data) -> tuple[list[Statement], Understood, list[Note], Data]:
    """The statements and requests of each layer, what was assumed, and the data that are left; all as it was where no formula is about a
    general layer or the data do not tell how many there are."""
    family = _family(statements)
    depth = _depth(family, data) if family is not None else None
    if family is None or depth is None:
        return statements, understood, [], data
    words = {name: value for name, value in data.items() if isinstance(value, str) and not _is_number(value)}
    start = next((n for n in INPUTS if n in data and f"{family.carried}0" not in data), None)
    layers = _Layers(family, depth, start, words)
    out: list[Statement] = []
    for statement in statements:
        out += [replace(statement, formula=f) for f in layers.of(statement.formula)]
    span = family.rules[0].span
    notes = [Note("assumption", span, f"there are {depth} layers", "as many as --data gives weights for")]
    notes += [Note("assumption", span, f"{family.carried}^0 is {start}", "the input of the first layer")] if start else []
    notes += [Note("assumption", span, f"{name} is {value}", "--data says so") for name, value in words.items() if name in layers.used]
    requests = tuple(replace(r, objects=tuple(g for f in r.objects for g in layers.asked(f)),
                             kind="gradient" if r.kind in ("value", "expression") and any(layers.is_error(f) for f in r.objects) else r.kind)
                     for r in understood.requests)
    left = {name: value for name, value in data.items() if name not in SIZES and name not in layers.used}
    return out, replace(understood, requests=requests), notes, left


@dataclass(slots=True)
class _Family:
    """The letter of the layer, the rules with it on the left by what they define, and what is read at layer l-1."""
    letter: str
    rules: list[Relation]
    carried: str

    @property
    def defined(self) -> dict[str, Relation]:
        return {flat(r.parts[0].base) or "": r for r in self.rules}


def _family(statements: list[Statement]) -> _Family | None:
    """The rules of a general layer, one of which reads the layer before."""
    found = [s.formula for s in statements if isinstance(s.formula, Relation) and s.formula.operators == ("=",)
             and isinstance(s.formula.parts[0], Script) and isinstance(s.formula.parts[0].sup, Name) and isinstance(s.formula.parts[0].base, Name)]
    before = [(n.sup.terms[0].text, flat(n.base) or "") for f in found for n in walk(f.parts[1]) if _is_before(n)]
    if not before:
        return None
    letter, carried = before[0]
    rules = [f for f in found if f.parts[0].sup.text == letter]
    return _Family(letter, rules, carried) if carried in {flat(r.parts[0].base) for r in rules} else None


def _is_before(node: Formula) -> bool:
    """Is it a^{l-1}?"""
    match node:
        case Script(_, Name(), _, Sum(_, (Name(), Negative(_, Numeral(_, "1")))), 0):
            return True
    return False


def _depth(family: _Family, data: Data) -> int | None:
    """How many layers the data have: w1, w2, ... without a gap."""
    read = {flat(n.base) for r in family.rules for n in walk(r.parts[1]) if isinstance(n, Script) and isinstance(n.sup, Name)
            and n.sup.text == family.letter} - set(family.defined)
    plain = {name.replace("_", "").replace("^", "") for name in data}
    counts = {next(k for k in range(MOST + 1) if f"{base}{k + 1}" not in plain) for base in read if base}
    depth = next(iter(counts)) if len(counts) == 1 else 0
    told = next((data[n] for n in SIZES if isinstance(data.get(n), list | tuple)), None)
    if depth and told is not None and len(told) != depth + 1:
        raise DataError(f"--data gives {len(told)} sizes, and weights of {depth} layers")
    return depth or None


def _is_number(text: str) -> bool:
    try:
        return exact(text) is not None
    except ValueError:
        return False


class _Layers:
    """Formulas of a general layer, written out for each."""

    def __init__(self, family: _Family, depth: int, start: str | None, words: Mapping[str, str]) -> None:
        self.family, self.depth, self.start, self.words = family, depth, start, words
        self.used: set[str] = set()
        self.errors: dict[str, tuple[str, Formula]] = {}        # δ -> (C, z)

    def of(self, formula: Formula) -> list[Formula]:
        """A rule for each layer; any other formula once, its top layer by number; nothing of a definition of δ as a derivative."""
        if isinstance(formula, Relation) and (error := self._error(formula)) is not None:
            self.errors[error[0]] = error[1:]
            return []
        if formula in self.family.rules:
            return [self.at(rule, layer) for layer in range(1, self.depth + 1) for rule in self._split(formula)]
        if isinstance(formula, Relation) and (loss := self._loss(formula)) is not None:
            return [self.at(loss, self.depth)]
        return [self.at(formula, None)]

    def _error(self, formula: Relation) -> tuple[str, str, Formula] | None:
        match formula:
            case Relation(_, (Script(_, Name() as name, _, Name(_, letter, _)), Derivative(_, Name(_, of, _), (Script() as by,))), _) \
                    if letter == self.family.letter:
                return flat(name) or "", of, by
        return None

    def _split(self, rule: Relation) -> list[Relation]:
        """a^l = f(...) as a^l = f(z^l), where z^l has a rule of its own, and z^l = ..., which the reader holds against that rule."""
        left, right = rule.parts
        others = [r for r in self.family.rules if r is not rule and not isinstance(r.parts[1], Call)]
        if isinstance(right, Call) and len(right.arguments) == 1 and len(others) == 1 and flat(left.base) == self.family.carried:
            inner = Script(left.span, others[0].parts[0].base, left.sub, left.sup)
            if flat(inner) != flat(right.arguments[0]):
                return [replace(rule, parts=(left, replace(right, arguments=(inner,)))), replace(rule, parts=(inner, right.arguments[0]))]
        return [rule]

    def _loss(self, formula: Relation) -> Relation | None:
        """C = ½‖a^L - y‖² for Loss = C(a^L), where the words say what C is."""
        match formula:
            case Relation(span, (_, Call(_, Name(_, name, _), (_,))), ("=",)) if name in self.words:
                body = read_formula(self.words[name][:LONGEST]).formula
                if body is None:
                    raise DataError(f"--data gives {name} a formula that cannot be read: {self.words[name]}")
                self.used.add(name)
                return Relation(span, (Name(span, name), _placed(body, span)), ("=",))
        return None

    def at(self, formula: Formula, layer: int | None) -> Formula:
        letter, top = self.family.letter, self.family.letter.upper()

        def change(node: Formula) -> Formula | None:
            match node:
                case Name(span, text, _) if text in self.words and table.scalar(self.words[text]) is not None:
                    self.used.add(text)
                    return Name(span, self.words[text])
                case Script(span, base, sub, sup, primes) if sup is not None:
                    number = layer if isinstance(sup, Name) and sup.text == letter else self.depth if isinstance(sup, Name) and sup.text == top \
                        else layer - 1 if layer is not None and _is_before(node) and sup.terms[0].text == letter else None
                    if number is None:
                        return None
                    if number == 0 and self.start is not None and flat(base) == self.family.carried:
                        return Script(span, Name(span, self.start), sub, None) if sub is not None else Name(span, self.start)
                    return Script(span, base, sub, Numeral(sup.span, str(number)), primes)
            return None

        return rewritten(formula, change)

    # ---- what is asked ------------------------------------------------------------------------------------------------

    def is_error(self, formula: Formula) -> bool:
        return isinstance(formula, Script) and formula.sup is not None and (flat(formula.base) or "") in self.errors

    def asked(self, formula: Formula) -> list[Formula]:
        """δ^l is the derivative of the loss with respect to z^l; what is asked of layer l is asked of each layer."""
        if self.is_error(formula):
            of, by = self.errors[flat(formula.base) or ""]
            formula = Derivative(formula.span, Name(formula.span, of), (by,))
        match formula:
            case Derivative(_, _, (Script(_, Name(), sub, Name(_, letter, _)) as by,)) if letter == self.family.letter:
                whole = replace(formula, by=(replace(by, sub=None),)) if sub is None or all(isinstance(p, Name) for p in items(sub)) else formula
                return [self.at(whole, layer) for layer in range(1, self.depth + 1)]
        return [self.at(formula, None)]


def _placed(formula: Formula, span: Span) -> Formula:
    """The formula with every place in it the one of what it explains: it does not stand on the sheet."""
    if not isinstance(formula, Formula):
        return formula
    made = {name: _moved(getattr(formula, name), span) for name in type(formula).__dataclass_fields__}
    return replace(formula, **made)


def _moved(value: object, span: Span) -> object:
    match value:
        case Span():
            return span
        case Formula():
            return _placed(value, span)
        case tuple():
            return tuple(_moved(item, span) for item in value)
    return value
