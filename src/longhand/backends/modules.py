"""What a written module consists of, for every array library: its parts, in order, as text."""
from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from ..core.axis import Axis
from ..core.problem import Problem, Value
from ..core.record import record
from .array_code import Array, Code, Scalar, nodes, pointers, reads, targets
from .broadcast import Writer, decimal
from .dialects import Dialect
from .positions import array_lines
from .scalar_functions import HELPERS
from .updating import RATE, STEP, default_rate

WIDTH = 118
SIZES = (4, 5, 3, 6, 2, 7)
"""Sizes for symbols without numbers, all different, so that no mistake of shape goes unseen."""


@record
class Sections:
    """The parts of a module. `source` puts them together; a notebook shows them one by one."""
    title: str
    imports: str
    helpers: str
    data: str
    forward: str
    gradients: str
    check: str
    update: str
    main: str

    def source(self) -> str:
        """The module."""
        parts = (self.title + "\n" + self.imports, self.helpers, self.forward, self.gradients, self.update, self.check, self.data, self.main)
        return "\n\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


@record
class Forms:
    """How a library writes numbers: those of the sheet, places, a scalar, zeros, and random ones: one-hot, between 0 and 1, normal."""
    start: str
    given: str
    places: str
    number: str
    one_hot: str
    label: str
    normal: str
    zeros: str


def title(problem: Problem, code: Code, made_for: str) -> str:
    """The docstring of the module: what it is, and a table of the quantities with their shapes."""
    name = safe(problem.title) or "A network"
    rows = [(a.name, shape_text(a), a.role) for a in code.arrays.values() if a.role not in ("temporary", "gradient") and "@" not in a.tensor
            and not a.tensor.startswith("ln ")]
    wide = max(len(r[0]) for r in rows)
    shapes = max(len(r[1]) for r in rows)
    table = "\n".join(f"    {n:<{wide}}  {s:<{shapes}}  {r}" for n, s, r in rows)
    parts = "forward pass, loss, gradients and update" if code.update else "forward pass, loss and gradients" if code.gradients else "forward pass"
    return f'"""{name}: {parts}, for {made_for}. Derived by longhand.\n\n{table}\n"""'


def safe(text: str) -> str:
    """Words of a sheet inside a docstring: letters, digits and plain punctuation, nothing that ends it."""
    return " ".join("".join(c if c.isalnum() or c in " .,;:()-+=/'" else " " for c in text).split())[:80]


def shape_text(array: Array) -> str:
    """(d, n), (n,), or () for a number."""
    inside = ", ".join(size_text(axis) for axis in array.axes)
    return f"({inside},)" if len(array.axes) == 1 else f"({inside})"


def size_text(axis: Axis) -> str:
    """The number, or the symbol without its markup."""
    return str(axis.size) if isinstance(axis.size, int) else axis.size.replace("\\", "").replace("{", "").replace("}", "")


def used(code: Code, statements: Sequence[object]) -> tuple[str, ...]:
    """The inputs that the statements read, or whose sizes they need."""
    found = {name for s in statements for name in reads(s)}
    return tuple(n for n in code.inputs if n in found)


def listed(names: Sequence[str]) -> str:
    """a, b — and (a,) for one."""
    return ", ".join(names) if len(names) != 1 else f"({names[0]},)"


def wrapped(line: str, indent: str = "    ", more: str = "        ") -> str:
    """A line of code, broken where it is too wide, inside brackets of its own."""
    if len(line) + len(indent) <= WIDTH:
        return indent + line
    left, equals, right = line.partition(" = ")
    if line.startswith("return "):
        line = f"return ({line.removeprefix('return ')})"
    elif equals and "(" not in left:
        line = f"({left}) = {right}" if ", " in left else f"{left} = ({right})"
    return "\n".join(textwrap.wrap(line, WIDTH, initial_indent=indent, subsequent_indent=indent + more, break_long_words=False,
                                   break_on_hyphens=False))


class ModuleWriter:
    """Writes the functions of a module for one dialect."""

    def __init__(self, problem: Problem, code: Code, dialect: Dialect) -> None:
        self.problem, self.code, self.dialect = problem, code, dialect
        self.helpers: set[str] = set()
        self.layout = problem.notation.layout

    def function(self, name: str, arguments: Sequence[str], says: str, lines: Iterator[str] | Sequence[str]) -> str:
        """One function of the module."""
        head = f"def {name}({', '.join(arguments)}):"
        told = textwrap.fill(f'"""{says}"""', WIDTH, initial_indent="    ", subsequent_indent="    ")
        return "\n".join([wrapped(head, ""), told, *(wrapped(line) if line else "" for line in lines)])

    def writer(self, given: Sequence[str]) -> Writer:
        """A writer of statements that collects the helpers they need."""
        writer = Writer(self.code, self.dialect, given, self.layout)
        writer.helpers = self.helpers
        return writer

    @property
    def inputs(self) -> tuple[str, ...]:
        """What forward pass and gradients need: all inputs but a rate that only the update reads."""
        return used(self.code, (*self.code.forward, *self.code.backward))

    @property
    def results(self) -> tuple[str, ...]:
        """What `forward` gives back: every quantity of the sheet, and what the backward pass needs, the loss last."""
        later = {name for s in self.code.backward for name in reads(s)}
        made = [t for s in self.code.forward for t in targets(s) if t in later or self.code.arrays[t].role != "temporary"]
        names = list(dict.fromkeys(made))
        if self.code.loss in names:
            names.remove(self.code.loss)
            names.append(self.code.loss)
        return tuple(names)

    def forward(self) -> str:
        """`forward`, and `loss`."""
        given, results = self.inputs, self.results
        writer = self.writer(given)
        checked = array_lines(self.code, given, writer.extent, self.dialect.module) if self.dialect.eager else []
        lines = [*checked, *writer.lines(self.code.forward, results), f"return {listed(results)}"]
        out = self.function("forward", given, f"The forward pass: {', '.join(results)}.", lines)
        if self.code.loss is None:
            return out
        return out + "\n\n\n" + self.function("loss", given, "The loss alone.", [f"return forward({', '.join(given)})[-1]"])

    def gradients(self) -> str:
        """`gradients`; nothing for a problem without a loss."""
        code = self.code
        if not code.gradients:
            return ""
        given, results = self.inputs, self.results
        wanted = {name for s in code.backward for name in reads(s)}
        unpacked = [r if r in wanted else "_" for r in results]
        made = tuple(code.gradients.values())
        lines = [f"{listed(unpacked)} = forward({', '.join(given)})"] if set(unpacked) != {"_"} else []
        lines += [*self.writer(given).lines(code.backward, made), f"return {listed(made)}"]
        return self.function("gradients", given, f"The gradients of the loss: {', '.join(made)}.", lines)

    @property
    def saved(self) -> tuple[str, ...]:
        """The results of `forward` that the backward pass reads."""
        wanted = {name for s in self.code.backward for name in reads(s)}
        return tuple(r for r in self.results if r in wanted)

    def split_gradients(self) -> str:
        """`backward`, from what a forward pass left, and `gradients`, which runs both."""
        code, given, results, saved = self.code, self.inputs, self.results, self.saved
        made = tuple(code.gradients.values())
        backward = self.function("backward", (*given, *saved), f"The gradients of the loss, from what `forward` gave: {', '.join(made)}.",
                                 [*self.writer((*given, *saved)).lines(code.backward, made), f"return {listed(made)}"])
        lines = [f"{listed([r if r in saved else '_' for r in results])} = forward({', '.join(given)})"] if saved else []
        lines.append(f"return backward({', '.join((*given, *saved))})")
        return backward + "\n\n\n" + self.function("gradients", given, "The gradients of the loss, forward pass included.", lines)

    @property
    def step_inputs(self) -> tuple[str, ...]:
        """What `step` takes: also its memory, the learning rate, the number of the step."""
        read = used(self.code, (*self.code.ahead, *self.code.update))
        return tuple(n for n in self.code.inputs if n in self.inputs or n in read)

    @property
    def step_results(self) -> tuple[str, ...]:
        """What `step` gives back: new parameters, then the new memory."""
        return (*self.code.updated.values(), *self.code.memory.values())

    def step_says(self) -> str:
        """The docstring of `step`."""
        code = self.code
        name = code.method if code.method.startswith("gradient") else code.method.capitalize()
        if not code.memory:
            return f"One step of {name}: {', '.join(code.updated.values())}."
        counted = next((f"; {n} counts from 1" for n in self.step_inputs if code.arrays[n].tensor == STEP), "")
        return f"One step of {name}: the new parameters, then the new memory. The memory is 0 at the start{counted}."

    def gradients_there(self, name: str = "gradients") -> str:
        """The call of `gradients` where the step takes them."""
        return f"{name}({', '.join(self.code.looked.get(n, n) for n in self.inputs)})"

    def update(self) -> str:
        """`step`; nothing where no update was derived."""
        code = self.code
        if not code.update:
            return ""
        given, new, made = self.step_inputs, self.step_results, tuple(code.gradients.values())
        wanted = {name for s in code.update for name in reads(s)}
        writer = self.writer(given)
        lines = [*writer.lines(code.ahead, tuple(code.looked.values())),
                 f"{listed([g if g in wanted else '_' for g in made])} = {self.gradients_there()}",
                 *writer.lines(code.update, new), f"return {listed(new)}"]
        return self.function("step", given, self.step_says(), lines)

    # ---- numbers --------------------------------------------------------------------------------------------------------

    def numbers(self, forms: Forms) -> str:
        """`numbers`: the sheet's, where it has them, else random ones of the declared sizes."""
        code, problem = self.code, self.problem
        whole = all(code.arrays[n].tensor in problem.data for n in code.inputs if code.arrays[n].role not in ("data", "memory"))
        sizes, places = self.sizes(), self.places()
        lines = [] if whole else [forms.start]
        for name in code.inputs:
            array = code.arrays[name]
            shape = self.shape(array, sizes)
            if array.tensor in problem.data:
                value = forms.given.format(literal(problem.data[array.tensor]))
            elif name in places:
                value = forms.places.format(*places[name], shape)
            elif array.role == "memory":
                value = forms.zeros.format(shape)
            elif array.role == "data":
                value = forms.number.format(self.number(array))
            elif (one := self.one_hot_axis(array)) is not None:
                last = len(shape) - 1
                turned = [shape[last if k == one else one if k == last else k] for k in range(len(shape))]
                value = forms.one_hot.format(turned[-1], tuple(turned[:-1])) + ("" if one == last else f".swapaxes({one}, {last})")
            else:
                value = (forms.label if array.role == "label" else forms.normal).format(shape)
            lines.append(f"{name} = {value}")
        what = "The numbers of the sheet." if whole else "Random numbers of the declared shapes; sizes that the sheet leaves open are small."
        lines.append(f"return dict({', '.join(f'{n}={n}' for n in code.inputs)})")
        return self.function("numbers", (), what, lines)

    def number(self, array: Array) -> str:
        """A number that the sheet does not give: the method's own learning rate, the first step, else 0.1."""
        return default_rate(self.problem.descent) if array.tensor == RATE else "1" if array.tensor == STEP else "0.1"

    def sizes(self) -> dict[str, int]:
        """A number for each size symbol: the sheet's, or small ones that are all different."""
        symbols = list(dict.fromkeys(a.size for n in self.code.inputs for a in self.code.arrays[n].axes if isinstance(a.size, str)))
        free = (s for s in (*SIZES, *range(8, 100)) if s not in self.problem.sizes.values())
        return {s: self.problem.sizes[s] if s in self.problem.sizes else next(free) for s in symbols}

    def shape(self, array: Array, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """The shape in numbers."""
        return tuple(a.size if isinstance(a.size, int) else sizes[a.size] for a in array.axes)

    def one_hot_axis(self, array: Array) -> int | None:
        """The place of the axis along which the sheet says that the entries sum to 1; None where it says of none."""
        said = {f.axis for f in self.problem.program.facts if f.tensor == array.tensor}
        return next((k for k, axis in enumerate(array.axes) if axis in said), None)

    def places(self) -> dict[str, tuple[int, int]]:
        """Inputs of whole numbers that are used as places: the least one, and one more than the largest."""
        sizes, out = self.sizes(), {}
        for name, (_, shift, axis) in pointers(self.code).items():
            size = axis.size if isinstance(axis.size, int) else sizes[axis.size]
            out[name] = (-shift, size - shift)
        return out


def literal(value: Value) -> str:
    """Exact numbers as a nested list of source text."""
    if isinstance(value, tuple):
        return f"[{', '.join(literal(v) for v in value)}]"
    return decimal(Fraction(value))


def helper_text(code: Code, dialect: Dialect, found: set[str], own: Mapping[str, str]) -> str:
    """The functions that a module defines for itself: those of HELPERS, and the `own` ones of its library."""
    plain, parts = Writer(code, dialect, ()), []
    for name in needed_helpers(found):
        helper = HELPERS[name]
        lines = [*(f"{short} = {plain.scalar(s, ())[0]}" for short, s in helper.lets), f"return {plain.scalar(helper.body, ())[0]}"]
        parts.append("\n".join([f"def {name}({', '.join(helper.parameters)}):", f'    """{helper.says}"""', *(f"    {line}" for line in lines)]))
    parts += [text for name, text in own.items() if name in found]
    return "\n\n\n".join(parts)


def needed_helpers(found: set[str]) -> list[str]:
    """The helpers found, and those they use, in the order of the table."""
    def inner(s: Scalar) -> set[str]:
        return {n.name for n in nodes(s) if hasattr(n, "name") and n.name in HELPERS}

    all_found = set(found)
    for name in found & set(HELPERS):
        all_found |= inner(HELPERS[name].body)
    return [name for name in HELPERS if name in all_found]
