"""Array code for several threads: every statement is cut along its first index, a share for each thread, and where a statement reads
what another thread has made, all threads meet first. Between two meetings lies a phase."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from .array_code import Loop, Read, Scalar, Statement, nodes, reads, scalars, targets


def phases(statements: Sequence[Statement], made_before: Iterable[str] = ()) -> tuple[tuple[Statement, ...], ...]:
    """The statements in phases, as few as can be. In a phase a thread reads its own share of what the phase makes, and any share of the
    rest. `made_before` are arrays that the first phase itself begins with, each thread its share.

    A statement without indices is for the first thread alone. ValueError for recurrences: their rounds are not cut.
    """
    if any(isinstance(s, Loop) for s in statements):
        raise ValueError("the rounds of a recurrence cannot be cut into shares")
    before = [{j for j in range(k) if depends(statements[k], statements[j])} for k in range(len(statements))]
    waiting, done, out, made = list(range(len(statements))), set(), [], set(made_before)
    while waiting:
        phase, elsewhere = [], set()
        for k in waiting:
            statement = statements[k]
            foreign = {r.array for r in _reads(statement) if not _own(r, statement)}
            if before[k] <= done and not foreign & made and not elsewhere.intersection(targets(statement)):
                phase.append(k)
                done.add(k)
                made.update(targets(statement))
                elsewhere |= foreign
        waiting = [k for k in waiting if k not in done]
        out.append(tuple(statements[k] for k in phase))
        made = set()
    return tuple(out)


def depends(later: Statement, earlier: Statement) -> bool:
    """Whether two statements have to stay in their order."""
    made = set(targets(earlier))
    return bool(made & (reads(later) | set(targets(later))) or set(targets(later)) & reads(earlier))


def _reads(statement: Statement) -> list[Read]:
    return [n for s in scalars(statement) for n in nodes(s) if isinstance(n, Read)]


def _own(read: Scalar, statement: Statement) -> bool:
    """Whether the share of a thread reads only the same share."""
    assert isinstance(read, Read) and not isinstance(statement, Loop)
    return read.at[:1] == statement.at[:1]
