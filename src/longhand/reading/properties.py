"""Properties that the words give a quantity: a symmetric matrix A, w is complex. No derivation uses them, so they are listed."""
from __future__ import annotations

from collections.abc import Callable, Iterator

from .clauses import Item
from .lexicon import words
from .mentions import is_name
from .syntax import Formula, Relation, Sequence

PROPERTIES = words("""symmetric skew antisymmetric orthogonal orthonormal unitary diagonal triangular invertible nonsingular singular idempotent
    hermitian complex imaginary integer integers banded sparse circulant toeplitz""") | {
    "skew symmetric", "positive definite", "positive semidefinite", "positive semi definite", "negative definite", "unit vector", "unit vectors",
    "identity matrix", "identity", "unit norm", "unit length", "complex valued", "rank one", "of rank one", "permutation matrix", "rotation matrix",
    "projection matrix", "of unit length", "of unit norm", "full rank", "low rank"}
LONGEST = 4
BETWEEN = words("""a an the is are be being has have which that assumed taken to let both all given fixed known some real square matrix matrices vector
    vectors number numbers valued upper lower strictly always any every also""")
FINITE = words("is are be being has have")
THINGS = frozenset({"weights", "parameters", "inputs", "biases"})


def properties(items: list[Item], note: Callable[..., None]) -> None:
    """A phrase "property" for each name that is said to have one of the table."""
    for at in range(len(items)):
        said = _property(items, at)
        if said is None:
            continue
        last, text = said
        for name, first, end in _bearers(items, at, last):
            note("property", None, first, end, text.removeprefix("of ").removesuffix(" matrix").removesuffix(" matrices"), name)


def _property(items: list[Item], at: int) -> tuple[int, str] | None:
    """(its last place, the property) of the longest one that begins here."""
    found, read = None, []
    for place in range(at, min(at + LONGEST, len(items))):
        if items[place].kind != "word":
            break
        read += items[place].text.casefold().replace("-", " ").split()
        if " ".join(read) in PROPERTIES or len(read) > 1 and " ".join(read[:-1]) in PROPERTIES and read[-1] in ("matrix", "matrices", "vector"):
            found = place, " ".join(read)
    return found


def _bearers(items: list[Item], first: int, last: int) -> Iterator[tuple[Formula | None, int, int]]:
    """(a name, where the words begin and end): the names before an "is", or else those behind; None for the weights, as a word."""
    back = first - 1
    while back >= 0 and (_between(items[back]) or _property(items, back)):
        back -= 1
    told = any(item.text.casefold() in FINITE for item in items[max(back, 0):first])
    if back >= 0 and (told or back == first - 1) and (names := _names(items[back].formula)):
        for name in names:
            yield name, back, last
        return
    if told and back >= 0 and items[back].get("thing") in THINGS:
        yield None, back, last
        return
    ahead = last + 1
    while ahead < len(items) and (_between(items[ahead]) or _property(items, ahead)):
        ahead += 1
    for name in _names(items[ahead].formula) if ahead < len(items) else ():
        yield name, first, ahead


def _between(item: Item) -> bool:
    return item.kind == "word" and all(word in BETWEEN for word in item.text.casefold().replace("-", " ").split()) or item.has("conj") or item.mark(",")


def _names(formula: Formula | None) -> list[Formula]:
    """A, B of "A, B \\in \\mathbb{R}^{n \\times n}"; nothing for any other formula."""
    match formula:
        case Relation(_, (left, *_), ("in", *_)):
            return _names(left)
        case Sequence(_, parts):
            return [name for part in parts for name in _names(part)]
        case Formula() if is_name(formula):
            return [formula]
    return []
