"""The cheapest joint explanation of all printed numbers of an answer: what was computed rightly, misread, slipped, or mistaken."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf

from .identity import by_identities
from .marks import CARRIED
from .options import Option
from .printed import PrintedCell
from .prints import Cells, Explanation, Node, Outcome, Print
from .search import Choice, Hypothesis, Search
from .worlds import World, read_cells

__all__ = ["Cells", "Explanation", "Node", "Outcome", "Print", "PrintedCell", "explain"]

BITS = 128


def explain(nodes: Sequence[Node], prints: Sequence[Print], undamaged: float = 0.0, tick: Callable[[], None] = lambda: None) -> Explanation:
    """The best explanation. Nodes in an order in which each comes after its parents; nodes without prints are computed.

    undamaged  what the first misread cell costs besides: above 1.2, a lone wrong digit that nothing later uses is a slip and no damage,
               as it is on a page that was typed and not scanned
    tick       called for each print under each hypothesis that differs; it may raise to end the search
    """
    from flint import ctx
    with ctx.workprec(max(BITS, ctx.prec)):
        by_name = {node.name: node for node in nodes}
        known = {at: made for at, made in enumerate(prints) if _can_be_held(by_name.get(made.node), made)}
        world = World(nodes, known)
        search = Search(world, nodes, undamaged, tick)
        return _told(world, prints, search.hypotheses(), search.path)


def _can_be_held(node: Node | None, made: Print) -> bool:
    """Whether there is something to hold the print against."""
    if node is None or node.truth is None or not made.cells or len(node.truth) != len(made.cells):
        return False
    return _has_bounds(node.truth) and any(cell.ball is not None for cell in made.cells)


@by_identities
def _has_bounds(truth: Cells) -> bool:
    return all(x.is_finite() for x in truth)


def _told(world: World, prints: Sequence[Print], beam: Sequence[Hypothesis], path_of: Callable[[Hypothesis], Mapping[int, Choice]]) -> Explanation:
    best = beam[0]
    path = path_of(best)
    gaps = {at: choice.gap for at, choice in path.items()}
    nearest = min(gaps, key=lambda at: gaps[at], default=None)
    gap, rival = inf, ()
    if nearest is not None and gaps[nearest] < inf:
        gap, choice = gaps[nearest], path[nearest]
        rival = {**path, nearest: choice._replace(option=choice.other)}
    for hypothesis in beam[1:]:
        theirs, dearer = path_of(hypothesis), hypothesis.cost - best.cost
        differing = [at for at, choice in path.items() if theirs[at].option.cells != choice.option.cells]
        for at in differing:
            gaps[at] = min(gaps[at], dearer)
        if differing and dearer < gap:
            gap, rival = dearer, theirs
    outcomes = tuple(_outcome(world, made, path.get(at), best, gaps.get(at, inf)) for at, made in enumerate(prints))
    told = tuple(_outcome(world, made, rival.get(at), best, inf) for at, made in enumerate(prints)) if rival else ()
    return Explanation(outcomes, _had(world, best), best.cost, gap, told)


def _outcome(world: World, made: Print, choice: Choice | None, best: Hypothesis, gap: float) -> Outcome:
    if choice is None:
        return Outcome(made.claim, "unknown", ("",) * len(made.cells), None, (), ())
    option: Option = choice.option
    had = option.had if option.had is not None else read_cells(made.cells, world.nodes[made.node].truth)
    given = choice.given if CARRIED in option.cells else None
    return Outcome(made.claim, option.kind, option.cells, option.mistake, option.expected, had, option.cut, option.rounded, given, gap)


def _had(world: World, best: Hypothesis) -> Mapping[str, Cells]:
    """What the writer had of the nodes that an error or damage has changed, and of those computed from them."""
    changed = best.differences.keys() | best.errors.keys()
    out = {}
    for name in world.nodes if changed else ():
        if name in changed or (name not in world.printed and not changed.isdisjoint(world.frontier[name])):
            cells = world.had(name, best.differences)
            if cells is not None:
                out[name] = cells
    return out
