"""Answers as text: Markdown with LaTeX in varied styles. Each printed number is known by its quantity and cell."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from .formulas import Part, formula
from .names import Names
from .networks import Network, split
from .sheets import indexed, turned
from .writer import Work

STYLES = ("display", "inline", "chain", "index", "plain", "mixed")
HEADINGS = {"z": ("**Forward pass**", "## Forward pass", "Forward:"), "ga": ("**Backward pass**", "## Backpropagation", "Backward:"),
            "n": ("**Update**", "## New parameters", "Update:")}


@dataclass
class Figure:
    """A printed number: of which quantity and cell (None: a number of the sheet); `result`: the claim's own, not one put into its formula."""
    text: str
    key: str
    at: tuple[int, int]
    result: bool = False
    damaged: bool = False


Pieces = list[str | Figure]


@dataclass
class Claim:
    """A quantity as it is written down; start and end are its characters in the answer's text, once there is one."""
    key: str
    style: str
    pieces: Pieces
    before: str = ""
    start: int = 0
    end: int = 0

    @property
    def figures(self) -> list[Figure]:
        return [piece for piece in self.pieces if isinstance(piece, Figure)]


def answer(work: Work, names: Names, style: str, chance: Random) -> list[Claim]:
    """The claims of an answer, in their order."""
    claims, shown = [], set()
    vector = chance.choice(("column", "row", "tuple"))
    for key in work.network.order():
        if key not in work.printed:
            continue
        heading = next((sort for sort in HEADINGS if split(key)[0].startswith(sort)), "")
        before = "" if heading in shown or not heading else chance.choice(HEADINGS[heading]) + "\n\n"
        shown.add(heading)
        own = chance.choice(STYLES[:-1]) if style == "mixed" else style
        claims.append(Claim(key, own, _pieces(work, names, key, own, vector, chance), before))
    return claims


def text(claims: Sequence[Claim]) -> str:
    """The answer's text; it sets where each claim stands."""
    out = ""
    for claim, after in zip(claims, [*claims[1:], None], strict=True):
        out += claim.before
        claim.start = len(out)
        out += "".join(piece if isinstance(piece, str) else piece.text for piece in claim.pieces)
        claim.end = len(out)
        lines = after is not None and claim.style == after.style == "plain" and not after.before
        out += "\n" if lines else "\n\n"
    return out


def _pieces(work: Work, names: Names, key: str, style: str, vector: str, chance: Random) -> Pieces:
    network = work.network
    result = figures(work, key, True)
    left = _left(names, key)
    match style:
        case "plain":
            return [f"{names.plain(key)} = ", *_plain(network, key, result)]
        case "inline":
            own = f"{names.updated(key[1:])} = {_assigned(network, names, key)}" if key[0] == "n" and names.new in ("arrow", "assign") else left
            return [f"${own} = ", *matrix(network, key, result, vector), "$"]
        case "index" if split(key)[0] == "z" and network.examples == 1:
            return _by_index(work, names, key, result, chance)
        case "chain":
            return ["$$", left, *_middle(work, names, key, chance), " = ", *matrix(network, key, result, "column"), "$$"]
        case _:
            middle = f" = {_assigned(network, names, key)}" if key[0] == "n" and names.new in ("arrow", "assign") else ""
            return [f"$${left}{middle} = ", *matrix(network, key, result, vector if chance.random() < 0.3 else "column"), "$$"]


def _left(names: Names, key: str) -> str:
    kind, _ = split(key)
    return f"{names[key]} = {names.derivative(key)}" if kind == "gz" and names.gradient == "delta" else names[key]


def _assigned(network: Network, names: Names, key: str) -> str:
    return _symbols(formula(network, names, key), names)


def _middle(work: Work, names: Names, key: str, chance: Random) -> Pieces:
    """= formula = numbers put in, as far as there are any."""
    parts = formula(work.network, names, key)
    out: Pieces = []
    if parts is None:
        return out
    sign = r" \leftarrow " if key[0] == "n" and names.new == "arrow" else " = "
    out += [sign, _symbols(parts, names)]
    refs = [part for part in parts if isinstance(part, Part)]
    printed = all(part.key in work.printed or part.key in work.network.texts for part in refs)
    if refs and all(part.numbers for part in refs) and printed and chance.random() < 0.7:
        out.append(" = ")
        for part in parts:
            if isinstance(part, str):
                out.append(part.replace(names.rate, work.network.eta + r" \cdot"))
                continue
            cells = figures(work, part.key, False)
            negative = part is not parts[0] and len(cells) == len(cells[0]) == 1
            grid = matrix(work.network, part.key, cells, "column")
            out += ["(", *grid, ")"] if negative else grid
            out.append(r"^\top" if part.transposed else "")
    return out


def _symbols(parts: Sequence[str | Part], names: Names) -> str:
    """The formula with names; a gradient that is a factor stands in brackets where its own notation would run on."""
    product = len(parts) > 1 and " - " not in parts
    out = []
    for part in parts:
        if isinstance(part, str):
            out.append(part.strip())
            continue
        name = names[part.key]
        loose = r"\partial" in name and r"\frac" not in name or r"\nabla" in name
        if part.transposed and ("^" in name or r"\frac" in name or loose) or product and loose:
            name = rf"\left({name}\right)"
        out.append(name + (r"^\top" if part.transposed else ""))
    return " ".join(out)


def _by_index(work: Work, names: Names, key: str, result: list[list[Figure]], chance: Random) -> Pieces:
    """Each component on its own, with its numbers put in; the formula with indices in front where the names allow it."""
    network = work.network
    _, k = split(key)
    source = f"a{k - 1}" if k > 1 else "x"
    w, b = names[f"W{k}"], names[f"b{k}"]
    out: Pieces = []
    if "_" not in w and "_" not in names[key] and min(network.sizes[k - 1:k + 1]) > 1:
        pair = "{ji}" if network.layout == "Wx" else "{ij}"
        out.append(rf"$${names[key]}_j = \sum_{{i=1}}^{{{network.sizes[k - 1]}}} {w}_{pair} {names[source]}_i + {b}_j$$" + "\n\n")
    known = source in work.printed or source in network.texts
    for j, figure in enumerate(result[0]):
        name = indexed(names[key], str(j + 1)) if len(result[0]) > 1 else names[key]
        out.append(f"${name} = ")
        if known:
            for i in range(network.sizes[k - 1]):
                out += [" + " if i else "", *_signed(figures(work, f"W{k}", False)[i][j]), r" \cdot ", *_signed(figures(work, source, False)[0][i])]
            out += [" + ", *_signed(figures(work, f"b{k}", False)[0][j]), " = "]
        out += [figure, "$" if j == len(result[0]) - 1 else "$, "]
    return out


def _signed(figure: Figure) -> Pieces:
    return ["(", figure, ")"] if figure.text.startswith("-") else [figure]


def figures(work: Work, key: str, result: bool) -> list[list[Figure]]:
    texts = work.printed.get(key) or work.network.texts[key]
    return [[Figure(cell, key, (i, j), result) for j, cell in enumerate(row)] for i, row in enumerate(texts)]


def matrix(network: Network, key: str, cells: list[list[Figure]], vector: str) -> Pieces:
    """Numbers in LaTeX, in the sheet's orientation. Vectors as a column (or row) of a matrix, [a, b]ᵀ, or (a, b)."""
    rows = turned(network, key, cells)
    if len(rows) == len(rows[0]) == 1:
        return [rows[0][0]]
    flat = [cell for row in rows for cell in row]
    if vector != "column" and 1 in (len(rows), len(rows[0])) and split(key)[0].lstrip("gn") != "W":
        opening, closing = ("(", ")") if vector == "tuple" else ("[", "]")
        return [opening, *_joined(flat, ", "), closing, r"^\top" if vector == "row" and len(rows) > 1 else ""]
    out: Pieces = [r"\begin{bmatrix} "]
    for i, row in enumerate(rows):
        out += [r" \\ " if i else "", *_joined(row, " & ")]
    return [*out, r" \end{bmatrix}"]


def _plain(network: Network, key: str, cells: list[list[Figure]]) -> Pieces:
    rows = turned(network, key, cells)
    if len(rows) == len(rows[0]) == 1:
        return [rows[0][0]]
    if 1 in (len(rows), len(rows[0])) and split(key)[0].lstrip("gn") != "W":
        return ["[", *_joined([cell for row in rows for cell in row], ", "), "]"]
    out: Pieces = ["["]
    for i, row in enumerate(rows):
        out += [", " if i else "", "[", *_joined(row, ", "), "]"]
    return [*out, "]"]


def _joined(cells: Sequence[Figure], comma: str) -> Pieces:
    return [piece for i, cell in enumerate(cells) for piece in ((comma, cell) if i else (cell,))]
