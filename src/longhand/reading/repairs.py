r"""Known damage: what it looks like and what is read instead. Each use is reported as a `Repair`; what is not listed is a `Problem`.

Scans, copies through editors and transcriptions damage formulas in few ways, and each way is a row or a function here.
"""
from __future__ import annotations

from ..core.record import record
from .syntax import Span


@record
class Repair:
    """A known damage that was read all the same: its kind, a sentence that says so, and the LaTeX that was read."""
    span: Span
    kind: str
    says: str
    reading: str


@record
class Problem:
    """Something that was not understood: a sentence, what would have been expected, and the text to write instead."""
    span: Span
    says: str
    expected: str = ""
    suggestion: str = ""


# A backslash and a letter that a program took for a control character: (the character left, the rest of the word, the command).
# A tab is often copied as a space; that counts only where the rest is no word and no likely product of letters.
EATEN_ROWS = (
    ("\t ", "imes", "times"), ("\t ", "heta", "theta"), ("\n ", "abla", "nabla"), ("\b ", "oldsymbol", "boldsymbol"),
    ("\t", "op", "top"), ("\t", "ext", "text"), ("\t", "anh", "tanh"), ("\t", "au", "tau"), ("\t", "ilde", "tilde"),
    ("\t", "frac", "tfrac"), ("\b", "eta", "beta"), ("\b", "ar", "bar"), ("\b", "egin", "begin"), ("\b", "f", "bf"),
    ("\f", "rac", "frac"), ("\r", "ho", "rho"), ("\r", "ight", "right"), ("\a", "lpha", "alpha"), ("\v", "ec", "vec"),
)
EATEN_BY = {(left, rest): command for lefts, rest, command in EATEN_ROWS for left in lefts}
EATEN = frozenset(rest for _, rest, _ in EATEN_ROWS)
EATEN_LEFT = frozenset(left for left, _ in EATEN_BY)
