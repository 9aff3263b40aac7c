"""Who is who among statements that have not been read yet: names defined by a formula, names with numbers, names that are read."""
from __future__ import annotations

from dataclasses import dataclass, field

from .known import head
from .literals import literal
from .statements import Statement
from .survey import index_letters
from .syntax import Accent, Call, Derivative, Formula, Index, Nabla, Name, Relation, Script, children
from .terms import Unclear


@dataclass(slots=True)
class Book:
    """`defined`: name -> its first statement;  `given`: name -> rank of its numbers;  `reads`: name -> names on its right sides."""
    letters: set[str]
    defined: dict[str, Statement] = field(default_factory=dict)
    given: dict[str, int] = field(default_factory=dict)
    spelled: dict[str, Formula] = field(default_factory=dict)
    reads: dict[str, set[str]] = field(default_factory=dict)

    @property
    def read(self) -> set[str]:
        """Every name on a right side."""
        return set().union(*self.reads.values()) if self.reads else set()

    def known(self, name: str) -> bool:
        return name in self.defined or name in self.given

    def name(self, formula: Formula) -> str | None:
        """The quantity that a name-like formula is about, index letters taken off."""
        if not isinstance(formula, Name | Accent | Script | Index):
            return None
        found = head(formula, self.letters, self.defined.keys() | self.given.keys())
        return found.name if found is not None else None

    def names(self, formula: Formula) -> set[str]:
        """The quantities in a formula; index letters by themselves are none."""
        found: set[str] = set()
        stack = [formula]
        while stack:
            node = stack.pop()
            if isinstance(node, Derivative | Nabla):
                continue
            if isinstance(node, Name | Accent | Script | Index) and (name := self.name(node)) is not None:
                if name not in self.letters:
                    found.add(name)
            elif isinstance(node, Call):
                stack += node.arguments
            else:
                stack += children(node)
        return found

    def downstream(self, name: str) -> set[str]:
        """What is computed from the quantity."""
        found = {name}
        while more := {left for left, names in self.reads.items() if names & found} - found:
            found |= more
        return found - {name}


def book(statements: list[Statement]) -> Book:
    """The statements of one section, sorted by name."""
    made = Book(index_letters(statements))
    for statement in statements:
        formula = statement.formula
        if not isinstance(formula, Relation) or set(formula.operators) != {"="} or (name := made.name(formula.parts[0])) is None:
            continue
        found = head(formula.parts[0], made.letters, set())
        made.spelled.setdefault(name, found.spelled)
        if (rank := rank_of(formula.parts[-1])) is not None and len(formula.parts) == 2:
            made.given.setdefault(name, rank)
        else:
            made.defined.setdefault(name, statement)
            made.reads.setdefault(name, set()).update(*(made.names(part) for part in formula.parts[1:]))
    return made


def rank_of(formula: Formula) -> int | None:
    """The rank of numbers written out; None for any other formula."""
    try:
        found = literal(formula)
    except Unclear:
        return None
    return len(found.shape) if found is not None else None
