"""Claims with a letter for the layer."""
import pytest

from longhand.marking.findings import Finding, lines
from longhand.marking.judge import Judge
from longhand.marking.layers import instances, joined
from longhand.marking.reference import Reference
from longhand.reading.chains import chains
from longhand.reading.sheet import read
from longhand.reading.source import Source

SHEET = r"""$z^l_j=\sum_k w^l_{jk}a^{l-1}_k+b^l_j$, $a^l_j=f(z^l_j)$, Loss $=C(a^L)$. Give $\partial C/\partial w^l_{jk}$ and $\partial C/\partial b^l_j$."""
DATA = {"f": "sigmoid", "C": "1/2||a^L-y||^2", "x": ["0.2", "-0.7"], "y": ["1", "0"],
        "w1": [["-0.3", "0.3"], ["0.4", "0.5"], ["-0.8", "-0.3"]], "b1": ["0.5", "0.3", "0.4"],
        "w2": [["-0.3", "-0.9", "-0.2"], ["0.2", "-0.7", "0.4"], ["0.1", "0.6", "0.5"], ["0.7", "-0.2", "0.3"]], "b2": ["-0.1", "-0.9", "0.2", "0.3"],
        "w3": [["-0.9", "-0.2", "0.3", "0.1"], ["0.2", "-0.7", "0.4", "0.2"]], "b3": ["-0.1", "0.4"]}
PLAIN = r"""$z_1 = W_1 x + b_1$, $a_1 = \sigma(z_1)$, $z_2 = W_2 a_1 + b_2$, $a_2=\sigma(z_2)$, $L=\frac12\|a_2-y\|^2$ with $x \in \mathbb{R}^n$,
$W_1\in\mathbb{R}^{m\times n}$, $W_2\in\mathbb{R}^{k\times m}$, $y\in\mathbb{R}^k$. Find $\partial L/\partial W_1$ and $\partial L/\partial W_2$."""


@pytest.fixture(scope="module")
def references():
    return {"layers": Reference(read(SHEET, data=DATA).problems[0]), "plain": Reference(read(PLAIN).problems[0])}


@pytest.fixture
def judge(references):
    return lambda answer, sheet="layers": _judged(answer, references[sheet])


def _judged(answer, reference):
    own = lines(chains(Source(answer, "")).chains)
    judge = Judge(reference, own)
    return [finding.verdict for line in own for finding in judge.take(line)]


@pytest.mark.parametrize(("answer", "verdict"), [
    (r"$\delta^L_j=\frac{\partial C}{\partial a^L_j}\sigma'(z^L_j)$", "right"),
    (r"$\delta^l_j=\sum_k w^{l+1}_{kj}\delta^{l+1}_k \sigma'(z^l_j)$", "right"),
    (r"$\delta^l_j=\sum_k w^{l+1}_{jk}\delta^{l+1}_k \sigma'(z^l_j)$", "wrong"),
    (r"$\delta^l=((w^{l+1})^T\delta^{l+1})\odot\sigma'(z^l)$", "right"),
    (r"$\delta^{(l)}=w^{(l+1)T}\delta^{(l+1)}\odot\sigma'(z^{(l)})$", "right"),
    (r"$\delta^{[l-1]}=w^{[l]T}\delta^{[l]}\odot\sigma'(z^{[l-1]})$", "right"),
    (r"$\delta^l=w^{l+1}\delta^{l+1}\odot\sigma'(z^l)$", "wrong"),
    (r"$\frac{\partial C}{\partial b^l_j}=\delta^l_j$", "right"),
    (r"$\frac{\partial C}{\partial w^l_{jk}}=a^{l-1}_k\delta^l_j$", "right"),
    (r"$\frac{\partial C}{\partial w^l_{jk}}=a^l_k\delta^l_j$", "wrong"),
    (r"$\frac{\partial C}{\partial w^l}=\delta^l (a^{l-1})^T$", "right"),
    (r"$\delta^L = a^L - y$", "wrong"),
    (r"$\sigma'(z)=\sigma(z)(1-\sigma(z))$", "right"),
    (r"$\sigma'(z)=1-\frac1{1+e^{-z}}$", "wrong"),
    (r"$\delta^l=(w^{l+1})^T q^{l+1}$", "not checked"),
])
def test_a_claim_for_all_layers(judge, answer, verdict):
    assert judge(answer) == [verdict]


@pytest.mark.parametrize(("answer", "verdict"), [
    (r"$\delta_l=W_{l+1}^T\delta_{l+1}\odot\sigma'(z_l)$", "right"),
    (r"$\frac{\partial L}{\partial W^{[l]}}=\delta^{[l]} (a^{[l-1]})^T$", "right"),
    (r"$a_l=\sigma(z_{l+1})$", "wrong"),
])
def test_layers_numbered_below(judge, answer, verdict):
    assert judge(answer, "plain") == [verdict]


def test_delta_as_the_answer_defines_it(judge):
    answer = r"""$\delta^l = \frac{\partial C}{\partial a^l}$

$\frac{\partial C}{\partial z^l} = \delta^l \odot \sigma'(z^l)$

$\frac{\partial C}{\partial b^l} = \delta^l$"""
    assert judge(answer) == ["right", "right", "wrong"]


def _labels(answer, reference):
    (line,) = (line for line in lines(chains(Source(answer, "")).chains) if len(line.parts) > 1 and "=" in line.operators)
    return [label for label, _ in instances(line, Judge(reference).scope, reference)]


@pytest.mark.parametrize(("answer", "labels"), [
    (r"$a^l=f(z^l)$", ["l = 1", "l = 2", "l = 3"]),
    (r"$a^{l+1}=f(z^{l+1})$", ["l = 1", "l = 2"]),
    (r"$a^L=f(z^L)$", ["L = 3"]),
    (r"$a^l=f(z^l)$ for $l<L$", ["l = 1", "l = 2"]),
    (r"If $l=L$, $a^l=f(z^l)$", ["l = 3"]),
    (r"$a^2=f(z^2)$", []),
    (r"$\sum_l b^l = 1$", []),
    (r"$a^l=f(q^l)$", ["l = 1", "l = 2", "l = 3"]),
    (r"$a^T=f(z)^T$", []),
    (r"$\frac{\partial C}{\partial b_a^2}=\sum_i z_{ia}^2$", []),
    (r"$w^2_{bz}=1+a^2_z$", []),
])
def test_layers_at_which_all_is_known(references, answer, labels):
    assert _labels(answer, references["layers"]) == labels


def test_one_wrong_layer_makes_it_wrong():
    line = lines(chains(Source("$a = b$", "")).chains)[0]
    some = [("l = 1", Finding(line, 1, verdict="right")), ("l = 2", Finding(line, 1, verdict="wrong", evidence="2 is not 3."))]
    assert joined(line, some).verdict == "wrong" and joined(line, some).evidence.startswith("For l = 2")
    unsure = [("l = 1", Finding(line, 1, verdict="right")), ("l = 2", Finding(line, 1, says="Why."))]
    assert joined(line, unsure).verdict == "not checked"
