"""The ways in which one print can have come about, given what the writer had, and what each costs."""
from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import product
from math import log10
from typing import Any, NamedTuple

from flint import ctx

from ..core.recent import Recent
from ..core.record import record
from .edits import Strokes, misread_cost, slip_cost, strokes_between
from .following import FOLLOWS as ANOTHER_WAY
from .identity import CELLS, by_identities
from .marks import CARRIED, MISREAD, RIGHT, WRONG, Mistake
from .printed import PrintedCell, half_unit, significant, whole_unit, with_rounded
from .prints import Cells
from .worlds import is_whole, read_cells, same

MISREAD_CELL, SLIP_CELL = 2.2, 3.1
MISREAD_AGAIN = 0.5
"""A cell that is damaged as it was before: the damage was copied."""
USED_TO, PROVED_BY = 0.3, 1
"""A page that has this many misread cells already is a damaged page: each further one is less of a surprise."""
OTHERWISE, OTHERWISE_CELL = 3.0, 2.4
"""All cells wrong by one mistake that is not in the catalogue; each cell."""
COPIED_OVER, TAKEN_OVER = 3.0, 4.2
"""One vector written where another belongs: one event, however many cells; the same by the writer, who goes on with it."""
CUT, ROUNDED, CARELESS = 0.9, 1.2, 2.4
"""A last place cut off; a last place off by one, as after another route; either, by a writer who rounds all other numbers as they should be."""
UNCHECKABLE = 2.5
"""What the writer had gives no value here, so nothing can be held against the print."""
MOST_MIXED = 3
"""Wrong cells up to which each may be a slip beside a misread one."""
WIDE = 0.5
"""A mistake that explains a lone number only to within ten times its last place proves less: it might do so by chance."""
COARSE = 1.0
"""The same for each digit that a print lacks, unless the mistake gives just that number."""
LEAST_DIGITS = 3
"""Significant digits from which a last place may be off by one."""


class Option(NamedTuple):
    """One way. had: what the writer had then, None for the print itself;   right: whether that is the truth;
    events: how often damage befell it;   copied: whether another print was written over it; the rest as in Outcome."""
    cost: float
    kind: str
    cells: tuple[str, ...]
    expected: Cells
    had: Cells | None = None
    mistake: Mistake | None = None
    cut: tuple[int, ...] = ()
    rounded: bool = False
    right: bool = True
    events: int = 0
    copied: bool = False


@record
class Fit:
    """How a cell stands to a value: its verdict (None: not at all), the cost, and whether it is cut off or rounded otherwise."""
    verdict: str | None
    cost: float = 0.0
    cut: bool = False
    rounded: bool = False


FITS, FOLLOWS, NOT = Fit(RIGHT), Fit(CARRIED), Fit(None)


class Careful:
    """Whether the writer rounds with care, found out where it is asked; `found` is None where it was not."""

    def __init__(self, find: Callable[[], bool]) -> None:
        self._find = find
        self.found: bool | None = None

    def __call__(self) -> bool:
        if self.found is None:
            self.found = self._find()
        return self.found


NO_CARE = Careful(lambda: False)


class Case(NamedTuple):
    """A print to explain: its cells, the truth, what the writer should have got (None: no value), whether an error came before (then the
    truth does not excuse), whether it stands elsewhere, the cells of this node that were misread before, whether all is printed as integers,
    whether the writer rounds with care (asked only where a last place is off), and the decimals of most numbers."""
    print: tuple[PrintedCell, ...]
    truth: Cells
    computed: Cells | None
    erring: bool
    elsewhere: bool = False
    damaged: tuple[str | None, ...] = ()
    whole: bool = False
    careful: Careful = NO_CARE
    usual: int = 0

    @property
    def key(self) -> tuple[Hashable, ...]:
        """Tells cases apart, by the identities of their numbers."""
        return (ctx.prec, id(self.print), id(self.truth), id(self.computed), self.erring, self.elsewhere, self.damaged, self.whole, self.usual)

    @property
    def places(self) -> int:
        """The decimals that the print should have: those of its longest cell, or of most other numbers."""
        return max(self.usual, max(cell.places for cell in self.print))

    @property
    def coarse(self) -> int:
        """Digits that the print lacks: a mistake is the more likely to explain it by chance."""
        return self.places - max(cell.places for cell in self.print)


def ways(case: Case) -> list[Option]:
    """The ways of the print without a mistake of the catalogue: the unsurprising one alone where there is one. A last place that is off may also
    be damaged, or a slip, where the writer is careful. Kept: a class makes the same errors, and what follows from the same numbers is known, too."""
    key = case.key
    known = _WAYS[key]
    if known is None or (known[0] is not None and known[0] != case.careful()):
        options = _ways(case)
        known = case.careful.found, options, (case.print, case.truth, case.computed)         # kept, so that nothing else has their identities
        _WAYS.put(key, known)
    return known[1]


_WAYS = Recent(CELLS)
"""(whether the writer was careful, None if it was not asked; the options; what the key stands for)"""


def _ways(case: Case) -> list[Option]:
    value = case.computed
    if value is None and case.erring:
        return [Option(UNCHECKABLE, "unknown", ("",) * len(case.print), ())]
    fits = [_fit(case, i) for i in range(len(case.print))]
    held = [NOT if fit.cost else fit for fit in fits] if _excused(fits) and case.careful() else fits
    strictly = list(_damage_and_slips(case, held)) if held is not fits else []
    if not any(fit.verdict is None for fit in fits):
        return [Option(_excused(fits), "ok", tuple(fit.verdict or "" for fit in fits), _expected(case), _had(case, fits, (), value or ()),
                       right=all(fit is FITS for fit in fits), **_remarks(fits)), *strictly]
    return [*_damage_and_slips(case, fits), *strictly]


@by_identities
def at_sight(cells: tuple[PrintedCell, ...], truth: Cells) -> tuple[bool, list[Option]]:
    """Whether only integers are printed, and the one way of a print that is true in all cells: none of any other."""
    whole = all(cell.places == 0 for cell in cells)
    true = all(cell.ball is not None and meets(cell, right, whole) for cell, right in zip(cells, truth, strict=True))
    return whole, [Option(0.0, "ok", (RIGHT,) * len(cells), truth)] if true else []


def _expected(case: Case) -> Cells:
    return case.truth if not case.erring or case.computed is None else case.computed


def _excused(fits: Sequence[Fit]) -> float:
    return sum([fit.cost for fit in fits])


def _remarks(fits: Sequence[Fit]) -> dict[str, Any]:
    if not _excused(fits):
        return {}
    return {"cut": tuple(i for i, fit in enumerate(fits) if fit.cut), "rounded": any(fit.rounded for fit in fits)}


def _damage_and_slips(case: Case, fits: Sequence[Fit]) -> Iterator[Option]:
    expected, excused, remarks = _expected(case), _excused(fits), _remarks(fits)
    bad = [i for i, fit in enumerate(fits) if fit.verdict is None]
    strokes = [_strokes(case, i) for i in bad]
    costs = [{MISREAD: _misread(case, i, drawn), WRONG: SLIP_CELL + slip_cost(drawn)} for i, drawn in zip(bad, strokes, strict=True)]
    had = _had_with(case, fits, case.computed or case.truth)
    for mix in _mixes(costs):
        cost = sum(each[kind] for each, kind in zip(costs, mix, strict=True))
        if MISREAD not in mix and _all_wrong(case, bad, expected):
            cost = min(cost, OTHERWISE + OTHERWISE_CELL * len(bad))
        cells = [fit.verdict or "" for fit in fits]
        for i, kind in zip(bad, mix, strict=True):
            cells[i] = kind
        slipped = WRONG in mix
        events = mix.count(MISREAD)
        copied = not slipped and case.elsewhere and len(bad) > 1 and cost > COPIED_OVER
        if copied:
            cost, events = COPIED_OVER, 1
        elif case.elsewhere and len(bad) > 1 and MISREAD not in mix:
            cost = min(cost, TAKEN_OVER)
        meant = [i for i, kind in zip(bad, mix, strict=True) if kind == MISREAD]
        yield Option(excused + cost, "slip" if slipped else "misread", tuple(cells), expected, had(meant), right=False, events=events,
                     copied=copied, **remarks)


def _strokes(case: Case, i: int) -> Strokes:
    """How far a cell is from what it may be meant for; the truth lies somewhere in that, and is the likeliest of it."""
    cell, meant = case.print[i], _meant(case, i, case.computed or case.truth)
    found = strokes_between(cell.text, meant, case.places)
    if case.erring or meant.rad() == 0:
        return found
    return min(found, strokes_between(cell.text, case.truth[i], case.places), key=misread_cost)


def _mixes(costs: Sequence[dict[str, float]]) -> Iterable[tuple[str, ...]]:
    """Which of the wrong cells are misread and which are slips: all of one kind, each the likelier, or of a few any."""
    if len(costs) <= MOST_MIXED:
        return product((MISREAD, WRONG), repeat=len(costs))
    return dict.fromkeys([(MISREAD,) * len(costs), (WRONG,) * len(costs), tuple(min(each, key=lambda kind: each[kind]) for each in costs)])


def _all_wrong(case: Case, bad: Sequence[int], expected: Cells) -> bool:
    """Whether so many cells are wrong that they are wrong by one mistake. A zero often stays one."""
    counted = sum(not value.contains(0) for value in expected)
    return len(bad) > 1 and 4 * len(bad) >= 3 * counted


def mistakes(case: Case, variants: Iterable[tuple[Mistake, Cells]], exact: Iterable[tuple[Mistake, Cells]] = ()) -> Iterator[Option]:
    """The ways of the print by a mistake of the catalogue, with misread cells besides (half of them at most; any number where it is no mistake
    but another way to compute it). `exact`: what the mistakes make of sharp values, for a lone number."""
    count = len(case.print)
    few = count // 2
    certain = {mistake for mistake, value in exact if len(value) == count and all(map(_may_be, case.print, value))}
    verdicts = None
    reach = [None if cell.ball is None else cell.ball.union(cell.ball.mid() + whole_unit(cell.places)) for cell in case.print]     # far off is out at once
    for mistake, value in variants:
        if len(value) != count:
            continue
        fits = []
        missed, most = 0, count - 1 if mistake is ANOTHER_WAY else few
        for i in range(count):
            fits.append(_against(case, i, value[i]) if reach[i] is None or reach[i].overlaps(value[i]) else NOT)
            missed += fits[-1] is NOT
            if missed > most:
                break
        else:
            verdicts = verdicts or [None if (fit := _fit(case, i)).rounded or fit.cut else fit.verdict for i in range(count)]
            yield from _mistaken(case, mistake, value, fits, verdicts, mistake in certain)


def _mistaken(case: Case, mistake: Mistake, value: Cells, fits: Sequence[Fit], verdicts: Sequence[str | None], certain: bool) -> Iterator[Option]:
    missed = [i for i, fit in enumerate(fits) if fit is NOT]
    cells = tuple(MISREAD if fit is NOT else WRONG if verdict is None else verdict for fit, verdict in zip(fits, verdicts, strict=True))
    if WRONG in cells:
        damage = sum(_misread(case, i, strokes_between(case.print[i].text, value[i], case.places)) for i in missed)
        had = _had(case, fits, missed, value)
        chance = (0.0 if certain else _by_chance(case, value)) + (0.0 if all(x.rad() < 1e-30 for x in value) else COARSE * case.coarse)
        yield Option(mistake.cost + chance + _excused(fits) + damage, "mistake", cells, _expected(case), had, mistake,
                     right=False, events=len(missed), **_remarks(fits))


def _may_be(cell: PrintedCell, value: Any) -> bool:
    return cell.ball is None or cell.ball.overlaps(value)


def _by_chance(case: Case, value: Cells) -> float:
    if len(value) > 1 or value[0].rad() == 0 or case.print[0].ball is None:
        return 0.0
    return WIDE * max(0.0, log10(float(value[0].rad() / half_unit(case.print[0].places).rad())))


def _misread(case: Case, i: int, strokes: Strokes) -> float:
    again = case.damaged and case.damaged[i] == case.print[i].text
    return MISREAD_AGAIN if again else MISREAD_CELL + misread_cost(strokes)


def _had(case: Case, fits: Sequence[Fit], misread: Sequence[int] = (), value: Cells = ()) -> Cells | None:
    """The cells that the writer had, some of them misread."""
    return _had_with(case, fits, value)(misread)


def _had_with(case: Case, fits: Sequence[Fit], value: Cells = ()) -> Callable[[Sequence[int]], Cells | None]:
    """The cells that the writer had, as a function of which are misread: what was printed, for misread cells the value, rounded or not, for
    a cell cut off also what was cut, and for one that is the value to the last digit that value: nothing was rounded. None where it is the print."""
    cut = [i for i, fit in enumerate(fits) if fit.cut]
    exact = [i for i, x in enumerate(value) if x.rad() < 1e-30 and case.print[i].ball is not None and same(case.print[i].ball.mid(), x)]
    plain = not cut and all(same(case.truth[i], value[i]) for i in exact)
    cells: list[Any] = []
    meant: dict[int, Any] = {}

    def had(misread: Sequence[int]) -> Cells | None:
        if plain and not misread:
            return None
        if not cells:
            cells.extend(read_cells(case.print, case.truth))
            for i in exact:
                cells[i] = value[i]
            for i in cut:
                cells[i] = cells[i].union(_behind(case.print[i]))
        for i in misread:
            if i not in meant:
                meant[i] = with_rounded(_meant(case, i, value), case.places)
        return tuple([meant[i] if i in misread else cell for i, cell in enumerate(cells)])

    return had


def _meant(case: Case, i: int, value: Cells) -> Any:
    """What a misread cell may have been: the value that follows, or, before any error, the truth."""
    if not value[i].is_finite():
        return case.truth[i]
    return value[i] if case.erring or value[i].overlaps(case.truth[i]) else value[i].union(case.truth[i])


def _fit(case: Case, i: int) -> Fit:
    """How a cell stands to the truth and to what the writer should have got."""
    cell = case.print[i]
    if cell.ball is None:
        return Fit("")
    truth = case.truth[i]
    true = meets(cell, truth, case.whole)
    if true and not case.erring:
        return FITS
    found = _against(case, i, case.computed[i]) if case.computed is not None else NOT
    if found is FOLLOWS:
        return FITS if true else FOLLOWS
    if found is not NOT:
        return Fit(RIGHT if true else CARRIED, found.cost, found.cut, found.rounded)
    return NOT if case.erring else nearly(cell, truth, case.whole, case.careful)


def _against(case: Case, i: int, value: Any) -> Fit:
    cell = case.print[i]
    if cell.ball is None:
        return FOLLOWS
    if not value.is_finite():
        return NOT
    return FOLLOWS if meets(cell, value, case.whole) else nearly(cell, value, case.whole, case.careful)


def meets(cell: PrintedCell, value: Any, whole: bool) -> bool:
    """Whether the value is printed like this. Integers printed for integers are exact."""
    if not value.is_finite():
        return False
    if whole and is_whole(value):
        return same(cell.ball.mid(), value)
    return bool(cell.ball.overlaps(value))


def nearly(cell: PrintedCell, value: Any, whole: bool, careful: Careful = NO_CARE) -> Fit:
    """Cut off instead of rounded, or a last place that is off by one."""
    if cell.ball.rad() == 0 or not value.is_finite() or (whole and is_whole(value)):
        return NOT
    if _behind(cell).overlaps(value):
        return Fit(CARRIED, CARELESS if careful() else CUT, cut=True)
    if (cell.ball.mid() + whole_unit(cell.places)).overlaps(value) and significant(cell.text) >= LEAST_DIGITS:
        return Fit(CARRIED, CARELESS if careful() else ROUNDED, rounded=True)
    return NOT


def _behind(cell: PrintedCell) -> Any:
    """The numbers that are cut off to this one."""
    centre, half = cell.ball.mid(), half_unit(cell.places)
    if centre.is_zero():
        return whole_unit(cell.places)
    return centre + (half.upper() if centre > 0 else -half.upper()) + half
