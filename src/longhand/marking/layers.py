r"""Claims with a letter for the layer: \delta^l = (w^{l+1})^T \delta^{l+1} \odot f'(z^l) is one claim for each layer that the problem has."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..calculus.derivation import gradient_name
from ..core.equation import Equation
from ..core.expr import Apply, Component
from ..core.record import record
from ..core.walk import tensors
from ..core.walk import walk as nodes_of
from ..reading.names import flat, is_transpose, items
from ..reading.rewriting import rewritten
from ..reading.syntax import Accent, BigOperator, Call, Derivative, Dots, Formula, Group, Name, Negative, Numeral, Product, Relation, Row, Script, Sum, walk
from ..reading.syntax import Sequence as Listed
from .findings import Finding, Line
from .marks import CARRIED, RIGHT, UNCHECKED, WRONG
from .numerals import digits_of, names_in
from .reference import Reference
from .scope import Scope
from .sizes import under

MOST = 30
"""Layers that are tried."""
ERRORS = ("delta", "Delta")
"""Letters that stand, where nothing else is said, for ∂loss/∂z of a layer."""
LAST = "L"
USUAL = ("l", "ell", LAST)
"""Letters that are layers below a name, too, where others may be indices."""


@record
class Placed:
    """A script that says the layer: its base without it (w, W_0), the letter, what is added to it, and where it stands (^ or _)."""
    base: str
    letter: str
    shift: int
    mark: str


def instances(line: Line, scope: Scope, reference: Reference) -> list[tuple[str, Line]]:
    """The line for each layer at which all its names are known, labelled "l = 2"; nothing where it has no letter for the layer.
    Brings \\delta of these layers into the scope, where it is not known yet."""
    if any(digits_of(part) is not None for part in line.parts):
        return []
    layers = Layers(scope, reference)
    letters = {p.letter for part in line.parts for node in walk(part) if (p := layers.placed(node)) is not None}
    if not letters:
        return layers.unnumbered(line)
    running = {letter for letter in letters if letter != LAST}
    bound = {name for part in line.parts for node in walk(part) if isinstance(node, BigOperator) for name in under(node)}
    if len(running) > 1 and (running := {letter for letter in running if letter.upper() not in running or letter.islower()}) and len(running) > 1:
        return []
    if running & bound or not layers.depth:
        return []
    return [*layers.written_out(line, next(iter(running), ""))]


@dataclass(slots=True)
class Layers:
    """The numbered layers of a problem."""
    scope: Scope
    reference: Reference
    found: dict[str, tuple[int, ...]] = field(default_factory=dict)
    errors: dict[int, str] = field(init=False)
    given: str | None = field(init=False)
    carried: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        numbers = {name: n for name in self.reference.problem.program.tensors if (n := number_of(name)) is not None}
        self.errors = dict(_before_activation(self.reference.problem.program.equations, numbers))
        self.given, self.carried = _handed_on(self.reference, numbers)

    @property
    def depth(self) -> int:
        """The number of the last layer, 0 where there are none."""
        return max((max(n) for base, n in self.found.items() if n and base not in ERRORS), default=max(self.errors, default=0))

    def numbers(self, base: str, mark: str) -> tuple[int, ...]:
        """The layers at which a name is known: w^1, w^2, w^3."""
        key = base + mark
        if key not in self.found:
            known = [] if self.scope.known(base) is not None else [n for n in range(MOST) if self.known(f"{key}{n}")]
            self.found[key] = tuple(known) if len(known) > 1 else ()
        return self.found[key]

    def known(self, name: str) -> bool:
        return (self.scope.known(name) or self.scope.loosely(name)) is not None

    def placed(self, node: Formula) -> Placed | None:
        """The layer that a name is written with; None for one without."""
        if not isinstance(node, Script) or not isinstance(node.base, Name | Accent) or (core := flat(node.base)) is None:
            return None
        above, below = layer_of(node.sup), layer_of(_first(node.sub))
        if above is not None:
            for base in (core, f"{core}_{flat(node.sub)}") if isinstance(node.sub, Numeral) else (core,):
                if core in ERRORS or self.numbers(base, "^"):
                    return Placed(base, *above, "^")
        if below is not None and (node.sup is None or is_transpose(node.sup)):        # b_a^2 is an entry of b^2
            usual = below[0] in USUAL or below[1] != 0
            if usual and (core in ERRORS or self.numbers(core, "_")) or self.scope.known(f"{core}_1") and self.numbers(core, "_"):
                return Placed(core, *below, "_")
        return None

    # ---- layer by layer -------------------------------------------------------------------------------------------------------

    def written_out(self, line: Line, letter: str) -> Iterator[tuple[str, Line]]:
        """The line at each layer."""
        top = {LAST, letter.upper()} if letter.islower() else {LAST}
        for n in range(1, self.depth + 1) if letter else (self.depth,):
            numbers = {**dict.fromkeys(top, self.depth), **({letter: n} if letter else {})}
            kept = self.conditions(line.conditions, numbers, letter)
            if kept is None or (parts := self.at(line.parts, numbers)) is None:
                continue
            self.define(line, numbers)
            yield f"{letter or LAST} = {n}", replace(line, parts=parts, conditions=kept)

    def at(self, parts: Sequence[Formula], numbers: Mapping[str, int]) -> tuple[Formula, ...] | None:
        """The formulas with numbers for the letters; None where a name is not known then."""
        known = True

        def change(node: Formula) -> Formula | None:
            nonlocal known
            place = self.placed(node)
            if place is None or place.letter not in numbers:
                return None
            n = numbers[place.letter] + place.shift
            if n == 0 and self.given is not None and place.base in self.carried and 0 not in self.numbers(place.base, place.mark):
                return _input(node, self.given)
            if place.base in ERRORS:
                known = known and (n in self.errors or self.known(f"{place.base}{place.mark}{n}"))
            else:
                known = known and n in self.numbers(place.base, place.mark)
            return _numbered(node, place.mark, n)

        changed = tuple(rewritten(part, change) for part in parts)
        return changed if known else None

    def conditions(self, stated: Sequence[Formula], numbers: Mapping[str, int], letter: str) -> tuple[Formula, ...] | None:
        """The conditions that are not about the layer; None where one that is does not hold."""
        kept = []
        for condition in stated:
            if not any(isinstance(node, Name) and node.text == letter for node in walk(condition)):
                kept.append(condition)
            elif not holds(condition, numbers):
                return None
        return tuple(kept)

    def define(self, line: Line, numbers: Mapping[str, int]) -> None:
        r"""\delta of these layers, as the line itself says where it is \delta^l = ∂C/∂a^l, else ∂loss/∂z."""
        loss = self.scope.loss
        own = line.parts[1] if len(line.parts) > 1 and isinstance(line.parts[1], Derivative) else None
        for part in line.parts:
            for node in walk(part):
                place = self.placed(node)
                if place is None or place.base not in ERRORS or place.letter not in numbers:
                    continue
                n = numbers[place.letter] + place.shift
                name = f"{place.base}{place.mark}{n}"
                if self.known(name) or loss is None:
                    continue
                said = self.derived(own, numbers) if own is not None and node is line.parts[0] else None
                target = said or n in self.errors and gradient_name(loss, self.errors[n])
                if target and target in self.scope.names:
                    self.scope.define(name, target)

    def derived(self, formula: Derivative, numbers: Mapping[str, int]) -> str | None:
        r"""The name of the gradient that a derivative of the loss is."""
        written = self.at((formula,), numbers)
        if written is None or not isinstance(written[0], Derivative) or written[0].of is None or len(written[0].by) != 1:
            return None
        of, by = self.scope.meant(written[0].of), self.scope.meant(written[0].by[0])
        if of is None or by is None or of.own or by.own or of.tensor != self.scope.loss:
            return None
        return gradient_name(of.tensor, by.tensor)

    # ---- a name without its layer ---------------------------------------------------------------------------------------------

    def unnumbered(self, line: Line) -> list[tuple[str, Line]]:
        r"""\sigma'(z) = \sigma(z)(1 - \sigma(z)) where the problem has z^1, z^2, ...: the one name that is not known, at each layer."""
        argument = line.parts[0].arguments[0] if isinstance(line.parts[0], Call) and len(line.parts[0].arguments) == 1 else None
        if not isinstance(argument, Name):
            return []
        names = [node for part in line.parts for node in names_in(part) if isinstance(node, Name)]
        open_names = {node.text for node in names if not self.scope.functions.get(node.text) and self.scope.meant(node) is None}
        open_names &= {self.reference_base(name) for name in self.reference.problem.program.tensors}
        if open_names != {argument.text}:
            return []
        name = argument.text
        if any(isinstance(n, Script) and n.base in names and flat(n.base) == name for part in line.parts for n in walk(part)):
            return []
        out = []
        for mark in "^_":
            for n in self.numbers(name, mark):
                def change(node: Formula, mark: str = mark, n: int = n) -> Formula | None:
                    return _numbered(Script(node.span, node, None, None), mark, n) if isinstance(node, Name) and node.text == name else None
                out.append((f"{name} = {name}{mark}{n}", replace(line, parts=tuple(rewritten(part, change) for part in line.parts))))
            if out:
                break
        return out

    def reference_base(self, name: str) -> str:
        number = number_of(name)
        return "" if number is None else name[:len(name) - len(str(number)) - 1]


def combined(line: Line, found: Sequence[tuple[str, Sequence[Finding]]]) -> list[Finding]:
    """The findings of the instances of a line as one for each side."""
    sides = sorted({finding.side for _, own in found for finding in own})
    return [joined(line, [(label, finding) for label, own in found for finding in own if finding.side == side]) for side in sides]


def joined(line: Line, found: Sequence[tuple[str, Finding]]) -> Finding:
    """One finding for a side: wrong where one instance is wrong (which is named), right where all are."""
    several = len(found) > 1
    for verdict in (WRONG, CARRIED, RIGHT):
        some = [(label, finding) for label, finding in found if finding.verdict == verdict]
        if not some or verdict == RIGHT and len(some) < len(found):
            continue
        label, finding = next(((label, finding) for label, finding in some if finding.mistake is not None), some[0])
        if verdict == WRONG and several:
            finding.evidence = f"For {label}: {finding.evidence}" if finding.evidence else f"Already for {label}."
        finding.line = line
        return finding
    label, finding = next(((label, finding) for label, finding in found if finding.verdict == UNCHECKED), found[0])
    finding.line, finding.verdict = line, UNCHECKED
    if several and finding.says:
        finding.says = f"For {label}: {finding.says}"
    return finding


# ---- scripts ------------------------------------------------------------------------------------------------------------------

def layer_of(script: Formula | None) -> tuple[str, int] | None:
    """(letter, what is added) of a script: l, l+1, (l-1), [l], [l]T."""
    match script:
        case Name(_, text) if not is_transpose(script):
            return text, 0
        case Group(_, _, body) | Row(_, "[" | "(", (body,)):
            return layer_of(body)
        case Sum(_, (Name(_, text), Numeral(_, more))) if more.isdigit():
            return text, int(more)
        case Sum(_, (Name(_, text), Negative(_, Numeral(_, less)))) if less.isdigit():
            return text, -int(less)
        case Product(_, (Group() as inner, last), ("",)) if is_transpose(last):
            return layer_of(inner)
    return None


def _first(sub: Formula | None) -> Formula | None:
    return sub.items[0] if isinstance(sub, Listed) and sub.items else sub


def _numbered(node: Script, mark: str, n: int) -> Formula:
    """The name with the number of its layer in the place of the letter; a transpose beside the letter stays."""
    span, base, sub, sup, primes = node.span, node.base, node.sub, node.sup, node.primes
    number = Numeral(span, str(n))
    if mark == "_":
        return Script(span, base, replace(sub, items=(number, *sub.items[1:])) if isinstance(sub, Listed) else number, sup, primes)
    numbered = Script(span, base, sub, number, primes)
    return Script(span, numbered, None, sup.factors[-1]) if isinstance(sup, Product) else numbered


def _input(node: Script, name: str) -> Formula:
    """The input in the place of a^0, with its indices."""
    base = Name(node.span, name)
    transposed = node.sup.factors[-1] if isinstance(node.sup, Product) else None
    sub = node.sub if layer_of(node.sub) is None or layer_of(node.sup) is not None else None
    return Script(node.span, base, sub, transposed) if sub is not None or transposed is not None else base


# ---- conditions on the layer --------------------------------------------------------------------------------------------------

COMPARE = {"<": int.__lt__, ">": int.__gt__, "<=": int.__le__, ">=": int.__ge__, "=": int.__eq__, "!=": int.__ne__}


def holds(condition: Formula, numbers: Mapping[str, int]) -> bool:
    """Whether a condition on the layer holds: l < L, l = 1, ..., L - 1. One that is not understood does not."""
    if not isinstance(condition, Relation):
        return False
    parts = condition.parts
    if len(parts) == 2 and condition.operators == ("=",) and any(isinstance(node, Dots) for node in walk(parts[1])):
        at, ends = whole(parts[0], numbers), [whole(item, numbers) for item in items_of(parts[1])]
        last = ends[-1] if ends[-1] is not None else max(numbers.values()) - 1
        return at is not None and ends[0] is not None and ends[0] <= at <= last
    values = [whole(part, numbers) for part in parts]
    return None not in values and all(sign in COMPARE and COMPARE[sign](a, b) for sign, a, b in
                                      zip(condition.operators, values, values[1:], strict=False))


def items_of(formula: Formula) -> tuple[Formula, ...]:
    return formula.items if isinstance(formula, Row | Listed) else items(formula)


def whole(formula: Formula, numbers: Mapping[str, int]) -> int | None:
    """A whole number or a letter with what is added to it."""
    if isinstance(formula, Numeral):
        return int(formula.text) if formula.text.isdigit() else None
    place = layer_of(formula)
    return None if place is None or place[0] not in numbers else numbers[place[0]] + place[1]


# ---- the problem's layers -----------------------------------------------------------------------------------------------------

def number_of(name: str) -> int | None:
    """The number at the end of a name: 2 of w^2 and of W_2."""
    head, mark, tail = name.rpartition("^") if "^" in name else name.rpartition("_")
    return int(tail) if head and tail.isdigit() and len(tail) < 3 else None


def _before_activation(equations: Sequence[Equation], numbers: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """(layer, pre-activation): the one quantity of a layer that reads quantities of its number outside any function."""
    found: dict[int, list[str]] = {}
    for equation in equations:
        n = numbers.get(equation.name)
        if n is None:
            continue
        inside = {t for node in nodes_of(equation.right) if isinstance(node, Apply | Component)
                  for t in tensors(node.argument if isinstance(node, Apply) else node.body)}
        if any(numbers.get(t) == n for t in tensors(equation.right) - inside):
            found.setdefault(n, []).append(equation.name)
    yield from ((n, names[0]) for n, names in found.items() if len(names) == 1)


def _handed_on(reference: Reference, numbers: Mapping[str, int]) -> tuple[str | None, frozenset[str]]:
    """The input of the first layer, and the bases of what a layer hands on to the next: x and a, so that a^0 is x."""
    program = reference.problem.program
    inputs, bases = set(), set()
    for equation in program.equations:
        n = numbers.get(equation.name)
        for read in tensors(equation.right) if n is not None else ():
            if n == 1 and read in program.tensors and program[read].role == "input":
                inputs.add(read)
            if numbers.get(read) == n - 1 and n > 1 and program.equation(read) is not None:
                bases.add(read[:len(read) - len(str(n - 1)) - 1])
    return (inputs.pop() if len(inputs) == 1 else None), frozenset(bases)
