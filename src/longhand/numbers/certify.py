"""Values with proved digits: computed in closed form where that is short, in balls else, with as much precision as the
last printed digit needs."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..core.equation import Program
from ..core.problem import Value
from ..core.record import record
from .decimals import ball_text, rational_text
from .faults import Undecided, written
from .interpret import Values

FIRST_BITS, MOST_BITS = 128, 4096

Text = str | None | list["Text"]


@record
class Doubt:
    """An entry whose digits could not be proved, and why: mostly a value that is 0 for a reason that was not found."""
    tensor: str
    at: tuple[int, ...]
    says: str


@record
class Certified:
    """texts   name -> decimal strings, nested as the tensor is; None for a doubtful entry
    doubts  the entries without a string
    bits    the precision that was enough for the others
    """
    texts: dict[str, Text]
    doubts: tuple[Doubt, ...]
    bits: int


def certified(program: Program, data: Mapping[str, Value], sizes: Mapping[str, int], digits: int = 12,
              names: Iterable[str] | None = None) -> dict[str, Text]:
    """Decimal strings of tensors (by default of all that equations define), every digit right: rounded to the nearest at
    `digits` significant digits, exact where the number ends sooner. Undecided where an entry cannot be proved."""
    result = certify(program, data, sizes, digits, names)
    for doubt in result.doubts:
        raise Undecided(f"{written(doubt.tensor, doubt.at)}: {doubt.says}, after {MOST_BITS} bits")
    return result.texts


def certify(program: Program, data: Mapping[str, Value], sizes: Mapping[str, int], digits: int = 12,
            names: Iterable[str] | None = None) -> Certified:
    """As `certified`, with the entries that cannot be proved as doubts. Undecided still where a comparison (on which side
    of a kink a pre-activation is) cannot be proved; EvaluationError where an entry has no value."""
    from .closed import Certain  # flint is loaded where it is needed
    from .zeros import Zeros

    zeros: Zeros | None = None
    waiting = list(dict.fromkeys(e.name for e in program.equations)) if names is None else list(names)
    texts: dict[str, Text] = dict.fromkeys(waiting)
    bits = FIRST_BITS
    while True:
        last = 2 * bits > MOST_BITS
        values = Values(program, data, sizes, Certain(bits))
        doubts: list[Doubt] = []
        for name in waiting:
            try:
                value = values.tensor(name)
            except Undecided:
                if last:
                    raise
                doubts.append(Doubt(name, (), "undecided"))
            else:
                met: list[Doubt] = []
                texts[name] = _texts(value, digits, name, (), met)
                zeros = zeros or (Zeros(program, data, sizes) if met else None)
                doubts += [doubt for doubt in met if not _put_zero(texts, doubt, zeros)]
        if last or not doubts:
            return Certified(texts, tuple(doubts), bits)
        waiting = list(dict.fromkeys(doubt.tensor for doubt in doubts))
        bits *= 2


def _put_zero(texts: dict[str, Text], doubt: Doubt, zeros: Any) -> bool:
    """Put 0 for a doubtful entry that is proved to be 0."""
    if not zeros.proved(doubt.tensor, doubt.at):
        return False
    *outer, last = (doubt.tensor, *doubt.at)
    place: Any = texts
    for k in outer:
        place = place[k]
    place[last] = "0"
    return True


def _texts(value: Any, digits: int, name: str, at: tuple[int, ...], doubts: list[Doubt]) -> Text:
    if isinstance(value, list):
        return [_texts(part, digits, name, (*at, k), doubts) for k, part in enumerate(value)]
    return _text(value, digits, name, at, doubts)


def _text(x: Any, digits: int, name: str, at: tuple[int, ...], doubts: list[Doubt]) -> Text:
    from .balls import as_ball, as_fraction, is_rational

    if is_rational(x):
        return rational_text(as_fraction(x), digits)
    try:
        return ball_text(as_ball(x), digits)
    except Undecided as error:
        doubts.append(Doubt(name, at, error.says))
        return None
