"""From the sheet's notation to maths: symbols of tensors, their entries, derivatives, sizes."""
from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from ..core.axis import Index
from ..core.equation import Tensor
from ..core.expr import Entry, Position
from ..core.problem import Notation, Spelling
from ..core.record import record
from .latex_atoms import read, unbold
from .maths import Fence, Line, Maths, Over, Root, Scripts, Sign, Words, line

GREEK = {"alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
         "pi", "rho", "sigma", "tau", "upsilon", "phi", "varphi", "chi", "psi", "omega",
         "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"}
ACCENT_WORDS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde", "vec": r"\vec", "dot": r"\dot"}
SCRIPT_WORDS = {"star": "*", "prime": "'"}
PARTIAL, COMMA, TOP = Sign(r"\partial"), Sign(","), Sign(r"\top")
PLUS, MINUS, EQUALS = Sign("+", "operator"), Sign("-", "operator"), Sign("=", "relation")
ONE = Sign("1", "number")

Tensors = Mapping[str, Tensor]
NO_TENSORS: Tensors = {}


@record
class Derivative:
    """A tensor's name taken apart: of, and with respect to what, once a time differentiated."""
    of: str
    wrt: tuple[str, ...]


@lru_cache(maxsize=4096)
def derivative(name: str) -> Derivative | None:
    """`dLoss/dW_1`, `dyhat/dW_1`, `d2L/dz/dz` (also `ddL/dz/dz`, a gradient of a gradient) taken apart; None for any other name."""
    head, *wrt = name.split("/d")
    if not wrt or not head.startswith("d") or not all(wrt) or len(head) < 2:
        return None
    if len(wrt) == 1:
        return Derivative(head[1:], (wrt[0],))
    if len(wrt) > 2 and wrt[-2] == "d" + head.lstrip("d"):      # with respect to a gradient: ∂(∂L/∂W)/∂(∂L/∂z)
        return Derivative("/d".join([head[1:], *wrt[:-2]]), ("/d".join(wrt[-2:]),))
    return Derivative(head[2:] if head.startswith(("d2", "dd")) else head.lstrip("d"), tuple(wrt))


@lru_cache(maxsize=4096)
def latex_of_name(name: str) -> str:
    r"""LaTeX for a plain name: W_1 → W_1, W1 → W_1, yhat → \hat{y}, epsilon → \epsilon, Loss → \mathrm{Loss}."""
    if " " in name:
        return rf"\text{{{name}}}"
    base, *scripts = re.split(r"([_^])", name)
    latex = _word(base)
    for mark, script in zip(scripts[::2], scripts[1::2], strict=True):
        latex += f"{mark}{{{_script(script)}}}"
    return latex


def _word(word: str) -> str:
    if word in GREEK:
        return "\\" + word
    digits = re.fullmatch(r"([A-Za-z]+?)(\d+)", word)
    if digits:
        return f"{_word(digits[1])}_{{{digits[2]}}}"
    for ending, command in ACCENT_WORDS.items():
        if word.endswith(ending) and (len(word) == len(ending) + 1 or word[:-len(ending)] in GREEK):
            return f"{command}{{{_word(word[:-len(ending)])}}}"
    for ending, mark in SCRIPT_WORDS.items():
        if word.endswith(ending) and len(word) == len(ending) + 1:
            return f"{word[0]}^{{{mark}}}"
    return rf"\mathrm{{{word}}}" if len(word.rstrip("'")) > 1 else word


def _script(script: str) -> str:
    script = script.strip("{}")
    if script in GREEK:
        return "\\" + script
    if script in SCRIPT_WORDS:
        return SCRIPT_WORDS[script]
    if len(script) == 4 and script.endswith("hat"):
        return rf"\hat{{{script[0]}}}"
    return rf"\mathrm{{{script}}}" if len(script) > 2 and script.isalpha() else script


def spelling(notation: Notation, tensor: str) -> Spelling:
    """How the sheet writes the tensor, made from its plain name where the sheet does not say."""
    return notation.spellings.get(tensor) or Spelling(latex_of_name(tensor))


def is_row(notation: Notation, tensor: str) -> bool:
    """Whether a vector of this name stands as a row; a gradient stands as what it is the gradient for."""
    if notation.layout == "row":
        return True
    parts = derivative(tensor) if tensor not in notation.spellings else None
    if parts is not None:
        tensor = parts.wrt[-1]
    known = notation.spellings.get(tensor)
    return known is not None and known.orientation == "row"


def symbol(notation: Notation, tensor: str, tensors: Tensors = NO_TENSORS) -> Maths:
    """The tensor's symbol. `tensors` tells a gradient of the loss, which may have a short name, from a Jacobian."""
    if tensor not in notation.spellings and (parts := derivative(tensor)):
        short = _short(notation, parts, tensors)
        if short is not None:
            return read(short)
        return quotient(len(parts.wrt), symbol(notation, parts.of, tensors), [symbol(notation, w, tensors) for w in parts.wrt])
    return read(spelling(notation, tensor).latex)


def entry(notation: Notation, tensor: str, at: tuple[Position, ...], letters: Mapping[Index, str], tensors: Tensors = NO_TENSORS) -> Maths:
    """The entry of the tensor at these positions. For a Jacobian `tensors` must hold the quantity that is differentiated:
    its axes come first, those of the denominator after them."""
    if not at:
        return symbol(notation, tensor, tensors)
    places = [place(notation, p, letters, tensors) for p in at]
    if tensor not in notation.spellings and (parts := derivative(tensor)):
        short = _short(notation, parts, tensors)
        if short is not None:
            return indexed(read(short), places, "subscript")
        return _derivative_entry(notation, parts, places, tensors)
    known = spelling(notation, tensor)
    return indexed(read(known.latex), places, known.entries)


def _short(notation: Notation, parts: Derivative, tensors: Tensors) -> str | None:
    if len(parts.wrt) != 1 or parts.wrt[0] not in notation.deltas:
        return None
    of = tensors.get(parts.of)
    return None if of is not None and (of.rank or of.role != "loss") else notation.deltas[parts.wrt[0]]


def _derivative_entry(notation: Notation, parts: Derivative, places: list[Maths], tensors: Tensors) -> Maths:
    rest = list(places)

    def take(name: str, count: int) -> Maths:
        taken = [rest.pop(0) for _ in range(min(count, len(rest)))]
        if not taken:
            return symbol(notation, name, tensors)
        if name not in notation.spellings and (inner := derivative(name)):
            short = _short(notation, inner, tensors)
            return indexed(read(short), taken) if short is not None else _derivative_entry(notation, inner, taken, tensors)
        known = spelling(notation, name)
        return indexed(read(known.latex), taken, known.entries)

    of = take(parts.of, tensors[parts.of].rank if parts.of in tensors else 0)
    below: list[Maths] = []
    for position, name in enumerate(parts.wrt):
        last = position == len(parts.wrt) - 1
        rank = tensors[name].rank if name in tensors else len(rest) // (len(parts.wrt) - position)
        below.append(take(name, len(rest) if last else rank))
    return quotient(len(parts.wrt), of, below)


def quotient(order: int, of: Maths, wrt: list[Maths]) -> Maths:
    """∂of/∂wrt, or ∂²of/∂a∂b; ∂²L/∂z² where both are the same symbol without indices."""
    if order == 1:
        return Over(line(PARTIAL, of), line(PARTIAL, wrt[0]))
    top = line(Scripts(PARTIAL, None, Sign(str(order), "number")), of)
    if all(w == wrt[0] for w in wrt) and not (isinstance(wrt[0], Scripts) and wrt[0].sup is not None):
        return Over(top, line(PARTIAL, raised(wrt[0], Sign(str(order), "number"))))
    return Over(top, line(*(part for w in wrt for part in (PARTIAL, w))))


def place(notation: Notation, at: Position, letters: Mapping[Index, str], tensors: Tensors = NO_TENSORS) -> Maths:
    """A position as it stands in a subscript. Inside, positions count from 0, on paper mostly from 1: x[i+k] is x_{i+k-1} then."""
    if isinstance(at, Index):
        return letter(letters, at)
    items: list[Maths] = []
    constant = at.constant + notation.base
    for variable, coefficient in at.terms:
        constant -= coefficient * notation.base
        name = letter(letters, variable) if isinstance(variable, Index) else _gathered(notation, variable, letters, tensors)
        if items or coefficient < 0:
            items.append(PLUS if coefficient > 0 else MINUS)
        if abs(coefficient) != 1:
            items.append(Sign(str(abs(coefficient)), "number"))
        items.append(name)
    if at.terms and at.constant == -notation.base and all(isinstance(variable, Entry) for variable, _ in at.terms):
        constant = 0                                        # s_j of a class j, which counts as the sheet does
    if constant or not items:
        if items or constant < 0:
            items.append(PLUS if constant > 0 else MINUS)
        items.append(Sign(str(abs(constant)), "number"))
    return line(*items)


def _gathered(notation: Notation, variable: Entry, letters: Mapping[Index, str], tensors: Tensors) -> Maths:
    return entry(notation, variable.tensor, variable.at, letters, tensors)


def letter(letters: Mapping[Index, str], index: Index) -> Maths:
    """The letter of an index; one without a letter shows its axis, so that the fault is seen."""
    return read(letters.get(index, index.axis.letter + "'" * index.mark))


def indexed(base: Maths, places: list[Maths], style: str = "subscript", bold: bool = False) -> Maths:
    """The symbol with indices: W_{ij}, W_{1,ij}, W^1_{ij}, or Z^2[i] in the style "brackets". Entries are not bold, parts may be."""
    if style == "brackets":
        return line(base, Fence(_joined(places, True), "[", "]"))
    inner = _joined(places, any(not _short_place(p) for p in places) and len(places) > 1)
    base = base if bold else unbold(base)
    match base:
        case Scripts(core, None, sup):
            return Scripts(core, inner, sup)
        case Scripts(core, sub, sup):
            return Scripts(core, line(sub, COMMA, inner), sup)
        case Sign() | Words() | Fence():
            return Scripts(base, inner)
    return Scripts(Fence(base), inner)


def _short_place(place: Maths) -> bool:
    """One letter or one digit: these may stand side by side without a comma."""
    return (isinstance(place, Sign) and (place.kind == "name" or len(place.latex) == 1)) or (
        isinstance(place, Scripts) and isinstance(place.sup, Sign) and place.sub is None)


def _joined(places: list[Maths], commas: bool) -> Maths:
    items: list[Maths] = []
    for p in places:
        if items and commas:
            items.append(COMMA)
        items.append(p)
    return line(*items) if items else Line(())


def raised(base: Maths, exponent: Maths) -> Maths:
    """base^exponent, in brackets where the base has a superscript already or is no atom. An exponent on an index is a Scripts
    around a Scripts: x_i^2, where the 2 is said last, against W^1_{ij}."""
    match base:
        case Scripts(_, _, None) | Sign() | Words() | Fence() | Root():
            return Scripts(base, None, exponent)
        case Line(items) if items and isinstance(items[-1], Fence) and _applied(items):
            return Line((*items[:-1], Scripts(items[-1], None, exponent)))
    return Scripts(Fence(base), None, exponent)


def _applied(items: tuple[Maths, ...]) -> bool:
    """A bracketed thing with its name in front: an entry Z[i] or a function f(x)."""
    return len(items) == 2 and isinstance(items[0], Sign | Words | Scripts)


def size(notation: Notation, of: int | str) -> Maths:
    """The size of an axis: a number, or its symbol."""
    if isinstance(of, int):
        return Sign(str(of), "number")
    return read(notation.sizes.get(of) or latex_of_name(of))


def shape(notation: Notation, tensor: Tensor) -> Maths | None:
    r"""\mathbb{R}^{d \times n}; None for a scalar."""
    if not tensor.axes:
        return None
    sizes: list[Maths] = []
    for axis in tensor.axes:
        sizes += [size(notation, axis.size), Sign(r"\times", "operator")]
    return Scripts(Sign(r"\mathbb{R}"), None, line(*sizes[:-1]))


def base_letter(notation: Notation, tensor: str) -> str:
    """The plain letter of a tensor's symbol, `W` for \\mathbf{W}_1; "" where the symbol is more than a letter."""
    node = unbold(read(spelling(notation, tensor).latex))
    core = node.base if isinstance(node, Scripts) else node
    return core.latex if isinstance(core, Sign) else ""
