"""How good a network is on some examples: loss, accuracy and the confusion matrix."""
from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.record import record

if TYPE_CHECKING:
    import numpy as np

    from .examples import Examples
    from .stepper import Stepper
    from .task import Task


@record
class Judged:
    """Mean loss over the examples; for a sheet that sorts into classes the share that is right, and confusion[i, j]: examples of class i taken for j."""
    loss: float
    accuracy: float | None = None
    confusion: np.ndarray | None = None


def judged(stepper: Stepper, task: Task, examples: Examples) -> Judged:
    """The network as it stands, on these examples."""
    loss, prediction = stepper.evaluate(examples)
    found = _classes(task, examples, prediction)
    if found is None:
        return Judged(loss)
    import numpy as np
    true, taken, count = found
    confusion = np.zeros((count, count), np.int64)
    np.add.at(confusion, (true, taken), 1)
    return Judged(loss, float((true == taken).mean()), confusion)


def _classes(task: Task, examples: Examples, prediction: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, int] | None:
    """The true class and the predicted one of each example, and how many classes there are; None where the sheet predicts no class."""
    import numpy as np
    if prediction is None:
        return None
    label = examples.arrays[task.labels[0].name]
    if task.classes is not None and prediction.ndim == 2 and prediction.shape[1] > 1:
        true = label.argmax(axis=1) if label.ndim == 2 else label.astype(np.int64) - task.first_class
        if label.ndim == 2 and not np.isin(label, (0, 1)).all():
            return None
        return true, prediction.argmax(axis=1), prediction.shape[1]
    label, prediction = label.reshape(len(label), -1), prediction.reshape(len(prediction), -1)
    if label.shape[1] == 1 and examples.classes and len(examples.classes) <= 2 or (label.shape[1] == 1 and np.isin(label, (0, 1)).all()):
        if np.any((prediction < 0) | (prediction > 1)):
            return None
        return label[:, 0].astype(np.int64), (prediction[:, 0] > 0.5).astype(np.int64), 2
    return None
