"""A marked answer made by hand: the worked solution of an ELU network with one mistake of the writer and damage of the page."""
from __future__ import annotations

from pathlib import Path

from longhand.core.problem import Remark
from longhand.marking.marks import CellMark, Mark, Marked
from longhand.reading.source import Source

ANSWER = Path(__file__).with_name("sample_answer.md").read_text(encoding="utf-8")


def mark(claim: str, verdict: str, text: str = ANSWER, after: str = "", **more) -> Mark:
    """The mark of a claim that stands in the text, the first behind `after`."""
    start = text.index(claim, text.index(after))
    line, column = Source(text).place(start)
    return Mark(line, column, start, start + len(claim), claim, verdict, **more)


def cells(verdicts: dict[tuple[int, ...], tuple[str, str, str]]) -> tuple[CellMark, ...]:
    return tuple(CellMark(at, *said) for at, said in verdicts.items())


VECTOR = r"\begin{bmatrix} 2 \\ -0.75 \\ 1.75 \\ 0.2 \end{bmatrix}"
OUTPUT = r"\begin{bmatrix} 0.9118 \\ 0.2662 \end{bmatrix}"
GRADIENT = r"\begin{bmatrix} -0.5374 & 0.2068 & -1.251 & -0.0532 \\ 0.5374 & -0.2068 & 1.251 & 0.0532 \end{bmatrix}"
NEW = r"\begin{bmatrix} 1.0532 & 0.9793 & 0.681 & 0.5053 \\ 0.7468 & 0.4209 & 0.3747 & 0.0467 \end{bmatrix}"
MARKS = (
    mark(r"u_j = \sum_i v_{ji} x_i", "right"), mark("v_{j1} x_1 + v_{j2} x_2 + v_{j3} x_3", "right"),
    mark(r"u = \vec{v} \cdot \vec{x}", "right", says="A dot between a matrix and a vector: better leave it out."),
    mark(VECTOR, "misread", about="u", expected=("2", "-1.5", "4.7", "0.2"), stated=("2", "-0.75", "1.75", "0.2"),
         entries=cells({(0,): ("right", "2", "2"), (1,): ("misread", "-0.75", "-1.5"), (2,): ("misread", "1.75", "4.7"),
                        (3,): ("right", "0.2", "0.2")}),
         says="Two numbers are damaged on the page: later lines agree with the right ones.",
         evidence=r"$-1.251 = -0.2662 \cdot 4.7$"),
    mark("o = g(z)", "right"),
    mark(OUTPUT, "misread", about="o", expected=("0.733778412714", "0.266221587286"), stated=("0.9118", "0.2662"),
         entries=cells({(0,): ("misread", "0.9118", "0.733778412714"), (1,): ("right", "0.2662", "0.266221587286")}),
         says="The page is damaged here: later lines agree with 0.7338."),
    mark(r"-(o_1^* \log o_1 + o_2^* \log o_2)", "right"),
    mark(r"-(1 \times \log(0.9118))", "misread", says="0.9118 is the damaged 0.7338 again."),
    mark("0.1344", "wrong", about=r"\mathcal{L}", mistake="log10 for ln", expected="0.309548185981", stated="0.1344",
         says="You took the logarithm to base 10; the loss uses the natural one.",
         evidence=r"your 0.1344 is $-\log_{10} 0.7338$; $-\ln 0.7338 = 0.3095$"),
    mark(r"\vec{o} - \vec{o}^* = [-0.2662 \ 0.2662]^T", "right"),
    mark("o_1 + o_2 = 1", "carried", given=12, says="Right if the outputs were those you had."),
    mark("f(u) = 1", "not checked", says="f is a function; this says only one value of it."),
    mark(r"\underbrace{\frac{\partial \mathcal{L}}{\partial o_k}}_{o_k - o_k^*} \frac{\partial o_k}{\partial z_k} \frac{\partial z_k}{\partial w_{kj}}",
         "wrong", mistake="softmax taken as diagonal", sure=False, expected=r"\sum_l \frac{\partial \mathcal{L}}{\partial o_l} "
         r"\frac{\partial o_l}{\partial z_k} \frac{\partial z_k}{\partial w_{kj}}",
         says="Each output depends on every $z_k$, so all of them must be summed over."),
    mark("(o_k - o_k^*) h_j", "right"),
    mark(GRADIENT, "misread", entries=cells({(0, 0): ("misread", "-0.5374", "-0.532443174573"), (1, 0): ("misread", "0.5374", "0.532443174573")}),
         expected=(("a", "b"),), says="A 2 was read as a 7."),
    mark(r"w_i^{\text{new}} = w_i^{\text{old}} - 0.1 \frac{\partial \mathcal{L}}{\partial w_i}", "right"),
    mark("loss_new = 0.2904", "right"), mark("= -ln 0.748", "wrong", expected="-ln 0.7478", stated="-ln 0.748"),
    mark(NEW, "misread", entries=cells({
        (0, 0): ("right", "1.0532", "1.05324431745"), (0, 2): ("wrong", "0.681", "0.625124146024"), (1, 0): ("misread", "0.7468", "0.246755682542"),
        (1, 1): ("misread", "0.4209", "0.420681952188"), (1, 2): ("carried", "0.3747", ""), (1, 3): ("misread", "0.0467", "0.0946755682542")}),
         says="Four numbers are damaged, one was added up wrongly."),
)
MARKED = Marked("answers/ana.md", ANSWER, MARKS, missing=(r"the new $v$ after the update",),
                notes=("Vectors stand as columns, as on the sheet.", "Line 23: the prime of $f'$ was lost and is read back."),
                not_understood=(Remark(r"x \frac{1}{ = 3", "a fraction without its lower part", 32, 8, "write \\frac{1}{2}",
                                       "Note: $x \\frac{1}{ = 3$\n       ^^^"),))
