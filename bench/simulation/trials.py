"""One trial: a document with what was planted in it, marked, and what the marker made of it."""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

from .answers import STYLES, Claim, answer, text
from .damage import damage
from .mistakes import KINDS, accepted, made
from .names import Names, random_names
from .networks import Network, random_network, split
from .outside import outside
from .sheets import sheet
from .writer import Habits, Plant, Work, rounded, seen, work

SORTS = {"clean": 20, "catalogue": 54, "slip": 10, "outside": 8, "two": 8}
"""What is planted, out of 100 documents."""
SLIPS = ("digit", "digit", "sign", "dropped digit", "decimal point")
TRIES = 60


@dataclass
class Document:
    """A problem and an answer to it. `hurt`: damaged numbers, as (quantity, cell, whether it was the claim's result)."""
    network: Network
    names: Names
    sheet: str
    sort: str
    work: Work
    style: str
    plants: tuple[Plant, ...]
    claims: list[Claim]
    text: str
    hurt: frozenset[tuple[str, tuple[int, int], bool]]

    def claims_hurt(self) -> set[str]:
        """Quantities whose claim has a damaged number in it, whether its own or one put into its formula."""
        return {claim.key for claim in self.claims if any(figure.damaged for figure in claim.figures)}


def document(number: int, seed: int, decimals: int, rate: float) -> Document:
    """The document of a trial: the same for the same arguments, in every process."""
    chance = Random(f"{seed}/{number}/{decimals}/{rate}")
    while True:
        network = random_network(chance)
        names = random_names(network, chance)
        made_of = answered(network, names, sheet(network, names, chance), decimals, rate, chance)
        if made_of is not None:
            return made_of


def answered(network: Network, names: Names, problem: str, decimals: int, rate: float, chance: Random) -> Document | None:
    """A random answer to a problem. None where no mistake of the sort that was drawn fits."""
    sort = chance.choices(list(SORTS), list(SORTS.values()))[0]
    order = network.order()
    omitted = frozenset(key for key in order if split(key)[0] in ("ga", "gb", "t") and chance.random() < 0.15)
    habits = Habits(decimals, chance.random() < 0.6, chance.random() < 0.15, chance.random() < 0.1, omitted)
    printed = [key for key in order if key not in omitted]
    for _ in range(TRIES):
        plants = _planted(sort, printed, chance)
        done = work(network, habits, plants, chance)
        if done is None:
            continue
        style = chance.choice(STYLES)
        claims = answer(done, names, style, chance)
        hurt = frozenset((figure.key, figure.at, figure.result) for figure in damage(claims, rate, chance))
        return Document(network, names, problem, sort, done, style, plants, claims, text(claims), hurt)
    return None


def _planted(sort: str, printed: Sequence[str], chance: Random) -> tuple[Plant, ...]:
    match sort:
        case "clean":
            return ()
        case "slip":
            return (Plant(chance.choice(printed), slip=chance.choice(SLIPS)),)
        case "outside":
            key = chance.choice(printed)
            return (Plant(key, outside(key, chance)),)
        case _:
            where = {kind.at: [key for key in printed if split(key)[0] == kind.at] for kind in KINDS}
            kinds = chance.sample([kind for kind in KINDS if where[kind.at]], 2 if sort == "two" else 1)
            plants = tuple(Plant(chance.choice(where[kind.at]), kind) for kind in kinds)
            return plants if len({plant.key for plant in plants}) == len(plants) else _planted(sort, printed, chance)


# ---- marking --------------------------------------------------------------------------------------------------------

@dataclass
class Judged:
    """What became of a document: counts by name, seconds of marking and of preparing the problem, and what went wrong, in words."""
    counts: Counter = field(default_factory=Counter)
    kinds: Counter = field(default_factory=Counter)
    marking: float = 0.0
    preparing: float = 0.0
    faults: list[str] = field(default_factory=list)


def judged(doc: Document, marker: Callable[[str], object], codes: Callable[[str], set[str]], label: str = "") -> Judged:
    """Marks a document. `marker` makes a marker of a problem's text; `codes` says under which codes the catalogue has a mistake's name."""
    began = perf_counter()
    made_marker = marker(doc.sheet)
    ready = perf_counter()
    marks = made_marker.mark(doc.text).marks
    out = Judged(marking=perf_counter() - ready, preparing=ready - began)
    out.counts["documents"] += 1
    out.counts["claims"] += len(doc.claims)
    wrong, misread, silent = _by_claim(doc, marks)
    _count_accusations(doc, wrong, out, label)
    _count_damage(doc, misread, wrong, out)
    out.counts["claims without a mark"] += silent
    if doc.plants:
        _count_plants(doc, wrong, misread, codes, out, label)
    return out


def _by_claim(doc: Document, marks: Sequence) -> tuple[dict[str, list], dict[str, list], int]:
    """The marks that say wrong, and those that say misread (of a whole or a cell), by quantity in the order of the text; and the number of
    claims none of whose marks says anything."""
    wrong: dict[str, list] = {}
    misread: dict[str, list] = {}
    spoken = set()
    for mark in sorted(marks, key=lambda mark: mark.start):
        claim = next((c for c in doc.claims if c.start <= mark.start < c.end), None)
        key = claim.key if claim else ""
        if mark.verdict == "wrong":
            wrong.setdefault(key, []).append(mark)
        if mark.verdict == "misread" or any(cell.verdict == "misread" for cell in mark.entries):
            misread.setdefault(key, []).append(mark)
        if mark.verdict != "not checked":
            spoken.add(key)
    return wrong, misread, sum(claim.key not in spoken for claim in doc.claims)


def _count_accusations(doc: Document, wrong: dict[str, list], out: Judged, label: str) -> None:
    guilty = {plant.key for plant in doc.plants}
    untouched = [claim.key for claim in doc.claims if claim.key not in guilty | doc.claims_hurt()]
    accused = [key for key in untouched if key in wrong]
    out.counts["untouched"] += len(untouched)
    out.counts["untouched accused"] += len(accused)
    if not doc.plants:
        out.counts["clean"] += 1
        out.counts["clean accused"] += bool(wrong)
    if accused or not doc.plants and wrong:
        out.faults.append(f"{label} {doc.sort}, {doc.style}: accused {', '.join(accused or wrong)}")


def _count_damage(doc: Document, misread: dict[str, list], wrong: dict[str, list], out: Judged) -> None:
    guilty = {plant.key for plant in doc.plants}
    for key, _, result in doc.hurt:
        if result and key not in guilty:
            out.counts["damaged"] += 1
            out.counts["damaged misread"] += key in misread
            out.counts["damaged wrong"] += key in wrong


def _count_plants(doc: Document, wrong: dict[str, list], misread: dict[str, list], codes: Callable[[str], set[str]], out: Judged, label: str) -> None:
    hurt = {plant.key: frozenset(at for key, at, result in doc.hurt if result and key == plant.key) for plant in doc.plants}
    views = [seen(doc.work, plant.key, hurt[plant.key]) for plant in doc.plants]
    out.counts["planted"] += len(views)
    out.counts["planted visible"] += sum(changed for changed, _ in views)
    out.counts["planted beyond rounding"] += sum(beyond for _, beyond in views)
    if doc.sort == "two":
        if all(beyond for _, beyond in views):
            out.counts["two"] += 1
            out.counts["two flagged"] += all(plant.key in wrong for plant in doc.plants)
        return
    (plant,), ((changed, beyond),) = doc.plants, views
    located = next(iter(wrong), None) == plant.key
    out.counts[f"{doc.sort} changed"] += changed
    out.counts[f"{doc.sort} changed located"] += changed and located
    if not beyond:
        return
    out.counts[doc.sort] += 1
    out.counts[f"{doc.sort} located"] += located
    if doc.sort == "slip":
        out.counts["slip found"] += plant.key in wrong or plant.key in misread
        if plant.key not in wrong and plant.key not in misread:
            out.faults.append(f"{label} {plant.name} at {plant.key}: not found")
        return
    out.kinds[plant.name, "n"] += 1
    out.kinds[plant.name, "located"] += located
    if not located:
        out.faults.append(f"{label} {plant.name} at {plant.key}, {doc.style}: {', '.join(wrong) or 'nothing'} accused")
    if doc.sort == "catalogue":
        given = [mark.mistake for mark in wrong.get(plant.key, []) if mark.mistake]
        named = any(codes(name) & allowed(doc, plant) for name in given)
        out.counts["named"] += named
        out.kinds[plant.name, "named"] += named
        if located and not named:
            out.faults.append(f"{label} {plant.kind.code} {plant.name} at {plant.key}, {doc.style}: called {', '.join(given) or 'nothing'}")


def allowed(doc: Document, plant: Plant) -> set[str]:
    """The codes under which a planted mistake may be named: its own and its neighbours', and those of mistakes that print the same here."""
    codes = accepted(plant.kind.code)
    for other in KINDS:
        rows = made(doc.network, other, plant.key, doc.work.had) if other.at == plant.kind.at else None
        if rows is not None and _read([[rounded(cell, doc.work.habits) for cell in row] for row in rows]) == _read(doc.work.printed[plant.key]):
            codes |= accepted(other.code)
    return codes


def _read(texts: Sequence[Sequence[str]]) -> list[list[float]]:
    """The numbers that stand there: 0.5 and 0.5000 are one, whether the writer leaves out zeros of exact results or not."""
    return [[float(text) for text in row] for row in texts]
