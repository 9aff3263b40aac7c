"""What a training run may be told, with the defaults."""
from __future__ import annotations

from dataclasses import field
from fractions import Fraction

from ..calculus.descent import METHODS, Method
from ..core.record import record
from ..errors import UsageError
from .schedules import schedule

RATE = "0.1"
"""The learning rate where neither the command nor the sheet nor the method has one."""
SCALES = ("none", "standard")
DTYPES = ("float32", "float64")


@record
class Options:
    """A training run.

    epochs      passes over the training examples        batch       examples a step; 0: all of them
    method      a row of calculus.descent                 constants   its constants by name, "learning rate" among them
    schedule    a row of training.schedules               validation  share of the examples kept aside, 0 to below 1
    patience    epochs without a lower validation loss after which the run ends, None: never
    seed        of the split, the first parameters and the order of examples
    scale       "standard": inputs less their mean, over their standard deviation, both of the training examples
    random      parameters begin at random, also where the sheet has numbers
    target      what computes: a row of training.targets, None for the first one that can be had
    threads     of the C target, None for as many as pay; the same number gives the same bits
    sizes       numbers for size symbols that no example fixes (n = 128)
    """
    epochs: int = 10
    batch: int = 32
    method: str = "gradient descent"
    constants: dict[str, str] = field(default_factory=dict)
    schedule: str = "constant"
    validation: float = 0.1
    patience: int | None = None
    seed: int = 0
    scale: str = "none"
    dtype: str = "float32"
    target: str | None = None
    threads: int | None = None
    random: bool = False
    sizes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UsageError(f"{self.method} is no method.", suggestion=f"Methods are {', '.join(sorted({m.name for m in METHODS.values()}))}.")
        schedule(self.schedule)
        for name, value, known in (("scale", self.scale, SCALES), ("dtype", self.dtype, DTYPES)):
            if value not in known:
                raise UsageError(f"{value} is no {name}.", suggestion=f"Choose {' or '.join(known)}.")
        if not isinstance(self.validation, int | float) or not 0 <= self.validation < 1:
            raise UsageError("The share for validation lies from 0 to below 1.", suggestion="--validation 0.1")
        for name, value, least in (("epochs", self.epochs, 0), ("batch", self.batch, 0), ("seed", self.seed, 0), ("patience", self.patience, 1),
                                   ("threads", self.threads, 1)):
            if name not in ("patience", "threads") and value is None or value is not None and (not isinstance(value, int) or isinstance(value, bool)):
                raise UsageError(f"{name} is {value!r}, and it has to be a whole number.")
            if value is not None and value < least:
                raise UsageError(f"{name} is {value}, and the least is {least}.")
        for name, value in self.constants.items():
            if name not in METHODS[self.method].constants:
                raise UsageError(f"{self.method} has no {name}.", suggestion=f"It has {', '.join(METHODS[self.method].constants)}.")
            try:
                float(Fraction(value))
            except (ValueError, OverflowError, TypeError, ZeroDivisionError):
                raise UsageError(f"{name} = {value} is no number.") from None

    @property
    def descent(self) -> Method:
        """The row of the method."""
        return METHODS[self.method]

    def constant(self, name: str, of_sheet: Fraction | None) -> float:
        """A constant of the method: as told, else the sheet's, else the method's, else the usual rate."""
        text = self.constants.get(name)
        default = self.descent.constants[name]
        return float(Fraction(text) if text is not None else of_sheet if of_sheet is not None else Fraction(default or RATE))
