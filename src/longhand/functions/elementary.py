"""Elementary functions. The primitives (value None) are what every arithmetic and every backend knows by itself;
all else is built from them. Square roots are powers with the exponent 1/2 and need no row."""
from __future__ import annotations

from fractions import Fraction

from ..core.expr import ONE, Apply, Entry, Expr, Holds, Number, as_expr, power
from ..core.function import Function

PI = Entry("pi")
"""The constant π, as a tensor of rank 0 that every program may read."""

HALF = Fraction(1, 2)


def exp(x: Expr) -> Expr:
    return Apply("exp", (x,))


def ln(x: Expr) -> Expr:
    return Apply("ln", (x,))


def when(x: Expr, relation: str, bound: Expr | int) -> Expr:
    """1 where the relation holds, else 0."""
    return Holds(x, relation, as_expr(bound))


PRIMITIVES = (
    Function(
        "exp", r"e^{#1}", derivative=lambda x, y: y,
        rule="derivative of the exponential function",
        why="e^x grows at a rate equal to its own value; that is how e is chosen.",
        aliases=("exponential",),
    ),
    Function(
        "ln", r"\ln\left(#1\right)", derivative=lambda x, y: power(x, -1), domain=(">", "0"),
        rule="derivative of the natural logarithm",
        why="ln undoes exp, so its slope at x is one over the slope of exp at ln x, that is 1/x.",
        aliases=("natural logarithm",),
    ),
    Function(
        "sin", r"\sin\left(#1\right)", derivative=lambda x, y: Apply("cos", (x,)),
        rule="derivative of the sine",
        why="A point on the unit circle at angle x moves at right angles to its radius, so its height changes by cos x.",
        aliases=("sine",),
    ),
    Function(
        "cos", r"\cos\left(#1\right)", derivative=lambda x, y: -Apply("sin", (x,)),
        rule="derivative of the cosine",
        why="A point on the unit circle at angle x moves at right angles to its radius, so its abscissa changes by -sin x.",
        aliases=("cosine",),
    ),
    Function(
        "arctan", r"\arctan\left(#1\right)", derivative=lambda x, y: power(ONE + power(x, 2), -1),
        rule="derivative of the arctangent",
        why="arctan undoes tan, so its slope at x is one over the slope of tan there, which is 1 + tan², hence 1 + x².",
        aliases=("atan", "arctg"),
    ),
    Function(
        "tanh", r"\tanh\left(#1\right)", derivative=lambda x, y: ONE - power(y, 2),
        rule="derivative of tanh",
        why="tanh is sinh over cosh, and the quotient rule gives (cosh² - sinh²)/cosh², that is 1 - tanh².",
        aliases=("hyperbolic tangent", "th"),
    ),
    Function(
        "erf", r"\operatorname{erf}\left(#1\right)", derivative=lambda x, y: 2 * power(PI, -HALF) * exp(-power(x, 2)),
        rule="derivative of the error function",
        why="erf is the integral of 2/√π · e^(-t²) from 0 to x, so its derivative is the integrand at x.",
        aliases=("error function",),
    ),
)

BUILT = (
    Function(
        "log10", r"\log_{10}\left(#1\right)", lambda x: ln(x) * power(ln(Number(10)), -1),
        lambda x, y: power(x * ln(Number(10)), -1), domain=(">", "0"),
        rule="derivative of the decimal logarithm",
        why="log10 x is ln x divided by the constant ln 10.",
        aliases=("lg", "decimal logarithm"),
    ),
    Function(
        "log2", r"\log_{2}\left(#1\right)", lambda x: ln(x) * power(ln(Number(2)), -1),
        lambda x, y: power(x * ln(Number(2)), -1), domain=(">", "0"),
        rule="derivative of the binary logarithm",
        why="log2 x is ln x divided by the constant ln 2.",
        aliases=("ld", "lb", "binary logarithm"),
    ),
    Function(
        "tan", r"\tan\left(#1\right)", lambda x: Apply("sin", (x,)) * power(Apply("cos", (x,)), -1), lambda x, y: ONE + power(y, 2),
        rule="derivative of the tangent",
        why="tan is sin over cos, and the quotient rule gives (cos² + sin²)/cos², that is 1 + tan².",
        aliases=("tangent", "tg"),
    ),
    Function(
        "sinh", r"\sinh\left(#1\right)", lambda x: HALF * (exp(x) - exp(-x)), lambda x, y: Apply("cosh", (x,)),
        rule="derivative of sinh",
        why="Differentiating (e^x - e^(-x))/2 turns the minus into a plus.",
        aliases=("hyperbolic sine",),
    ),
    Function(
        "cosh", r"\cosh\left(#1\right)", lambda x: HALF * (exp(x) + exp(-x)), lambda x, y: Apply("sinh", (x,)),
        rule="derivative of cosh",
        why="Differentiating (e^x + e^(-x))/2 turns the plus into a minus.",
        aliases=("hyperbolic cosine",),
    ),
    Function(
        "sign", r"\operatorname{sign}\left(#1\right)", lambda x: when(x, ">", 0) - when(x, "<", 0), lambda x, y: Number(0),
        rule="derivative of the sign",
        why="The sign is constant on either side of 0; at the jump the derivative is taken as 0.",
        kinks={"0": "0"}, aliases=("sgn", "signum"),
    ),
    Function(
        "abs", r"\left|#1\right|", lambda x: x * when(x, ">", 0) - x * when(x, "<", 0), lambda x, y: Apply("sign", (x,)),
        rule="derivative of the absolute value",
        why="|x| is x on the right of 0 and -x on the left; at 0 the value between the two slopes, 0, is taken.",
        kinks={"0": "0"}, aliases=("absolute value",),
    ),
    Function(
        "phi", r"\varphi\left(#1\right)", lambda x: power(2 * PI, -HALF) * exp(-HALF * power(x, 2)), lambda x, y: -x * y,
        rule="derivative of the normal density",
        why="The exponent -x²/2 has the derivative -x, and the exponential keeps its value y.",
        aliases=("φ", "varphi", "normal density", "normal pdf"),
    ),
    Function(
        "Phi", r"\Phi\left(#1\right)", lambda x: HALF * (ONE + Apply("erf", (x * power(Number(2), -HALF),))),
        lambda x, y: Apply("phi", (x,)),
        rule="derivative of the normal distribution function",
        why="Φ is the integral of the normal density φ from -∞ to x, so its derivative is the density at x.",
        aliases=("Φ", "normal cdf", "normal distribution function"),
    ),
)

ELEMENTARY = PRIMITIVES + BUILT
