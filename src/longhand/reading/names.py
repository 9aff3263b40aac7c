"""Names: from a name-like formula to the name it spells, whatever its fonts, and back to LaTeX.

`W_1`, `\\mathbf{W}_1` and `\\boldsymbol{W}_{1}` are one name; `W` and `w`, `\\hat{y}` and `y`, `W^1` and `W_1` are two.
"""
from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ..core.record import record
from .syntax import Accent, Braces, Formula, Group, Index, Name, Negative, Numeral, Product, Row, Script, Sequence, Sum, Symbol, Words

BRACKETS = {"(": ")", "[": "]", "{": "}"}                # those that only group, with what closes them
SLICING = frozenset({":", ";", "mid", "."})             # what stands between two numbers that are not two indices: x_{1:3}
DROPPED_ACCENTS = {"vec", "underline", "overline"}       # marks that a sheet puts on every vector
GREEK = frozenset("""alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau upsilon
phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell""".split())


@record
class Reading:
    """One way to read a name-like formula: which part is the name, which are indices, and what is left as a power."""
    name: str
    spelled: Formula
    indices: tuple[Formula, ...] = ()
    power: Formula | None = None
    transposed: bool = False
    brackets: bool = False


def is_transpose(sup: Formula | None) -> bool:
    return (isinstance(sup, Symbol) and sup.text in ("top", "intercal")) or (isinstance(sup, Name) and sup.text in ("T", "top", "intercal"))


def items(script: Formula | None) -> tuple[Formula, ...]:
    """The items of a subscript: ij → i, j;  1,ij → 1, i, j;  (l) → l."""
    match script:
        case None:
            return ()
        case Sequence(_, parts, separators) if not set(separators) & SLICING:
            return tuple(item for part in parts for item in items(part))
        case Product(_, factors, operators) if not any(operators):
            return tuple(item for factor in factors for item in items(factor))
        case Group(_, _, body):
            return items(body)
        case Row(_, _, parts):
            return parts
    return (script,)


def flat(formula: Formula | None) -> str | None:
    """The name without markup, or None for a formula that is not name-like."""
    match formula:
        case None:
            return ""
        case Name(_, text, _) | Numeral(_, text) | Words(_, text):
            return {"varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta"}.get(text, text.strip())
        case Symbol(_, text):
            return {"ast": "*", "star": "*", "prime": "'"}.get(text, text)
        case Accent(_, kind, body):
            inner = flat(body)
            return inner if kind in DROPPED_ACCENTS or inner is None else inner + kind
        case Group(_, opening, body) if opening in BRACKETS:
            return flat(body)
        case Product(_, _, operators) if any(operators):
            return None
        case Sequence(_, parts, separators) if set(separators) & SLICING:
            parts = [flat(part) for part in parts]
            return None if None in parts else ":".join(parts)
        case Sequence() | Product():
            parts = [flat(item) for item in items(formula)]
            return None if None in parts else "".join(parts)
        case Sum(_, terms):
            parts = [flat(term) for term in terms]
            return None if None in parts else "+".join(parts).replace("+-", "-")
        case Negative(_, body):
            inner = flat(body)
            return None if inner is None else "-" + inner
        case Script(_, base, sub, sup, primes):
            return joined(flat(base), flat(sub), flat(sup), primes)
    return None


def joined(base: str | None, sub: str | None, sup: str | None, primes: int = 0) -> str | None:
    """base_sub^sup with primes."""
    if base is None or sub is None or sup is None:
        return None
    return base + ("_" + sub if sub else "") + ("^" + sup if sup else "") + "'" * primes


def readings(formula: Formula) -> Iterator[Reading]:
    """Every way to split a name-like formula into name, indices and power; the longest name first."""
    match formula:
        case Name() | Accent():
            if (name := flat(formula)) is not None:
                yield Reading(name, formula, (), None, False, False)
        case Group(_, "(", body) if isinstance(body, Name | Accent | Script):
            yield from readings(body)
        case Index(_, base, places):
            for inner in readings(base):
                yield Reading(inner.name, inner.spelled, (*inner.indices, *(p for place in places for p in items(place))), inner.power,
                              inner.transposed, True)
        case Script(span, base, sub, sup, primes):
            yield from _script_readings(span, base, sub, sup, primes)


def _script_readings(span, base, sub, sup, primes) -> Iterator[Reading]:
    sup, transposed = _without_transpose(sup)
    if isinstance(base, Index | Script) or (isinstance(base, Group) and isinstance(base.body, Script)):
        for inner in readings(base):
            if sup is not None and inner.power is not None:
                continue                                        # (a^2)^3 is a power of a power, and no name
            power = isinstance(base, Group) and sup is not None and not is_label(sup)          # (z_1)^2 is no name
            name = joined(inner.name, flat(sub), flat(sup), primes) if not inner.indices and inner.power is None and not power else None
            if name:
                yield Reading(name, Script(span, inner.spelled, sub, sup, primes), (), None, transposed != inner.transposed)
            if sub is None or not inner.indices:
                yield Reading(inner.name, inner.spelled, (*inner.indices, *items(sub)), sup or inner.power, transposed != inner.transposed,
                              inner.brackets)
        return
    core = flat(base)
    if core is None or isinstance(base, Numeral | Group):
        return
    below, above = items(sub), flat(sup)

    def spelled(s: Formula | None, p: Formula | None) -> Formula:
        return Script(span, base, s, p, primes) if s is not None or p is not None or primes else base

    options: list[tuple[str | None, Formula, tuple[Formula, ...], Formula | None]] = []
    options.append((joined(core, flat(sub), above, primes), spelled(sub, sup), (), None))
    if sub is not None:
        for cut in _cuts(below):                                # W_{1,ij}: the first items may belong to the name
            head, rest = below[:cut], below[cut:]
            kept = head[0] if len(head) == 1 else Sequence(sub.span, head) if head else None
            options.append((joined(core, flat(kept), above, primes), spelled(kept, sup), rest, None))
    if sup is not None:
        if not is_label(sup):
            options.append((joined(core, flat(sub), "", primes), spelled(sub, None), (), sup))
            if sub is not None:
                options.append((joined(core, "", "", primes), spelled(None, None), below, sup))
        if isinstance(sup, Group) and sup.opening == "(" and not isinstance(sup.body, Numeral):      # x^{(i)}: the example i
            options.append((joined(core, flat(sub), "", primes), spelled(sub, None), items(sup), None))
            if sub is not None:
                options.append((joined(core, "", "", primes), spelled(None, None), (*items(sup), *below), None))
    for name, shown, indices, power in options:
        if name:
            yield Reading(name, shown, indices, power, transposed, False)


def is_whole_axis(index: Formula) -> bool:
    """Whether an index is the colon of A_{:,1}."""
    return isinstance(index, Symbol) and index.text == ":"


def _cuts(below: tuple[Formula, ...]) -> list[int]:
    """How many first items of a subscript belong to the name: the leading numbers, else none, else any."""
    numbers = next((k for k, item in enumerate(below) if not isinstance(item, Numeral)), 0)
    rest = [k for k in range(len(below) - 1, 0, -1) if k != numbers]
    return [numbers, *([0] if numbers else []), *rest]


def _without_transpose(sup: Formula | None) -> tuple[Formula | None, bool]:
    if is_transpose(sup):
        return None, True
    parts = items(sup)
    if len(parts) > 1 and is_transpose(parts[-1]):
        rest = parts[:-1]
        return (rest[0] if len(rest) == 1 else Sequence(sup.span, rest)), True
    return sup, False


def is_label(sup: Formula | None) -> bool:
    """Whether a superscript is a name or a number in brackets, x^{(i)} or W^{[2]}: it says which one, and is no power."""
    return isinstance(sup, Group) and sup.opening in BRACKETS and flat(sup.body) is not None or isinstance(sup, Braces)


def latex(formula: Formula | None) -> str:
    """LaTeX of a name-like formula, spelled as the sheet spells it."""
    match formula:
        case None:
            return ""
        case Name(_, text, style):
            word = "\\" + text if text in GREEK else text
            if style and style not in ("text", "mathrm", "operatorname"):
                return f"\\{style}{{{word}}}"
            return f"\\mathrm{{{text}}}" if len(text) > 1 and text not in GREEK else word
        case Numeral(_, text):
            return text
        case Words(_, text):
            return f"\\mathrm{{{text.strip()}}}"
        case Symbol(_, text):
            return {"ast": "*", "top": "\\top", "prime": "\\prime"}.get(text, text)
        case Accent(_, kind, body):
            return f"\\{kind}{{{latex(body)}}}"
        case Group(_, opening, body):
            return f"{opening}{latex(body)}{BRACKETS.get(opening, '')}"
        case Sequence(_, parts, _):
            return ",".join(latex(part) for part in parts)
        case Product(_, factors, _):
            return " ".join(latex(factor) for factor in factors)
        case Sum(_, terms):
            return "+".join(latex(term) for term in terms).replace("+-", "-")
        case Negative(_, body):
            return "-" + latex(body)
        case Script(_, base, sub, sup, primes):
            below = f"_{{{latex(sub)}}}" if sub is not None else ""
            above = f"^{{{latex(sup)}}}" if sup is not None else ""
            return latex(base) + "'" * primes + below + above
        case Row(_, opening, parts):
            return opening + ",".join(latex(part) for part in parts) + {"(": ")", "[": "]"}.get(opening, "")
    return ""


@lru_cache(8192)
def loose(name: str) -> str:
    """The name as --data compares it: letters and digits, stars and primes only."""
    return "".join(c for c in name if c.isalnum() or c in "*'")
