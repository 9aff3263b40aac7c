"""Points: the marks of an answer held against a rubric, each point with its reason."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..core.record import record
from .marks import CARRIED, MISREAD, RIGHT, UNCHECKED, WRONG, Mark, Marked
from .rubric import Part, Rubric
from .spelling import entry
from .trivial import is_numeric, why_trivial


@record
class Points:
    """What one part of the rubric earned, and why. `decide`: that a human has to look."""
    name: str
    of: str
    points: Decimal
    possible: Decimal
    why: str
    decide: bool = False


@record
class Score:
    """The points of an answer."""
    parts: tuple[Points, ...]

    @property
    def points(self) -> Decimal:
        return sum((part.points for part in self.parts), Decimal(0))

    @property
    def of(self) -> Decimal:
        return sum((part.possible for part in self.parts), Decimal(0))

    def json(self) -> dict[str, Any]:
        """As the key "score" of an answer says it."""
        parts = [{"name": p.name, "quantity": p.of, "points": number(p.points), "of": number(p.possible), "why": p.why, "decide": p.decide}
                 for p in self.parts]
        return {"points": number(self.points), "of": number(self.of), "parts": parts}


def number(points: Decimal) -> int | float:
    """Points as JSON writes them: 2 or 0.5."""
    return int(points) if points == points.to_integral_value() else float(points)


def score(marked: Marked, rubric: Rubric) -> Score:
    """The points of the answer, part by part. The rubric is one of `fit`: its quantities have the program's names."""
    claims: dict[str, list[Mark]] = {}
    for mark in marked.marks:
        if mark.quantity:
            claims.setdefault(_about(mark), []).append(mark)
    return Score(tuple(_points(part, claims.get(part.of, []), marked.marks, rubric) for part in rubric.parts))


def _about(mark: Mark) -> str:
    return entry(mark.quantity)[0]


def _points(part: Part, claims: Sequence[Mark], everything: Sequence[Mark], rubric: Rubric) -> Points:
    checked = [mark for mark in claims if mark.verdict != UNCHECKED]
    if not checked:
        why = f"not checked ({claims[-1].says or 'no reason given'})" if claims else "nothing is said about it"
        return Points(part.name, part.of, Decimal(0), part.points, why, bool(claims))
    unearned = {id(mark): why for mark in checked if mark.verdict == CARRIED and (why := _unearned(mark, part, everything))}
    way = any(_is_right(mark.verdict, mark, rubric) or mark.verdict == CARRIED and id(mark) not in unearned or mark.verdict == WRONG and mark.method
              for mark in checked)
    result = _result(checked)
    lacking = _lacking(part, result)
    faults = [(verdict, mark) for verdict, mark in result.values() if not _is_right(verdict, mark, rubric)]
    followed = part.follow_through and all(verdict == CARRIED and id(mark) not in unearned for verdict, mark in faults)
    earned = {
        "method": (part.method, way),
        "value": (part.value, way and not lacking and (not faults or followed)),
        "independent": (part.independent, not lacking and not faults),
    }
    points = sum((each for each, given in earned.values() if given), Decimal(0))
    says = ", ".join(f"{name} {'given' if given else 'not given'}" for name, (each, given) in earned.items() if each)
    worst = next((each for each in faults if each[0] != CARRIED), faults[0] if faults else None)
    because = _because(*(worst or list(result.values())[-1]), part, rubric, unearned)
    undecided = claims[-1].verdict == UNCHECKED or any(not mark.sure for _, mark in faults)
    return Points(part.name, part.of, points, part.points, f"{says}: {because}{lacking and f'; {lacking}'}", undecided and points < part.points)


def _result(checked: Sequence[Mark]) -> dict[str, tuple[str, Mark]]:
    """What the answer ends with: the last verdict on each cell, with its claim; "" where the quantity is judged as one.

    Claims with numbers count. Where there are none, the last formula does."""
    out: dict[str, tuple[str, Mark]] = {}
    for mark in checked:
        if is_numeric(mark):
            at = entry(mark.quantity)[1]
            if not at:
                out.clear()
            if at or not mark.entries or mark.verdict not in {cell.verdict for cell in mark.entries}:
                out[at] = mark.verdict, mark
            else:
                out |= {",".join(map(str, cell.at)): (cell.verdict, mark) for cell in mark.entries}
    return out or {"": (checked[-1].verdict, checked[-1])}


def _lacking(part: Part, result: Mapping[str, tuple[str, Mark]]) -> str:
    """What the result has too little of, where the problem has numbers."""
    if not part.cells or any(at == "" and is_numeric(mark) for at, (_, mark) in result.items()):
        return ""
    return "it gives no numbers" if "" in result else f"it gives {len(result)} of {part.cells} numbers" if len(result) < part.cells else ""


def _is_right(verdict: str, mark: Mark, rubric: Rubric) -> bool:
    """Right, or right but for rounding carried on, or damaged on the page."""
    rounded = verdict == CARRIED and mark.given is None and not why_trivial(mark)
    return verdict == RIGHT or verdict == MISREAD and rubric.misread_counts or rounded


def _unearned(mark: Mark, part: Part, everything: Sequence[Mark]) -> str:
    """Why a carried claim earns nothing by follow-through, "" where it does: something trivial on its way, or the error is this part's own."""
    if why := why_trivial(mark):
        return f"its value in line {mark.line} {why}, so nothing follows from it"
    origins = list(_origins(mark, everything))
    for origin in origins:
        if why := why_trivial(origin):
            return f"it follows from line {origin.line}, which {why}"
    if origins and all(_about(origin) == part.of for origin in origins):
        return f"the error of line {mark.given} is in this very part"
    return ""


def _origins(mark: Mark, everything: Sequence[Mark]) -> Iterator[Mark]:
    """The wrong claims that a carried claim builds on, through other carried ones."""
    seen, waiting = set(), [mark.given]
    while waiting:
        line = waiting.pop()
        if line is None or line in seen:
            continue
        seen.add(line)
        for other in everything:
            if other.line == line and other is not mark and other.verdict in (WRONG, CARRIED):
                yield other
                if other.verdict == CARRIED:
                    waiting.append(other.given)


def _because(verdict: str, mark: Mark, part: Part, rubric: Rubric, unearned: Mapping[int, str]) -> str:
    line = f"line {mark.line}"
    match verdict:
        case "right":
            return f"{line} is right"
        case "misread":
            return f"{line} is damaged on the page, and {'counts as right' if rubric.misread_counts else 'does not count'}"
        case "carried" if id(mark) in unearned:
            return unearned[id(mark)]
        case "carried" if mark.given is None:
            return f"{line} is right but for rounding"
        case "carried":
            return f"{line} is right given line {mark.given}" + ("" if part.follow_through else ", and there is no follow-through")
    return f"{line} is wrong" + (f" ({mark.mistake})" if mark.mistake else "") + (", the way is right" if mark.method else "")
