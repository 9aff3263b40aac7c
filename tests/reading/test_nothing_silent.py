"""Nothing is dropped in silence: each statement of a sheet ends in the program, in the data, in a remark, in the working or is a
mere mention; and a sheet that says something else gives another result, or a remark."""

from __future__ import annotations

import pytest
from shared_inputs import needs_shared, seeds

from longhand.printing import plain
from longhand.reading.classify import (
    Claimed,
    Declared,
    Defined,
    FactStated,
    FunctionDefined,
    Given,
    Mentioned,
    Ranged,
    Restricted,
    Strange,
    Updated,
    classify,
)
from longhand.reading.formula import read_math
from longhand.reading.markdown import Math, pieces
from longhand.reading.names import readings
from longhand.reading.sheet import Sheet, read
from longhand.reading.source import Source
from longhand.reading.statements import Statement, statements
from longhand.reading.survey import called, index_letters

OWN = {
    "columns": r"""
Let $x = (1, -2)$, $W = \begin{bmatrix} 0.5 & -1 \\ 2 & 0.25 \end{bmatrix}$, $b = (0.1, 0.2)$ and $t = (1, 0)$.

$$h = \tanh(W x + b)$$

$$L = \frac12 \|h - t\|^2$$

Find $\partial L/\partial W$.
""",
    "neurons": r"""
$i_1 = 0.05$, $w_1 = 0.15$, $w_2 = 0.4$, $b_1 = 0.35$, $t = 0.9$.

$net_{h1} = w_1 i_1 + b_1$

$out_{h1} = \sigma(net_{h1})$

$y = w_2 out_{h1}$

$E = \frac12 (y - t)^2$

Compute $\partial E/\partial w_1$ and one step of gradient descent with learning rate 0.5.
""",
    "index form": r"""
$x = (1, -2, 0.5)$, $v = \begin{bmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{bmatrix}$, $y = (0, 1)$.

$$z_j = \sum_{i=1}^{3} v_{ji} x_i$$

$$p_j = \frac{e^{z_j}}{\sum_k e^{z_k}}$$

$$L = -\sum_j y_j \ln p_j$$

Find $\partial L/\partial v_{ji}$.
""",
    "batch": r"""
$X = \begin{bmatrix} 1 & 2 \\ 3 & -1 \end{bmatrix}$, $w = (0.5, 2)$, $t = (1, 0)$.

$$z = X w$$

$$L = \frac12 \sum_{n=1}^{2} (z_n - t_n)^2$$

Find $\partial L/\partial w$.
""",
    "cases": r"""
$z = (-1, 2)$, $a = (0.3, 0.4)$.

$$f(u) = \begin{cases} u & u > 0 \\ 0.1 u & u \leq 0 \end{cases}$$

$$h = f(z) \odot a$$

$$L = \sum_i h_i$$

Find $\partial L/\partial z$.
""",
    "shared weights": r"""
$x = (1, 2)$, $W = \begin{bmatrix} 0.1 & 0.2 \\ 0.3 & 0.4 \end{bmatrix}$.

$$h = \tanh(W x)$$

$$g = \tanh(W h) + x$$

$$L = \frac12 \|g\|^2$$

Find $\partial L/\partial W$.
""",
    "penalty": r"""
$x = (3, 4)$, $w = (1, -2)$, $t = 1$, $\lambda = 0.1$.

$$L = \frac12 (w^T x - t)^2 + \frac{\lambda}{2} \|w\|^2$$

Find $\partial L/\partial w$.
""",
    "symbols": r"""
$x \in \mathbb{R}^d$, $W \in \mathbb{R}^{n \times d}$, $b \in \mathbb{R}^n$, $y \in \mathbb{R}^n$.

$$h = \sigma(W x + b)$$

$$L = \frac12 \|h - y\|^2$$

Derive $\frac{\partial L}{\partial W}$ and $\frac{\partial L}{\partial b}$.
""",
}


def found(text: str) -> list[Statement]:
    """The statements of a text as they are written."""
    runs = [(read_math(run).formula, run.display) for block in pieces(Source(text)) for run in block.runs if isinstance(run, Math)]
    return statements((formula, display) for formula, display in runs if formula is not None)


def forgotten(text: str, sheet: Sheet) -> list[str]:
    """Statements that neither the problems nor any list accounts for."""
    source, own = Source(text), found(text)
    letters, applied = index_letters(own), called(own)
    lines = {r.line for kind in ("not_understood", "working", "assumptions", "repairs") for r in getattr(sheet, kind)}
    tensors = {name for p in sheet.problems for name in p.program.tensors}
    spans = {e.span for p in sheet.problems for e in p.program.equations if e.span is not None}
    sizes = {size for p in sheet.problems for size in (*p.program.sizes(), *p.sizes)}
    out = []
    for statement in own:
        taken = source.place(statement.span.start)[0] in lines or any(
            statement.span.start <= span.start and span.end <= statement.span.end for span in spans
        )
        for kind in classify(statement, letters, applied, tensors):
            match kind:
                case Mentioned() | Declared() | FunctionDefined() | Ranged() | FactStated() | Updated() | Restricted():
                    known = True  # a shape of what nothing uses has no effect
                case Claimed() | Strange():
                    known = taken
                case Given(_, name, _) | Defined(_, name, _, _):
                    known = taken or any(r.name in tensors | sizes for r in readings(name))
            if not known:
                out.append(text[statement.span.start : statement.span.end])
    return out


@pytest.mark.parametrize("text", OWN.values(), ids=OWN)
def test_each_statement_of_a_sheet_is_accounted_for(text):
    sheet = read(text)
    assert [r.text for r in sheet.not_understood] == []
    assert forgotten(text, sheet) == []


@needs_shared
@pytest.mark.parametrize("number", range(5))
def test_each_statement_of_a_seed_is_accounted_for(number):
    text = seeds()[number]
    sheet = read(text)
    assert [r.text for r in sheet.not_understood] == []
    assert forgotten(text, sheet) == []


def test_the_test_sees_what_is_forgotten():
    sheet = read(OWN["columns"])
    assert forgotten(OWN["columns"] + "\n$$q = 3 W x$$\n", sheet) == ["q = 3 W x"]


# ---- a change of the sheet is a change of the result, or a remark -------------------------------------------------


def outcome(text: str) -> tuple:
    """All that a reader of the result can see."""
    sheet = read(text)
    remarks = tuple(sorted((r.text, r.why) for kind in ("assumptions", "not_understood") for r in getattr(sheet, kind)))
    return plain.render(*sheet.problems), remarks


def changes(text: str) -> dict[str, str]:
    """Other sheets, each of which means something else."""
    paragraphs = list(text.strip().split("\n\n"))
    ask = next(k for k, p in enumerate(paragraphs) if p.startswith(("Find", "Derive", "Compute")))
    name = "W" if "W" in text else "w" if "w" in text else "v" if "v" in text else "z"

    def with_line(line: str) -> str:
        return "\n\n".join([*paragraphs[:ask], line, *paragraphs[ask:]])

    out = {
        "dropout in words": with_line("The network is trained with dropout."),
        "a penalty in the text": with_line(rf"A penalty $\mu \|{name}\|^2$ is added to the loss."),
        "another loss": with_line(rf"$$Q = \mu \sum {name}^2$$"),
        "weight decay in words": with_line("We use weight decay."),
        "frozen": with_line("Batch normalisation is applied to the hidden layer."),
    }
    for k, paragraph in enumerate(paragraphs[:ask]):
        if paragraph.startswith("$"):
            out[f"without {paragraph[:30]}"] = "\n\n".join(paragraphs[:k] + paragraphs[k + 1 :])
    for at, c in enumerate(text):
        if c.isdigit() and text[at - 1] in ".( &" and c not in "0":
            out[f"another digit at {at}"] = text[:at] + str((int(c) + 3) % 9 + 1) + text[at + 1 :]
    return out


@pytest.mark.parametrize(
    ("text", "other"),
    [(text, other) for text in OWN.values() for other in changes(text).values()],
    ids=[f"{name}: {change}" for name, text in OWN.items() for change in changes(text)],
)
def test_a_changed_sheet_changes_what_comes_out(text, other):
    assert outcome(other) != outcome(text)


@needs_shared
@pytest.mark.parametrize(
    ("number", "old", "new"),
    [
        (0, "The loss", "With dropout, the loss"),
        (1, "0.3", "0.4"),
        (2, "1.5", "1.25"),
        (3, "cross entropy", "squared error"),
        (4, ".5", ".25"),
    ],
)
def test_a_changed_seed_changes_what_comes_out(number, old, new):
    text = seeds()[number]
    if old not in text:
        pytest.skip(f"{old} is not in the seed")
    assert outcome(text.replace(old, new)) != outcome(text)
