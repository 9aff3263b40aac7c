"""What kind of statement a formula is: a shape, numbers, a definition, a function, an update, a claim, a mention."""
from __future__ import annotations

from collections.abc import Mapping

from ..core.record import record
from ..functions import table
from . import strays
from .literals import Literal, literal
from .names import GREEK, flat, is_transpose, items, readings
from .statements import Statement
from .syntax import (
    Accent,
    BigOperator,
    Braces,
    Call,
    Cases,
    Derivative,
    Dots,
    Empty,
    Formula,
    Group,
    Index,
    Matrix,
    Nabla,
    Name,
    Numeral,
    Product,
    Relation,
    Row,
    Script,
    Sequence,
    Symbol,
    walk,
)
from .terms import Unclear

Size = int | str
UPDATES = frozenset({"<-", ":="})
SIGMAS = frozenset({"sigma"})             # read as the sigmoid where nothing defines it


@record
class Called:
    """How names are applied in a sheet: the arguments of each, as they are written; and those that a formula applies which does not
    define them, and that never stand alone."""
    arguments: Mapping[str, set[tuple[str, ...]]]
    only_applied: frozenset[str] = frozenset()


@record
class Kind:
    statement: Statement


@record
class Declared(Kind):
    """Names with their shape: W_1 ∈ R^{d×n}, x = [x_1, …, x_d]^T."""
    names: tuple[Formula, ...]
    shape: tuple[Size, ...]


@record
class Restricted(Kind):
    """A name and the set its values lie in: y_i ∈ {0, 1}."""
    name: Formula
    values: Formula


@record
class Given(Kind):
    """Numbers for a name."""
    name: Formula
    literal: Literal


@record
class Defined(Kind):
    """left = right, with what else the chain says; `shape` where it ends in ∈ R^n; `depends` what stood in brackets behind it: f(w, x)."""
    left: Formula
    rights: tuple[Formula, ...]
    shape: tuple[Size, ...] | None = None
    depends: tuple[Formula, ...] = ()


@record
class FunctionDefined(Kind):
    """f(u) = right; `at` are indices behind the call: softmax(θ)_i = ..."""
    name: str
    parameters: tuple[Formula, ...]
    at: tuple[Formula, ...]
    rights: tuple[Formula, ...]
    left: Formula


@record
class Updated(Kind):
    """left ← right."""
    left: Formula
    right: Formula


@record
class Ranged(Kind):
    """The range of an index letter: j = 1, …, n."""
    letter: str
    last: Size


@record
class FactStated(Kind):
    """Σ_j y_j = number."""
    sum: BigOperator
    total: Formula


@record
class Claimed(Kind):
    """A derivative with its value, or the end of a chain: somebody's working, or a hint."""


@record
class Mentioned(Kind):
    """A formula that states nothing: a name, a derivative that is asked for, a number in a sentence."""


@record
class Strange(Kind):
    """A statement of no known kind, and why."""
    reason: str


def classify(statement: Statement, letters: set[str], called: Called, known: set[str]) -> list[Kind]:
    """The kinds of a statement; several where it declares a shape and defines at once.

    letters: index letters;  called: names that are applied to arguments somewhere in an expression;  known: names of quantities.
    """
    formula = statement.formula
    if statement.behind:
        return [Strange(statement, strays.REASON)]
    if not isinstance(formula, Relation):
        shaped = _with_shape(formula)
        return [Declared(statement, (shaped[0],), shaped[1])] if shaped else [Mentioned(statement)]
    try:
        return _relation(statement, formula, letters, called, known)
    except Unclear as trouble:
        return [Strange(statement, trouble.reason)]


def applies(statement: Statement) -> bool:
    """Whether the left side is a call, f(u) or softmax(θ)_i: only then does its kind depend on the names of quantities."""
    formula = statement.formula
    left = formula.parts[0] if isinstance(formula, Relation) else formula
    return isinstance(left.base if isinstance(left, Script) else left, Call)


def _relation(statement: Statement, formula: Relation, letters: set[str], called: Called, known: set[str]) -> list[Kind]:
    parts, signs = formula.parts, formula.operators
    if "in" in signs:
        cut = signs.index("in")
        return _membership(statement, parts[:cut + 1], signs[:cut], parts[cut + 1], letters, called, known)
    if signs == (":=",) and isinstance(parts[0], Call):
        signs = ("=",)                                  # f(u) := u^2
    if len(signs) == 1 and signs[0] in UPDATES:
        return [Updated(statement, parts[0], parts[1])]
    if isinstance(parts[0], Empty) or isinstance(parts[-1], Empty) and len(parts) == 2:
        return [Claimed(statement)]
    if set(signs) & {"=>", "->", "<", "approx", "~"} and "=" in signs:
        return [Claimed(statement)]
    if set(signs) != {"="}:
        return [Strange(statement, "a comparison that is no definition")] if set(signs) & {"=", "approx"} else [Mentioned(statement)]
    left, rights = parts[0], parts[1:]
    if isinstance(left, Derivative | Nabla) or _starts_with_nabla(left):
        return [Claimed(statement)]
    if isinstance(left, BigOperator) and len(rights) == 1 and literal(rights[0]) is not None:
        return [FactStated(statement, left, rights[0])]
    if isinstance(left, Call) and isinstance(left.function, Script) and left.function.primes:
        return [Claimed(statement)]                     # σ'(x) = ...: what somebody takes a derivative to be
    if (ranged := _range(left, rights, letters)) is not None:
        return [Ranged(statement, *ranged)]
    if (function := _function(left, rights, called, known)) is not None:
        return [FunctionDefined(statement, *function, rights, left)]
    depends: tuple[Formula, ...] = ()
    if isinstance(left, Call) or isinstance(left, Script) and isinstance(left.base, Call):
        said = left if isinstance(left, Call) else left.base                        # f(w, x) = ...: what f depends on is said in passing
        left, depends = said.function, said.arguments
    if next(iter(readings(left)), None) is None:
        return [Claimed(statement)]
    if isinstance(left, Name) and left.text in letters and all(isinstance(r, Name) and len(r.text) == 1 for r in rights):
        return [Mentioned(statement)]                   # i = k: a case, not a definition
    if any(isinstance(node, Derivative | Nabla) for right in rights for node in walk(right)):
        return [Claimed(statement)]                     # w_new = w - 0.1 ∂L/∂w: a result, or the rule of an update
    return _named(statement, left, rights, depends)


def _named(statement: Statement, left: Formula, rights: tuple[Formula, ...], depends: tuple[Formula, ...]) -> list[Kind]:
    value = literal(rights[-1])
    middle = rights[:-1]
    if value is not None and all(flat(part) is not None or _entries(part) is not None for part in middle):
        names = [left, *(part for part in middle if flat(part) is not None)]
        return [Given(statement, name, value) for name in names]
    if len(rights) == 1 and (shape := _entries(rights[0])) is not None and all(
            isinstance(c, Dots) or flat(c) is not None for c in _cells(rights[0])):
        return [Declared(statement, (left,), shape)]
    return [Defined(statement, left, tuple(r for r in rights if literal(r) is None) or rights, None, depends)]


def _starts_with_nabla(formula: Formula) -> bool:
    match formula:
        case Nabla():
            return True
        case Script(base=base):
            return _starts_with_nabla(base)
        case Product(factors=(first, *_)):
            return _starts_with_nabla(first)
    return False


def _membership(statement, parts, signs, where: Formula, letters, called, known) -> list[Kind]:
    shape = _shape(where)
    names = tuple(p for p in items(parts[0]) if flat(p) is not None) if isinstance(parts[0], Sequence) else (parts[0],)
    if shape is None:
        if isinstance(where, Braces | Row | Group) and len(parts) == 1:
            return [Restricted(statement, parts[0], where)]
        return [Strange(statement, "a set that is neither ℝ with a shape nor a list of values")]
    if len(parts) == 1:
        if flat(parts[0]) is None:
            return [Strange(statement, "the shape of something that is no name")]
        return [Declared(statement, names, shape)]
    whole = Relation(statement.formula.span, parts, signs)
    kinds = _relation(statement, whole, letters, called, known)
    out: list[Kind] = []
    for kind in kinds:
        if isinstance(kind, Defined):
            out.append(Defined(kind.statement, kind.left, kind.rights, shape, kind.depends))
        elif isinstance(kind, Declared):
            out.append(Declared(kind.statement, kind.names, shape))
        else:
            out += [Declared(statement, (parts[0],), shape), kind]
    return out


def _shape(formula: Formula) -> tuple[Size, ...] | None:
    """(d, n) of \\mathbb{R}^{d \\times n}, q of {0, 1}^q; () of \\mathbb{R}; None for any other set."""
    match formula:
        case Symbol(_, text) if text.strip("\\{}").replace("mathbb", "").strip("{}") in ("R", "ℝ"):
            return ()
        case Name(_, "R", _) | Name(_, "ℝ", _):
            return ()
        case Script(_, base, None, sup, 0) if (_shape(base) == () or isinstance(base, Braces | Row | Group)) and sup is not None:    # {0, 1}^q
            factors = sup.factors if isinstance(sup, Product) else (sup,)
            sizes = tuple(_size(f) for f in factors)
            return None if None in sizes else sizes
    return None


def _with_shape(formula: Formula) -> tuple[Formula, tuple[Size, ...]] | None:
    """(X, (N, 1)) of X^{N \\times 1}: a name with its shape as a superscript."""
    match formula:
        case Group(body=body):
            return _with_shape(body)
        case Script(span, base, sub, Product(factors=factors, operators=operators), primes) if set(operators) == {"times"}:
            name = Script(span, base, sub, None, primes) if sub is not None or primes else base
            sizes = tuple(_size(f) for f in factors)
            if None not in sizes and next(iter(readings(name)), None) is not None:
                return name, sizes
    return None


def _size(formula: Formula) -> Size | None:
    if isinstance(formula, Numeral) and formula.text.isdigit():
        return int(formula.text)
    return flat(formula)


def _range(left: Formula, rights: tuple[Formula, ...], letters: set[str]) -> tuple[str, Size] | None:
    """(letter, last) of j = 1, 2, 3 (a list of consecutive numbers), i = 1, …, n, k = 1..4."""
    if not (isinstance(left, Name) and len(left.text) == 1 and left.text in letters and len(rights) == 1):
        return None
    right = rights[0]
    parts = right.items if isinstance(right, Row | Sequence) else right.factors if isinstance(right, Product) else ()
    parts = tuple(p for p in parts if not isinstance(p, Empty))
    if len(parts) < 2 or _size(parts[0]) not in (0, 1):
        return None
    if any(isinstance(p, Dots) for p in parts):
        last = _size(parts[-1])
        return None if last is None or isinstance(parts[-1], Dots) else (left.text, last)
    numbers = [_size(p) for p in parts]
    if numbers == list(range(1, len(numbers) + 1)):
        return left.text, len(numbers)
    return None


def _function(left: Formula, rights: tuple[Formula, ...], called: Called, known: set[str]):
    """(name, parameters, indices) of f(u) or softmax(θ)_i where f is a function, not a quantity with what it depends on in brackets."""
    at: tuple[Formula, ...] = ()
    if isinstance(left, Script) and isinstance(left.base, Call) and left.sub is not None and left.sup is None:
        at, left = items(left.sub), left.base
    if not isinstance(left, Call) or not left.bracketed:
        return None
    name = flat(left.function)
    if name is None or any(flat(a) is None for a in left.arguments):
        return None
    arguments = [flat(a) for a in left.arguments]
    elsewhere = called.arguments.get(name, set()) - {tuple(arguments)}
    if elsewhere or not any(a in known for a in arguments) or _of_its_own(left, rights, called, known):
        return name, left.arguments, at
    return None


def _of_its_own(left: Call, rights: tuple[Formula, ...], called: Called, known: set[str]) -> bool:
    """Whether a left side whose argument is named like a quantity defines a function all the same: σ(u) = 1/(1 + e^{-u}) where u is a
    vector of the sheet. It does for a function that everybody knows, and for one that is only ever applied and reads its argument alone."""
    name = flat(left.function) or ""
    if name not in called.only_applied:
        return False
    if name not in known and (name in SIGMAS or name not in GREEK and len(name) > 1 and (table.scalar(name) or table.vector(name))):
        return True
    own = {flat(a) for a in left.arguments}
    heads = {id(node.function) for right in rights for node in walk(right) if isinstance(node, Call)}
    read = {r.name for right in rights for node in walk(right) if isinstance(node, Name | Accent | Script | Index) and id(node) not in heads
            for r in readings(node)}
    return not (read & known) - own and name not in known


def _cells(formula: Formula) -> tuple[Formula, ...]:
    match formula:
        case Matrix(rows=rows):
            return tuple(cell for row in rows for cell in row)
        case Row(opening=opening, items=cells) if opening != "<":
            return cells
        case Script(base=base, sub=None, sup=sup) if is_transpose(sup):
            return _cells(base)
        case Group(body=body):
            return _cells(body)
    return ()


def _entries(formula: Formula) -> tuple[Size, ...] | None:
    """The shape of a vector or matrix written out in its own entries: (3,) of [x_1, x_2, x_3]^T, (d,) of [x_1, …, x_d]^T."""
    cells = _cells(formula)
    if not cells or isinstance(formula, Cases):
        return None
    if any(literal(c) is not None for c in cells):
        return None
    if any(isinstance(c, Dots) for c in cells):
        last = cells[-1]
        number = next((r.indices[-1] for r in readings(last) if r.indices), None) if isinstance(last, Script | Index) else None
        size = _size(number) if number is not None else None
        return (size,) if size is not None else None
    if any(not isinstance(c, Name | Script | Accent | Index) for c in cells):
        return None
    if isinstance(formula, Matrix) and len(formula.rows) > 1 and len(formula.rows[0]) > 1:
        return len(formula.rows), len(formula.rows[0])
    return (len(cells),)
