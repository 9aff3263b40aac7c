"""What a run leaves behind to read: a report in Markdown, the history as CSV, the learning curve as PNG and SVG."""
from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..files import write_bytes, write_text
from .options import Options
from .run import columns
from .schedules import SCHEDULES
from .tables import EXTRA

if TYPE_CHECKING:
    from .fit import Fitted
    from .judge import Judged

MOST_CLASSES = 20
"""Classes up to which the confusion matrix is printed."""


def write_report(fitted: Fitted, folder: Path, title: str, source: str, test: Judged | None = None) -> None:
    """report.md, history.csv, curve.png and curve.svg in the folder."""
    write_text(str(folder / "history.csv"), columns(fitted.history))
    if fitted.history:
        for ending, picture in curve(fitted).items():
            write_bytes(str(folder / f"curve.{ending}"), picture)
    write_text(str(folder / "report.md"), "\n".join(_report(fitted, title, source, test)) + "\n")


def curve(fitted: Fitted) -> dict[str, bytes]:
    """The learning curve, by ending. UsageError where matplotlib is missing."""
    try:
        os.environ.setdefault("MPLBACKEND", "Agg")
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise UsageError("The learning curve needs matplotlib, which is not installed.", suggestion=EXTRA) from None
    history = fitted.history
    numbers = [e.number for e in history]
    accuracy = [e.validation_accuracy for e in history]
    both = any(a is not None for a in accuracy)
    figure = Figure(figsize=(9 if both else 5.5, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    panels: Any = figure.subplots(1, 2 if both else 1, squeeze=False)[0]
    panels[0].plot(numbers, [e.loss for e in history], label="training", color="#2456a6")
    if history[0].validation_loss is not None:
        panels[0].plot(numbers, [e.validation_loss for e in history], label="validation", color="#b4521e", linestyle="--")
        panels[0].legend(frameon=False)
    panels[0].set(xlabel="epoch", ylabel="loss")
    if both:
        panels[1].plot(numbers, [100 * a for a in accuracy], color="#b4521e", linestyle="--")
        panels[1].set(xlabel="epoch", ylabel="validation accuracy, %")
    for panel in panels:
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(alpha=0.25)
    out = {}
    for ending in ("png", "svg"):
        held = BytesIO()
        figure.savefig(held, format=ending, dpi=160, metadata={"Date": None} if ending == "svg" else None)
        out[ending] = held.getvalue()
    return out


def _report(fitted: Fitted, title: str, source: str, test: Judged | None) -> Iterator[str]:
    best = fitted.best
    yield f"# Training: {title}"
    yield ""
    yield f"Examples from `{source}`. The run ended because {fitted.ended}."
    yield ""
    yield from _table(("what", "value"), list(_summary(fitted, test)))
    if fitted.history:
        yield "![loss by epoch](curve.svg)"
        yield ""
    if best is not None:
        yield f"The parameters are those of epoch {best.number}, in `best.safetensors`."
        yield ""
    yield "## Parameters"
    yield ""
    shapes = {name: "×".join(map(str, array.shape)) or "1" for name, array in fitted.parameters.items()}
    yield from _table(("parameter", "shape", "began as"), [(f"`{name}`", shapes[name], fitted.starts[name]) for name in fitted.parameters])
    for what, found in ((fitted.judged_on, fitted.judged), ("test", test)):
        if found is not None and found.confusion is not None:
            yield f"## Confusion matrix, {what} examples"
            yield ""
            yield from _confusion(fitted, found)


def _summary(fitted: Fitted, test: Judged | None) -> Iterator[tuple[str, str]]:
    options: Options = fitted.options
    yield "method", options.descent.name
    for name, value in fitted.constants.items():
        yield name, f"{value:g}"
    yield "schedule", SCHEDULES[options.schedule].why
    yield "batch", str(options.batch or "all examples")
    yield "numbers", f"{options.dtype}, computed by {fitted.computed}, seed {options.seed}"
    yield "inputs", "standardised by the training examples" if options.scale == "standard" else "as they are"
    if fitted.history:
        yield "training loss, last epoch", f"{fitted.history[-1].loss:.6g}"
    where = fitted.judged_on
    yield f"{where} loss, best epoch", f"{fitted.judged.loss:.6g}"
    if fitted.judged.accuracy is not None:
        yield f"{where} accuracy, best epoch", f"{100 * fitted.judged.accuracy:.2f} %"
    if test is not None:
        yield "test loss", f"{test.loss:.6g}"
        if test.accuracy is not None:
            yield "test accuracy", f"{100 * test.accuracy:.2f} %"


def _confusion(fitted: Fitted, found: Judged) -> Iterator[str]:
    count = len(found.confusion)
    if count > MOST_CLASSES:
        yield f"{count} classes are too many for a table here; the matrix is in the Python result."
        yield ""
        return
    names = [_cell(name) for name in (fitted.classes if len(fitted.classes) == count else map(str, range(count)))]
    yield "A row is the true class, a column the predicted one."
    yield ""
    yield from _table(("", *names), [(f"**{name}**", *map(str, row)) for name, row in zip(names, found.confusion.tolist(), strict=True)])


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    yield from ("| " + " | ".join(row) + " |" for row in rows)
    yield ""


def _cell(text: str) -> str:
    """A class name as it may stand in a table."""
    return "".join("\\" + c if c in "\\|*_`[]<>&" else " " if c.isspace() else c for c in text)[:40]
