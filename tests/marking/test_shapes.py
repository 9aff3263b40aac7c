"""Claims about shapes."""
from pathlib import Path

import pytest

from longhand.marking.findings import lines
from longhand.marking.judge import Judge
from longhand.marking.reference import Reference
from longhand.marking.shapes import shape_claims, shape_claims_of_all
from longhand.marking.written_shapes import product_of
from longhand.reading.chains import chains
from longhand.reading.sheet import read
from longhand.reading.source import Source

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
SHEET = r"""The input is $x\in\mathbb{R}^{N}$. The weights are $W\in\mathbb{R}^{M\times N}$, $V\in\mathbb{R}^{K\times M}$.
$z = W x$, $h = \mathrm{relu}(z)$, $o = V h$, $L = \frac12 \|o - y\|^2$ with $y\in\mathbb{R}^K$. Find $\partial L/\partial W$."""
NUMBERS = r"""$x = \begin{bmatrix}1\\2\end{bmatrix}$, $W = \begin{bmatrix}1&2\\3&4\\5&6\end{bmatrix}$, $z = W x$,
$L = \frac12\|z\|^2$. Find $\partial L/\partial W$."""


@pytest.fixture(scope="module")
def references():
    return {sheet: Reference(read(sheet).problems[0]) for sheet in (SHEET, NUMBERS)}


@pytest.fixture
def claims(references):
    def of(answer, sheet=SHEET):
        source = Source(answer, "")
        own = lines(chains(source).chains)
        return [finding for _, finding in shape_claims(own, Judge(references[sheet], own), source)]
    return of


@pytest.mark.parametrize(("answer", "verdict", "expected"), [
    (r"$W\in\mathbb{R}^{M\times N}$", "right", None),
    (r"$W\in\mathbb{R}^{N\times M}$", "wrong", "M × N"),
    (r"$h\in\mathbb{R}^{M\times 1}$", "right", None),
    (r"$h\in\mathbb{R}^{K}$", "wrong", "M"),
    (r"$h_j\in\mathbb{R}$", "right", None),
    (r"$h_j\in\mathbb{R}^M$", "not checked", None),
    (r"$q\in\mathbb{R}^M$", "not checked", None),
    (r"$h\in\mathbb{R}^{P}$", "not checked", None),
    (r"$\frac{\partial L}{\partial W}$ (shape $M\times N$)", "right", None),
    (r"$\frac{\partial L}{\partial W}$ has the shape $N\times M$", "wrong", "M × N"),
    (r"$\frac{\partial o}{\partial h}$ is a $K\times M$ matrix", "right", None),
    (r"$\frac{\partial o}{\partial h}$ is a $M\times K$ matrix", "right", None),
    (r"$\frac{\partial z}{\partial W}$" "\n\nThis is a $M\\times M\\times N$ tensor.", "right", None),
    (r"$\frac{\partial h}{\partial z}$" "\n\nThis is a $M \\times 1$ vector.", "wrong", "M × M"),
    (r"$W^T V^T$ is a $N\times K$ matrix", "right", None),
    (r"We use the $K\times M$ matrix $V$.", "right", None),
    (r"We use the $M\times K$ matrix $V$.", "wrong", "K × M"),
])
def test_one_shape(claims, answer, verdict, expected):
    (found,) = claims(answer)
    assert (found.verdict, found.expected) == (verdict, expected)
    assert verdict == "right" or found.says


def test_what_is_forgotten_is_named(claims):
    (diagonal,) = claims(r"$\frac{\partial h}{\partial z}$ is a $M\times 1$ vector")
    (summed,) = claims(r"$\frac{\partial o}{\partial W}$ is a $K\times N$ matrix")
    assert diagonal.mistake.name == "diagonal kept as a vector"
    assert summed.mistake.name == "index summed away" and "size M" in summed.says


def test_only_what_is_diagonal_is_called_so(claims):
    (found,) = claims(r"$\frac{\partial z}{\partial x}$ is a $M\times 1$ vector")
    assert found.verdict == "wrong" and found.mistake.name == "index summed away"


@pytest.mark.parametrize(("answer", "verdicts"), [
    (r"$\frac{\partial L}{\partial W}$. The dim is: $(M\times 1)(1\times N) = M\times N$", ["right"]),
    (r"$\frac{\partial L}{\partial W}$. The dim is: $(M\times 1)(1\times N) = N\times M$", ["wrong"]),
    (r"$\frac{\partial o}{\partial W}$. The dim is: $(K\times M)(M\times 1)(1\times N) = (K\times M)(M\times N) = K\times N$", ["right", "wrong"]),
    (r"$V W$. The dim is: $(M\times K)(M\times N) = K\times N$", ["wrong", "right"]),
    (r"$h$. The dim is: $(M\times 1)(M\times 1) = M\times 1$", ["not checked", "right"]),
])
def test_products_of_shapes(claims, answer, verdicts):
    assert [finding.verdict for finding in claims(answer)] == verdicts


@pytest.mark.parametrize(("answer", "verdicts"), [
    (r"$W$ is a $3\times 2$ matrix", ["right"]),
    (r"$W$ is a $2\times 3$ matrix", ["wrong"]),
    (r"$\frac{\partial z}{\partial x}$ (dimensions $2 \times 3$)", ["right"]),
    (r"We compute $2 \times 3$ first, and $W$ after.", []),
    (r"$z_1 = 1 \times 1 + 2 \times 2$", []),
])
def test_sizes_that_are_numbers(claims, answer, verdicts):
    assert [finding.verdict for finding in claims(answer, NUMBERS)] == verdicts


def test_a_doubtful_claim_is_never_wrong(claims):
    (found,) = claims(r"$W$ is the weight; its bias would be a $K\times 1$ vector")
    assert found.verdict == "not checked"


def test_several_problems(references):
    source = Source(r"$W$ is a $3\times 2$ matrix and $V\in\mathbb{R}^{K\times M}$", "")
    own = lines(chains(source).chains)
    found = shape_claims_of_all(own, [Judge(r, own) for r in references.values()], source)
    assert [finding.verdict for _, finding in found] == ["right", "right"]


@pytest.mark.parametrize(("shapes", "result"), [
    ((("N", "M"), ("M", 1)), ("N", 1)),
    ((("N", "M", "M"), ("M", 1), ("M", "K")), ("N", "K")),
    (((1,), ("N", "M")), ("N", "M")),
    ((("N", "M"), ("N", "M")), "N × M times N × M"),
])
def test_product_of(shapes, result):
    assert product_of(shapes) == result


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the shared inputs are not beside the project")
def test_seed_with_a_hidden_index_summed_away():
    text = sorted(SEEDS.glob("*.txt"))[4].read_text(encoding="utf-8")
    source, problem = Source(text, ""), read(text).problems[0]
    own = lines(chains(source).chains)
    found = {source.place(f.span.start)[0]: f.verdict for _, f in shape_claims(own, Judge(Reference(problem), own), source) if f.verdict != "not checked"}
    assert sorted(at for at, verdict in found.items() if verdict == "wrong") == [57, 87]
    assert {35, 45, 51, 69, 74, 86, 115, 116, 128} <= {at for at, verdict in found.items() if verdict == "right"}
