"""Prints the tables: `python -m bench [REPORT ...] [--all]`. Nothing is asserted: times belong to a machine, and a slow minute is no fault."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from longhand.calculus.jacobian import derive
from longhand.core.problem import Problem
from longhand.core.walk import count
from longhand.errors import UsageError
from longhand.forms.matrix import matrix_form
from longhand.forms.symbols import latex_of_name

from . import code, marking, structure, training, web
from .networks import NUMBERS, deep_network, exact, softmax_network
from .timing import Row, a_second, in_rounds, milliseconds, process, repeated, table

ROOT = Path(__file__).resolve().parent.parent
SHEET = ROOT / "examples" / "two-layer-softmax.md"
SEEDS = ROOT.parent / "shared" / "seeds"
ROUNDS = 7
DEPTHS = (2, 8, 32, 128)


def with_matrices(problem: Problem) -> None:
    """All gradients with all steps, and the matrix form of each."""
    derivation = derive(problem)
    for equation in derivation.results.values():
        matrix_form(equation.right, equation.left.at, derivation.backward, problem.notation)


def deriving() -> list[Row]:
    relu, elu = softmax_network("relu"), softmax_network("elu")
    return [
        Row("two layers, softmax, smoothed label: steps", repeated(lambda: derive(relu), 30), milliseconds),
        Row("the same with the matrix form of each result", repeated(lambda: with_matrices(relu), 30), milliseconds, "goal 2 ms"),
        Row("the same with ELU", repeated(lambda: with_matrices(elu), 30), milliseconds),
        Row("SymPy: ∂L/∂W2 of a 2-2-2 network, in scalars", repeated(_sympy_gradient, 1), milliseconds, "simplified; no steps"),
    ]


def _sympy_gradient() -> None:
    """What a general system does with the same loss written out in scalars; numbers for sizes, and one of the two gradients."""
    import sympy as sp
    x, W, V = sp.symbols("x:2"), sp.symbols("w:4"), sp.symbols("v:4")
    hidden = [sp.Max(0, W[2 * k] * x[0] + W[2 * k + 1] * x[1]) for k in range(2)]
    z = [V[2 * k] * hidden[0] + V[2 * k + 1] * hidden[1] for k in range(2)]
    loss = -sp.log(sp.exp(z[0]) / (sp.exp(z[0]) + sp.exp(z[1])))
    for v in V:
        sp.simplify(sp.diff(loss, v))


def growth() -> list[str]:
    """Time, steps, nodes and characters by depth; of three runs the quickest."""
    lines = ["Growth with depth (squared error; one size a layer, or skip connections)", "",
             f"  {'':<26}{'layers':>7}{'ms':>10}{'ms a layer':>12}{'steps':>8}{'nodes':>8}{'characters':>12}"]
    for activation in ("relu", "sigmoid"):
        for skips in (False, True):
            for layers in DEPTHS:
                problem = deep_network(layers, activation, skips)
                seconds = min(repeated(lambda problem=problem: with_matrices(problem), 1)() for _ in range(3))
                derivation = derive(problem)
                nodes = sum(count(e.right) for e in derivation.results.values())
                name = f"{activation}{', skip connections' if skips else ''}"
                time, size = f"{seconds * 1e3:>10.1f}{seconds * 1e3 / layers:>12.2f}", characters(derivation.results)
                lines.append(f"  {name:<26}{layers:>7}{time}{len(derivation.steps):>8}{nodes:>8}{size:>12}")
    return lines


def characters(results) -> int:
    """The length of all results as LaTeX."""
    from longhand.core.problem import Notation
    from longhand.forms.index_form import index_form
    from longhand.forms.letters import choose
    from longhand.printing.latex_maths import latex
    notation = Notation()
    return sum(len(latex_of_name(name)) + len(latex(index_form(e.right, notation, choose([e.left, e.right], notation))))
               for name, e in results.items())


def starting() -> list[Row]:
    seeds = sorted(SEEDS.glob("001*"))
    engine = "import longhand.calculus.jacobian, longhand.forms.matrix"
    everything = f"{engine}, longhand.reading.sheet, longhand.printing.terminal"
    rows = [
        Row("python -c pass", process("-c", "pass"), milliseconds),
        Row("import longhand", process("-c", "import longhand"), milliseconds),
        Row("import of the engine", process("-c", engine), milliseconds),
        Row("import of reader, engine and printer", process("-c", everything), milliseconds),
        Row("longhand solve, the example sheet", process("-m", "longhand", "solve", str(SHEET)), milliseconds, beside="import sympy"),
        *(Row("longhand solve, seed 001", process("-m", "longhand", "solve", str(seed)), milliseconds, "goal 250 ms", "import sympy")
          for seed in seeds[:1]),
        Row("import sympy", process("-c", "import sympy"), milliseconds),
    ]
    if not seeds:
        print("seed 001: not measured, ../shared/seeds is not here")
    return rows


def reading() -> list[Row]:
    from longhand.reading.formula import read_math
    from longhand.reading.markdown import Math, pieces
    from longhand.reading.sheet import read
    from longhand.reading.source import Source

    def formulas(texts: list[str]) -> list[Math]:
        return [run for text in texts for block in pieces(Source(text)) for run in block.runs if isinstance(run, Math)]

    rows = []
    files = {"the example sheet": [SHEET], "the five seeds": sorted(SEEDS.glob("*.txt"))}
    for name, paths in files.items():
        if not paths:
            print(f"{name}: not measured, ../shared/seeds is not here")
            continue
        texts = [path.read_text(encoding="utf-8") for path in paths]
        runs = formulas(texts)
        rows += [
            Row(f"{name}: {len(runs)} formulas found and parsed",
                repeated(lambda texts=texts: [read_math(run) for run in formulas(texts)], 5, len(runs)), a_second),
            Row(f"{name}: read with their meaning", repeated(lambda texts=texts: [read(text) for text in texts], 2, len(runs)), a_second,
                "goal 500 formulas a second"),
        ]
    return rows


def certified() -> list[Row]:
    """A forward and backward pass in ball arithmetic: ELU, softmax, cross-entropy; 3 inputs, 4 hidden units, 2 classes."""
    from longhand.numbers.compiled import compiled
    problem = softmax_network("elu", smoothed=False)
    derivation = derive(problem)
    data = {name: exact(value) for name, value in NUMBERS.items()}
    names = ["L", *(name for name in derivation.results if name.split("/d")[1] in problem.program.tensors)]
    rows = []
    for bits in (53, 128):
        code = compiled(derivation.backward, data, {"d": 3, "n": 4, "q": 2}, names, bits=bits)
        inputs = code.balls(data)
        rows.append(Row(f"all gradients at {bits} bits, {len(code.operations)} operations",
                        repeated(lambda code=code, inputs=inputs: code.numbers(inputs), 300), a_second, "goal 20,000 passes a second"))
    return rows


def heavy_imports() -> str:
    """Which heavy libraries `import longhand` loads: none."""
    import subprocess
    heavy = ("numpy", "sympy", "torch", "jax", "flint")
    script = f"import sys, longhand; print(*sorted(set({heavy!r}) & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    return f"  import longhand loads {', '.join(loaded) or 'none'} of {', '.join(heavy)}"


def measured(title: str, make: Callable[[], list[Row]], rounds: int = ROUNDS) -> Callable[[], str]:
    """A report of one table."""
    def report() -> str:
        rows = make()
        notes = in_rounds(rows, rounds)
        return "\n".join([table(title, rows), *(f"  {note}" for note in notes)])
    return report


REPORTS: dict[str, Callable[[], str | None]] = {
    "import": heavy_imports,
    "deriving": measured("Deriving", deriving),
    "start": measured("From the start of a process to its end", starting),
    "reading": measured("Reading", reading),
    "certified": measured("Certified passes", certified),
    "depth": lambda: "\n".join(growth()),
    "code": code.report,
    "structure": structure.report,
    "training": training.report,
    "marking": measured("Marking, on one core", marking.rows),
    "length": lambda: "\n".join(marking.growth()),
    "web": web.report,
}
"""Each gives its text, or prints it as it goes."""
LONG: dict[str, Callable[[], str | None]] = {
    "code": lambda: code.report(every=True),
    "training": lambda: training.report(every=True),
    "folder": measured("Marking a folder", marking.folder, 3),
    "simulation": marking.simulation,
}
"""What takes minutes: with --all, or by name (`code` and `training` have more rows with --all)."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures longhand beside its peers.")
    parser.add_argument("reports", nargs="*", metavar="REPORT", help=f"some of {', '.join({**REPORTS, **LONG})}; by default the quick ones")
    parser.add_argument("--all", action="store_true", help="the rows that take minutes, too")
    chosen = parser.parse_args()
    known = {**LONG, **REPORTS, **(LONG if chosen.all else {})}
    if unknown := [name for name in chosen.reports if name not in known]:
        parser.error(f"no report is called {', '.join(unknown)}; there are {', '.join(known)}")
    began = perf_counter()
    print(f"Python {sys.version.split()[0]}, interleaved rounds\n", flush=True)
    for name in chosen.reports or (known if chosen.all else REPORTS):
        started = perf_counter()
        try:
            text = known[name]()
        except (ImportError, UsageError) as missing:             # a part that is not installed
            text = f"{name}: not measured, {missing}"
        print(f"{text}\n" if text else "", f"  [{name}, {perf_counter() - started:.0f} s]\n", sep="", flush=True)
    print(f"{perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
