"""The structure in a line: δ_jl x_i - A_ji x_l, as text or as LaTeX."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from ..core.record import record
from .summand import Summand

SPARE = "ijklmnpqrstuvwxyz"


@record
class Form:
    """How the pieces are written: an array or δ with its indices, a sum over indices, a letter that is met again."""
    entry: Callable[[str, str], str]
    sum: Callable[[str], str]
    fraction: Callable[[Fraction], str]
    delta: str
    prime: str


TEXT = Form(lambda name, at: f"{name}_{at}", lambda over: f"Σ_{over}", str, "δ", "′")


def latex_form() -> Form:
    """As LaTeX."""
    from ..core.problem import Notation
    from ..forms.symbols import NO_TENSORS, symbol
    from ..printing.latex_maths import latex

    def entry(name: str, at: str) -> str:
        written = latex(symbol(Notation(), name, NO_TENSORS))
        return f"({written})_{{{at}}}" if "_" in written or "/" in name else f"{written}_{{{at}}}"

    def fraction(c: Fraction) -> str:
        return str(c) if c.denominator == 1 else f"\\tfrac{{{c.numerator}}}{{{c.denominator}}}"

    return Form(entry, lambda over: f"\\sum_{{{over}}}", fraction, "delta", "'")


def formula(summands: Sequence[Summand], rank: int, letters: Sequence[str] = (), form: Form = TEXT) -> str:
    """The sum of products with letters for the axes and the names of the factors."""
    if not summands:
        return "0"
    out = ""
    for s in summands:
        written, minus = _product(s, rank, letters, form)
        out += (" - " if minus else " + ") + written if out else ("-" if minus else "") + written
    return out


def _product(s: Summand, rank: int, letters: Sequence[str], form: Form) -> tuple[str, bool]:
    names = dict(enumerate(_letters(rank, letters, form.prime)))
    spare = [c for c in SPARE if c not in {name[0] for name in names.values()}]
    for own in (own for _, own in s.factors):
        for k in own:
            if k not in names:
                names[k] = spare.pop(0) if spare else f"r{k}"
    over = [names[k] for k in dict.fromkeys(k for _, own in s.factors for k in own) if k >= rank]
    parts = [form.entry(form.delta, names[a] + names[b]) for a, b in s.deltas]
    parts += [form.entry(name, "".join(names[k] for k in own)) for name, (_, own) in zip(s.names, s.factors, strict=True)]
    size = abs(s.coefficient)
    front = [] if size == 1 and parts else [_number(size, form)]
    summed = [form.sum("".join(over))] if over else []
    return " ".join((*front, *summed, *parts)), s.coefficient < 0


def _number(c: float, form: Form) -> str:
    exact = Fraction(c).limit_denominator(10_000)
    return form.fraction(exact) if float(exact) == c else f"{c:.4g}"


def _letters(rank: int, letters: Sequence[str], prime: str) -> list[str]:
    """A letter for each axis; primes tell several of one letter apart."""
    out: list[str] = []
    for k in range(rank):
        letter = letters[k] if k < len(letters) else SPARE[k % len(SPARE)]
        while letter in out:
            letter += prime
        out.append(letter)
    return out
