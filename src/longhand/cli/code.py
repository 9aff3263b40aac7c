"""`longhand code`."""
from __future__ import annotations

import click

from ..errors import NotUnderstood, UsageError, printable
from .given import about, data_of, names_of
from .streams import complain, deliver, report

TARGETS = ("numpy", "torch", "jax", "numba", "c")
WHAT = ("step", "grad", "jacobian", "hessian")


@click.command()
@click.argument("problem")
@click.option("--to", "target", metavar="|".join(TARGETS), required=True, help="The library or language of the module.")
@click.option("--what", metavar="|".join(WHAT), default="step", show_default=True,
              help="Up to the update, or up to the gradients, or with the Jacobians or Hessians that are asked.")
@click.option("--data", "data_file", metavar="FILE.json", help="Numbers for symbols: a JSON object from names to nested lists.")
@click.option("--wrt", metavar="W_1,b_1", help="Gradients with respect to these. Default: every parameter, and what the problem asks.")
@click.option("--number", type=click.IntRange(1), help="Which problem of the sheet, where it holds several.")
@click.option("-o", "--output", metavar="FILE", help="Write there. Default: standard output.")
def code(problem: str, target: str, what: str, data_file: str | None, wrt: str | None, number: int | None, output: str | None) -> int:
    """A self-contained module for PROBLEM: forward pass, loss, gradients, update, and a `main` that checks the gradients."""
    if target not in TARGETS:
        raise UsageError(f"--to {target}: there is no such target.", suggestion=f"The targets are {', '.join(TARGETS)}.")
    if what not in WHAT:
        raise UsageError(f"--what {what}: that is nothing longhand writes.", suggestion=f"It writes {', '.join(WHAT)}.")
    if problem == "-" == data_file:
        raise UsageError("The problem and the data cannot both come from standard input.")
    if what in ("jacobian", "hessian"):
        from ..structure.written import source
    else:
        from ..backends.written import source
    from ..files import read_text
    from ..solution import read
    names = names_of(wrt) or None
    text, data = read_text(problem), data_of(data_file)
    with about(problem):
        sheet = read(text, data=data)
    report(problem, sheet.not_understood)
    with about(problem):
        written = source(_chosen(sheet.problems, number), target, what, names)
    deliver(written, output)
    return NotUnderstood.exit_code if sheet.not_understood else 0


def _chosen(problems: tuple, number: int | None) -> object:
    """The problem asked for: the only one, or the last one with a loss, since a sheet asks for code at its end; which one that was is said."""
    if not problems:
        raise NotUnderstood("The sheet holds no problem.")
    if number is not None:
        from ..reading.choice import numbered
        return numbered(problems, number)
    if len(problems) == 1:
        return problems[0]
    found = [k for k, p in enumerate(problems, 1) if p.loss is not None]
    if not found:
        listed = "; ".join(f"{k} {p.title or 'has no title'}" for k, p in enumerate(problems, 1))
        raise UsageError(f"The sheet holds {len(problems)} problems without a loss: {listed}.", suggestion="Say which one with --number.")
    taken = problems[found[-1] - 1]
    if len(found) > 1:
        title = f", {printable(taken.title)}," if taken.title else ""
        complain(f"Problem {found[-1]} of {len(problems)}{title} is written; --number takes another.")
    return taken
