"""Batches: the problem of a sheet for many examples, where an implementation is asked or the numbers have a row for each."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..calculus.batch import batched
from ..core.axis import Axis
from ..core.equation import Program
from ..core.problem import Problem, Remark, Wanted


def for_a_batch(first: Problem) -> list[Problem]:
    """The same problem for a batch, its examples in rows: the gradients of every parameter. Nothing for a problem without a loss."""
    program = first.program
    examples = tuple(t.name for t in program.given() if t.role in ("input", "label") and t.rank)
    if first.loss is None or not examples:
        return []
    size = next(s for s in ("M", "N", "B", "batch size") if s not in program.tensors and s not in program.sizes())
    letter = _letter(program, "mnbr")
    program = batched(program, first.loss, Axis(size, size, letter), examples)
    parameters = tuple(t.name for t in program.given() if t.role == "parameter")
    notation = replace(first.notation, letters={**first.notation.letters, size: letter}, sizes={**first.notation.sizes, size: size})
    note = Remark(f"the examples of a batch are the rows, {size} of them, and the loss adds up theirs",
                  "an implementation for a batch is asked and the sheet does not say how the rows are weighed")
    return [replace(first, program=program, data={}, sizes={}, descent=None, notation=notation, title=f"{first.title} For a batch".strip(),
                    wanted=tuple(Wanted("gradient", first.loss, (p,)) for p in parameters), assumptions=(*first.assumptions, note),
                    repairs=(), not_understood=())]


def with_examples(program: Program, loss: str | None, rows: Mapping[str, int]) -> tuple[Program, tuple[str, str] | None]:
    """The program for a batch, where the numbers of some quantities have a row for each of several examples; and what that assumes."""
    names = tuple(n for n in rows if n in program.tensors)
    if not names or loss is None:
        return program, None
    size = max(rows[n] for n in names)
    told = (f"{', '.join(names)} hold {size} examples, one a row",
            "their numbers have one axis more than the sheet writes; the loss adds up over the examples")
    return batched(program, loss, Axis("example", size, _letter(program, "bmrst")), names), told


def _letter(program: Program, wished: str) -> str:
    """An index letter that no axis of the program has; printers settle it where all are taken."""
    taken = {axis.letter for t in program.tensors.values() for axis in t.axes}
    return next((c for c in wished if c not in taken), wished[0])
