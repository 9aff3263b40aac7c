"""Numbers and gradients that the words give: targets, an upstream gradient ∂L/∂y, the state before the first step."""
from __future__ import annotations

from collections.abc import Iterable

from ..core.equation import Equation
from ..core.expr import Entry, Expr, Offset, Sum, add, delta, mul
from ..core.problem import entries
from ..core.walk import replace_entries, walk
from .environment import Environment, Quantity, numeral
from .known import Known, give_axes, outside
from .literals import Literal, literal
from .names import flat
from .phrases import Phrase
from .syntax import Accent, Derivative, Formula, Name, Product, Relation
from .terms import Unclear

LABELS = ("y", "t", "d", "target", "label", "Y")


def put_targets(known: Known, phrases: Iterable[Phrase]) -> None:
    """"targets (0.5, 1, 1.5)": the numbers of the one label that has none."""
    env = known.environment
    for phrase, numbers in _targets([p for p in phrases if p.kind == "target" and p.value is not None]):
        names = [n for n in sorted(env.mentioned) if n.split("_")[0].split("^")[0].rstrip("*'") in LABELS or n.endswith("*")]
        free = [n for n in names if n not in known.data and n not in known.definitions]
        if numbers is None or len(free) != 1:
            told = [n for n in names if n in known.data]
            if not told:
                env.note("problem", phrase.span, "a target in words that fits no label", "", "write y = ...")
            elif numbers is not None and all(known.data[n][0].value != numbers.value and not outside(known, n) for n in told):
                env.note("problem", phrase.span, f"the words give another target than the numbers of {', '.join(told)}", "the numbers are used",
                         "leave one of the two out")
            continue
        spelled = env.quantities[free[0]].spelled if free[0] in env.quantities else Name(phrase.span, free[0])
        known.data[free[0]] = (numbers, spelled, phrase.span)
        give_axes(known, free[0], numbers, spelled, phrase.span)
        env.note("assumption", phrase.span, f"the target is {free[0]}", "the one label without numbers")


def _targets(said: list[Phrase]) -> list[tuple[Phrase, Literal | None]]:
    """Each target with its numbers; several single numbers are the entries of one: "targets 0.01 and 0.99"."""
    numbers = [_number(phrase.value) for phrase in said]
    if len(said) > 1 and all(n is not None and not n.shape for n in numbers):
        return [(said[0], Literal(tuple(n.value for n in numbers), (len(numbers),)))]
    return list(zip(said, numbers, strict=True))


def _number(value: Formula | str) -> Literal | None:
    try:
        return Literal(numeral(value), ()) if isinstance(value, str) else literal(value)
    except (Unclear, ValueError):
        return None


# ---- an upstream gradient -----------------------------------------------------------------------------------------

def upstream_of(phrase: Phrase) -> tuple[str, Formula, list[str]] | None:
    """(loss, quantity, names --data may use) of "given ∂L/∂y", "given dy", "given δ = ∂L/∂h"."""
    value = phrase.value
    names: list[str] = []
    if isinstance(value, Relation):
        names.append(flat(value.parts[0]) or "")
        value = next((p for p in value.parts if isinstance(p, Derivative)), None)
    if isinstance(value, Product) and len(value.factors) == 2 and flat(value.factors[0]) == "d":      # dy for ∂L/∂y
        return "L", value.factors[1], names
    if not isinstance(value, Derivative) or len(value.by) != 1:
        return None
    loss = (flat(value.of) if value.of is not None else None) or "L"
    return loss, value.by[0], names


def announce_upstream(known: Known, phrases: Iterable[Phrase]) -> list[tuple[str, str, str]]:
    """(loss, quantity, name of its given gradient) for each upstream gradient of an undefined loss; --data may give its numbers."""
    env, out = known.environment, []
    for phrase in phrases:
        found = upstream_of(phrase) if phrase.kind == "upstream" else None
        if found is None or found[0] in known.definitions:
            continue
        loss, by, names = found
        reading = next((r for r in _readings(by) if r.name in known.definitions), None)
        if reading is None:
            env.note("problem", phrase.span, "a gradient is given of something that the sheet does not define")
            continue
        name = f"{reading.name}bar"
        spelled = Accent(phrase.span, "bar", reading.spelled)
        env.heads.add(name)
        env.aliases.update({f"d{loss}/d{reading.name}": name, f"d{reading.name}": name, **{n: name for n in names if n}})
        env.spelled[name] = spelled
        known.batch_like.add(name)
        env.note("assumption", phrase.span, f"{loss} is any loss with the given gradient with respect to {reading.name}, written {name} here",
                 f"the sum of {name} times {reading.name} has the same gradients, and stands for it")
        out.append((loss, reading.name, name))
    return out


def _readings(formula: Formula):
    from .names import readings
    return readings(formula)


def upstream_equation(env: Environment, loss: str, quantity: str, name: str, span) -> Equation:
    """loss = Σ ȳ · y over all axes of y."""
    axes = env.quantities[quantity].axes
    given = env.quantities.get(name)
    if given is None or len(given.axes) != len(axes):
        env.quantities[name] = Quantity(name, axes, env.spelled[name], env.quantities[quantity].orientation)
    else:
        for a, b in zip(given.axes, axes, strict=True):
            env.shapes.unify(a, b, span, f"the shape of the gradient of {quantity}")
    at = tuple(env.shapes.index(axis) for axis in axes)
    total: Expr = mul(Entry(name, at), Entry(quantity, at))
    for index in reversed(at):
        total = Sum(index, total)
    env.quantities[loss] = Quantity(loss, (), Name(span, loss))
    return Equation(Entry(loss, ()), total, "", span)


# ---- the state before the first step ------------------------------------------------------------------------------

def with_start(known: Known, equation: Equation) -> Equation:
    """A recurrence with its start: h_{t-1} is h_0 at the first step. A start of 0 needs nothing: outside its range a tensor reads 0."""
    env = known.environment
    recurrent = {n.tensor: n for n in walk(equation.right) if isinstance(n, Entry) and n.at and _back(n)}
    starts = {name: f"{name}_0" for name in recurrent if f"{name}_0" in known.data}
    nonzero = {name: start for name, start in starts.items() if any(entries(known.data[start][0].value))}
    for name, start in starts.items():
        if start not in env.used:
            env.used.add(start)
            env.note("assumption", known.data[start][2], f"{name} is {'0' if name not in nonzero else start} before the first step", "as given")
    if not nonzero:
        return equation

    def change(entry: Entry) -> Expr:
        if entry.tensor not in nonzero or not _back(entry):
            return entry
        before = entry.at[0]
        first = delta(Offset(before.terms, before.constant + 1), Offset((), 0))
        return add(entry, mul(first, Entry(nonzero[entry.tensor], entry.at[1:])))

    return Equation(equation.left, replace_entries(equation.right, change), equation.label, equation.span)


def _back(entry: Entry) -> bool:
    first = entry.at[0]
    return isinstance(first, Offset) and first.constant == -1 and len(first.terms) == 1
