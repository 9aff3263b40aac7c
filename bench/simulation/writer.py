"""The writer of an answer: works a network out with printed decimals, and makes the mistakes that were planted."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from .arithmetic import Rows
from .mistakes import Kind, made
from .networks import Env, Network, right, worked

Texts = list[list[str]]
CONFUSED = {"2": "7", "7": "291", "9": "74", "4": "9", "3": "158", "1": "37", "6": "0", "0": "6", "5": "3", "8": "3"}
"""Digits that are taken for one another in reading handwriting or print."""


@dataclass(frozen=True)
class Habits:
    """decimals printed; `carries`: computes on with what was printed; `trims`: leaves out zeros at the end of exact results;
    `bare`: .627 for 0.627; `omitted`: quantities that are not written down."""
    decimals: int
    carries: bool
    trims: bool = False
    bare: bool = False
    omitted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plant:
    """A mistake at a quantity: of a kind, or a slip of arithmetic ("digit", "sign", "dropped digit", "decimal point") in one cell."""
    key: str
    kind: Kind | None = None
    slip: str = ""

    @property
    def name(self) -> str:
        return self.kind.name if self.kind else f"slip: {self.slip}"


@dataclass
class Work:
    """What was written: the texts of each quantity that was printed, and the numbers that the writer had."""
    network: Network
    habits: Habits
    printed: dict[str, Texts] = field(default_factory=dict)
    had: Env = field(default_factory=dict)


def work(network: Network, habits: Habits, plants: Iterable[Plant] = (), chance: Random | None = None) -> Work | None:
    """The network worked out. None where a planted mistake cannot be made, or leaves a later quantity without a value."""
    planted = {plant.key: plant for plant in plants}
    done = Work(network, habits, had=network.given())
    for key in network.order():
        plant = planted.get(key)
        try:
            rows = made(network, plant.kind, key, done.had) if plant and plant.kind else right(network, key, done.had)
        except (ArithmeticError, ValueError):
            return None
        if rows is None or any(abs(cell) > 1e5 for row in rows for cell in row):
            return None
        if key in habits.omitted:
            done.had[key] = rows
            continue
        texts = [[rounded(cell, habits) for cell in row] for row in rows]
        if plant and plant.slip:
            place = slipped(texts, plant.slip, chance)
            if place is None:
                return None
            rows = [[float(texts[i][j]) if (i, j) == place else cell for j, cell in enumerate(row)] for i, row in enumerate(rows)]
        done.printed[key] = texts
        done.had[key] = [[float(text) for text in row] for row in texts] if habits.carries else rows
    return done


def rounded(cell: float, habits: Habits) -> str:
    """A number as it is printed, halves away from zero."""
    number = Decimal(repr(cell)).quantize(Decimal(1).scaleb(-habits.decimals), ROUND_HALF_UP)
    text = f"{abs(number) if number == 0 else number:f}"
    if habits.trims and float(text) == cell:
        text = text.rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if habits.bare and text.lstrip("-").startswith("0.") else text


def slipped(texts: Texts, slip: str, chance: Random) -> tuple[int, int] | None:
    """Changes one cell, and says which. None where no cell allows it."""
    cells = [(i, j) for i, row in enumerate(texts) for j, text in enumerate(row) if any(c in "123456789" for c in text)]
    if not cells:
        return None
    i, j = chance.choice(cells)
    text = texts[i][j]
    wrong = _slip(text, slip, chance)
    if wrong is None:
        return None
    texts[i][j] = wrong
    return i, j


def _slip(text: str, slip: str, chance: Random) -> str | None:
    digits = [k for k, c in enumerate(text) if c.isdigit()]
    sign, size = ("-", text[1:]) if text.startswith("-") else ("", text)
    match slip:
        case "sign":
            return size if sign else "-" + size
        case "dropped digit":
            return dropped(text, chance)
        case "decimal point":
            whole, _, part = size.partition(".")
            return f"{sign}{(whole + part[:1]).lstrip('0') or '0'}.{part[1:]}" if len(part) > 1 else None
        case _:
            k = chance.choice(digits)
            return text[:k] + chance.choice([c for c in "0123456789" if c != text[k] and c not in CONFUSED[text[k]]]) + text[k + 1:]


def dropped(text: str, chance: Random) -> str | None:
    """Without one of the digits behind the point, if there are two."""
    start = text.find(".") + 1
    if not start or len(text) - start < 2:
        return None
    k = chance.randrange(start, len(text))
    return text[:k] + text[k + 1:]


# ---- what can be seen -----------------------------------------------------------------------------------------------

def places(texts: Texts) -> int:
    """The decimals of a claim: those of its longest cell."""
    return max(len(text.partition(".")[2]) for row in texts for text in row)


def seen(done: Work, key: str, damaged: frozenset[tuple[int, int]] = frozenset()) -> tuple[bool, bool]:
    """Whether the mistake planted at a quantity changes a printed digit, and whether it goes beyond what rounding explains: a cell that
    neither the true value nor any numbers within the printed parents' roundings account for."""
    texts = done.printed[key]
    network = done.network
    honest = right(network, key, done.had)
    changed = any(rounded(cell, done.habits) != text for cells, row in zip(honest, texts, strict=True) for cell, text in zip(cells, row, strict=True))
    try:
        follows, reach = _reached(done, key)
    except (ArithmeticError, ValueError):
        return changed, changed
    true = worked(network)[key]
    half = 0.5000001 * 10.0 ** -places(texts)
    beyond = any(abs(float(text) - f) > half + r and abs(float(text) - t) > half
                 for i, (row, fs, rs, ts) in enumerate(zip(texts, follows, reach, true, strict=True))
                 for j, (text, f, r, t) in enumerate(zip(row, fs, rs, ts, strict=True)) if (i, j) not in damaged)
    return changed, beyond


def _reached(done: Work, key: str) -> tuple[Rows, Rows]:
    """What follows from the printed parents, and by how much their roundings can move it, to first order."""
    printed = {name: [[float(text) for text in row] for row in texts] for name, texts in done.printed.items() if name != key}
    order = done.network.order()
    before = [name for name in order[:order.index(key)] if name in printed]
    base = _follows(done.network, key, printed)
    reach = [[1e-9] * len(row) for row in base]
    for name in before:
        half = 0.5 * 10.0 ** -places(done.printed[name])
        for row in printed[name]:
            for j, cell in enumerate(row):
                moved = []
                for step in (half, -half):
                    row[j] = cell + step
                    moved.append(_follows(done.network, key, printed))
                row[j] = cell
                reach = [[r + max(abs(m[p][q] - base[p][q]) for m in moved) for q, r in enumerate(rs)] for p, rs in enumerate(reach)]
    return base, reach


def _follows(network: Network, key: str, printed: Env) -> Rows:
    """The right value from what was printed; what was not is worked out from what was."""
    known = {**network.given(), **printed}

    class Lazy(dict):
        def __missing__(self, name: str) -> Rows:
            self[name] = right(network, name, self)
            return self[name]

    return right(network, key, Lazy(known))
