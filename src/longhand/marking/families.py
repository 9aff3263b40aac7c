"""Families: an array for every value of some index letters, all computed at once. w_kj is a number for each k and j."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from ..core.record import record
from .array import LARGEST, Array, Nonconforming, total


@record
class Family:
    """members[...] in row-major order of the letters' values; all members have one shape. No letters: one member."""
    letters: tuple[str, ...]
    sizes: tuple[int, ...]
    members: tuple[Array, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of each member."""
        return self.members[0].shape

    @property
    def count(self) -> int:
        return len(self.members) * len(self.members[0].cells)


def constant(a: Array) -> Family:
    return Family((), (), (a,))


def lifted(f: Callable[..., Array], *families: Family) -> Family:
    """f for each value of all the letters."""
    if len(families) == 1:
        only = families[0]
        made: dict[int, Array] = {}                              # many members are one object, as rows that an index repeats
        for a in only.members:
            if id(a) not in made:
                made[id(a)] = f(a)
        return Family(only.letters, only.sizes, tuple([made[id(a)] for a in only.members]))
    letters, sizes = joint(families)
    if not letters:
        return Family((), (), (f(*(each.members[0] for each in families)),))
    spread = [over(each, letters, sizes).members for each in families]
    return Family(letters, sizes, tuple(map(f, *spread)))


def joint(families: Sequence[Family]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """All letters with their sizes, in order of first appearance."""
    found: dict[str, int] = {}
    for each in families:
        for letter, size in zip(each.letters, each.sizes, strict=True):
            if found.setdefault(letter, size) != size:
                raise Nonconforming(f"the index {letter} runs to {found[letter]} and to {size}")
    if prod(found.values()) > LARGEST:
        raise Nonconforming(f"{prod(found.values())} values of the indices are too many")
    return tuple(found), tuple(found.values())


def over(each: Family, letters: tuple[str, ...], sizes: tuple[int, ...]) -> Family:
    """The same family over more letters, or with its letters in another order."""
    if each.letters == letters:
        return each
    return Family(letters, sizes, tuple(map(each.members.__getitem__, places_over(each, letters, sizes))))


def places_over(each: Family, letters: tuple[str, ...], sizes: tuple[int, ...]) -> list[int]:
    """Which member belongs to each value of more letters, in row-major order of them."""
    steps, step = {}, 1
    for letter, size in zip(reversed(each.letters), reversed(each.sizes), strict=True):
        steps[letter] = step
        step *= size
    found = [0]
    for letter, size in zip(letters, sizes, strict=True):
        step = steps.get(letter, 0)
        moves = [k * step for k in range(size)]
        found = [at + move for at in found for move in moves]
    return found


def chosen(each: Family, bound: Mapping[str, int]) -> Family:
    """The members for which some letters have given values (from 0)."""
    if not any(letter in bound for letter in each.letters):
        return each
    kept = [(letter, size) for letter, size in zip(each.letters, each.sizes, strict=True) if letter not in bound]
    ranges = [(bound[letter],) if letter in bound else range(size) for letter, size in zip(each.letters, each.sizes, strict=True)]
    members = []
    for place in product(*ranges):
        k = 0
        for p, n in zip(place, each.sizes, strict=True):
            if not 0 <= p < n:
                raise Nonconforming("an index outside its range")
            k = k * n + p
        members.append(each.members[k])
    return Family(tuple(letter for letter, _ in kept), tuple(n for _, n in kept), tuple(members))


def folded(each: Family, letter: str, f: Callable[[Sequence[Any]], Any]) -> Family:
    """One letter taken up: f of the cells along it, entry by entry."""
    k = each.letters.index(letter)
    letters, sizes = each.letters[:k] + each.letters[k + 1:], each.sizes[:k] + each.sizes[k + 1:]
    last = over(each, (*letters, letter), (*sizes, each.sizes[k]))
    n = each.sizes[k]
    members = []
    for at in range(0, len(last.members), n):
        group = last.members[at:at + n]
        members.append(Array(group[0].shape, tuple(f([a.cells[c] for a in group]) for c in range(len(group[0].cells)))))
    return Family(letters, sizes, tuple(members))


def summed_over(each: Family, letter: str) -> Family:
    return folded(each, letter, total)


def along(each: Family, letter: str, f: Callable[[Sequence[Any]], Sequence[Any]]) -> Family:
    """f of the cells along a letter, which stays: softmax(z_k) over k."""
    k = each.letters.index(letter)
    rest = each.letters[:k] + each.letters[k + 1:]
    n = each.sizes[k]
    last = over(each, (*rest, letter), (*(s for at, s in enumerate(each.sizes) if at != k), n))
    members: list[Array] = []
    for at in range(0, len(last.members), n):
        group = last.members[at:at + n]
        columns = [f([a.cells[c] for a in group]) for c in range(len(group[0].cells))]
        members += [Array(group[0].shape, tuple(column[m] for column in columns)) for m in range(n)]
    return over(Family(last.letters, last.sizes, tuple(members)), each.letters, each.sizes)


def as_array(each: Family, order: Sequence[str]) -> Array:
    """One array with an axis for each letter in this order, before the axes of the members."""
    found = dict(zip(each.letters, each.sizes, strict=True))
    sizes = tuple(found[letter] for letter in order)
    spread = over(each, tuple(order), sizes)
    return Array((*sizes, *each.shape), tuple(cell for a in spread.members for cell in a.cells))
