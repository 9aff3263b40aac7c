r"""Answers as chains: what is claimed where, under which conditions, and nothing lost."""
from __future__ import annotations

import time

import pytest
from shared_inputs import SHARED, needs_shared
from shown import between, shown

from longhand.reading.chains import Chain, chains
from longhand.reading.source import Source
from longhand.reading.syntax import Derivative, Name, Script, Symbol


def read(text: str) -> list[Chain]:
    return list(chains(Source(text)).chains)


def said(text: str) -> list[str]:
    """Each chain in a line: "+" in front where it continues, its conditions behind "if"."""
    return [("+ " if c.continues else "") + between(c.parts, c.operators) + (" if " + " & ".join(map(shown, c.conditions)) if c.conditions else "")
            for c in read(text)]


@pytest.mark.parametrize(("text", "expected"), [
    (r"$I_4=-0.7,\quad O_4=1/(1+e^{0.7})=0.332$", ["I_{4} = -0.7", "O_{4} = (1 / group(1 + e^{0.7})) = 0.332"]),
    (r"$a_1=0.03, z_2=-1.15; y=2$", ["a_{1} = 0.03", "z_{2} = -1.15", "y = 2"]),
    (r"$h=(1.7, -0.8, 0.2)$", ["h = row(1.7, -0.8, 0.2)"]),
    (r"$a=b \Rightarrow c=d$, $\therefore e=f \implies g=1$", ["a = b", "c = d", "e = f", "g = 1"]),
    (r"$\mathcal{L}_{new} = .1 < .985$", ["mathcal:L_{new} = .1 < .985"]),
    (r"$W \leftarrow W - G$", ["W <- W + -G"]),
    (r"$g\,x=:\delta_i$", ["(g x) = delta_{i}"]),
    (r"$a = b \text{ where } c = d$", ["a = b", "c = d"]),
    (r"$$\begin{aligned} L &= a \\ &\quad + c \\ &= d \end{aligned}$$", ["L = a + c", "+ a + c = d"]),
])
def test_a_formula_is_cut_into_its_chains(text, expected):
    assert said(text) == expected


def test_a_list_without_brackets_is_one_row():
    chain, = read("$y = 1, 0, 0$")
    assert [shown(item) for item in chain.parts[1].items] == ["1", "0", "0"]


def test_a_line_that_begins_with_its_sign_continues_across_blank_lines():
    text = "$$h = W x$$\n\n$$= \\begin{bmatrix} 1 \\\\ 2 \\end{bmatrix}$$"
    first, second = read(text)
    assert second.continues and not first.continues
    assert second.parts[0] is first.parts[-1] and second.spans[0] == first.spans[-1]
    assert text[second.spans[0].start:second.spans[0].end] == "W x"
    assert said("The dim:\n\n$$A \\times B$$\n\n=(N \\times M)(M \\times K)\n=N \\times K")[1:] == [
        "+ (A times B) = (group((N times M)) group((M times K)))", "+ (group((N times M)) group((M times K))) = (N times K)"]


def test_words_in_front_of_a_sign_are_its_left_side():
    chain = read("$p=[1, 2]$, sum $=3$")[1]
    assert not chain.continues and chain.parts[0].text == "sum"
    assert said("$a = b$, thus $= c$") == ["a = b", "+ b = c"]


def test_a_sign_at_the_end_of_a_formula_waits_for_the_next():
    assert said("so $y =$\n$$3 + 4$$") == ["y = 3 + 4"]
    assert [note.text for note in chains(Source("$x =$\n\nEnd.")).strange] == ["nothing stands behind ="]


@pytest.mark.parametrize(("line", "expected"), [
    ("w5+ = 0.4 - 0.5*0.082167041 = 0.35891648,  w6+ = 0.408666186", ["w5^{+} = 0.4 + -((0.5 ast 0.082167041)) = 0.35891648", "w6^{+} = 0.408666186"]),
    ("dE/dw1 = 0.03 * 0.24 * 0.05 = 0.00036", ["Dd[E by w1] = (0.03 ast 0.24 ast 0.05) = 0.00036"]),
    ("w3: dE/dw3 = 0.5", ["Dd[E by w3] = 0.5"]),
    ("dE/dout_o1 = -(0.01 - 0.75) = 0.74", ["Dd[E by out_{o1}] = -group(0.01 + -0.75) = 0.74"]),
    ("net_h1 = 0.15*0.05, out_h1 = 0.59", ["net_{h1} = (0.15 ast 0.05)", "out_{h1} = 0.59"]),
    ("(2) y = 3 * 2 = 6", ["y = (3 ast 2) = 6"]),
    ("3a) y = sigmoid(2)", ["y = sigmoid(2)"]),
    ("so z1 = 0.5*2 = 1 and a1 = relu(z1) = 1.", ["z1 = (0.5 ast 2) = 1", "a1 = relu(z1) = 1"]),
    ("s(z) = 1/(1 + e^(-z)) = x**2", ["s(z) = (1 / group(1 + e^{group(-z)})) = x^{2}"]),
    ("∂L/∂w₁ = x₁·σ(z) ≈ −0.3", ["D[L by w_{1}] = (x_{1} cdot sigma(z)) approx -0.3"]),
    ("dz = a_o1 ⊙ Wᵀ", ["dz = (a_{o1} odot W^{T})"]),
    ("dL/dW = dL/dz * x.T", ["Dd[L by W] = (Dd[L by z] ast x^{T})"]),
    ("dh = dz if u > 0 else 0", ["dh = dz if u > 0", "dh = 0 if u <= 0"]),
    ("W ← W − η ∇L", ["W <- W + -((eta nabla_- L))"]),
    ("| h1 | h1 = 0.3 |", ["h1 = 0.3"]),
    ("dC/db = 0.5 * s = -0.57 (ReLU active)", ["Dd[C by b] = (0.5 ast s) = -0.57"]),
    ("see https://foo.bar/?a=b&c=d for more", []),
    ("The weights are updated and the loss falls.", []),
])
def test_lines_without_dollars_are_maths(line, expected):
    assert said(line) == expected


def test_stars_of_plain_text_are_no_emphasis():
    text = "y = 2*x*3 and z = 4*5\ndE/dw5 = 0.1*0.2*0.3"
    assert [text[c.span.start:c.span.end] for c in read(text)] == ["y = 2*x*3", "z = 4*5", "dE/dw5 = 0.1*0.2*0.3"]


def test_a_plus_behind_a_name_stays_visible():
    left = read("w5+ = 0.35")[0].parts[0]
    assert isinstance(left, Script) and isinstance(left.base, Name) and left.base.text == "w5"
    assert isinstance(left.sup, Symbol) and left.sup.text == "+"


@pytest.mark.parametrize(("text", "expected"), [
    (r"$dE/dw5 = 0.3$", ["Dd[E by w5] = 0.3"]),
    (r"$0.5\,dL/dy \cdot dy/dW$", ["(0.5 Dd[L by y] cdot Dd[y by W])"]),
    (r"$\frac{dL}{dW} = 1$", ["Dd[L by W] = 1"]),
    (r"$dW_{hh}=da_1h_1+da_2 h_2$", ["dW_{(h h)} = (da_{1} h_{1}) + (da_{2} h_{2})"]),
    (r"$d\hat x=\gamma\,dy$", ["hat(dx) = (gamma dy)"]),
    (r"$d = 3$, $y = da$", ["d = 3", "y = (d a)"]),
])
def test_differentials(text, expected):
    assert said(text) == expected


def test_a_derivative_has_its_place():
    text = "$x + dE/dw5 = 0$"
    derivative = read(text)[0].parts[0].terms[1]
    assert isinstance(derivative, Derivative) and text[derivative.span.start:derivative.span.end] == "dE/dw5"


@pytest.mark.parametrize(("text", "expected"), [
    (r"$D=s_i\ (i\ne j),\quad s_j-1\ (i=j)$", ["D = s_{i} if i != j", "D = s_{j} + -1 if i = j"]),
    (r"$D=0\ (i\ne k),\ 1\ (i=k)$, i.e. the identity", ["D = 0 if i != k", "D = 1 if i = k"]),
    (r"$C = D$, $=s\ (i\ne j),\ 1\ (i=j)$", ["C = D", "+ D = s if i != j", "D = 1 if i = j"]),
    (r"$D=b$ if $a>0$", ["D = b if a > 0"]),
    (r"$D=b$ for $i \ne k$", ["D = b if i != k"]),
    (r"$D=b$ unless $i = k$", ["D = b if i != k"]),
    (r"For $D$, if $i = j$, $D = 1$, else $D = 0$", ["D", "D = 1 if i = j", "D = 0 if i != j"]),
    (r"$D$, if $i = j : D = s$, else: $-s t$", ["D", "D = s if i = j", "D = -((s t)) if i != j"]),
    (r"$f(x) = 1 \text{ if } x > 0, 0 \text{ otherwise}$", ["f(x) = 1 if x > 0", "f(x) = 0 if x <= 0"]),
    (r"$D=b$ because $a_1>0$", ["D = b", "a_{1} > 0"]),
    (r"For $i \ne k$, $D = b$; for $i = k$ it is $c$.", ["D = b if i != k", "D = c if i = k"]),
    (r"$D = \mathbb{1}(z > 0)$", ["D = mathbb:1(z > 0)"]),
    ("dh = 0 if u < 0\ndW = 3", ["dh = 0 if u < 0", "dW = 3"]),
])
def test_conditions(text, expected):
    assert said(text) == expected


def test_headings_of_cases_hold_until_the_index_is_gone():
    text = "$\\therefore k = t$ $\\rightarrow$ $\\log a$\n\n$$L_t = b_t$$\n\n$\\therefore k \\neq t$\n\n$$L_t = c_t$$\n\n$$L = d$$\n\n$$L_t = e$$"
    assert said(text) == ["log a if k = t", "L_{t} = b_{t} if k = t", "L_{t} = c_{t} if k != t", "L = d", "L_{t} = e"]
    assert said("If $u > 0$:\n\n$$f = 1$$\n\nOtherwise:\n\n$$f = 2$$\n\n1. $g = 3$") == ["f = 1 if u > 0", "f = 2 if u <= 0", "g = 3"]


def test_a_heading_of_a_case_without_chains_is_a_claim():
    assert said("$i = j$") == ["i = j"]
    assert said("$u > 0$\n\n# Next\n\n$a = b$") == ["u > 0", "a = b"]


def test_a_condition_under_which_nothing_stands_is_not_lost():
    assert said("If $a > 0$, then if $b > 0$, $c = d$.") == ["a > 0", "c = d if b > 0"]


def test_words_before_and_after():
    first, second = read("$J=(y-t)W\\cdot h$ (matrix product)\nThis is a $N_1\\times 1$ vector: see below")
    assert (first.before, first.after) == ("", "(matrix product)")
    assert (second.before, second.after) == ("This is a", "vector: see below") and second.operators == ()
    assert read("The bias is:\n\n$$b = 1$$")[0].before == "The bias is:"
    assert read("Unit 4: I4 = 0.3")[0].before == "Unit 4:"


def test_sections():
    assert [c.section for c in read("**Forward**\ny = 3\n\n## Output layer\n$z = 4$")] == ["Forward", "Output layer"]


def test_sentences_in_words_only_are_listed():
    text = "# Title here is\n\nThe loss falls because the gradient is zero. So $a = b$ is right. Done.\n\n$c < 1$ This means the step works."
    assert [text[s.start:s.end] for s in chains(Source(text)).prose] == ["The loss falls because the gradient is zero.", "This means the step works."]


def test_what_is_not_understood_is_said():
    written = chains(Source("$a = \\foo$\n\n```python\ny = 3\n```\n\n$= 3$"))
    assert len(written.strange) >= 2 and all(note.kind == "problem" for note in written.strange)
    assert any("program" in note.text for note in written.strange)
    assert [note.text for note in chains(Source("$= 3$")).strange] == ["it starts with a sign, and no formula stands above"]
    assert [note.text for note in chains(Source(r"$\mathbb{}(z>0)$")).strange] == ["a side is missing"]
    assert chains(Source("$" + "{" * 500 + "$")).strange


def test_code_without_a_language_is_plain_text():
    assert said("```\ny = 0.3*2 = 0.6\n```") == ["y = (0.3 ast 2) = 0.6"]


@pytest.mark.parametrize("text", [
    "$a=b$ if " * 20_000, "a = b * c + 0.3\n" * 10_000, "= 3\n" * 30_000, "(" * 100_000, "x = " + "(" * 100_000, "$" * 100_001, "**a " * 30_000,
    "$a$" + " " * 100_000 + "$=b$", "$a$ if" + " " * 100_000 + "x $=b$", "so" + " :*" * 50_000 + "$i=j$", "da1" * 30_000 + " = 3",
    "\x00\xff\ud800 = 3 \x1b$\\" * 10_000, "```\n" + "\n" * 100_000 + "a = b", "else x = 1 " * 10_000, "\\begin{aligned}" * 8_000,
])
def test_hostile_texts_end_soon(text):
    began = time.perf_counter()
    written = chains(Source(text))
    assert time.perf_counter() - began < 30
    assert len(written.chains) <= 12_000


def test_more_formulas_than_anybody_writes_are_listed():
    written = chains(Source("$a=b$\n" * 3000))
    assert len(written.chains) == 2000 and written.strange[-1].span.end == 18_000


def test_spans_are_those_of_the_parts():
    text = "First $a = b$, then y = 3*x\n\n$$= \\frac{1}{2}$$"
    for chain in read(text):
        assert [part.span for part in chain.parts] == list(chain.spans) and len(chain.parts) == len(chain.operators) + 1
    assert [text[c.span.start:c.span.end].strip() for c in read(text)] == ["a = b", "y = 3*x", "= \\frac{1}{2}"]


@needs_shared
def test_seed_answers():
    seed = (SHARED / "seeds" / "004_fcd5a67d21d67b40.txt").read_text(encoding="utf-8")
    source = Source(seed)
    written = chains(source)
    lines = {source.place(c.span.start)[0]: c for c in written.chains}
    assert [shown(c) for c in lines[43].conditions] == ["i != j"] and shown(lines[120].conditions[0]) == "Z_{j} <= 0"
    assert lines[86].continues and lines[87].continues and lines[191].continues and lines[201].continues
    assert lines[57].before == "This is a" and lines[59].before.endswith("vector:") and not written.strange


@needs_shared
@pytest.mark.parametrize("number", ["007", "008", "042", "053"])
def test_submissions_have_a_chain_for_each_formula(number):
    path, = (SHARED / "cases").glob(f"{number}-*.submission.md")
    written = chains(Source(path.read_text(encoding="utf-8")))
    assert not written.strange and len(written.chains) == {"007": 19, "008": 13, "042": 7, "053": 10}[number]
