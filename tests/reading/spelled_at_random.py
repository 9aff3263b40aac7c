"""Formulas at random: trees with their own value, spelled in LaTeX as people spell them, in a style chosen anew at each place.

The writer knows nothing of the reader. It puts brackets where convention needs them, so that each spelling has one meaning: that of its tree.
"""
from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping

Tree = tuple
SUM, PRODUCT, ATOM = 1, 2, 3                 # how tightly a spelling holds together

NUMBERS = {"a": 1.3, "b": 0.7, "c": 2.1, "k": 1.7, r"\beta": 0.4, r"\theta": 0.9, "w_1": 1.1, "w_2": 0.6, "x": 0.8, r"\hat{y}": 0.3, r"z^{(1)}": 1.6}
VECTORS = {"u": (1.2, -0.5, 0.8), "v": (0.3, 1.1, -0.9), r"\mathbf{q}": (0.4, 0.9, 1.5)}
MATRICES = {"A": ((0.5, -1.2, 0.4), (0.9, 0.2, -0.7), (1.4, 0.6, 0.3)), r"\mathbf{W}": ((0.1, 0.8, -0.4), (1.1, -0.3, 0.6), (0.2, 0.5, 1.7))}
SIZE = 3
COMMAND_LAST = re.compile(r"\\[A-Za-z]+$|net$")

FUNCTIONS = {
    "tanh": math.tanh, "exp": math.exp, "sin": math.sin, "cos": math.cos, "sigmoid": lambda x: 1 / (1 + math.exp(-x)), "relu": lambda x: max(0.0, x),
    "sqrt": math.sqrt, "ln": math.log, "abs": abs, "f": lambda x: x * x + 1, "g": lambda x: x - 2 * x ** 3,
}
OWN = {"f": "f(s) = s^2 + 1", "g": "g(t) = t - 2t^3"}           # functions that the sheet itself defines
SPELLED = {
    "tanh": (r"\tanh", r"\text{tanh}", r"\operatorname{tanh}"), "exp": (r"\exp", r"\mathrm{exp}"), "sin": (r"\sin",), "cos": (r"\cos",), "ln": (r"\ln",),
    "sigmoid": (r"\sigma", r"\text{sigmoid}", r"\mathrm{sigmoid}"), "relu": (r"\text{ReLU}", r"\operatorname{ReLU}", r"\mathrm{relu}"),
    "f": ("f",), "g": ("g",),
}
BRACKETS = (("(", ")"), ("(", ")"), ("(", ")"), ("[", "]"), (r"\left(", r"\right)"), (r"\left[", r"\right]"), (r"\big(", r"\big)"), (r"\bigl(", r"\bigr)"),
            (r"\Big[", r"\Big]"), (r"\{", r"\}"), (r"\left\{", r"\right\}"))
ROUND = tuple(pair for pair in BRACKETS if "(" in pair[0])


# ---- trees --------------------------------------------------------------------------------------------------------

def tree(chance: random.Random, depth: int, entries: bool = False) -> Tree:
    """A number; with `entries` it may hold entries u_i of vectors, to be summed over i."""
    if depth <= 0 or chance.random() < 0.12:
        return leaf(chance, entries)

    def inner() -> Tree:
        return tree(chance, depth - 1, entries)

    kind = chance.choices(("add", "mul", "div", "neg", "pow", "call", "array"), (5, 7, 2, 1, 3, 3, 0 if entries else 2))[0]
    match kind:
        case "add":
            return ("add", *(inner() if chance.random() < 0.6 else ("neg", inner()) for _ in range(chance.choice((2, 2, 3)))))
        case "mul":
            return ("mul", *(inner() for _ in range(chance.choice((2, 2, 3)))))
        case "neg":
            return "neg", inner()
        case "pow":
            return "pow", inner(), chance.choice((2, 2, 2, 3, -1, 2.0))
        case "div":
            return "div", inner(), positive(inner())
        case "call":
            name = chance.choice(tuple(FUNCTIONS))
            return "call", name, positive(inner()) if name in ("sqrt", "ln") else inner()
    return array(chance, depth)


def positive(inner: Tree) -> Tree:
    """A tree of no value near 0 or below."""
    return "add", ("pow", inner, 2), ("number", "2")


def leaf(chance: random.Random, entries: bool) -> Tree:
    if entries and chance.random() < 0.6:
        return "entry", chance.choice(tuple(VECTORS))
    if chance.random() < 0.25:
        return "number", chance.choice(("2", "3", "0.5", "0.25", "1.5", "10", "4"))
    return "name", chance.choice(tuple(NUMBERS))


def array(chance: random.Random, depth: int) -> Tree:
    """A number made of vectors and matrices."""
    one, two, matrix = chance.choice(tuple(VECTORS)), chance.choice(tuple(VECTORS)), chance.choice(tuple(MATRICES))
    kind = chance.choice(("dot", "norm", "form", "sum", "sum", "mean", "at", "cell", "prod"))
    if kind in ("sum", "mean"):
        return kind, ("mul", tree(chance, min(depth - 1, 2), True), ("entry", one))
    if kind == "prod":
        return "dot", one, two
    return {"dot": ("dot", one, two), "norm": ("norm", one, two), "form": ("form", one, matrix, two), "at": ("at", one, chance.randrange(SIZE)),
            "cell": ("cell", matrix, chance.randrange(SIZE), chance.randrange(SIZE))}[kind]


def value(formula: Tree, given: Mapping[str, object], i: int = 0) -> float:
    """The value of a tree, entries taken at i. OverflowError, ZeroDivisionError or ValueError where there is none."""
    match formula:
        case ("number", text):
            return float(text)
        case ("name", name):
            return given[name]
        case ("entry", name):
            return given[name][i]
        case ("add", *terms):
            return math.fsum(value(t, given, i) for t in terms)
        case ("mul", *factors):
            return math.prod(value(f, given, i) for f in factors)
        case ("neg", inner):
            return -value(inner, given, i)
        case ("pow", base, exponent):
            return value(base, given, i) ** int(exponent)
        case ("div", above, below):
            return value(above, given, i) / value(below, given, i)
        case ("call", name, inner):
            return FUNCTIONS[name](value(inner, given, i))
        case ("dot", one, two):
            return math.sumprod(given[one], given[two]) if hasattr(math, "sumprod") else sum(p * q for p, q in zip(given[one], given[two], strict=True))
        case ("norm", one, two):
            return sum((p - q) ** 2 for p, q in zip(given[one], given[two], strict=True))
        case ("form", one, matrix, two):
            return sum(p * sum(m * q for m, q in zip(row, given[two], strict=True)) for p, row in zip(given[one], given[matrix], strict=True))
        case ("sum", body):
            return sum(value(body, given, k) for k in range(SIZE))
        case ("mean", body):
            return sum(value(body, given, k) for k in range(SIZE)) / SIZE
        case ("at", name, k):
            return given[name][k]
        case ("cell", name, row, column):
            return given[name][row][column]
    raise AssertionError(formula)


def names(formula: Tree) -> set[str]:
    """The quantities that a tree reads."""
    match formula:
        case ("name" | "entry" | "at", name, *_):
            return {name}
        case ("dot" | "norm", one, two):
            return {one, two}
        case ("form", one, matrix, two):
            return {one, matrix, two}
        case ("cell", matrix, *_):
            return {matrix}
    return set().union(*(names(part) for part in formula[1:] if isinstance(part, tuple)))


def applied(formula: Tree) -> set[str]:
    """The functions that a tree applies."""
    own = {formula[1]} if formula[0] == "call" else set()
    return own.union(*(applied(part) for part in formula[1:] if isinstance(part, tuple)))


# ---- spelling -----------------------------------------------------------------------------------------------------

class Writer:
    """Spells trees. A spelling is (text, how tightly it holds together, whether what follows would be drawn into it)."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.depth = 0                       # of sums over an index, for their letters

    def one(self, *choices: str) -> str:
        return self.chance.choice(choices)

    def brackets(self, text: str, kinds: tuple[tuple[str, str], ...] = BRACKETS) -> str:
        left, right = self.chance.choice(kinds)
        return f"{left}{text}{right}"

    def atom(self, formula: Tree, kinds: tuple[tuple[str, str], ...] = BRACKETS) -> str:
        """In brackets, unless it is one letter, number, call or fraction."""
        text, level, open_ = self.spell(formula)
        return text if level == ATOM and not open_ else self.brackets(text, kinds)

    def spell(self, formula: Tree) -> tuple[str, int, bool]:
        match formula:
            case ("number", text):
                return self.number(text), ATOM, False
            case ("name", name):
                return name, ATOM, False
            case ("entry", name):
                return name + self.one(f"_{self.letter}", f"_{{{self.letter}}}"), ATOM, False
            case ("neg", inner):
                text, level, open_ = self.spell(inner)
                return "-" + (self.brackets(text) if level == SUM else text), SUM, open_
            case ("add", *terms):
                return self.sum(terms)
            case ("mul", *factors):
                return self.product(factors)
            case ("div", above, below):
                return self.quotient(above, below)
            case ("pow", base, exponent):
                return self.power(base, exponent), ATOM, False
            case ("call", name, inner):
                return self.call(name, inner)
        return self.array(formula)

    def number(self, text: str) -> str:
        if text == "0.5":
            return self.one("0.5", ".5", r"\frac12", r"\frac{1}{2}", r"\tfrac12", "0.50", "0{,}5")
        if text == "0.25":
            return self.one("0.25", r"\frac14", r"\tfrac{1}{4}", ".25")
        return text

    def sum(self, terms: list[Tree], rows: bool = False) -> tuple[str, int, bool]:
        """Terms with their signs; in `rows` a term may begin a new line."""
        out = ""
        for k, term in enumerate(terms):
            minus = term[0] == "neg"
            text, level, _ = self.spell(term[1] if minus else term)
            text = self.brackets(text) if level == SUM else text
            sign = "-" if minus else "+" if k else ""
            line = self.one(r" \\ & ", r"\\" + "\n& \\quad {} ", " % the next\n", " ") if rows else self.one("", " ")
            out += line + sign + self.one("", " ", " ", r"\,", "{}") + text if k else sign + text
        return out, SUM, False

    def product(self, factors: list[Tree]) -> tuple[str, int, bool]:
        out, opens, slash = "", False, False
        for k, factor in enumerate(factors):
            text, level, draws = self.spell(factor)
            divides = level == PRODUCT and factor[0] == "div"
            if level == SUM or draws and k < len(factors) - 1 or divides and k:
                text, draws, divides = self.brackets(text), False, False
            if k:
                bracketed = text.startswith(("(", "[", r"\left", r"\big", r"\Big", r"\{"))
                number = text[0].isdigit() or text[0] == "." or text.startswith((r"\frac", r"\tfrac", r"\dfrac")) and out[-1].isdigit()
                if number or slash or self.chance.random() < 0.35:
                    out += self.one(r" \cdot ", r" \times ", r"\cdot ", " * ", "·", "×")
                elif bracketed or text[0] == "\\" or not COMMAND_LAST.search(out) and not out[-1].isalpha():
                    out += self.one("", "", " ", r"\,", r"\!")
                else:
                    out += self.one(" ", " ", r"\,", r"~") if COMMAND_LAST.search(out) or len(text) > 1 and text.startswith("net") else self.one("", " ", r"\,")
            out, opens, slash = out + text, draws, divides
        return out, PRODUCT, opens

    def quotient(self, above: Tree, below: Tree) -> tuple[str, int, bool]:
        if self.chance.random() < 0.75:
            top, under = self.spell(above)[0], self.spell(below)[0]
            return f"{self.one(chr(92) + 'frac', chr(92) + 'dfrac', chr(92) + 'frac')}{{{top}}}{{{under}}}", ATOM, False
        return self.atom(above) + self.one("/", " / ") + self.atom(below), PRODUCT, False

    def power(self, base: Tree, exponent: float) -> str:
        shown = str(int(exponent)) if exponent > 0 and self.chance.random() < 0.5 else f"{{{int(exponent)}}}"
        if base[0] == "call" and base[1] in SPELLED and exponent > 0 and base[1] not in OWN and self.chance.random() < 0.4:
            word = self.one(*SPELLED[base[1]])
            return f"{word}^{shown}{self.brackets(self.spell(base[2])[0], ROUND)}"
        text, level, open_ = self.spell(base)
        plain = level == ATOM and not open_ and base[0] in ("name", "entry", "number", "at", "cell", "call") and not text.startswith((r"\frac", r"\tfrac", "."))
        if base[0] == "name" and "^" in text or base[0] == "call" and base[1] in ("exp", "sqrt", "abs") or not plain or base[0] == "pow":
            text = self.brackets(text)
        return f"{text}^{shown}"

    def call(self, name: str, inner: Tree) -> tuple[str, int, bool]:
        body, level, open_ = self.spell(inner)
        if name == "sqrt":
            return rf"\sqrt{{{body}}}", ATOM, False
        if name == "abs":
            bars = (r"\left|%s\right|", r"\lvert %s\rvert") + (("|%s|",) if "|" not in body else ())
            return self.one(*bars) % body, ATOM, False
        if name == "exp" and self.chance.random() < 0.5:
            return f"e^{{{body}}}", ATOM, False
        if name == "relu" and self.chance.random() < 0.4:
            return self.one(r"\max(0, %s)", r"\max\{0, %s\}", r"\max\left(0, %s\right)", r"\max(%s, 0)") % body, ATOM, False
        word = self.one(*SPELLED[name])
        if inner[0] in ("name", "entry") and word.startswith("\\") and "{" not in word and word != r"\sigma" and self.chance.random() < 0.4:
            return f"{word} {body}", ATOM, True
        kinds = ROUND if word in ("f", "g", r"\sigma") or "{" in word else BRACKETS
        return word + self.one("", "", " ", r"\!" if kinds is ROUND else "") + self.brackets(body, kinds), ATOM, False

    # ---- vectors and matrices -------------------------------------------------------------------------------------

    @property
    def letter(self) -> str:
        return "ijm"[self.depth - 1]

    def array(self, formula: Tree) -> tuple[str, int, bool]:
        top = self.one(r"^\top", "^T", r"^{\top}", "^{T}")
        match formula:
            case ("dot", one, two):
                return (f"{one}{top} {two}", PRODUCT, False) if self.chance.random() < 0.7 else (rf"({one} \cdot {two})", ATOM, False)
            case ("norm", one, two):
                return self.one(r"\|%s\|^2", r"\lVert %s\rVert^2", r"\|%s\|_2^2", r"\left\|%s\right\|^2", r"||%s||^2") % f"{one} - {two}", ATOM, False
            case ("form", one, matrix, two):
                return self.one(f"{one}{top} {matrix} {two}", f"{one}{top}({matrix} {two})", f"({one}{top} {matrix}) {two}",
                                f"{two}{top} {matrix}{top} {one}"), PRODUCT, False
            case ("at", name, k):
                return f"{name}_{{{k + 1}}}", ATOM, False
            case ("cell", name, row, column):
                return f"{name}_{{{row + 1}{self.one('', ',')}{column + 1}}}", ATOM, False
            case ("sum" | "mean" as kind, body):
                self.depth += 1
                text, level, _ = self.spell(body)
                i = self.letter
                under = self.one(f"_{i}", f"_{{{i}=1}}^3", f"_{{{i}=1}}^{{3}}", f"_{{{i}}}")
                self.depth -= 1
                front = self.one(r"\frac13 ", r"\frac{1}{3}") if kind == "mean" else ""
                return rf"{front}\sum{under} {text if level > SUM else self.brackets(text)}", PRODUCT, True
        raise AssertionError(formula)


def spelled(formula: Tree, chance: random.Random) -> str:
    return Writer(chance).spell(formula)[0]


def shown(given: object) -> str:
    """Numbers, a vector or a matrix in LaTeX."""
    if not isinstance(given, tuple):
        return repr(given)
    if not isinstance(given[0], tuple):
        return "(" + ", ".join(map(repr, given)) + ")"
    return r"\begin{pmatrix} " + r" \\ ".join(" & ".join(map(repr, row)) for row in given) + r" \end{pmatrix}"


SHAPES = ("$$L = %s$$", "$$L = %s.$$", "$L = %s$", r"$$\begin{align} L &= %s \end{align}$$", r"\[ L = %s \]", r"$$\displaystyle L = %s,$$")
GIVEN = {**NUMBERS, **VECTORS, **MATRICES}


def sheet(formula: Tree, chance: random.Random) -> str:
    """A sheet that gives what a tree reads and asks for its gradients; a part of the tree may be an intermediate with a name of its own."""
    writer, read = Writer(chance), names(formula)
    lines = [f"Let ${name} = {shown(GIVEN[name])}$." for name in sorted(read)]
    lines += [f"Let ${OWN[name]}$." for name in sorted(applied(formula) & OWN.keys())]
    if formula[0] in ("add", "mul") and chance.random() < 0.4:
        at = chance.randrange(1, len(formula))
        inner = chance.choice(("h", "y_1", r"\alpha", "E_1", "net"))
        lines.append(f"$${inner} = {writer.spell(formula[at])[0]}$$")
        formula = (*formula[:at], ("name", inner), *formula[at + 1:])
    rows = formula[0] == "add" and chance.random() < 0.4
    text = writer.sum(formula[1:], rows)[0] if rows else writer.spell(formula)[0]
    shape = r"$$\begin{aligned} L &= %s \end{aligned}$$" if rows else chance.choice(SHAPES)
    asked = " and ".join(f"${name}$" for name in sorted(read))
    return "\n\n".join([*lines, shape % text, f"Compute the gradient of $L$ with respect to {asked}."])
