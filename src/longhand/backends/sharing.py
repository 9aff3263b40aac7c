"""Arrays shared: a temporary that one element-wise statement alone reads is made in the array of that statement."""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from .array_code import Code, Contract, Map, Op, Power, Read, Reduce, Scalar, Select, Statement, nodes, reads, scalars


def in_place(code: Code, statements: Sequence[Statement], may_share: Callable[[Scalar, str], bool] = lambda body, name: True) -> list[Statement]:
    """The statements with their temporaries shared, where `may_share` allows that for the formula that reads one; entry by entry, as
    loops compute, it always does."""
    uses = Counter(n.array for s in statements for scalar in scalars(s) for n in nodes(scalar) if isinstance(n, Read))
    out, hosts = list(statements), set()
    for k, statement in enumerate(out):
        if not isinstance(statement, Contract | Reduce) or code.arrays[statement.target].role != "temporary" or uses[statement.target] != 1:
            continue
        reader = next((m for m in range(k + 1, len(out)) if statement.target in reads(out[m])), None)
        if reader is None or reader in hosts or not isinstance(out[reader], Map):
            continue
        found = out[reader]
        if Read(statement.target, found.at) in nodes(found.body) and may_share(found.body, statement.target):
            hosts.add(reader)
            out[k] = replace(statement, target=found.target, at=statement.at)
            out[reader] = replace(found, body=_with_array(found.body, statement.target, found.target))
    return out


def _with_array(s: Scalar, old: str, new: str) -> Scalar:
    match s:
        case Read(array, at):
            return Read(new, at) if array == old else s
        case Op(name, arguments):
            return Op(name, tuple(_with_array(a, old, new) for a in arguments))
        case Power(base, exponent):
            return Power(_with_array(base, old, new), exponent)
        case Select(test, then, other):
            return Select(test, _with_array(then, old, new), other)
    return s
