"""Numbers from outside the sheet (--data): names compared without markup, shapes checked against what the sheet says."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from ..core.problem import Value
from ..errors import DataError
from .known import Known, give_axes, spelled_name
from .literals import Literal
from .names import loose
from .syntax import Span

SHORT = {"eps": "epsilon", "sig": "sigma", "lam": "lambda"}


def put_data(known: Known, data: Mapping[str, object]) -> None:
    """Take the numbers into what is known. DataError for a name that fits nothing or more than one, and for a wrong shape."""
    env = known.environment
    used: dict[str, str] = {}
    names = sorted(set(env.heads) | set(env.quantities) | set(env.sizes) | env.mentioned)
    for label, raw in data.items():
        given, _, counted = label.partition("(")
        given = given.strip()
        if counted.strip(" )") == "0-based":                    # class labels counted from 0
            raw = [r + env.base for r in raw] if isinstance(raw, list) else int(str(raw)) + env.base
        given = given if given in names else SHORT.get(given, given)
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


def _base(names: list[str], given: str, fold: Callable[[str], str]) -> list[str]:
    """Names that are the given one but for their capitals, or whose letter it is."""
    same = [n for n in names if fold(loose(n)) == fold(loose(given))]
    return same or [n for n in names if fold(loose(n.split("^")[0].split("_")[0])) == fold(loose(given))]


def exact(raw: object, name: str) -> Value:
    """Nested tuples of exact numbers."""
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        return tuple(exact(item, name) for item in raw)
    try:
        if isinstance(raw, bool) or raw is None:
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
