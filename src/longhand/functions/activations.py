"""Activation functions: what a layer applies to each of its pre-activations.

The values are built from indicators, so that the derivative at a kink follows from the definition: an indicator is
constant on either side, and at the kink it has the value that its relation (> or ≥) gives it. Each row says the value
taken, and a test holds the row to it.
"""
from __future__ import annotations

from fractions import Fraction

from ..core.expr import ONE, ZERO, Apply, Expr, Number, power
from ..core.function import Function
from .elementary import HALF, PI, exp, ln, when


def sigmoid(x: Expr) -> Expr:
    return Apply("sigmoid", (x,))


SELU_SLOPE = Number(Fraction("1.0507009873554804934193349852946"))       # λ of Klambauer et al. 2017, "Self-Normalizing Neural Networks"
SELU_DEPTH = Number(Fraction("1.6732632423543772848170429916717"))       # α, ibid.
GELU_CUBIC = Number(Fraction("0.044715"))                                # Hendrycks and Gimpel 2016, the tanh approximation


def _gelu_inner(x: Expr) -> Expr:
    """√(2/π) (x + 0.044715 x³)."""
    return power(2 * power(PI, -1), HALF) * (x + GELU_CUBIC * power(x, 3))


def _gelu_tanh_derivative(x: Expr, y: Expr) -> Expr:
    t = Apply("tanh", (_gelu_inner(x),))
    inner = power(2 * power(PI, -1), HALF) * (ONE + 3 * GELU_CUBIC * power(x, 2))
    return HALF * (ONE + t) + HALF * x * (ONE - power(t, 2)) * inner


def _silu_derivative(x: Expr, y: Expr) -> Expr:
    return y + sigmoid(x) * (ONE - y)


ACTIVATIONS = (
    Function(
        "identity", "#1", lambda x: x, lambda x, y: ONE,
        rule="derivative of the identity", why="The output is the input, so both change by the same amount.",
        aliases=("linear", "id"),
    ),
    Function(
        "step", r"\mathbf{1}\left[#1>0\right]", lambda x: when(x, ">", 0), lambda x, y: ZERO,
        rule="derivative of the step", why="The step is constant on either side of 0; at the jump the derivative is taken as 0.",
        kinks={"0": "0"}, aliases=("hard step", "unit step", "threshold"),
    ),
    Function(
        "heaviside", r"\mathbf{1}\left[#1\geq 0\right]", lambda x: when(x, ">=", 0), lambda x, y: ZERO,
        rule="derivative of the Heaviside step",
        why="The step is constant on either side of 0; at the jump the derivative is taken as 0.",
        kinks={"0": "0"}, aliases=("step_at_0", "perceptron step"),
    ),
    Function(
        "relu", r"\operatorname{ReLU}\left(#1\right)", lambda x: x * when(x, ">", 0), lambda x, y: when(x, ">", 0),
        rule="derivative of ReLU",
        why="ReLU is x where x > 0 (slope 1) and 0 where x < 0 (slope 0); at 0 the slope 0 is taken.",
        kinks={"0": "0"}, aliases=("rectified linear unit", "rectifier", "ramp", "positive part"),
    ),
    Function(
        "relu6", r"\operatorname{ReLU6}\left(#1\right)",
        lambda x: x * when(x, ">", 0) * when(x, "<", 6) + 6 * when(x, ">=", 6), lambda x, y: when(x, ">", 0) * when(x, "<", 6),
        rule="derivative of ReLU6",
        why="ReLU6 has slope 1 between 0 and 6 and is constant outside; at both ends the slope 0 is taken.",
        kinks={"0": "0", "6": "0"},
    ),
    Function(
        "leaky_relu", r"\operatorname{LeakyReLU}\left(#1\right)",
        lambda x, a: x * when(x, ">", 0) + a * x * when(x, "<=", 0), lambda x, y, a: when(x, ">", 0) + a * when(x, "<=", 0),
        named=True, rule="derivative of leaky ReLU",
        why="Leaky ReLU is x where x > 0 (slope 1) and αx where x < 0 (slope α); at 0 the slope α is taken.",
        kinks={"0": "#2"}, defaults=("0.01",), aliases=("leaky rectified linear unit", "lrelu"),
    ),
    Function(
        "elu", r"\operatorname{ELU}\left(#1\right)",
        lambda x, a: x * when(x, ">=", 0) + a * (exp(x) - ONE) * when(x, "<", 0),
        lambda x, y, a: when(x, ">=", 0) + a * exp(x) * when(x, "<", 0),
        named=True, rule="derivative of ELU",
        why="ELU is x where x ≥ 0 (slope 1) and α(e^x - 1) where x < 0 (slope αe^x); at 0 the slope 1 is taken, "
            "which for α = 1 is the slope from both sides.",
        kinks={"0": "1"}, defaults=("1",), aliases=("exponential linear unit",),
    ),
    Function(
        "selu", r"\operatorname{SELU}\left(#1\right)",
        lambda x: SELU_SLOPE * x * when(x, ">", 0) + SELU_SLOPE * SELU_DEPTH * (exp(x) - ONE) * when(x, "<=", 0),
        lambda x, y: SELU_SLOPE * when(x, ">", 0) + SELU_SLOPE * SELU_DEPTH * exp(x) * when(x, "<=", 0),
        named=True, rule="derivative of SELU",
        why="SELU is λx where x > 0 (slope λ) and λα(e^x - 1) where x ≤ 0 (slope λαe^x); at 0 the slope λα is taken.",
        kinks={"0": str(SELU_SLOPE.value * SELU_DEPTH.value)}, aliases=("scaled exponential linear unit",),
    ),
    Function(
        "sigmoid", r"\sigma\left(#1\right)", lambda x: power(ONE + exp(-x), -1), lambda x, y: y * (ONE - y),
        rule="derivative of the sigmoid",
        why="The derivative of 1/(1 + e^(-x)) is e^(-x)/(1 + e^(-x))², which is y times the rest up to 1: y(1 - y).",
        aliases=("σ", "logistic", "logistic function", "logistic sigmoid", "expit", "sigm"),
    ),
    Function(
        "log_sigmoid", r"\ln\sigma\left(#1\right)", lambda x: -ln(ONE + exp(-x)), lambda x, y: sigmoid(-x),
        rule="derivative of the log-sigmoid",
        why="The derivative of ln σ(x) is σ'(x)/σ(x), that is 1 - σ(x), or σ(-x).",
    ),
    Function(
        "softplus", r"\operatorname{softplus}\left(#1\right)", lambda x: ln(ONE + exp(x)), lambda x, y: sigmoid(x),
        rule="derivative of softplus",
        why="The derivative of ln(1 + e^x) is e^x/(1 + e^x), which is the sigmoid of x.",
        aliases=("smooth relu",),
    ),
    Function(
        "silu", r"\operatorname{SiLU}\left(#1\right)", lambda x: x * sigmoid(x), _silu_derivative,
        named=True, rule="derivative of SiLU",
        why="By the product rule the derivative of xσ(x) is σ(x) + xσ(x)(1 - σ(x)), which is y + σ(x)(1 - y).",
        aliases=("swish", "sigmoid linear unit"),
    ),
    Function(
        "mish", r"\operatorname{Mish}\left(#1\right)", lambda x: x * Apply("tanh", (Apply("softplus", (x,)),)),
        named=True, rule="derivative of Mish", why="Mish is x·tanh(softplus(x)): the product rule, then the chain rule twice.",
    ),
    Function(
        "gelu", r"\operatorname{GELU}\left(#1\right)", lambda x: x * Apply("Phi", (x,)),
        lambda x, y: Apply("Phi", (x,)) + x * Apply("phi", (x,)),
        named=True, rule="derivative of GELU",
        why="By the product rule the derivative of xΦ(x) is Φ(x) + xφ(x), since the density φ is the derivative of Φ.",
        aliases=("gaussian error linear unit",),
    ),
    Function(
        "gelu_tanh", r"\operatorname{GELU}_{\tanh}\left(#1\right)",
        lambda x: HALF * x * (ONE + Apply("tanh", (_gelu_inner(x),))), _gelu_tanh_derivative,
        named=True, rule="derivative of GELU in its tanh form",
        why="The product rule, and for the tanh the chain rule with 1 - tanh² and the derivative √(2/π)(1 + 3·0.044715x²) of its argument.",
        aliases=("gelu_new", "approximate gelu"),
    ),
    Function(
        "hard_tanh", r"\operatorname{hardtanh}\left(#1\right)",
        lambda x: x * when(x, ">", -1) * when(x, "<", 1) + when(x, ">=", 1) - when(x, "<=", -1),
        lambda x, y: when(x, ">", -1) * when(x, "<", 1),
        rule="derivative of hard tanh",
        why="Hard tanh has slope 1 between -1 and 1 and is constant outside; at both ends the slope 0 is taken.",
        kinks={"-1": "0", "1": "0"},
    ),
    Function(
        "softsign", r"\operatorname{softsign}\left(#1\right)", lambda x: x * power(ONE + Apply("abs", (x,)), -1),
        lambda x, y: power(ONE + Apply("abs", (x,)), -2),
        rule="derivative of softsign",
        why="On either side of 0 the quotient rule gives ((1 + |x|) - |x|)/(1 + |x|)², that is 1/(1 + |x|)², which is 1 at 0 as well.",
    ),
)
