"""Marking: answers a second beside Math-Verify, growth with the length of an answer, a folder of answers, and a short simulation."""
from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from random import Random
from time import perf_counter

from .simulation.answers import answer, text
from .simulation.markers import marker
from .simulation.names import Names, random_names
from .simulation.networks import Network, random_network, worked
from .simulation.report import figures, table
from .simulation.sheets import grid, sheet, turned
from .simulation.trials import Document, answered
from .simulation.writer import Habits, rounded, work
from .timing import Row, a_second, process, repeated

CLASS, FIRST = 60, 10
"""Answers to one problem in the rows that compare, and how many others the marker has seen before them; the folder has a thousand."""
DECIMALS = 4
DEPTHS = (2, 4, 8, 16, 32)


def classroom(answers: int, rate: float = 0.0, seed: int = 1) -> tuple[str, list[Document]]:
    """A problem (two layers, softmax) and so many answers to it, of all styles, four in five with a mistake."""
    problem, documents = stream(rate, seed)
    return problem, list(islice(documents, answers))


def stream(rate: float = 0.0, seed: int = 1) -> tuple[str, Iterator[Document]]:
    """The same without an end."""
    chance = Random(f"class {seed}")
    network = random_network(chance)
    while network.sizes[0] != 3 or network.depth != 2 or network.output != "softmax" or network.examples > 1 or min(network.sizes) < 3:
        network = random_network(chance)
    names = random_names(network, chance)
    problem = sheet(network, names, chance)
    made = (answered(network, names, problem, DECIMALS, rate, chance) for _ in count())
    return problem, (document for document in made if document is not None)


def first_seen(rate: float = 0.0) -> Callable[[], float]:
    """Seconds for an answer that is marked for the first time: in each round new answers, and a marker that has seen only a few others."""
    problem, documents = stream(rate)

    def measure() -> float:
        prepared = marker(problem)
        for document in islice(documents, FIRST):
            prepared.mark(document.text)
        texts = [document.text for document in islice(documents, CLASS)]
        return repeated(lambda: [prepared.mark(text) for text in texts], 1, CLASS)()

    return measure


def rows() -> list[Row]:
    """Answers a second on one core, and the same answers by Math-Verify, which is handed each claim's value and the right one."""
    problem, clean = classroom(CLASS)
    claims = sum(len(doc.claims) for doc in clean)
    found = [
        Row("a problem prepared for marking", repeated(lambda: marker(problem), 1), lambda s: f"{s * 1e3:,.0f} ms"),
        Row(f"answers marked, {claims / len(clean):.0f} claims each", first_seen(), a_second, "goal 200 a second", "Math-Verify"),
        Row("the same with 5 % of the numbers damaged", first_seen(0.05), a_second),
    ]
    try:
        peer = _math_verify(clean)
    except ImportError as missing:
        print(f"Math-Verify: not measured, {missing} (pip install math-verify)\n")
        return found
    found.append(Row("Math-Verify", repeated(peer, 1, len(clean)), a_second, "values compared, nothing aligned, read, or explained"))
    print(_verdicts(clean))
    return found


def compared(doc: Document) -> list[tuple[str, str, bool]]:
    """Each claim's value as LaTeX on its own, the right one rounded alike, and whether they are the same."""
    true, out = worked(doc.network), []
    plain = replace(doc.work.habits, trims=False, bare=False)
    for claim in doc.claims:
        right_texts = [[rounded(cell, plain) for cell in row] for row in true[claim.key]]
        own = doc.work.printed[claim.key]
        same = all(abs(float(a) - float(b)) < 1e-12 for rs, os in zip(right_texts, own, strict=True) for a, b in zip(rs, os, strict=True))
        out.append((_latex(doc.network, claim.key, own), _latex(doc.network, claim.key, right_texts), same))
    return out


def _latex(network: Network, key: str, texts: list[list[str]]) -> str:
    cells = turned(network, key, texts)
    return f"${cells[0][0]}$" if len(cells) == len(cells[0]) == 1 else f"${grid(cells)}$"


def _math_verify(documents: Sequence[Document]):
    """The work of comparing all claims of the answers by Math-Verify. ImportError where it is not installed."""
    from math_verify import parse, verify
    pairs = [pair for doc in documents for pair in compared(doc)]

    def work() -> list[bool]:
        return [bool(verify(parse(gold), parse(own), float_rounding=DECIMALS)) for own, gold, _ in pairs]

    return work


def _verdicts(documents: Sequence[Document]) -> str:
    """What Math-Verify makes of numbers that are the right ones, and of others."""
    said = _math_verify(documents)()
    same = [pair[2] for doc in documents for pair in compared(doc)]
    missed, passed = sum(s and not v for s, v in zip(same, said, strict=True)), sum(v and not s for s, v in zip(same, said, strict=True))
    return (f"Math-Verify calls {missed} of {sum(same)} right values wrong, and {passed} of {len(same) - sum(same)} that are not right, right; "
            "whether a value follows from an earlier one it cannot say\n")


# ---- growth ---------------------------------------------------------------------------------------------------------

def growth() -> list[str]:
    """Time for one answer by its length: deeper networks, and one answer said again and again. Of three runs the quickest."""
    lines = ["Growth with the length of the answer", "", f"  {'':<26}{'claims':>8}{'characters':>12}{'ms':>10}{'ms a claim':>12}"]
    for depth in DEPTHS:
        problem, written, claims = deep_answer(depth)
        lines.append(_timed(f"{depth} layers", problem, written, claims))
    problem, documents = classroom(1, seed=2)
    for times in (1, 4, 16):
        lines.append(_timed(f"said {times} times" if times > 1 else "said once", problem, documents[0].text * times, len(documents[0].claims) * times))
    return lines


def _timed(name: str, problem: str, written: str, claims: int) -> str:
    prepared = marker(problem)
    seconds = []
    for _ in range(3):
        began = perf_counter()
        prepared.mark(written)
        seconds.append(perf_counter() - began)
    return f"  {name:<26}{claims:>8}{len(written):>12}{min(seconds) * 1e3:>10.1f}{min(seconds) * 1e3 / claims:>12.2f}"


def deep_answer(depth: int) -> tuple[str, str, int]:
    """The sheet of a network of so many layers with tanh, a right answer, and the number of its claims."""
    chance = Random(depth)

    def numbers(high: int, wide: int) -> list[list[str]]:
        return [[f"{chance.uniform(-0.9, 0.9):.1f}" for _ in range(wide)] for _ in range(high)]

    texts = {"x": numbers(1, 3), "y": numbers(1, 3), **{f"W{k}": numbers(3, 3) for k in range(1, depth + 1)},
             **{f"b{k}": numbers(1, 3) for k in range(1, depth + 1)}}
    network = Network((3,) * (depth + 1), ("tanh",) * (depth - 1), "linear", "Wx", True, False, "0", "0.1", 1, texts)
    latex = {"x": "x", "y": "y", "L": "L"} | {f"{kind}{k}": f"{kind}^{{({k})}}" for k in range(1, depth + 1) for kind in "Wbza"}
    names = Names(latex, "frac", "new")
    claims = answer(work(network, Habits(DECIMALS, carries=True)), names, "display", chance)
    return sheet(network, names, chance), text(claims), len(claims)


# ---- a folder -------------------------------------------------------------------------------------------------------

def folder(answers: int = 1000) -> list[Row]:
    """The command on a folder of answers, on all cores, from the start of the process to the last table."""
    problem, documents = classroom(answers)

    def measure() -> float:
        with tempfile.TemporaryDirectory() as made:
            home = Path(made)
            (home / "sheet.md").write_text(problem, encoding="utf-8")
            (home / "answers").mkdir()
            for number, doc in enumerate(documents):
                (home / "answers" / f"{number:04}.md").write_text(doc.text, encoding="utf-8")
            return process("-m", "longhand", "check", str(home / "sheet.md"), str(home / "answers"), "-o", str(home / "marks"))()

    return [Row(f"longhand check, a folder of {answers:,} answers", measure, lambda s: f"{s:,.1f} s", "goal: a few seconds")]


def simulation(documents: int = 150, jobs: int = 2) -> str:
    """The table of a short run; `python -m bench.simulation` makes a long one."""
    measured = [figures(documents, 1, 3, rate, jobs) for rate in (0.0, 0.02, 0.05)]
    return f"Marking: what a simulation says of it ({documents} random documents a line)\n\n{table(measured)}"
