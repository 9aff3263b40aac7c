r"""Networks told unit by unit: "units 1-3 are inputs, 4, 5 hidden, 6 output", a weight w_{14} for each connection, one rule for all units.

Each unit gets its net input I_4 = w_{14} O_1 + ... + w_{04} and its output O_4 = f(I_4); a rule for unit j is written out for each unit.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from .book import Book, book, rank_of
from .environment import Note
from .literals import literal
from .names import flat, items
from .phrases import Phrase
from .requests import Request, Understood
from .rewriting import rewritten
from .squared_error import NoSquaredError, squared_error
from .statements import Statement
from .syntax import BigOperator, Call, Formula, Name, Numeral, Product, Relation, Script, Span, Sum, walk

NET, OUT = "net", "o"           # the letters where the words give none
BIAS = 0                        # the unit that always gives 1
LOSSES = ("E", "L", "J", "C", "Loss")
DERIVED = frozenset({"update", "gradient", "backward", "loss"})         # requests that need a loss
MOST = 60                       # units of one network


@dataclass(slots=True)
class Network:
    """Units by role; the weight of each connection (from, to), (0, to) for a bias; other biases by unit; the letters of I_j and O_j."""
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    units: tuple[int, ...]
    weights: dict[tuple[int, int], Formula]
    biases: dict[int, Formula]
    values: dict[int, Formula]
    net: Formula
    out: Formula
    activation: str
    span: Span

    @property
    def computed(self) -> tuple[int, ...]:
        return tuple(u for u in self.units if u not in self.inputs)

    def name(self, family: Formula, unit: int) -> Formula:
        return Script(self.span, family, Numeral(self.span, str(unit)), None)

    def before(self, unit: int) -> list[int]:
        return [i for i, j in self.weights if j == unit]

    def after(self, unit: int) -> list[int]:
        return [j for i, j in self.weights if i == unit]


def with_units(found: list[Statement], understood: Understood) -> tuple[list[Statement], Understood, list[Note]]:
    """The statements with those of each unit, requests about unit j about each unit, and what was assumed; all as it was where the words
    and weights tell no whole network."""
    known = book(found)
    network = _network(found, known, understood.phrases)
    if network is None:
        return found, understood, []
    rules = [s for s in found if _is_rule(s.formula, known)]
    found = [s for s in found if s not in rules]
    own = _Rules(network, known, [s.formula for s in rules])
    made = own.statements()
    notes = [Note("assumption", network.span, f"each unit is the {network.activation.replace('_', ' ')} of its net input, "
                  "the sum of its weights times the outputs of the units before it, and its bias", "the words and the weights tell the network")]
    asked = tuple(_asked(request, own) for request in understood.requests)
    told = [p for p in understood.phrases if p.kind == "target"]
    steps = [(request, f) for request in asked if request.kind == "update" for f in request.objects if _is_step(f, network)]
    letter = next((name for name in known.defined if name.split("_")[0] in LOSSES), None)
    derived = any(r.kind in DERIVED for r in asked)
    if steps or letter is None and (own.errors or derived):
        try:
            loss = squared_error(network, own.errors, [own.each_connection(f) for _, f in steps], known, told, letter)
        except NoSquaredError as trouble:
            why = "the loss is not told" if letter is None else "the rule of the update is not that of the loss, as far as can be told"
            notes.append(Note("problem", trouble.span, f"{why}: {trouble.reason}", "", "write the loss as a formula, E = ..., and ask for descent"))
            asked = tuple(r for r in asked if r.kind not in DERIVED)
            understood = replace(understood, phrases=tuple(p for p in understood.phrases if p.kind not in ("learning rate", "steps")))
        else:
            made += loss.statements
            notes += loss.notes
            understood = replace(understood, phrases=tuple(p for p in understood.phrases if p.kind != "target" or not loss.target))
            asked = tuple(replace(r, objects=_weights(r, network)) if r.kind == "update" else r for r in asked)
    inside = [p.span for p in understood.phrases if p.kind == "units"]
    unknown = tuple(u for u in understood.unknown if not any(s.start <= u.span.start < s.end for s in inside))
    at = next((k for k, s in enumerate(found) if rules and s.span.start > rules[-1].span.start), len(found))
    found = [*found[:at], *(Statement(f, f.span, 0) for f in made), *found[at:]]
    return found, replace(understood, requests=asked, unknown=unknown), notes


# ---- which network --------------------------------------------------------------------------------------------------------------------

def _network(found: list[Statement], known: Book, phrases: Iterable[Phrase]) -> Network | None:
    phrases = list(phrases)
    roles: dict[int, str] = {}
    told = [p for p in phrases if p.kind == "units"]
    for phrase in told:
        for unit in map(int, str(phrase.value).split(",")):
            if roles.setdefault(unit, phrase.subject) != phrase.subject:
                return None
    said = {p.value for p in phrases if p.kind == "activation" and isinstance(p.value, str) and p.about is None}
    if not {"input", "output"} <= set(roles.values()) or len(said) != 1 or len(roles) > MOST:
        return None
    units = tuple(sorted(roles))
    inputs, outputs = (tuple(u for u in units if roles[u] == role) for role in ("input", "output"))
    weights = _connections(known, set(units), inputs, outputs)
    values = _values(found, known, inputs)
    if weights is None or values is None or any(not any(j == u for _, j in weights) for u in units if u not in inputs):
        return None
    families = {p.subject: p.value.base for p in phrases if p.kind == "unit family" and isinstance(p.value, Script)}
    span = told[0].span
    biases = {} if any(i == BIAS for i, _ in weights) else _biases(known, [u for u in units if u not in inputs])
    return Network(inputs, outputs, units, weights, biases, values, families.get("net", Name(span, NET)), families.get("out", Name(span, OUT)),
                   said.pop(), span)


def _numbers(known: Book) -> Iterator[tuple[str, tuple[int, ...], Formula]]:
    """(letter, numbers, name) of every number with a numbered name; w_{14} has the numbers 1 and 4."""
    for name, rank in known.given.items():
        spelled = known.spelled[name]
        parts = items(spelled.sub) if isinstance(spelled, Script) and spelled.sup is None else ()
        if rank == 0 and parts and all(isinstance(p, Numeral) and p.text.isdigit() for p in parts):
            texts = [p.text for p in parts if isinstance(p, Numeral)]
            split = list(texts[0]) if len(texts) == 1 and len(texts[0]) == 2 else texts
            yield flat(spelled.base) or "", tuple(map(int, split)), spelled


def _connections(known: Book, units: set[int], inputs: tuple[int, ...], outputs: tuple[int, ...]) -> dict[tuple[int, int], Formula] | None:
    """The weights by (from, to), whichever of the two the sheet writes first; None where they do not fit the units."""
    families: dict[str, dict[tuple[int, int], Formula]] = {}
    for letter, numbers, spelled in _numbers(known):
        if len(numbers) == 2 and set(numbers) <= units | {BIAS}:
            families.setdefault(letter, {})[numbers] = spelled
    if len(families) != 1:
        return None
    (pairs,) = families.values()
    for made in (pairs, {(j, i): w for (i, j), w in pairs.items()}):
        if all(j not in inputs and j != BIAS and i not in outputs for i, j in made) and any(i in inputs for i, _ in made):
            return made
    return None


def _biases(known: Book, computed: list[int]) -> dict[int, Formula]:
    """A number for each unit under one letter, if there is one."""
    families: dict[str, dict[int, Formula]] = {}
    for letter, numbers, spelled in _numbers(known):
        if len(numbers) == 1:
            families.setdefault(letter, {})[numbers[0]] = spelled
    return next((family for family in families.values() if sorted(family) == computed), {})


def _values(found: list[Statement], known: Book, inputs: tuple[int, ...]) -> dict[int, Formula] | None:
    """What each input unit gives: an entry of the one vector with as many numbers, or a number with that unit's number."""
    vectors = [s.formula.parts[0] for s in found if isinstance(s.formula, Relation) and s.formula.operators == ("=",)
               and rank_of(s.formula.parts[1]) == 1 and literal(s.formula.parts[1]).shape == (len(inputs),)]
    if len(vectors) == 1:
        return {u: Script(vectors[0].span, vectors[0], Numeral(vectors[0].span, str(k)), None) for k, u in enumerate(inputs, 1)}
    families: dict[str, dict[int, Formula]] = {}
    for letter, numbers, spelled in _numbers(known):
        if len(numbers) == 1:
            families.setdefault(letter, {})[numbers[0]] = spelled
    fitting = [family for family in families.values() if tuple(sorted(family)) == inputs]
    return fitting[0] if len(fitting) == 1 else None


# ---- rules for unit j -----------------------------------------------------------------------------------------------------------------

def _is_rule(formula: Formula, known: Book) -> bool:
    """Is it δ_j = ..., j being no number?"""
    if not (isinstance(formula, Relation) and formula.operators == ("=",)):
        return False
    left = formula.parts[0]
    return isinstance(left, Script) and left.sup is None and isinstance(left.base, Name) and isinstance(left.sub, Name) and len(left.sub.text) == 1


class _Rules:
    """The rules of a sheet for unit j, written out for each unit. `errors` are the quantities besides I and O: unit -> formula."""

    def __init__(self, network: Network, known: Book, rules: list[Formula]) -> None:
        self.network, self.rules = network, [r for r in rules if isinstance(r, Relation)]
        self.errors: dict[int, Relation] = {}
        self.family: Formula | None = None
        self.exists = {*known.given, *known.defined, *(flat(network.name(f, u)) for f in (network.net, network.out) for u in network.units)}
        plain = {flat(network.net), flat(network.out)}
        self.families = {flat(r.parts[0].base): r.parts[0].base for r in self.rules if flat(r.parts[0].base) not in plain}
        for name, statement in known.defined.items():
            base, _, mark = name.partition("_")
            if mark.isdigit() and int(mark) in network.computed and base in self.families and isinstance(statement.formula, Relation):
                self.errors[int(mark)] = statement.formula

    def statements(self) -> list[Relation]:
        """The definitions of every unit, those of later units first for what is computed backwards."""
        network, out = self.network, self.network.out
        made = [self._equal(network.name(out, u), value, value.span) for u, value in network.values.items()
                if flat(value) != flat(network.name(out, u))]
        for unit in network.computed:
            net, output = network.name(network.net, unit), network.name(out, unit)
            made.append(self._rule(network.net, unit) or self._equal(net, self._weighted(unit), network.span))
            made.append(self._rule(out, unit) or self._equal(output, Call(network.span, Name(network.span, network.activation), (net,)),
                                                             network.span))
        for family in self.families.values():
            self.exists |= {flat(network.name(family, u)) or "" for u in network.computed}
            for unit in reversed(network.computed):
                if unit not in self.errors and (rule := self._rule(family, unit)) is not None:
                    self.errors[unit] = rule
                    made.append(rule)
        return made

    @staticmethod
    def _equal(left: Formula, right: Formula, span: Span) -> Relation:
        return Relation(span, (left, right), ("=",))

    def _weighted(self, unit: int) -> Formula:
        network, span = self.network, self.network.span
        terms: list[Formula] = [Product(span, (network.weights[i, unit], network.name(network.out, i)), ("cdot",))
                                for i in network.before(unit) if i != BIAS]
        terms += [w for w in (network.weights.get((BIAS, unit)), network.biases.get(unit)) if w is not None]
        return terms[0] if len(terms) == 1 else Sum(span, tuple(terms))

    def _rule(self, family: Formula, unit: int) -> Relation | None:
        """The rule for a family, at a unit: one with a sum over later units is for those that have some, one without for the others."""
        rules = [r for r in self.rules if flat(r.parts[0].base) == flat(family)]
        for rule in rules:
            right = self.at(rule.parts[1], {rule.parts[0].sub.text: unit})
            if right is None or len(rules) > 1 and bool(_sums(rule)) != bool(self.network.after(unit)):
                continue
            return self._equal(self.network.name(family, unit), right, rule.span)
        return None

    def at(self, formula: Formula, letters: Mapping[str, int]) -> Formula | None:
        """The formula with numbers for letters, its sums written out over the units for which all that they read exists; None where one is
        empty."""
        empty = False

        def change(node: Formula) -> Formula | None:
            nonlocal empty
            match node:
                case BigOperator(span, "sum", lower, None, body) if (letter := _bound(lower)) is not None:
                    each = [self.at(body, {**letters, letter: u}) for u in (BIAS, *self.network.units)]
                    terms = [t for t in each if t is not None and self._readable(t)]
                    empty = empty or not terms
                    return Sum(span, tuple(terms)) if len(terms) > 1 else terms[0] if terms else node
                case Script(span, base, sub, sup, primes) if sub is not None:
                    parts = [letters.get(p.text) if isinstance(p, Name) else None for p in items(sub)]
                    if None in parts:
                        return None
                    if parts == [BIAS] and flat(base) == flat(self.network.out):
                        return Numeral(span, "1")
                    digits = [str(p) for p in parts]
                    return Script(span, base, Numeral(sub.span, "".join(digits)), sup, primes)
            return None

        made = rewritten(formula, change)
        return None if empty else made

    def _readable(self, formula: Formula) -> bool:
        return all(flat(n) in self.exists for n in walk(formula) if isinstance(n, Script) and isinstance(n.sub, Numeral))

    def each_connection(self, formula: Formula) -> dict[tuple[int, int], Formula]:
        """w_{ij} + η δ_j O_i written out for each connection."""
        weight = next(n for n in walk(formula) if _is_weight(n, self.network))
        first, second = (p.text for p in items(weight.sub))
        if flat(self._pair(weight, next(iter(self.network.weights)))) != flat(next(iter(self.network.weights.values()))):
            first, second = second, first
        made = {(i, j): self.at(formula, {first: i, second: j}) for i, j in self.network.weights}
        return {pair: f for pair, f in made.items() if f is not None}

    @staticmethod
    def _pair(weight: Formula, pair: tuple[int, int]) -> Formula:
        return Script(weight.span, weight.base, Numeral(weight.span, f"{pair[0]}{pair[1]}"), None)


def _sums(formula: Formula) -> list[Formula]:
    return [n for n in walk(formula) if isinstance(n, BigOperator)]


def _bound(lower: Formula | None) -> str | None:
    return lower.text if isinstance(lower, Name) and len(lower.text) == 1 else None


def _is_weight(formula: Formula, network: Network) -> bool:
    """Is it w_{ij}, with letters?"""
    letter = flat(next(iter(network.weights.values())).base)
    parts = items(formula.sub) if isinstance(formula, Script) and flat(formula.base) == letter else ()
    return len(parts) == 2 and all(isinstance(p, Name) for p in parts)


def _is_step(formula: Formula, network: Network) -> bool:
    """Is it the new value of w_{ij}, written as a sum?"""
    return isinstance(formula, Sum) and any(_is_weight(term, network) for term in formula.terms)


# ---- what is asked --------------------------------------------------------------------------------------------------------------------

def _asked(request: Request, rules: _Rules) -> Request:
    """I_j asked is I_4, I_5, ..., asked."""
    network = rules.network
    made: list[Formula] = []
    for formula in request.objects:
        family = next((f for f in (network.net, network.out, *rules.families.values())
                       if isinstance(formula, Script) and isinstance(formula.sub, Name) and flat(f) == flat(formula.base)), None)
        units = rules.errors if family is not None and flat(family) in rules.families else network.computed
        named = [formula] if family is None else [network.name(family, u) for u in sorted(units)]
        made += [f for f in named if all(flat(f) is None or flat(f) != flat(m) for m in made)]
    return replace(request, objects=tuple(made))


def _weights(request: Request, network: Network) -> tuple[Formula, ...]:
    """The weights in place of w_{ij} and of its new value."""
    general = [f for f in request.objects if _is_step(f, network) or _is_weight(f, network)]
    kept = tuple(f for f in request.objects if f not in general)
    return (*kept, *network.weights.values(), *network.biases.values()) if general else request.objects
