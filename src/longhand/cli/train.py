"""`longhand train`."""
from __future__ import annotations

from pathlib import Path

import click

from ..errors import NotUnderstood, UsageError
from .given import about, data_of, title_of
from .streams import Progress, complain, deliver, report

INTERRUPTED = 130


@click.command()
@click.argument("problem")
@click.option("--examples", required=True, metavar="FILE.npz|csv|parquet", help="Inputs and labels, a row for each example.")
@click.option("--test", metavar="FILE", help="Examples that the finished network is judged on; never trained on.")
@click.option("--label", metavar="COLUMN", help="The column of the label. Default: named as in the sheet, or the last.")
@click.option("--data", "data_file", metavar="FILE.json", help="Numbers for symbols: a JSON object from names to nested lists.")
@click.option("--size", "sizes", multiple=True, metavar="n=128", help="A size that neither the sheet nor the examples fix. Repeatable.")
@click.option("--number", type=click.IntRange(1), help="Which problem of the sheet, where several have a loss.")
@click.option("--epochs", type=click.IntRange(0), default=10, show_default=True, help="Passes over the training examples.")
@click.option("--batch", type=click.IntRange(0), default=32, show_default=True, help="Examples for a step; 0: all.")
@click.option("--method", default="gradient descent", show_default=True, help="gradient descent, momentum, nesterov or adam.")
@click.option("--rate", metavar="NUMBER", help="The learning rate. Default: the sheet's, else the method's, else 0.1.")
@click.option("--constant", "constants", multiple=True, metavar="momentum=0.9", help="Another constant of the method. Repeatable.")
@click.option("--schedule", default="constant", show_default=True, help="constant, linear, cosine, step or warmup.")
@click.option("--validation", type=float, default=0.1, show_default=True, help="Share of the examples kept aside.")
@click.option("--patience", type=click.IntRange(1), help="End after so many epochs without a lower validation loss.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the split, the start and the order.")
@click.option("--scale", default="none", show_default=True, help="standard: inputs less their mean, over their standard deviation.")
@click.option("--random", "at_random", is_flag=True, help="Parameters begin at random, also where the sheet has numbers.")
@click.option("--dtype", default="float32", show_default=True, help="float32 or float64.")
@click.option("--to", "target", help="What computes: c or numpy. Default: c where there is a C compiler.")
@click.option("--threads", type=click.IntRange(1), help="Threads of the C target. Default: as many as pay.")
@click.option("-o", "--output", metavar="FOLDER", help="Checkpoints, report and learning curve.")
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint of the folder.")
def train(problem: str, examples: str, test: str | None, label: str | None, data_file: str | None, sizes: tuple[str, ...], number: int | None,
          epochs: int, batch: int, method: str, rate: str | None, constants: tuple[str, ...], schedule: str, validation: float, patience: int | None, seed: int,
          scale: str, at_random: bool, dtype: str, target: str | None, threads: int | None, output: str | None, resume: bool) -> int:
    """Trains the network of PROBLEM on real examples, with the derived gradients.

    Exit codes: 0 trained, 1 the loss stopped being a finite number or a process has gone (the last checkpoint is kept), 2 a file or an
    option, 3 a sheet not understood, 130 interrupted (the last checkpoint is kept).
    """
    from ..files import read_text
    from ..reading.choice import one_of
    from ..solution import read
    from ..training.options import Options
    from ..training.scale import group as started
    text = read_text(problem)
    given = dict(_pair(c, "--constant") for c in constants)
    if rate is not None:
        given["learning rate"] = rate
    with about(problem):
        sheet = read(text, name=title_of(problem), data=data_of(data_file))
    report(problem, (r for r in sheet.not_understood if not r.numbers))
    chosen = one_of(sheet.problems, number)
    if chosen.not_read:
        complain("The sheet was not understood in full, so its network is not trained.")
        return NotUnderstood.exit_code
    options = Options(epochs, batch, method, {name: _number(name, value) for name, value in given.items()}, schedule, validation, patience, seed,
                      scale, dtype, target, threads, at_random, {name: _size(name, value) for name, value in (_pair(s, "--size") for s in sizes)})
    group = started()
    bar = Progress()

    def show(done: float, of: int, newest) -> None:
        bar.show(int(done), of, _said(done, newest))

    from ..training.front import train as run
    try:
        with about(problem):
            fitted, tested = run(chosen, examples, options, label=label, test=test, folder=Path(output) if output else None, resume=resume,
                                 progress=show, group=group, title=title_of(problem))
    except KeyboardInterrupt:
        complain("Interrupted before the first epoch was done: nothing is kept.")
        return INTERRUPTED
    finally:
        bar.clear()
    if group.first:
        if fitted.note:
            complain(f"Computed with NumPy: {fitted.note}")
        deliver("\n".join(_lines(fitted, tested)), None)
        if output:
            complain(f"Checkpoints, report and learning curve are in {output}.{' --resume goes on with the run.' if fitted.interrupted else ''}")
    group.close()
    return INTERRUPTED if fitted.interrupted else 0


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise UsageError(f"{option} {text}: write a name, = and a number.", suggestion=f"{option} n=16")
    return name.strip(), value.strip()


def _number(name: str, text: str) -> str:
    from ..reading.values import exact
    try:
        exact(text)
    except ValueError:
        raise UsageError(f"{name} = {text} is no number.") from None
    return text


def _size(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10 ** 7:
        raise UsageError(f"--size {name}={text} is no size.", suggestion=f"--size {name}=16")
    return int(text)


def _said(done: float, epoch) -> str:
    """What a bar says: how far the epoch under way has come, and the newest one that is done."""
    parts = [f"{100 * (done % 1):.0f} % of the next"] if done % 1 else []
    if epoch is None:
        return ", ".join(parts)
    parts.append(f"loss {epoch.loss:.4g}")
    if epoch.validation_loss is not None:
        parts.append(f"validation {epoch.validation_loss:.4g}")
    if epoch.validation_accuracy is not None:
        parts.append(f"{100 * epoch.validation_accuracy:.1f} %")
    return ", ".join(parts)


def _lines(fitted, tested) -> list[str]:
    """The result in a few lines."""
    count = len(fitted.history)
    lines = [f"{count} epoch{'s' if count != 1 else ''}: {fitted.ended}. Computed by {fitted.computed}."]
    if fitted.history:
        lines.append(f"training loss {fitted.history[0].loss:.6g} → {fitted.history[-1].loss:.6g}")
    for what, found in ((fitted.judged_on, fitted.judged), ("test", tested)):
        if found is not None:
            accuracy = f", accuracy {100 * found.accuracy:.2f} %" if found.accuracy is not None else ""
            lines.append(f"{what} loss {found.loss:.6g}{accuracy}")
    if fitted.best is not None:
        lines.append(f"best epoch {fitted.best.number}")
    return lines
