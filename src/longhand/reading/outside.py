"""Numbers from outside the sheet (--data): names compared without markup, shapes checked against what the sheet says."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from ..core.problem import Value
from ..errors import DataError
from .formula import read_formula
from .known import Known, give_axes, spelled_name
from .literals import Literal
from .names import flat, loose
from .syntax import Span

LONGEST = 200                   # characters of a name, and of a number
SHORT = {"eps": "epsilon", "sig": "sigma", "lam": "lambda"}


def put_data(known: Known, data: Mapping[str, object]) -> None:
    """Take the numbers into what is known. DataError for a name that fits nothing or more than one, and for a wrong shape."""
    env = known.environment
    used: dict[str, str] = {}
    names = sorted(set(env.heads) | set(env.quantities) | set(env.sizes) | env.mentioned)
    for label, raw in data.items():
        given, counted, _ = label.partition("(0-based)")
        given = given.strip()
        if counted:                                             # class labels counted from 0
            raw = [exact(r, given) + env.base for r in raw] if isinstance(raw, list | tuple) else exact(raw, given) + env.base
        given = given if given in names else SHORT.get(given) or written(given)
        given = next((name for alias, name in env.aliases.items() if loose(alias) == loose(given)), given)
        fitting = [n for n in names if loose(n) == loose(given)]
        fitting = [n for n in fitting if n == given] or fitting or _base(names, given, str) or _base(names, given, str.casefold)
        if not fitting:
            shown = ", ".join(n for n in names if n not in known.definitions)
            raise DataError(f"--data gives numbers for {given}, which the problem does not have", suggestion=f"It has {shown}." if shown else "")
        if len(fitting) > 1:
            raise DataError(f"--data gives numbers for {given}, which may be any of {', '.join(fitting)}")
        name = fitting[0]
        if name in used:
            raise DataError(f"--data gives numbers for {name} twice: as {used[name]} and as {given}")
        used[name] = given
        value = exact(raw, given)
        if name in env.sizes:
            if not isinstance(value, Fraction) or value.denominator != 1 or value < 1:
                raise DataError(f"--data gives {given}, a size, a value that is no whole number")
            env.shapes.fixed[name] = int(value)
            continue
        if name in known.definitions:
            raise DataError(f"--data gives numbers for {given}, which the problem defines by a formula")
        numbers = Literal(value, shape_of(value, given))
        one = Literal(value[0], numbers.shape[1:]) if numbers.shape else numbers
        if name not in env.quantities and len(numbers.shape) == env.ranks.get(name, len(numbers.shape)) + 1 and 1 not in numbers.shape:
            known.batch[name] = len(value)              # a row for each example
        elif name in known.batch_like and len(numbers.shape) == 2:
            known.batch[name] = len(value)
        numbers = one if name in known.batch else numbers
        known.data.pop(name, None)
        spelled = env.quantities[name].spelled if name in env.quantities else env.spelled.get(name) or spelled_name(name)
        before = len(env.notes)
        if not give_axes(known, name, numbers, spelled, Span(0, 0)):
            note = env.notes[-1] if len(env.notes) > before else None
            raise DataError(f"--data: {note.text}" if note else f"--data: the numbers of {given} do not fit")
        known.data[name] = (numbers if name not in known.batch else Literal(value, shape_of(value, given)), spelled, Span(0, 0))


def written(name: str) -> str:
    """The name without its markup: W_1 for \\mathbf{W}_1."""
    return flat(read_formula(name[:LONGEST]).formula) or name


def _base(names: list[str], given: str, fold: Callable[[str], str]) -> list[str]:
    """Names that are the given one but for their capitals, or whose letter it is."""
    same = [n for n in names if fold(loose(n)) == fold(loose(given))]
    return same or [n for n in names if fold(loose(n.split("^")[0].split("_")[0])) == fold(loose(given))]


def exact(raw: object, name: str) -> Value:
    """Nested tuples of exact numbers."""
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        return tuple(exact(item, name) for item in raw)
    try:
        if isinstance(raw, bool) or raw is None or len(str(raw)) > LONGEST or not -LONGEST < int(str(raw).lower().partition("e")[2] or 0) < LONGEST:
            raise ValueError
        return Fraction(str(raw))
    except (ValueError, ZeroDivisionError):
        raise DataError(f"--data gives {name} the value {raw!r}, which is no number") from None


def shape_of(value: Value, name: str) -> tuple[int, ...]:
    """The lengths along the axes. DataError where rows differ."""
    if not isinstance(value, tuple):
        return ()
    if not value:
        raise DataError(f"--data gives {name} no numbers at all")
    inner = {shape_of(item, name) for item in value}
    if len(inner) != 1:
        raise DataError(f"--data gives {name} ragged rows")
    return (len(value), *inner.pop())
