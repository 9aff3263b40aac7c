"""What the statements of a sheet make known, before any formula is read: shapes, numbers, ranges, functions, and the definitions to choose from."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..core.axis import Axis
from ..core.record import record
from . import strays
from .classify import (
    Claimed,
    Declared,
    Defined,
    FactStated,
    FunctionDefined,
    Given,
    Kind,
    Ranged,
    Restricted,
    Size,
    Strange,
    Updated,
)
from .environment import Environment, Quantity, SheetFunction
from .formula import read_formula
from .literals import Literal
from .names import Reading, flat, readings
from .syntax import Accent, Call, Formula, Name, Numeral, Script, Span
from .terms import Unclear

SHORT = 200                     # characters of a name


@record
class Definition:
    """One formula that could define a quantity: its reading on the left, the links of the chain on the right."""
    left: Reading
    rights: tuple[Formula, ...]
    kind: Defined


@dataclass(slots=True)
class Known:
    """One problem's statements, sorted. `data` are numbers by name; `definitions` the candidates by name, in the sheet's order."""
    environment: Environment
    data: dict[str, tuple[Literal, Formula, Span]] = field(default_factory=dict)
    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    restricted: list[Restricted] = field(default_factory=list)
    facts: list[FactStated] = field(default_factory=list)
    updates: list[Updated] = field(default_factory=list)
    claims: list[Kind] = field(default_factory=list)
    batch: dict[str, int] = field(default_factory=dict)         # quantities whose numbers have a row for each example -> how many
    batch_like: set[str] = field(default_factory=set)           # quantities made by the reader that have the batch if others do
    declared: dict[str, tuple[Size, ...]] = field(default_factory=dict)
    zeros: dict[str, Span] = field(default_factory=dict)        # arrays that are 0 as a whole


OUTSIDE = Span(0, 0)            # where the numbers of --data stand, which go before those of the sheet


def outside(known: Known, name: str) -> bool:
    """Whether the numbers of a name came by --data."""
    return name in known.data and known.data[name][2] == OUTSIDE


def head(formula: Formula, letters: set[str], whole: set[str]) -> Reading | None:
    """What a left side names: u_j is u with the index j where j is an index letter, h_{o1} and W_1 are names."""
    return chosen_head(list(readings(formula)), letters, whole)


def chosen_head(options: Sequence[Reading], letters: set[str], whole: set[str]) -> Reading | None:
    """Of the readings of a left side, the one that names what it defines."""
    for option in options:
        if option.name in whole and (not option.indices or all(_index(i, letters) for i in option.indices)) and option.power is None:
            return option
    for option in options:
        if option.indices and option.power is None and all(_index(i, letters) for i in option.indices) and any(
                isinstance(i, Name) for i in option.indices):
            return option
    for option in options:
        if option.power is None and not option.indices:
            return option
    return None


def _index(formula: Formula, letters: set[str]) -> bool:
    return isinstance(formula, Numeral) or isinstance(formula, Name) and formula.text in letters


def collect(kinds: list[Kind], letters: set[str], environment: Environment) -> Known:
    """Sort the statements of one problem into what they make known."""
    known = Known(environment)
    environment.defined = known.definitions.keys()
    whole = _whole_names(kinds, letters)
    environment.heads |= whole
    for kind in kinds:
        match kind:
            case Ranged(_, letter, last):
                environment.ranges.setdefault(letter, last)
                if isinstance(last, str):
                    environment.sizes.add(last)
            case FunctionDefined(_, name, parameters, at, rights, _):
                body = next((r for r in rights), None)
                if name not in environment.functions and body is not None:
                    environment.functions[name] = SheetFunction(name, parameters, body, at, kind.statement.order)
            case Restricted():
                known.restricted.append(kind)
            case FactStated():
                known.facts.append(kind)
            case Updated():
                known.updates.append(kind)
            case Claimed() | Strange():
                known.claims.append(kind)
    for kind in kinds:
        if isinstance(kind, Declared):
            for name in kind.names:
                declare(known, name, kind.shape, kind, letters, whole)
        elif isinstance(kind, Defined) and kind.shape is not None:
            declare(known, kind.left, kind.shape, kind, letters, whole)
    _numbers_of_a_set(known, letters, whole)
    defined = {r.name for kind in kinds if isinstance(kind, Defined) and (r := head(kind.left, letters, whole)) is not None}
    for kind in kinds:
        if isinstance(kind, Given):
            _give(known, kind, letters, whole, defined)
        elif isinstance(kind, Defined):
            left = head(kind.left, letters, whole)
            if left is None:
                known.claims.append(kind)
            else:
                known.definitions.setdefault(left.name, []).append(Definition(left, kind.rights, kind))
                environment.depends.setdefault(left.name, set()).add(tuple(flat(a) or "?" for a in kind.depends))
    _aliases(known, kinds, letters, whole)
    _named_arguments(known)
    return known


def _numbers_of_a_set(known: Known, letters: set[str], whole: set[str]) -> None:
    """y ∈ {-1, 1}: a number, where y is neither bold nor seen with an index."""
    for kind in known.restricted:
        found = head(kind.name, letters, whole) if isinstance(kind.name, Name) and not kind.name.style else None
        if found and not found.indices and found.name not in known.declared and not known.environment.ranks.get(found.name):
            declare(known, kind.name, (), kind, letters, whole)


def _aliases(known: Known, kinds: list[Kind], letters: set[str], whole: set[str]) -> None:
    """a = σ(z) = ŷ: ŷ, which nothing else defines or declares, is another name for a."""
    for kind in kinds:
        if isinstance(kind, Defined) and len(kind.rights) > 1:
            for right in kind.rights:
                found = head(right, letters, whole) if isinstance(right, Name | Accent | Script) else None
                if found and not found.transposed and found.name not in known.definitions and found.name not in known.data and (
                        found.name not in known.environment.quantities):
                    known.definitions[found.name] = [Definition(found, (kind.left,), kind)]
                    known.environment.heads.add(found.name)


def _named_arguments(known: Known) -> None:
    """ŷ = softmax(W h + b), and later ŷ = softmax(θ) with θ nothing else: θ is the name of W h + b."""
    env = known.environment
    for definitions in list(known.definitions.values()):
        calls = [(d, r) for d in definitions for r in d.rights if isinstance(r, Call) and len(r.arguments) == 1]
        for (_, first), (later, second) in zip(calls, calls[1:], strict=False):
            bare = second.arguments[0]
            name = flat(bare) if isinstance(bare, Name | Script) else None
            if name is None or flat(first.function) != flat(second.function) or isinstance(first.arguments[0], Name | Script | Accent):
                continue
            if name in known.definitions or name in known.data or name in env.quantities:
                continue
            reading = next(iter(readings(bare)))
            known.definitions[name] = [Definition(reading, (first.arguments[0],), later.kind)]
            env.heads.add(name)
            env.note("assumption", bare.span, f"{name} is the argument of {flat(first.function)}", "the sheet writes it both ways")


def _whole_names(kinds: list[Kind], letters: set[str]) -> set[str]:
    """Names that stand on their own somewhere as something declared, given or defined."""
    found: set[str] = set()
    for kind in kinds:
        formulas: tuple[Formula, ...] = ()
        match kind:
            case Declared(_, names, _):
                formulas = names
            case Given(_, name, _):
                formulas = (name,)
            case Defined(_, left, _, _):
                formulas = (left,)
        for formula in formulas:
            for option in readings(formula):
                if option.power is None and not option.indices and not _ends_in_letter(formula, letters):
                    found.add(option.name)
                    break
                if option.power is None and option.indices and all(isinstance(i, Name) and i.text in letters for i in option.indices):
                    found.add(option.name)
                    break
    return found


def _ends_in_letter(formula: Formula, letters: set[str]) -> bool:
    return any(o.indices and o.power is None and all(isinstance(i, Name) and i.text in letters for i in o.indices) for o in readings(formula))


def declare(known: Known, name: Formula, shape: tuple[Size, ...], kind: Kind, letters: set[str], whole: set[str]) -> None:
    """Give a name its shape; a shape with a 1 in it is a vector that stands as a row or a column."""
    found = head(name, letters, whole)
    env = known.environment
    if found is None:
        env.note("problem", name.span, "a shape for something that is no name")
        return
    if found.indices and found.name in env.series and shape and found.name not in known.declared:        # x_t ∈ R^n at each step
        steps = tuple(env.shapes.axis(env.ranges.get(flat(i) or ""), flat(i), found.name) for i in found.indices)
        known.declared[found.name] = (*(flat(i) or "" for i in found.indices), *shape)
        env.sizes |= {size for size in shape if isinstance(size, str)}
        each = tuple(env.shapes.axis(size, origin=found.name) for size in shape if size != 1)
        env.quantities[found.name] = Quantity(found.name, (*steps, *each), found.spelled)
        env.heads.add(found.name)
        return
    if found.indices:                                   # x_i ∈ R: nothing about the whole
        return
    orientation = "row" if len(shape) == 2 and shape[0] == 1 else "column" if len(shape) == 2 and shape[1] == 1 else ""
    real = tuple(s for s in shape if s != 1) if orientation else shape
    for size in real:
        if isinstance(size, str):
            env.sizes.add(size)
    if found.name in known.declared:
        old = known.declared[found.name]
        if len(old) != len(real) or any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in zip(old, real, strict=True)):
            env.note("problem", name.span, f"{found.name} is given two shapes: {_shape(old)} and {_shape(real)}")
            return
        for axis, size in zip(env.quantities[found.name].axes, real, strict=True):
            try:
                env.shapes.unify(axis, env.shapes.axis(size), name.span, f"the shape of {found.name}")
            except Unclear as trouble:
                env.note("problem", trouble.span, trouble.reason)
        return
    known.declared[found.name] = real
    axes = tuple(env.shapes.axis(size, origin=found.name) for size in real)
    env.quantities[found.name] = Quantity(found.name, axes, found.spelled, orientation)
    env.heads.add(found.name)


def _shape(shape: tuple[Size, ...]) -> str:
    return " × ".join(map(str, shape)) or "a number"


def _give(known: Known, kind: Given, letters: set[str], whole: set[str], defined: set[str]) -> None:
    env = known.environment
    found = head(kind.name, letters, whole)
    if found is None or found.indices:
        env.note("problem", kind.name.span, "numbers for something that is no name")
        return
    if found.name in env.sizes:
        value = kind.literal.value
        if kind.literal.shape or value.denominator != 1 or value < 1:
            env.note("problem", kind.name.span, f"the size {found.name} is not a whole number")
            return
        old = env.shapes.fixed.setdefault(found.name, int(value))
        if old != value:
            env.note("problem", kind.name.span, f"the size {found.name} is {old} and {value}")
        return
    if found.name in known.data:
        if known.data[found.name][0].value != kind.literal.value:
            known.claims.append(kind)
        return
    if found.name in defined:
        known.claims.append(kind)                       # a result of somebody's working, not data
        return
    whole = env.quantities.get(found.name)
    if kind.literal.value == 0 and whole is not None and whole.axes:
        known.zeros[found.name] = kind.name.span        # filled once the size is known
        return
    if strays.is_like_decimal(kind.statement.formula):
        env.note("assumption", kind.name.span, f"{found.name} is given as two numbers", "a comma separates numbers", "write 0.5 or 0{,}5 for one")
    known.data[found.name] = (kind.literal, found.spelled, kind.name.span)
    if not give_axes(known, found.name, kind.literal, found.spelled, kind.name.span):
        del known.data[found.name]                      # the note says why: nothing is computed with numbers of another shape


def give_axes(known: Known, name: str, literal: Literal, spelled: Formula, span) -> bool:
    """Let the numbers of a name fix its shape. False, with a note, where they contradict what is declared."""
    env = known.environment
    quantity = env.quantities.get(name)
    shape = literal.shape
    if quantity is None:
        orientation = literal.orientation if literal.orientation == "row" and env.rows else ""
        if len(shape) == 2 and 1 in shape and env.ranks.get(name, 1) < 2:      # one row or one column: a vector that stands so
            orientation, shape = ("row", shape[1:]) if shape[0] == 1 else ("column", shape[:1])
        axes: tuple[Axis, ...] = tuple(env.shapes.axis(size, origin=name) for size in shape)
        env.quantities[name] = Quantity(name, axes, spelled, orientation)
        env.heads.add(name)
        return True
    if len(shape) == 2 and len(quantity.axes) == 1 and 1 in shape:
        shape = tuple(s for s in shape if s != 1) or (1,)
    if not shape and len(quantity.axes) == 1:
        shape = (1,)
    if not quantity.axes and set(shape) <= {1}:         # [0.5] for a number, or for a matrix of one row and one column
        shape = ()
    if len(shape) != len(quantity.axes):
        env.note("problem", span, f"{name} has {len(quantity.axes)} axes and its numbers have {len(shape)}")
        return False
    for axis, size in zip(quantity.axes, shape, strict=True):
        declared = env.shapes.known(axis)
        if isinstance(declared, int) and declared != size:
            env.note("problem", span, f"{name} is declared with {declared} entries along an axis and its numbers have {size}")
            return False
        if isinstance(declared, str) and env.shapes.fixed.setdefault(declared, size) != size:
            env.note("problem", span, f"the size {declared} is {env.shapes.fixed[declared]} and, by the numbers of {name}, {size}")
            return False
        if declared is None:
            env.shapes.size[env.shapes.find(axis)] = size
    return True


def spelled_name(name: str) -> Formula:
    """A formula for a name that only --data knows."""
    read = read_formula(name[:SHORT]).formula if "^" in name or "_" in name else None
    return read if read is not None and flat(read) == name else Name(Span(0, 0), name)


def named(formula: Formula) -> str:
    return flat(formula) or ""
