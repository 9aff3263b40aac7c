"""Training: mini-batches, epochs, validation, early stopping and checkpoints, with the derived gradients."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from math import ceil, isfinite
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from ..core.record import record
from ..errors import DataError, FileError, TrainingError, UsageError
from ..files import reason
from . import checkpoint as checkpoints
from .examples import Examples, rescaled, scales
from .judge import Judged, judged
from .options import Options
from .run import Epoch, Marks, Run, checkpoint, of_examples, of_task, resumed
from .scale import Alone, Group
from .schedules import schedule
from .start import Start, drawn, start
from .stepper import Stepper
from .targets import LAST_RESORT, chosen
from .task import Task

if TYPE_CHECKING:
    import numpy as np

LAST, BEST = "last.safetensors", "best.safetensors"

Progress = Callable[[float, int, Epoch | None], None]
"""Called with the epochs done (and the share of the one under way), all of them, and the newest."""


@record
class Fitted:
    """A trained network.

    parameters   the values of the best epoch (least validation loss; least training loss without validation)
    history      one row an epoch     starts   how each parameter began, in words     ended   why the run ended
    judged       the best parameters on the examples `judged_on`: "validation", or "training" where none were kept aside
    computed     by what: the target and its threads               note   why that is not the usual target, "" where it is
    """
    task: Task
    options: Options
    parameters: dict[str, np.ndarray]
    history: tuple[Epoch, ...]
    starts: dict[str, str]
    ended: str
    judged: Judged
    best: Epoch | None
    sizes: dict[str, int]
    classes: tuple[str, ...]
    constants: dict[str, float]
    means: dict[str, np.ndarray]
    spreads: dict[str, np.ndarray]
    folder: Path | None = None
    computed: str = ""
    note: str = ""
    interrupted: bool = False
    judged_on: str = "validation"


def fit(task: Task, examples: Examples, options: Options, *, folder: Path | None = None, resume: bool = False,
        progress: Progress | None = None, group: Group | None = None) -> Fitted:
    """Trains the network of a task on its examples.

    `folder` takes a checkpoint after each epoch (last, and best); `resume` goes on from the last one, to the same bits as a run
    that was never stopped. TrainingError, with the last good checkpoint kept, where the loss stops being a finite number."""
    import numpy as np
    group = group or Alone()
    found = _opened(folder, resume, group)
    sizes = _sizes(task, examples, options)
    names = [p.name for p in task.parameters]
    random = np.random.default_rng(options.seed)
    kept, aside = _split(examples, options, random)
    means, spreads = scales(kept, task) if options.scale == "standard" else ({}, {})
    mark = Marks(of_examples(examples), of_task(task))
    starts = {p.name: _start(task, p.name, sizes, options) for p in task.parameters}
    parameters = {p.name: _first(task, p.name, starts[p.name], sizes, random) for p in task.parameters}
    if means:
        kept = rescaled(kept, task, means, spreads)
        aside = rescaled(aside, task, means, spreads) if aside is not None else None
    batch = min(options.batch or kept.rows, kept.rows)
    threads = found.state.get("threads") if found is not None else options.threads
    stepper, note = _stepper(options, lambda told: Stepper(task, parameters, sizes, told, batch, group, threads))
    options = stepper.options
    run = resumed(found, options, mark) if found is not None else Run(random)
    kept, aside = stepper.prepared(kept), stepper.prepared(aside) if aside is not None else None
    if found is not None:
        try:
            stepper.restore(found.arrays)
        except (KeyError, ValueError) as error:
            raise UsageError(f"The checkpoint has the parameters of another network: {error.args[0]} does not fit.",
                             suggestion="Resume with the same sheet, or start anew in another folder.") from None
    if group.size > 1:
        stepper.check_shares(kept)
    steps = ceil(kept.rows / batch)
    rate = stepper.constants["learning rate"]
    more = {"sizes": sizes, "classes": list(examples.classes), "parameters": names, "threads": stepper.engine.threads}
    arrays_of_scale = {f"mean of {n}": m for n, m in means.items()} | {f"spread of {n}": s for n, s in spreads.items()}
    ended, interrupted = "all epochs are done", False
    best_arrays = stepper.state()
    if found is not None and (folder / BEST).exists():
        best_arrays = checkpoints.load(folder / BEST).arrays
    try:
        while run.epoch < options.epochs:
            if options.patience is not None and run.stale() >= options.patience:
                ended = f"the loss did not fall for {options.patience} epochs"
                break
            order = run.random.permutation(kept.rows)
            rated = rate * schedule(options.schedule).factors((run.step + np.arange(steps)) / (steps * options.epochs))
            losses = stepper.run(kept, order, rated, run.step, _ticks(progress, run, options) if group.first else None)
            wrong = np.flatnonzero(~np.isfinite(losses))
            if len(wrong):
                raise _diverged(run, int(wrong[0]), float(losses[wrong[0]]), folder)
            if (broken := stepper.broken()) is not None:
                raise _diverged(run, steps - 1, float("inf"), folder, broken)
            run.step += steps
            run.epoch += 1
            weights = np.minimum(batch, kept.rows - batch * np.arange(steps))
            found = judged(stepper, task, aside) if aside is not None else None
            if found is not None and not isfinite(found.loss):
                raise _diverged(run, steps - 1, found.loss, folder, "the validation loss")
            run.history.append(Epoch(run.epoch, run.step, float(rated[-1]), float(np.average(losses, weights=weights)),
                                     *((found.loss, found.accuracy) if found is not None else ())))
            newest = run.history[-1]
            made = stepper.state()
            if run.best is newest:
                best_arrays = made
            if folder is not None and group.first:
                whole = checkpoint(run, options, mark, made | arrays_of_scale, more)
                checkpoints.save(whole, folder / LAST)
                if run.best is newest:
                    checkpoints.save(whole, folder / BEST)
            if progress is not None and group.first:
                progress(run.epoch, options.epochs, newest)
    except KeyboardInterrupt:
        if not run.history:
            raise
        ended, interrupted = f"it was interrupted after epoch {run.epoch}", True
    with suppress(KeyError):
        stepper.restore(best_arrays)
    return Fitted(task, options, {n: stepper.parameters[n].copy() for n in names}, tuple(run.history),
                  {n: s.rule for n, s in starts.items()}, ended, judged(stepper, task, aside if aside is not None else kept), run.best, sizes,
                  examples.classes, stepper.constants, means, spreads, folder, stepper.engine.says, note, interrupted,
                  "validation" if aside is not None else "training")


def _stepper(options: Options, made: Callable[[Options], Stepper]) -> tuple[Stepper, str]:
    """The stepper of the target that is asked for, else of the first one that can do the sheet; and why it is not the usual one."""
    target, note = chosen(options.target)
    try:
        stepper = made(replace(options, target=target))
        stepper.engine.ready()
    except UsageError as error:
        if options.target is not None or target == LAST_RESORT:
            raise
        stepper, note = made(replace(options, target=LAST_RESORT)), error.statement
    return stepper, note


# ---- the folder ---------------------------------------------------------------------------------------------------

def _opened(folder: Path | None, resume: bool, group: Group) -> checkpoints.Checkpoint | None:
    """The last checkpoint of the folder, to go on from. UsageError for a folder that holds another run, or none to resume; FileError for
    one that cannot be written to."""
    if folder is None:
        if resume:
            raise UsageError("There is no folder to resume from.", suggestion="--output FOLDER --resume")
        return None
    last = folder / LAST
    if resume:
        if not last.exists():
            raise UsageError(f"There is no checkpoint in {folder} to resume from.", suggestion="Without --resume a new run begins there.")
        return checkpoints.load(last)
    if last.exists():
        raise UsageError(f"{folder} holds a run already.", suggestion="--resume goes on with it; a new run needs another folder.")
    if group.first:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise FileError(f"{folder} cannot be written to: {reason(error)}.") from None
    return None


def _ticks(progress: Progress | None, run: Run, options: Options) -> Callable[[float], None] | None:
    """Passes on how far the epoch under way has come."""
    if progress is None:
        return None
    return lambda share: progress(run.epoch + share, options.epochs, run.history[-1] if run.history else None)


# ---- the beginning ------------------------------------------------------------------------------------------------

def _sizes(task: Task, examples: Examples, options: Options) -> dict[str, int]:
    """A number for each size symbol: of the options, of the examples, of the sheet. DataError where they contradict or one is missing."""
    problem, sizes = task.problem, dict(options.sizes)
    symbols = {a.size for t in problem.program.tensors.values() for a in t.axes if isinstance(a.size, str)} - {task.batch.size}
    if unknown := sorted(sizes.keys() - symbols):
        raise UsageError(f"The sheet leaves no size {unknown[0]} open.", suggestion=f"Open sizes are {', '.join(sorted(symbols)) or 'none'}.")
    for name, size in examples.sizes.items():
        if sizes.setdefault(name, size) != size:
            raise DataError(f"{name} is {sizes[name]} in --size and {size} in the examples.")
    for name, size in problem.sizes.items():
        given = [p.name for p in task.parameters if any(a.size == name for a in p.axes) and p.name in problem.data]
        if sizes.setdefault(name, size) != size and given and not options.random:
            raise DataError(f"The sheet's numbers for {', '.join(given)} are for {name} = {size}, and now {name} is {sizes[name]}.",
                            suggestion="--random lets the parameters begin at random.")
    if missing := sorted(symbols - sizes.keys()):
        raise DataError(f"Nothing says how large {missing[0]} is.", suggestion=f"--size {missing[0]}=16")
    return {name: size for name, size in sizes.items() if name in symbols}


def _start(task: Task, name: str, sizes: Mapping[str, int], options: Options) -> Start:
    if name in task.problem.data and not options.random:
        return Start("the sheet's numbers")
    return start(task.program, task.program[name], sizes)


def _first(task: Task, name: str, begin: Start, sizes: Mapping[str, int], random: np.random.Generator) -> np.ndarray:
    import numpy as np
    if begin.rule == "the sheet's numbers":
        return np.array(_floats(task.problem.data[name]))
    return drawn(begin, tuple(a.size if isinstance(a.size, int) else sizes[a.size] for a in task.program[name].axes), random)


def _floats(value: Any) -> Any:
    return [_floats(v) for v in value] if isinstance(value, tuple) else float(value)


def _split(examples: Examples, options: Options, random: np.random.Generator) -> tuple[Examples, Examples | None]:
    """The examples to train on, and those kept aside."""
    aside = round(options.validation * examples.rows)
    if not aside:
        return examples, None
    if aside >= examples.rows:
        raise DataError(f"Of {examples.rows} examples none is left to train on.", suggestion="--validation 0")
    order = random.permutation(examples.rows)
    return examples.some(order[aside:]), examples.some(order[:aside])


def _diverged(run: Run, step: int, loss: float, folder: Path | None, what: str = "the loss") -> TrainingError:
    kept = f" The checkpoint of epoch {run.epoch} is kept in {folder / LAST}." if folder is not None and run.epoch else ""
    said = "is no number (NaN)" if loss != loss else "is infinite"
    return TrainingError(f"In epoch {run.epoch + 1}, step {step + 1}, {what} {said}.{kept}",
                         suggestion="A smaller learning rate, inputs of spread 1 (--scale standard) or float64 may help.")

