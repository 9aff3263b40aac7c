"""A document with every block, and words that would break an output if they were not escaped."""
from __future__ import annotations

from sample_maths import MATRIX, SAMPLES, W1, n, x, y

from longhand.forms.document import Code, Comment, Display, Document, Figure, Heading, Item, StepCard, Table, Tally, Text, Working, WorkingRow
from longhand.forms.maths import Line, Scripts, Sign
from longhand.forms.verdicts import VERDICTS

NASTY = r"50% of a_b & *stars* #1 $5 {x} \cmd ~ ^ <b> | `tick`" + "\x1b[31m\x07"
SPACE = Scripts(Sign(r"\mathbb{R}"), None, n("2"))


class Drawn:
    def text(self, columns=96, write=None):
        return ["x ──▶ h = W₁ᵀx ──▶ ŷ", "\\end{verbatim}"]


COMMENTS = (*(Comment(verdict, f"{verdict}: {NASTY}", (x,), (("", ("Look ", y, " up. " + NASTY)), ("right", (MATRIX,)), ("because", (NASTY,))))
              for verdict in VERDICTS), Comment("right", ""))


DOCUMENT = Document("A title: " + NASTY, (
    Heading(1, ("Derivatives of ", x)), Heading(3, (NASTY,)),
    Text(("Read. ", x, " is the input. " + "Many words follow each other here. " * 5, SAMPLES["sum"], ".")),
    *(Text((NASTY, y), kind) for kind in ("", "assumption", "repair", "problem", "check")),
    Item(("first",)), Item(("second ", W1), "assumption"),
    Display((x, y)), Display((x, MATRIX, MATRIX, MATRIX, SAMPLES["everything"]), ("=", r"\leftarrow"), SPACE, True, "eq-1"), Display(()),
    StepCard(3, ("Through ", x), "chain rule", ("because ", y, " depends on it",),
             (Text(("inside",)), Display((x, y), (), SPACE, True)), SPACE, "dL/dx"),
    StepCard(4, ("No reason",), "", ()),
    Table((("name",), ("value",)), (((W1,), (NASTY,)), (("short",),))),
    Figure(Drawn(), ("the ", x)), Figure(object()),
    Tally(tuple((verdict, count) for count, verdict in enumerate(VERDICTS))),
    *(Working(7, (WorkingRow(body, ("right", "wrong"), COMMENTS, NASTY),)) for body in (
        Heading(2, (NASTY,)), Text((NASTY, x)), Item(("one ", MATRIX)), Code(NASTY), Display((x,)), Display(()))),
    Working(None, (WorkingRow(Display((x, MATRIX)), ("right", "right")),
                   WorkingRow(Display((Line(()), SAMPLES["marked cells"], y), (r"\le", "=")), ("misread",), COMMENTS))),
    Code("import os\n```\nx = '" + NASTY + "'\n\\end{verbatim}", "python"),
))
