"""The search for the cheapest explanation: hypotheses over the nodes in their order, the cheapest of them kept."""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import inf
from typing import Any, NamedTuple

from .marks import MISREAD, WRONG
from .options import NOT, PROVED_BY, USED_TO, Careful, Case, Option, at_sight, mistakes, nearly, ways
from .prints import Cells, Node, Print
from .worlds import World, read_cells

BEAM = 40
MARGIN = 14.0
"""A hypothesis that is dearer than the best by this much is given up."""
DOUBTFUL = 2.3
"""What last places that are off by one may cost before a mistake is looked for."""
UNLIKELY = 3.2
"""What damage and slips have to cost before a mistake is looked for in steps that are not written down: a lone damaged number costs less."""
FEW_OF = 3
"""A vector is taken for a copy of another one from which it differs in a third of its numbers."""
FEW_OFF = 6
"""A writer rounds with care if for each last place that is off there are so many that were rounded up, and so not cut off."""
ALIKE = 3
"""Hypotheses kept that have the same future: the best, and rivals to measure the gap by."""


class Choice(NamedTuple):
    """The way chosen for a print (by its place among the prints), and the next best with other verdicts, and by how much it is dearer, where that
    could be decided on the spot."""
    before: Choice | None
    at: int
    option: Option
    given: int | None = None
    other: Option | None = None
    gap: float = inf


class Hypothesis(NamedTuple):
    """cost so far; what the writer had where it is not the print; errors: the claim at which a node that is off the truth went wrong;
    misread: how often damage befell the page."""
    cost: float
    differences: dict[str, Cells]
    errors: dict[str, int]
    misread: int = 0
    choices: Choice | None = None

    def path(self) -> dict[int, Choice]:
        """The choices by the place of the print, but for prints that are right under every hypothesis."""
        out, choice = {}, self.choices
        while choice is not None:
            out[choice.at] = choice
            choice = choice.before
        return out


class Search:
    """Hypotheses about the prints of a world."""

    def __init__(self, world: World, nodes: Sequence[Node], undamaged: float = 0.0, tick: Callable[[], None] = lambda: None) -> None:
        self.world, self.undamaged, self.tick = world, undamaged, tick
        self.order = [node for node in nodes if node.name in world.printed]
        self.last_use = {name: at for at, node in enumerate(self.order) for name in world.frontier[node.name]}
        counted = Counter(made.cells[0].places for prints in world.prints.values() for _, made in prints)
        self.usual = counted.most_common(1)[0][0] if counted else 0
        self._careful: bool | None = None
        self.at_sight: dict[int, Choice] = {}                # of prints that are right under every hypothesis
        self.texts = {made.node: tuple([cell.text for cell in made.cells]) for prints in world.prints.values() for _, made in prints}

    def hypotheses(self) -> list[Hypothesis]:
        """The best ones, best first."""
        beam = [Hypothesis(0.0, {}, {})]
        for index, node in enumerate(self.order):
            prints = self.world.prints[node.name]
            for which, (at, made) in enumerate(prints):
                step = _Step(self, node, made, at, which)
                if step.plain and all(step.given(old) is None for old in beam):
                    self.at_sight[at] = Choice(None, at, step.plain[0])
                else:
                    alone = len(prints) == 1 and node.name not in self.last_use
                    beam = [new for old in beam for new in step.after(old, alone)]
                beam = self._pruned(beam, index)
        return beam

    def path(self, hypothesis: Hypothesis) -> dict[int, Choice]:
        """All its choices by the place of the print."""
        return hypothesis.path() | self.at_sight

    def is_careful(self) -> bool:
        """Whether the writer rounds numbers, up and down, as what they are computed from asks for."""
        if self._careful is None:
            up = off = 0
            for name, prints in self.world.prints.items():
                truth, follows = self.world.nodes[name].truth, self.world.computed(name, {})
                for cell, true, x in ((c, t, x) for _, made in prints for c, t, x in zip(made.cells, truth, follows or truth, strict=True)):
                    if cell.ball is None or cell.ball.rad() == 0:
                        continue
                    if cell.ball.overlaps(true):
                        up += abs(cell.ball.mid()) > abs(true)
                    elif not cell.ball.overlaps(x):
                        off += nearly(cell, x, False) is not NOT
            self._careful = up >= FEW_OFF * max(1, off)
        return self._careful

    def elsewhere(self, made: Print) -> frozenset[str]:
        """The other nodes whose prints are these numbers, but for a few that are damaged there or here. A row of zeros is found everywhere."""
        found = set[str]()
        if len(made.cells) == 1:                                # a lone number proves nothing
            return frozenset()
        own = tuple([cell.text for cell in made.cells])
        for name, texts in self.texts.items():
            if name != made.node and len(texts) == len(own):
                same = [a for a, b in zip(own, texts, strict=True) if a == b]
                if len(set(same)) > 1 and FEW_OF * (len(own) - len(same)) <= len(own):
                    found.add(name)
        return frozenset(found)

    def _pruned(self, found: list[Hypothesis], index: int) -> list[Hypothesis]:
        if len(found) == 1:
            return found
        found.sort(key=lambda hypothesis: hypothesis.cost)
        dearest = found[0].cost + MARGIN
        futures: dict[Any, int] = {}
        kept = []
        for hypothesis in found:
            if hypothesis.cost > dearest or len(kept) == BEAM:
                break
            future = (frozenset((name, id(cells)) for name, cells in hypothesis.differences.items() if self.last_use.get(name, -1) >= index),
                      frozenset(name for name in hypothesis.errors if self.last_use.get(name, -1) >= index))
            futures[future] = seen = futures.get(future, 0) + 1
            if seen <= ALIKE:
                kept.append(hypothesis)
        return kept


class _Step:
    """One print under all hypotheses. What is the same under several of them is worked out once."""

    def __init__(self, search: Search, node: Node, made: Print, at: int, which: int) -> None:
        self.search, self.world, self.node, self.print, self.at, self.which = search, search.world, node, made, at, which
        self.frontier = self.world.frontier[node.name]
        self.whole, self.plain = at_sight(made.cells, node.truth)
        self.elsewhere = frozenset[str]() if self.plain else search.elsewhere(made)
        self.found: dict[Any, tuple[Case, list[Option]]] = {}

    def given(self, hypothesis: Hypothesis) -> int | None:
        """The claim of the first error that the writer's numbers build on."""
        errors = hypothesis.errors
        if not errors:
            return None
        return min((errors[source] for source in (self.frontier if self.which == 0 else (self.node.name,)) if source in errors), default=None)

    def after(self, hypothesis: Hypothesis, alone: bool) -> list[Hypothesis]:
        """The hypotheses that come of one. `alone`: nothing later depends on this print, so the best way is chosen here."""
        given = self.given(hypothesis)
        options = self._options(hypothesis, given is not None)
        found = [self._extended(hypothesis, option, given) for option in options]
        if not alone or len(found) == 1:
            return found
        best = min(found, key=lambda new: new.cost)
        others = [new for new in found if new.choices.option.cells != best.choices.option.cells]
        if not others:
            return [best]
        other = min(others, key=lambda new: new.cost)
        return [best._replace(choices=best.choices._replace(other=other.choices.option, gap=other.cost - best.cost))]

    def _extended(self, old: Hypothesis, option: Option, given: int | None) -> Hypothesis:
        differences, errors, name = old.differences, old.errors, self.node.name
        wrong = WRONG in option.cells
        had = option.had if self.which == 0 or wrong else None
        if had is not None:
            differences = {**differences, name: had}
        if wrong:
            errors = {**errors, name: min(self.print.claim, errors.get(name, self.print.claim))}
        elif given is not None and not option.right and name not in errors:
            errors = {**errors, name: given}
        events = option.events
        used_to = min(events, max(0, old.misread + events - PROVED_BY))
        cost = old.cost + option.cost - USED_TO * used_to + (self.search.undamaged if events and not old.misread else 0.0)
        return Hypothesis(cost, differences, errors, old.misread + events, Choice(old.choices, self.at, option, given))

    def _options(self, hypothesis: Hypothesis, erring: bool) -> list[Option]:
        if self.plain and not erring:
            return self.plain
        name, differences = self.node.name, hypothesis.differences
        damaged = self._damaged(hypothesis) if self.which else ()
        elsewhere = bool(self.elsewhere) and not self.elsewhere <= self._copied(hypothesis)
        key = (self.world.key(self.frontier if self.which == 0 else {name}, differences), erring, damaged, elsewhere)
        if key not in self.found:
            self.search.tick()
            value = self.world.computed(name, differences) if self.which == 0 else self.world.had(name, differences)
            case = Case(self.print.cells, self.node.truth, value, erring, elsewhere, damaged, self.whole, Careful(self.search.is_careful),
                        self.search.usual)
            self.found[key] = case, self._kept(ways(case))
        case, options = self.found[key]
        if options[0].kind not in ("misread", "slip") and options[0].cost < DOUBTFUL:
            return options
        variants = self.world.variants(name, differences)
        key = (*key, id(variants))
        if key not in self.found:
            exact = self.world.sharp_variants(name) if len(case.print) == 1 and not erring else ()
            found = list(mistakes(case, variants, exact))
            if not found and min(option.cost for option in options) > UNLIKELY:
                found = list(mistakes(case, self.world.hidden_variants(name, differences)))
            self.found[key] = case, [*options, *self._kept(found)]
        return self.found[key][1]

    def _kept(self, options: list[Option]) -> list[Option]:
        """The options, each with what the writer had; kept, since hypotheses are told apart by their identity."""
        if self.which:
            later = read_cells(self.print.cells, self.node.truth)
            options = [option if option.had is not None or WRONG not in option.cells else _with_had(option, later) for option in options]
        self.world.kept.extend(option.had for option in options if option.had is not None)
        return options

    def _copied(self, hypothesis: Hypothesis) -> frozenset[str]:
        """The nodes over which others were written: these stood somewhere else first."""
        return frozenset(made.node for at, choice in hypothesis.path().items() if choice.option.copied for made in [self.world.at[at]])

    def _damaged(self, hypothesis: Hypothesis) -> tuple[str | None, ...]:
        """The texts of the cells of this node that were misread in earlier prints."""
        out: list[str | None] = [None] * len(self.print.cells)
        places = dict(self.world.prints[self.node.name])
        choice = hypothesis.choices
        while choice is not None and choice.at in places:
            for i, verdict in enumerate(choice.option.cells):
                if verdict == MISREAD:
                    out[i] = places[choice.at].cells[i].text
            choice = choice.before
        return tuple(out)


def _with_had(option: Option, had: Cells) -> Option:
    return option._replace(had=had)
