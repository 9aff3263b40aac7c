"""The statements of the plain-text form, a function each, and the draft of a problem that they fill."""
from __future__ import annotations

from collections.abc import Callable

from ..core.axis import Axis
from ..core.equation import ROLES, Equation, Fact, Program, Tensor
from ..core.problem import ASKED, Descent, Notation, Problem, Remark, Spelling, Value, Wanted
from ..errors import DataError, ShapeError, UnknownName
from .plain_expr import Expressions, Scope, near
from .plain_tokens import Cursor, Token
from .values import Ragged, shape_of

NOTES = {"assumption": "assumptions", "repair": "repairs", "misread": "not_understood"}


class Draft:
    """What the statements said so far."""

    def __init__(self) -> None:
        self.axes: dict[str, Axis] = {}
        self.sizes: dict[str, int] = {}
        self.size_lines: dict[str, int] = {}
        self.tensors: dict[str, Tensor] = {}
        self.equations: list[Equation] = []
        self.facts: list[Fact] = []
        self.data: dict[str, Value] = {}
        self.wanted: list[Wanted] = []
        self.notes: dict[str, list[Remark]] = {field: [] for field in NOTES.values()}
        self.notation: dict[str, dict] = {"spellings": {}, "sizes": {}, "letters": {}, "functions": {}, "deltas": {}}
        self.single: dict[str, object] = {}                     # statements that stand once: title, loss, descent, layout, log, count
        self.scope = Scope(self.axes, self.tensors, self.sizes)

    def problem(self) -> Problem:
        """The whole."""
        n = self.notation
        notation = Notation(n["spellings"], n["sizes"], n["letters"], n["functions"],
                            self.single.get("layout", "column"), self.single.get("log", "ln"), n["deltas"],
                            self.single.get("count", 1))
        return Problem(Program(self.tensors, tuple(self.equations), tuple(self.facts)), self.single.get("loss"), self.data, self.sizes,
                       tuple(self.wanted), self.single.get("descent"), notation, self.single.get("title", ""),
                       **{field: tuple(notes) for field, notes in self.notes.items()})

    def once(self, c: Cursor, word: str, value: object) -> None:
        """A statement that may stand once."""
        if word in self.single:
            c.fail(f"{word} is said twice.", c.tokens[0])
        self.single[word] = value

    def put(self, c: Cursor, table: dict, name: str, value: object, token: Token) -> None:
        """A row of a table, which may be filled once."""
        if name in table:
            c.fail(f"{name} is given twice.", token)
        table[name] = value

    def fixed(self, c: Cursor, symbol: str, size: int, token: Token, why: str) -> None:
        """A number for a size symbol; two different ones are an error."""
        known = self.sizes.setdefault(symbol, size)
        if known != size:
            c.fail(f"{symbol} is {known} (line {self.size_lines[symbol]}) and {why}.", token, kind=ShapeError)
        self.size_lines.setdefault(symbol, c.line)


Statement = Callable[[Draft, Cursor], None]


def _axis(r: Draft, c: Cursor) -> None:
    token = c.next
    name = c.name("the name of an axis")
    size: int | str = name
    if c.word("size"):
        size = _natural(c) if c.next.kind == "number" else c.name("a number or a symbol")
    letter = c.name("a letter") if c.word("letter") else Axis(name, size).letter
    r.put(c, r.axes, name, Axis(name, size, letter), token)


def _size(r: Draft, c: Cursor) -> None:
    token = c.next
    name = c.name("a size symbol")
    if c.accept("="):
        value = _natural(c)
        r.fixed(c, name, value, token, f"{value} here")
    elif not (c.next.kind == "name" and c.next.text == "as"):
        c.unexpected("= and a number")
    if c.word("as"):
        r.put(c, r.notation["sizes"], name, _latex(c), token)


def _tensor(r: Draft, c: Cursor) -> None:
    token = c.next
    name = c.name()
    c.expect(":")
    role = c.of_kind("name", "a role: " + ", ".join(ROLES))
    if role not in ROLES:
        c.fail(f"{role} is no role.", c.tokens[c.at - 1], hint=f"Roles are {', '.join(ROLES)}.")
    axes: list[Axis] = []
    if c.accept("[") and not c.accept("]"):
        while True:
            at = c.next
            axis = c.name("the name of an axis")
            if axis not in r.axes:
                c.fail(f"There is no axis {axis}.", at, kind=UnknownName,
                       hint=near(axis, list(r.axes)) or f"Declare it: axis {axis} letter i.")
            axes.append(r.axes[axis])
            if not c.accept(","):
                c.expect("]")
                break
    r.put(c, r.tensors, name, Tensor(name, tuple(axes), role), token)
    if c.word("as"):
        r.notation["spellings"][name] = _spelled(c)


def _spelling(r: Draft, c: Cursor) -> None:
    token = c.next
    name = c.name()
    if not c.word("as"):
        c.unexpected("as")
    r.put(c, r.notation["spellings"], name, _spelled(c), token)


def _spelled(c: Cursor) -> Spelling:
    latex, default = _latex(c), Spelling("")
    entries = c.take().text if c.next.text in ("subscript", "brackets") else default.entries
    orientation = c.take().text if c.next.text in ("column", "row") else default.orientation
    return Spelling(latex, entries, orientation)


def _fact(r: Draft, c: Cursor) -> None:
    reader = Expressions(c, r.scope)
    if not (c.word("sum") and c.accept("(")):
        c.unexpected("sum(k, y[k])")
    axis = reader.index().axis
    c.expect(",")
    tensor = reader.entry().tensor
    c.expect(")")
    c.expect("=")
    total = reader.sum()
    reason = c.of_kind("string", "a reason in quotation marks") if c.word("because") else ""
    r.facts.append(Fact(tensor, axis, total, reason, c.word("assumed")))


def _loss(r: Draft, c: Cursor) -> None:
    r.once(c, "loss", c.name())


def _title(r: Draft, c: Cursor) -> None:
    r.once(c, "title", c.of_kind("string", "a title in quotation marks"))


def _layout(r: Draft, c: Cursor) -> None:
    if c.next.text not in ("column", "row"):
        c.unexpected("column or row")
    r.once(c, "layout", c.take().text)


def _log(r: Draft, c: Cursor) -> None:
    if c.next.text not in ("ln", "log"):
        c.unexpected("ln or log, as the sheet writes the natural logarithm")
    r.once(c, "log", c.take().text)


def _count(r: Draft, c: Cursor) -> None:
    if c.next.text not in ("0", "1"):
        c.unexpected("0 or 1, what the entries are counted from")
    r.once(c, "count", int(c.take().text))


def _data(r: Draft, c: Cursor) -> None:
    token = c.next
    name = c.name()
    if name not in r.tensors:
        c.fail(f"{name} is not declared.", token, hint=near(name, list(r.tensors)), kind=UnknownName)
    c.expect("=")
    r.put(c, r.data, name, value := _value(c), token)
    try:
        shape = shape_of(value)
    except Ragged as error:
        c.fail(f"{name} is not rectangular: {error}.", token, kind=DataError)
    axes = r.tensors[name].axes
    if len(shape) != len(axes):
        c.fail(f"{name} has {len(axes)} axes, and its numbers have {len(shape)}.", token, kind=ShapeError)
    for axis, length in zip(axes, shape, strict=True):
        if isinstance(axis.size, str):
            r.fixed(c, axis.size, length, token, f"{name} has {length} entries along {axis.name}")
        elif axis.size != length:
            c.fail(f"The axis {axis.name} has the size {axis.size} and {name} has {length} entries along it.", token, kind=ShapeError)


def _value(c: Cursor) -> Value:
    if not c.accept("["):
        return c.ratio()
    found = []
    if not c.accept("]"):
        found.append(_value(c))
        while c.accept(","):
            found.append(_value(c))
        c.expect("]")
    return tuple(found)


def _find(r: Draft, c: Cursor) -> None:
    kind = c.of_kind("name", "what to find: " + ", ".join(ASKED))
    if kind not in ASKED:
        c.fail(f"{kind} is nothing that can be asked.", c.tokens[c.at - 1], hint=f"Ask for {', '.join(ASKED)}.")
    of, wrt, entry = "", (), False
    if c.next.named and not (c.next.kind == "name" and c.next.text in ("wrt", "line", "text")):
        of = _known(r, c)
    if c.word("wrt"):
        entry = c.word("entry")
        wrt = [_known(r, c)]
        while c.accept(","):
            wrt.append(_known(r, c))
    line = c.integer("a line number") if c.word("line") else None
    text = c.of_kind("string", "the words of the question in quotation marks") if c.word("text") else ""
    r.wanted.append(Wanted(kind, of, tuple(wrt), entry, line, text))


def _known(r: Draft, c: Cursor) -> str:
    """The name of a tensor of the problem."""
    token = c.next
    name = c.name("the name of a quantity")
    if name not in r.tensors:
        c.fail(f"{name} is not declared.", token, hint=near(name, list(r.tensors)), kind=UnknownName)
    return name


def _descent(r: Draft, c: Cursor) -> None:
    method = c.of_kind("string", "a method in quotation marks")
    parameters: list[str] = []
    if c.next.named and not (c.next.kind == "name" and c.next.text in ("with", "steps")):
        parameters.append(_known(r, c))
        while c.accept(","):
            parameters.append(_known(r, c))
    constants: dict[str, str] = {}
    if c.word("with"):
        while True:
            token = c.next
            meaning = c.of_kind("string", "what the constant is, in quotation marks")
            c.expect("=")
            r.put(c, constants, meaning, _known(r, c), token)
            if not c.accept(","):
                break
    steps = c.integer("a number of steps") if c.word("steps") else 1
    r.once(c, "descent", Descent(method, tuple(parameters), constants, steps))


def _note(r: Draft, c: Cursor) -> None:
    kind = c.of_kind("name", " or ".join(NOTES))
    if kind not in NOTES:
        c.fail(f"{kind} is no kind of note.", c.tokens[c.at - 1], hint=f"Kinds are {', '.join(NOTES)}.")
    text = c.of_kind("string", "a text in quotation marks")
    why = c.of_kind("string", "a reason in quotation marks") if c.word("because") else ""
    line = c.integer("a line number") if c.word("line") else None
    column = c.integer("a column number") if c.word("column") else None
    suggestion = c.of_kind("string", "a text in quotation marks") if c.word("write") else ""
    caret = c.of_kind("string", "a text in quotation marks") if c.word("caret") else ""
    r.notes[NOTES[kind]].append(Remark(text, why, line, column, suggestion, caret))


def _letter(r: Draft, c: Cursor) -> None:
    token = c.next
    name = c.name("the name of an axis")
    c.expect("=")
    r.put(c, r.notation["letters"], name, _latex(c), token)


def _spelled_as(table: str) -> Statement:
    def statement(r: Draft, c: Cursor) -> None:
        token = c.next
        name = c.name()
        if not c.word("as"):
            c.unexpected("as")
        r.put(c, r.notation[table], name, _latex(c), token)
    return statement


def _latex(c: Cursor) -> str:
    if c.next.kind not in ("latex", "string"):
        c.unexpected("LaTeX between dollars")
    return c.take().text


def _natural(c: Cursor) -> int:
    token = c.next
    size = c.integer("a size")
    if size < 1:
        c.fail("A size is 1 or more.", token)
    return size


STATEMENTS: dict[str, Statement] = {
    "title": _title, "axis": _axis, "size": _size, "tensor": _tensor, "fact": _fact, "loss": _loss, "data": _data, "find": _find,
    "descent": _descent, "layout": _layout, "log": _log, "count": _count, "letter": _letter, "spelling": _spelling, "note": _note,
    "function": _spelled_as("functions"), "adjoint": _spelled_as("deltas"),
}
