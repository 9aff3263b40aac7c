"""Wrong, damaged and hostile sheets: each gets a clear remark or error in the house form, at once, and nothing raises anything else."""

from __future__ import annotations

import time

import pytest

from longhand.errors import FileError
from longhand.files import decoded
from longhand.reading.sheet import read

SHEET = r"""# Network

$x \in \mathbb{R}^d$, $W_1 \in \mathbb{R}^{n \times d}$, $b_1 \in \mathbb{R}^n$, $y \in \mathbb{R}^q$, $W_2 \in \mathbb{R}^{q \times n}$.

$$h = \tanh(W_1 x + b_1)$$
$$\hat{y} = W_2 h$$
$$L = \frac{1}{2} \|\hat{y} - y\|^2$$

Derive $\frac{\partial L}{\partial W_1}$ and $\frac{\partial L}{\partial b_1}$.
"""
NEURON = r"""Let $x = (1, 2)$, $w = (0.5, -1)$, $b = 0.1$, $t = 1$.

$$z = w^T x + b$$
$$L = (z - t)^2$$

"""


def changed(old: str, new: str) -> str:
    assert old in SHEET
    return SHEET.replace(old, new)


def added(text: str) -> str:
    return changed("Derive", f"{text}\n\nDerive")


def said(text: str) -> list[str]:
    return [" ".join((r.text, r.why, r.suggestion)) for r in read(text).not_understood]


def test_the_sheet_itself_is_understood():
    assert said(SHEET) == []


def test_a_product_of_wrong_shapes_in_the_house_form():
    [remark] = read(changed(r"W_1 \in \mathbb{R}^{n \times d}", r"W_1 \in \mathbb{R}^{d \times n}")).not_understood
    assert "W_1 is d×n and x has d entries: the inner sizes n and d differ" in remark.text
    assert remark.suggestion == "Did you mean W_1^T x?"
    assert (remark.line, remark.column) == (5, 13)
    line, carets = remark.caret.split("\n")
    assert line[carets.index("^") :][: carets.count("^")] == "W_1 x"
    assert "yhat, L" in remark.why  # what cannot be computed without it


WRONG = [
    ("sum of unlike shapes", changed(r"b_1 \in \mathbb{R}^n", r"b_1 \in \mathbb{R}^q"), "b_1 has q entries", 5),
    ("undeclared symbol", changed("W_1 x + b_1", "W_1 x + c_1"), "c_1 is taken as given", 5),
    ("undeclared symbol, near to one declared", changed("W_1 x + b_1", "W_1 x + c_1"), "Did you mean b_1?", 5),
    ("undeclared number", changed("b_1)", r"b_1) + 3 \gamma"), "gamma is taken as given", 5),
    ("unknown function", changed(r"\tanh", r"\mathrm{frobnicate}"), "frobnicate is not known", 5),
    ("a size with two values", added("$d = 3$.\n\n$d = 4$."), "the size d is 3 and 4", 11),
    (
        "numbers of two sizes",
        added(r"$W_1 = \begin{bmatrix}1&2\\3&4\end{bmatrix}$, $x = (1,2,3)$."),
        "the size d is 2 and, by the numbers of x, 3",
        9,
    ),
    ("ragged rows", added(r"$$W_1 = \begin{bmatrix}1&2\\3\end{bmatrix}$$"), "ragged rows", 9),
    ("a word among numbers", added(r"$$W_1 = \begin{bmatrix}1&2\\3&foo\end{bmatrix}$$"), "W_1 is not understood", 9),
    ("defined twice", changed(r"\hat{y} = W_2 h", "\\hat{y} = W_2 h$$\n$$h = W_2 x"), "a second formula for h", 7),
    ("nothing depends on it", changed(r"\partial b_1", r"\partial u"), "a derivative with respect to u", 9),
    ("the derivative of nothing", changed(r"\frac{\partial L}{\partial b_1}", r"\frac{\partial Q}{\partial b_1}"), "Q", 9),
    ("dropout", added("The hidden layer is trained with dropout."), "dropout", 9),
    ("a penalty in the text", added(r"We add $\lambda \|W_1\|^2$ to the loss."), "an expression that nothing uses", 9),
    ("a circle", "$$a = b + 1$$\n$$b = a + 1$$\n$$L = a^2$$\n\nFind $\\partial L/\\partial b$.\n", "a circle: a from b from a", 2),
    ("itself", "$$a = a + x$$\n$$L = a^2$$\n\nFind $\\partial L/\\partial x$.\n", "a circle", 1),
    (
        "no loss",
        "Let $x \\in \\mathbb{R}^3$ and $W \\in \\mathbb{R}^{2\\times 3}$.\n\n$$z = W x$$\n\nFind the gradient with respect to $W$.\n",
        "loss",
        5,
    ),
    (
        "numbers twice",
        NEURON.replace("$t = 1$", "$t = 1$, $x = (3, 4)$") + "Find $\\partial L/\\partial w$.\n",
        "x is given numbers twice",
        1,
    ),
    ("no numbers", NEURON.replace("$w = (0.5, -1)$, ", "") + "Find $\\partial L/\\partial w$ in numbers.\n", "no numbers for w", None),
    ("division by zero", "$x = 2$\n\n$$L = \\frac{x}{0}$$\n\nFind $\\partial L/\\partial x$.\n", "a division by zero", 3),
    ("no rate", NEURON + "Do one step of gradient descent.\n", "no numbers for eta", None),
    ("a norm of another kind", changed(r"\|^2$$", r"\|_7^2$$"), "a norm that is not known", 7),
    ("prose only", "Nothing here.\n\nJust some words, no maths at all.\n", "no formula was found", 1),
    ("another alphabet", changed("W_1 x", "W_1 х"), "х is not known", 5),
    ("a number too large", "$$L = 1e999999 x$$\n\nFind $\\partial L/\\partial x$.\n", "more than 400 digits", 1),
    ("a tower of powers", "$x = 2$\n\n$$L = x + 10^{10^{10}}$$\n\nFind $\\partial L/\\partial x$.\n", "too large", 3),
    ("an exponent too large", "$x = 2$\n\n$$L = x^{1000000}$$\n\nFind $\\partial L/\\partial x$.\n", "too large", 3),
    ("nested", "$$L = " + "(" * 9000 + "x" + ")" * 9000 + "$$\n\nFind $\\partial L/\\partial x$.\n", "nested deeper", 1),
    ("nested fractions", "$$L = " + "\\frac{1}{" * 1500 + "x" + "}" * 1500 + "$$\n\nFind $\\partial L/\\partial x$.\n", "nested deeper", 1),
    (
        "a long formula",
        "$$L = " + " + ".join(["x"] * 33_333) + "$$\n\nFind $\\partial L/\\partial x$.\n",
        "longer than 20000 characters",
        1,
    ),
    ("many formulas", "".join(f"$$a_{{{i + 1}}} = a_{{{i}}} + x$$\n\n" for i in range(5000)), "a sheet of 5000 formulas", None),
    (
        "a great matrix",
        "$$W = \\begin{bmatrix}" + "\\\\".join("&".join(["0.5"] * 300) for _ in range(300)) + "\\end{bmatrix}$$\n\n$$z = W x$$\n",
        "longer than 20000 characters",
        1,
    ),
]


@pytest.mark.parametrize(("text", "words", "line"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_said_at_its_place_and_at_once(text, words, line):
    start = time.perf_counter()
    sheet = read(text)
    assert time.perf_counter() - start < 20          # a guard against hanging; the bench measures speed
    found = [r for r in sheet.not_understood if words in " ".join((r.text, r.why, r.suggestion))]
    assert found, [r.text for r in sheet.not_understood]
    if line is not None:
        assert found[0].line == line and found[0].column and "^" in found[0].caret


@pytest.mark.parametrize(
    "text", [SHEET.replace("\n", "\r\n"), SHEET.replace(" ", "\t"), "\ufeff" + SHEET, SHEET.replace("$$h", "$$ h"), SHEET + "\n\n\n"]
)
def test_harmless_damage(text):
    assert [w.wrt for p in read(text).problems for w in p.wanted] == [("W_1",), ("b_1",)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "$",
        "$$",
        "$$$",
        "$$ $$",
        "\\",
        "\\begin",
        "\\begin{",
        "\\begin{align}",
        "{",
        "}",
        "$\\frac$",
        "$\\frac{$",
        "$^$",
        "$_$",
        "$x_$",
        "$x^$",
        "---\n---\n",
        "---\n",
        "---\nlayout",
        "# ",
        "- ",
        "> ",
        "|a|b|\n|-|-|\n",
        "<script>",
        "<!-- $x",
        "&amp;",
        "\x1b[31m$x$",
        "$\x00$",
        "$\ud800$",
        "$" * 1000,
        "(" * 100_000,
        "$" + "x" * 19_000 + "$",
        "\\left" * 5000,
        "$" + "\\left(" * 3000 + "$",
        "#" * 10_000,
        "- " * 10_000,
        "> " * 10_000,
        "`" * 10_000,
        "*" * 10_000,
        "[" * 10_000,
        "$$a=b=c=d=e=f$$" * 900,
        "ŷ = σ(Wx + b)",
        "🦆 $🦆$",
        "$x = 1$ " * 900,
        "Find " * 5000,
        "$x = \\begin{bmatrix}\\end{bmatrix}$",
        "$x = ()$",
        "$x = (,)$",
        "$\\sum_{}^{} x$",
        "$\\partial$",
        "$\\frac{\\partial}{\\partial}$",
        "$f(f(f(x)))$",
    ],
)
def test_nothing_raises_and_nothing_takes_long(text):
    start = time.perf_counter()
    read(text)
    assert time.perf_counter() - start < 20          # a guard against hanging; the bench measures speed


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"\x00\x01\x02", "NUL byte"),
        (b"\xff\xfe$\x00", "UTF-16"),
        (b"x = \xe9", "not UTF-8"),
        (bytes(range(1, 256)), "not UTF-8"),
        (b"x" * 10_000_000, "larger than 1 MB"),
    ],
)
def test_files_that_are_no_sheets(content, words):
    with pytest.raises(FileError, match=words):
        decoded(content, "sheet.md")


# ---- front matter -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("foo: bar", "foo is no key"),
        ("layout: sideways", "layout cannot be sideways"),
        ("log: banana", "log cannot be banana"),
        ("rate: many", "rate cannot be many"),
        ("steps: -3", "steps cannot be -3"),
        ("method: magic", "method cannot be magic"),
        ("loss: Q_9", "Q_9 is no quantity"),
        ("layout", "layout is no key"),
        ("parameters: w, u_7", "u_7 is no quantity"),
        ("rate: 0.1\nrate: 0.2", "rate is said twice"),
        ("steps: 99999999999999999999", "steps cannot be"),
        ("one-hot: x +", "one-hot cannot be"),
    ],
)
def test_directives_that_are_wrong(line, words):
    found = [r for r in read(f"---\n{line}\n---\n{NEURON}Find $\\partial L/\\partial w$.\n").not_understood if words in r.text]
    assert len(found) == 1 and found[0].line in (2, 3) and "^" in found[0].caret


def test_directives_are_obeyed():
    text = NEURON + "Do one step of gradient descent.\n"
    [problem] = read(f"---\nrate: 0.25\nsteps: 3\nmethod: momentum\nmomentum: 0.5\ntitle: Homework\nparameters: w\n---\n{text}").problems
    assert (problem.title, problem.descent.method, problem.descent.steps) == ("Homework", "momentum", 3)
    rate, momentum = (problem.data[problem.descent.constants[c]] for c in ("learning rate", "momentum"))
    assert (rate, momentum) == (0.25, 0.5)
    assert problem.program["w"].role == "parameter"
    [other] = read(f"---\nloss: z\n---\n{NEURON}Find the gradient with respect to $w$.\n").problems
    assert other.loss == "z"
