"""One of each node of maths, and some in one another."""
from __future__ import annotations

from longhand.forms.maths import Brace, Choice, Fence, Grid, Judged, Limits, Maths, Over, Root, Scripts, Sign, Words, line

x, y, W = Sign("x"), Sign(r"\hat{y}"), Sign(r"\mathbf{W}")
plus, minus, equals, dot = Sign("+", "operator"), Sign("-", "operator"), Sign("=", "relation"), Sign(r"\odot", "operator")


def n(text: str) -> Sign:
    return Sign(text, "number")


W1 = Scripts(W, n("1"))
TALL = Fence(Over(n("1"), Scripts(x, Sign("q"))))
MATRIX = Grid(((n("-1.5"), n("2")), (n("0.25"), n("-10"))))
SAMPLES: dict[str, Maths] = {
    "sign": x, "hat": y, "words": Words("Loss"), "words with signs": Words("50% of a_b"),
    "minus in front": line(minus, x, plus, y), "scripts": Scripts(x, Sign("i"), n("2")), "sub": W1,
    "transposed": Scripts(W1, None, Sign(r"\top")), "named power": Scripts(Scripts(x, Sign("i")), None, n("2")),
    "fraction": Over(line(x, plus, y), W1), "fence": Fence(line(x, minus, y)), "tall fence": TALL, "root": Root(line(x, plus, n("1"))),
    "grid": MATRIX, "row": Grid(((x, y),)), "empty cells": Grid(((x,), (line(x, y),))),
    "cases": Choice(((x, line(x, Sign(">", "relation"), n("0"))), (n("0"), Words("otherwise")))),
    "sum": line(Limits(r"\sum", line(Sign("i"), equals, n("1")), Sign("q")), Scripts(x, Sign("i"))),
    "compact sum": line(Limits(r"\sum", Sign("i")), Scripts(x, Sign("i"))),
    "brace": Brace(Scripts(x, Sign("q")), line(equals, n("1"))), "norm": Scripts(Fence(x, r"\|", r"\|"), None, n("2")),
    "script of a script": Scripts(Sign("e"), None, Scripts(Sign("z"), Sign("q"))), "tall power": Scripts(TALL, None, n("2")),
    "no script letter": Scripts(Sign(r"\mathbb{R}"), None, Sign("q")),
    "bare grid": Grid(((x, y), (y, x)), ""), "barred grid": Grid(((x, y), (y, x)), r"\|"), "round row": Grid(((x, y),), "("),
    "marked": line(Judged(n("2"), "wrong", n("3")), plus, Judged(x, "right"), plus, Judged(y, "not checked"), plus, Judged(TALL, "carried")),
    "marked cells": Grid(((Judged(n("-0.75"), "misread", n("-1.5")), n("2")), (n("0.25"), Judged(n("-10"), "wrong")))),
    "everything": line(W1, equals, MATRIX, plus, Over(TALL, Root(MATRIX)), dot, Choice(((MATRIX, Words("if so")), (x, x)))),
}
