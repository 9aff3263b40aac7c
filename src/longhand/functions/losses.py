"""Losses of a label and a prediction. A row builds the loss of one example, summed over the axes of the prediction;
a batch, a weight decay or a factor of the sheet's own comes around it."""
from __future__ import annotations

from collections.abc import Callable
from math import prod

from ..core.axis import Axis, Index
from ..core.equation import Tensor
from ..core.expr import ONE, Apply, Component, Entry, Expr, Number, Sum, delta, mul, power
from ..core.function import Function
from ..core.record import record
from .elementary import HALF, ln, when

Maker = Callable[..., Expr]
"""Gives the entry at the positions it is called with: prediction(k) is ŷ[k]."""


@record
class Loss:
    """A loss.

    latex  the textbook's formula, with y for the label and \\hat{y} for the prediction
    build  (label, prediction, axes) -> the loss over all of the axes
    """
    name: str
    latex: str
    build: Callable[[Maker, Maker, tuple[Axis, ...]], Expr]
    why: str
    aliases: tuple[str, ...] = ()


def _indices(axes: tuple[Axis, ...]) -> tuple[Index, ...]:
    return Tensor("", axes).entry().at


def _total(axes: tuple[Axis, ...], term: Callable[..., Expr]) -> Expr:
    """Σ over all of the axes; for no axes, the one term."""
    at = _indices(axes)
    total = term(*at)
    for index in reversed(at):
        total = Sum(index, total)
    return total


def _count(axes: tuple[Axis, ...]) -> Expr:
    """How many entries there are: a number where the sizes are numbers, else their symbols."""
    numbers = prod(axis.size for axis in axes if isinstance(axis.size, int))
    return mul(Number(numbers), *(Entry(axis.size) for axis in axes if isinstance(axis.size, str)))


def _each(term: Callable[[Expr, Expr], Expr]) -> Callable[[Maker, Maker, tuple[Axis, ...]], Expr]:
    """The sum of term(y, ŷ) over all entries."""
    return lambda y, p, axes: _total(axes, lambda *at: term(y(*at), p(*at)))


def _mean(term: Callable[[Expr, Expr], Expr]) -> Callable[[Maker, Maker, tuple[Axis, ...]], Expr]:
    """The mean of term(y, ŷ) over all entries."""
    return lambda y, p, axes: power(_count(axes), -1) * _each(term)(y, p, axes)


def _negated(build: Callable[[Maker, Maker, tuple[Axis, ...]], Expr]) -> Callable[[Maker, Maker, tuple[Axis, ...]], Expr]:
    return lambda y, p, axes: -build(y, p, axes)


def _with_logits(y: Maker, z: Maker, axes: tuple[Axis, ...]) -> Expr:
    *batch, classes = axes
    inner = Index(classes, 1 + sum(axis == classes for axis in batch))
    return -_total(axes, lambda *at: y(*at) * Component("log_softmax", inner, z(*at[:-1], inner), at[-1]))


def _multiclass_hinge(y: Maker, s: Maker, axes: tuple[Axis, ...]) -> Expr:
    *batch, classes = axes
    other = Index(classes, 1 + sum(axis == classes for axis in batch))

    def term(*at: Index) -> Expr:
        margin = Apply("relu", (ONE + s(*at[:-1], other) - s(*at),))
        return y(*at) * Sum(other, (ONE - delta(at[-1], other)) * margin)

    return _total(axes, term)


def _square(y: Expr, p: Expr) -> Expr:
    return power(p - y, 2)


def _absolute(y: Expr, p: Expr) -> Expr:
    return Apply("abs", (p - y,))


def _binary(y: Expr, p: Expr) -> Expr:
    return y * ln(p) + (ONE - y) * ln(ONE - p)


HUBER = Function(
    "huber", r"\operatorname{huber}\left(#1\right)",
    lambda x, d: HALF * power(x, 2) * when(x, ">=", -d) * when(x, "<=", d)
    + d * (x - HALF * d) * when(x, ">", d) + d * (-x - HALF * d) * when(x, "<", -d),
    lambda x, y, d: x * when(x, ">=", -d) * when(x, "<=", d) + d * when(x, ">", d) - d * when(x, "<", -d),
    named=True, rule="derivative of the Huber function",
    why="The Huber function is a parabola between -δ and δ (slope x) and goes on as straight lines of the slope reached there (-δ and δ).",
    defaults=("1",),
)
"""The scalar function under the Huber loss; δ is its parameter, and the slope has no jump."""

LOSSES = (
    Loss(
        "cross_entropy", r"-\sum_i y_i \ln \hat{y}_i", _negated(_each(lambda y, p: y * ln(p))),
        why="The negative logarithm of the probability that the prediction gives to the label.",
        aliases=(
            "cross-entropy", "CE", "categorical cross-entropy", "negative log-likelihood", "NLL", "softmax loss", "multinomial log loss",
        ),
    ),
    Loss(
        "cross_entropy_with_logits", r"-\sum_i y_i \ln \operatorname{softmax}(z)_i", _with_logits,
        why="Cross-entropy of the softmax of the prediction, in one formula that stays finite.",
        aliases=("softmax cross-entropy", "CrossEntropyLoss", "cross-entropy from logits"),
    ),
    Loss(
        "binary_cross_entropy", r"-\left(y \ln \hat{y} + (1-y) \ln (1-\hat{y})\right)", _negated(_each(_binary)),
        why="The negative logarithm of the probability that the prediction gives to the label of two classes.",
        aliases=("BCE", "log loss", "logistic loss", "binary log loss", "BCELoss"),
    ),
    Loss(
        "half_squared_error", r"\tfrac{1}{2}\sum_i \left(\hat{y}_i - y_i\right)^2", lambda y, p, axes: HALF * _each(_square)(y, p, axes),
        why="Half the squared distance, so that the derivative is the plain difference.",
        aliases=("half SSE", "quadratic cost", "quadratic loss", "one half squared error"),
    ),
    Loss(
        "squared_error", r"\sum_i \left(\hat{y}_i - y_i\right)^2", _each(_square),
        why="The squared distance of prediction and label.",
        aliases=("SSE", "sum of squared errors", "sum of squares", "L2 loss", "squared loss"),
    ),
    Loss(
        "mean_squared_error", r"\tfrac{1}{n}\sum_i \left(\hat{y}_i - y_i\right)^2", _mean(_square),
        why="The mean over the entries of the squared difference.",
        aliases=("MSE", "mean square error", "MSELoss"),
    ),
    Loss(
        "absolute_error", r"\sum_i \left|\hat{y}_i - y_i\right|", _each(_absolute),
        why="The sum over the entries of the size of the difference.",
        aliases=("L1", "L1 loss", "sum of absolute errors", "SAE"),
    ),
    Loss(
        "mean_absolute_error", r"\tfrac{1}{n}\sum_i \left|\hat{y}_i - y_i\right|", _mean(_absolute),
        why="The mean over the entries of the size of the difference.",
        aliases=("MAE", "mean absolute deviation", "L1Loss"),
    ),
    Loss(
        "huber_loss", r"\sum_i \operatorname{huber}\left(\hat{y}_i - y_i\right)",
        _each(lambda y, p: Apply("huber", (p - y, ONE))),
        why="Half the square of a small difference and, beyond 1, only its size, so that outliers pull with a bounded force.",
        aliases=("Huber", "smooth L1"),
    ),
    Loss(
        "hinge", r"\sum_i \max\left(0, 1 - y_i \hat{y}_i\right)", _each(lambda y, p: Apply("relu", (ONE - y * p,))),
        why="Zero once a label ±1 and its score agree with a margin of 1, and rising linearly before.",
        aliases=("hinge loss", "SVM loss", "max-margin loss"),
    ),
    Loss(
        "multiclass_hinge", r"\sum_i y_i \sum_{j \neq i} \max\left(0, 1 + \hat{y}_j - \hat{y}_i\right)", _multiclass_hinge,
        why="Each wrong class whose score comes within 1 of the right class's score costs what it is too near by.",
        aliases=("multi-class hinge loss", "multiclass SVM loss", "Weston-Watkins loss"),
    ),
    Loss(
        "kl_divergence", r"\sum_i y_i \ln \frac{y_i}{\hat{y}_i}", _each(lambda y, p: y * (ln(y) - ln(p))),
        why="The cross-entropy less the entropy of the label, which no parameter changes; the labels must be positive.",
        aliases=("KL", "Kullback-Leibler divergence", "relative entropy", "KLDivLoss"),
    ),
)
