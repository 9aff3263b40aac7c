"""Accounts: what a sheet says that its problem does not take up, and what the problem needs that the sheet does not say."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches

from ..core.equation import Equation, Program, Tensor
from ..core.problem import Problem
from ..core.walk import tensors
from .classify import Claimed, Declared, Defined, Given, Kind, Mentioned, Strange
from .define import Definer
from .environment import Note
from .intermediate_data import spared
from .known import Known, named
from .names import flat, latex
from .products import ENTRY_BY_ENTRY
from .requests import Understood
from .syntax import (
    BigOperator,
    Call,
    Derivative,
    Formula,
    Fraction,
    Group,
    Nabla,
    Name,
    Negative,
    Norm,
    Numeral,
    Product,
    Relation,
    Root,
    Span,
    Sum,
    children,
    walk,
)

EXPRESSIONS = (Product, Sum, Call, Fraction, BigOperator, Norm, Root, Negative)
RATES = frozenset({"eta", "alpha", "mu", "beta", "gamma", "rho", "epsilon", "eps"})       # of a descent that another sheet may ask for
RESULTS = 2                                             # derivatives with their values
SPARED = frozenset({"size", "constant", "data"})       # roles of what need not be declared


def complaints(kinds: list[Kind], known: Known, definer: Definer, working: bool) -> Iterator[Note]:
    """Statements that were not understood: problems, or working where the sheet holds somebody's solution."""
    for name, (definition, trouble) in definer.failed.items():
        if working:
            yield Note("working", definition.kind.statement.span, f"a formula for {name}", trouble.reason)
        elif trouble.cause not in definer.failed:
            above = definer.needing(name)
            why = f"{', '.join(above)} {'needs' if len(above) == 1 else 'need'} it, and cannot be computed either" if above else ""
            yield Note("problem", trouble.span, f"{name} is not understood: {trouble.reason}", why, trouble.suggestion, about=name)
    for kind in kinds:
        if isinstance(kind, Strange):
            if working:
                yield Note("working", kind.statement.span, "a formula that is not used", kind.reason)
            else:
                yield Note("problem", kind.statement.span, "not understood", kind.reason)
    for claim in known.claims:
        if isinstance(claim, Given) and not working and (name := named(claim.name)) in known.data:
            yield Note("problem", claim.name.span, f"{name} is given numbers twice, and the first are used", "",
                       "leave one of the two out, or give the second another name")
        elif isinstance(claim, Claimed) and not working and _is_bound(claim.statement.formula):
            yield Note("problem", claim.statement.span, "an equation that gives no quantity its value", "solving does not use it",
                       "solve it for one of the names")
        elif not isinstance(claim, Strange):
            yield Note("working", claim.statement.span, "a result on the sheet", "solving does not use it")


def _is_bound(formula: Formula) -> bool:
    """Is it an expression of quantities and a number that it equals, or the identity matrix: w_1 + w_2 = 1, W^T W = I?"""
    match formula:
        case Relation(_, (Product() | Sum() | Fraction() | Negative() | Norm() as left, right), ("=",)):
            return (isinstance(right, Numeral) or _is_identity(right)) and not any(isinstance(n, Derivative | Nabla | Call) for n in walk(left)) and any(
                isinstance(n, Name) for n in walk(left))
    return False


def _is_identity(formula: Formula) -> bool:
    return (flat(formula) or "").split("_")[0] == "I"


def guessed_products(notes: Sequence[Note], text_of: Callable[[Span], str]) -> list[Note]:
    """The products that were taken entry by entry for want of a better reading: where the loss has come to nothing, they may be why."""
    return [Note("problem", n.span, f"{text_of(n.span).strip()} is no matrix product: it was taken entry by entry",
                 "both are vectors of the same size, and the loss has come to nothing or to more than one number",
                 "transpose one of the two for the scalar product, or write \\odot")
            for n in notes if n.kind == "assumption" and n.text == ENTRY_BY_ENTRY]


def worked(kinds: list[Kind]) -> bool:
    """Whether the sheet holds results of a derivation, more than a hint has: somebody's solution."""
    formulas = (k.statement.formula for k in kinds if isinstance(k, Claimed))
    return sum(isinstance(f, Relation) and isinstance(f.parts[0], Derivative | Nabla) for f in formulas) >= RESULTS


def second_formulas(known: Known, definer: Definer, own: set[int], spared: Iterable[Span],
                    agree: Callable[[Equation, Equation], bool | None]) -> Iterator[Note]:
    """Formulas for a quantity that has one already: nothing to say where the two agree. `spared` are requests that name one."""
    spans = list(spared)
    for name, definitions in known.definitions.items():
        chosen = definer.done.get(name)
        if chosen is None:
            continue
        for link in chosen.definition.rights:
            others = definer.again(replace(chosen.definition, rights=(link,))) if link is not chosen.link else ()
            if any(agree(chosen.equation, other) is False for other in others or ()):
                yield Note("problem", link.span, f"a side of the chain for {name} that does not agree with the one that is used", "",
                           "give what it defines a name of its own")
        for definition in definitions:
            statement = definition.kind.statement
            if definition is chosen.definition or statement.order not in own or any(s.start <= statement.span.start < s.end for s in spans):
                continue
            others = definer.again(definition)
            verdicts = {agree(chosen.equation, other) for other in others or ()}
            if others is None:
                yield Note("problem", statement.span, f"a second formula for {name} that is not understood", "the first is used",
                           "give what it defines a name of its own")
            elif False in verdicts:
                yield Note("problem", statement.span, f"a second formula for {name} that does not agree with the first",
                           "the first is used", "give what it defines a name of its own")
            elif None in verdicts:
                yield Note("assumption", statement.span, f"the first formula for {name} is used, and not this one",
                           "the two could not be compared")


# ---- formulas in the text that state nothing ----------------------------------------------------------------------

def expressions(kinds: list[Kind], own: set[int], understood: Understood, working: bool) -> Iterator[Note]:
    """Expressions that stand in the text by themselves, that nothing asks for and no formula contains: "we add $\\lambda \\|W\\|^2$"."""
    known = {flat(name) for kind in kinds for name in _subjects(kind)}
    loose = [k.statement for k in kinds if isinstance(k, Mentioned) and k.statement.order in own and _says_something(k.statement.formula)
             and any(reading.name in known for _, options in k.statement.names for reading in options)]
    if not loose:
        return
    contained = {_shape(node) for k in kinds if not isinstance(k, Mentioned) for node in k.statement.nodes if isinstance(node, EXPRESSIONS)}
    for statement in loose:
        at = statement.span
        if _shape(_bare(statement.formula)) in contained or any(s.start <= at.start and at.end <= s.end for s in understood.used):
            continue
        if working:
            yield Note("working", at, "an expression in the text")
        else:
            yield Note("problem", at, "an expression that nothing uses", "it stands in the text, and no formula contains it",
                       "state what it is: $... = ...$")


def _subjects(kind: Kind) -> tuple[Formula, ...]:
    """The names that a statement is about."""
    match kind:
        case Defined(_, left, _, _) | Given(_, left, _):
            return (left,)
        case Declared(_, names, _):
            return names
    return ()


def _bare(formula: Formula) -> Formula:
    return _bare(formula.body) if isinstance(formula, Group) else formula


def _says_something(formula: Formula) -> bool:
    """Not a name, a number, a size such as 2 × 3, a function at its argument, a derivative."""
    formula = _bare(formula)
    if not isinstance(formula, EXPRESSIONS) or not isinstance(formula, Sum) and flat(formula) is not None:      # t+1 may be an index, and y+1 not
        return False
    if isinstance(formula, Call):
        return any(_says_something(a) for a in formula.arguments)
    if isinstance(formula, Product) and set(formula.operators) <= {"times"}:
        return False
    inside = list(walk(formula))
    numbers = all(isinstance(n, Numeral | Negative | Fraction | Product | Sum) for n in inside)
    return not numbers and not any(isinstance(n, Derivative | Nabla) for n in inside)


def _shape(formula: Formula) -> tuple:
    """The formula without its places, to compare."""
    own = tuple(v for name in type(formula).__dataclass_fields__ if not isinstance(v := getattr(formula, name), Formula | Span | tuple))
    return (type(formula).__name__, own, tuple(_shape(child) for child in children(formula)))


# ---- what the sheet does not say ----------------------------------------------------------------------------------

def undeclared(program: Program, known: Known) -> Iterator[Note]:
    """Symbols without a shape, numbers or a formula of their own, where the sheet declares the others."""
    env = known.environment
    restricted = {found.name for kind in known.restricted if (found := env.reading(kind.name))}
    told = set(known.declared) | set(known.data) | env.heads | env.roles.keys() | restricted
    given = [t for t in program.given() if t.role not in SPARED]
    strange = [t for t in given if t.name not in told]
    declared = [t for t in given if t.name in told]
    if not declared:
        return
    kind = "problem" if len(declared) > len(strange) and len(declared) > 1 else "assumption"
    unread = [name for name in known.declared if name not in program.tensors]
    for tensor in strange:
        quantity = env.quantities.get(tensor.name)
        if quantity is None:
            continue
        close = get_close_matches(tensor.name, unread, 1, 0.3)
        size = " \\times ".join(str(axis.size) if axis.size in env.sizes or isinstance(axis.size, int) else "n" for axis in tensor.axes)
        shape = f"\\mathbb{{R}}^{{{size}}}" if size else "\\mathbb{R}"
        meant = f"Did you mean {close[0]}?" if close else f"declare it: ${latex(quantity.spelled)} \\in {shape}$"
        yield Note(kind, quantity.spelled.span, f"{tensor.name} is taken as given, as {_kind(tensor)}",
                   "nothing declares or defines it", meant)


def _kind(tensor: Tensor) -> str:
    sizes = [str(axis.size) for axis in tensor.axes]
    return "a number" if not sizes else f"a vector of {sizes[0]} entries" if len(sizes) == 1 else f"an array of {' × '.join(sizes)}"


def missing(problem: Problem, known: Known) -> Iterator[Note]:
    """Quantities without numbers where the others have them. A lone λ = 0.1 beside arrays that all stay symbols is a constant, and asks for no others."""
    unneeded = spared(problem)
    needed = [t for t in problem.program.given() if t.role not in ("size", "constant") and t.name not in unneeded]
    without = [t.name for t in needed if t.name not in problem.data]
    having = [t for t in needed if t.name in problem.data]
    constants = any(t.axes for t in needed) and not any(t.axes for t in having)
    if without and having and not constants:
        met = (known.environment.quantities.get(name) for name in without)
        span = next((q.spelled.span for q in met if q is not None), Span(0, 0))
        yield Note("problem", span, f"no numbers for {', '.join(without)}",
                   f"{', '.join(t.name for t in having)} {'have' if len(having) > 1 else 'has'} numbers, so values can be computed only in part",
                   "give the numbers, or a formula", numbers=True)


def unused(problem: Problem, known: Known, definer: Definer, kinds: list[Kind], own: set[int]) -> Iterator[Note]:
    """Numbers on the sheet that nothing understood uses."""
    given = {named(k.name) for k in kinds if isinstance(k, Given) and k.statement.order in own}
    env = known.environment
    read = set().union(*(tensors(d.equation.right) for d in definer.done.values()))
    idle = {t.name for t in problem.program.tensors.values() if t.role == "data" and t.name.split("_")[0] not in RATES}
    for name, (_, _, span) in known.data.items():
        used = name not in idle - read - env.used and any(name in place for place in (read, problem.program.tensors, problem.sizes, env.used, env.sizes))
        if name in given and not used:
            yield Note("problem", span, f"the numbers of {name} are used by nothing that was understood")
