"""Notebooks: valid, their cells run from the first to the last, and what they compute is what the solution says."""
from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path

import pytest
from sample_document import DOCUMENT

from longhand.backends.cells import cells
from longhand.forms.document import Code, Document, Text
from longhand.marking.mark import Marker
from longhand.marking.page import pages
from longhand.printing import notebook
from longhand.solution import solve

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "worked"))
import problems  # noqa: E402  (a folder of tests beside this one)

SEEDS = sorted((ROOT.parent / "shared" / "seeds").glob("*.txt"))
EXAMPLE = ROOT / "examples" / "two-layer-softmax.md"


def checked(text: str) -> dict:
    """The notebook, after nbformat's own judgement."""
    nbformat = pytest.importorskip("nbformat", reason="the judge of notebooks is not installed")
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert json.loads(text)["nbformat_minor"] == 5
    return json.loads(text)


def ran(made: dict) -> tuple[dict, str]:
    """The names after all cells of code have run, and what they printed."""
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()) as said:
        for cell in made["cells"]:
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), "cell", "exec"), names)
    return names, said.getvalue()


def agrees(value, stated) -> bool:
    import numpy as np
    return bool(np.allclose(value, np.array(stated, dtype=float), rtol=1e-9, atol=1e-9))


@pytest.mark.parametrize("path", [*SEEDS[1:3], EXAMPLE], ids=lambda path: path.stem[:3])
def test_the_cells_compute_what_the_solution_says(path):
    solution = solve(path.read_text(encoding="utf-8"), name=path.name)
    names, said = ran(checked(solution.notebook()))
    stated = solution.json()
    found = {q["name"]: q["value"] for q in stated["quantities"] if q["value"] is not None}
    assert {name for name in found if name in names} and all(agrees(names[name], value) for name, value in found.items() if name in names)
    gradients = {r["wrt"]: r["value"] for r in stated["results"] if r["asked"] == "gradient" and r["of"] == solution.problems[0].loss}
    compared = [agrees(names[f"d{wrt}"], value) for wrt, value in gradients.items() if f"d{wrt}" in names]
    assert len(compared) >= 2 and all(compared)
    updates = [agrees(names[f"{u['name']}_new"], u["value"]) for u in stated["updates"] if u["step"] == 1]
    assert len(updates) >= 2 and all(updates)
    differences = [float(line.rsplit(" ", 1)[-1]) for line in said.splitlines() if "largest difference" in line]
    assert len(differences) == len(compared) and max(differences) < 1e-6
    before, after = said.splitlines()[-1].removeprefix("loss: ").split(" -> ")
    assert agrees(float(after), stated["loss_after"][0]["value"]) and float(after) < float(before)


def test_the_loss_after_the_step_is_that_of_all_new_parameters():
    """Names that take a script of their own (W^1 beside W_0^1) are the new ones too."""
    if not SEEDS:
        pytest.skip("the shared inputs are not beside the project")
    solution = solve(SEEDS[4].read_text(encoding="utf-8"))
    _, said = ran(checked(solution.notebook()))
    assert agrees(float(said.rstrip().rsplit(" ", 1)[-1]), solution.json()["loss_after"][-1]["value"])


@pytest.mark.parametrize("make", problems.EVERY, ids=lambda f: f.__name__)
def test_every_kind_of_problem_runs_or_says_why_not(make):
    made = checked(solve(make()).notebook())
    import numpy as np
    with np.errstate(all="ignore"):                        # one of them takes ln 0
        names, _ = ran(made)
    code = [cell for cell in made["cells"] if cell["cell_type"] == "code"]
    assert ("forward" in names) == bool(code)
    assert code or any("No code: " in "".join(cell["source"]) for cell in made["cells"])


def test_a_problem_without_numbers_runs_with_random_ones():
    problem = problems.row_net()
    without = type(problem)(problem.program, problem.loss, wanted=problem.wanted, notation=problem.notation)
    names, said = ran(checked(solve(without).notebook()))
    assert "rng" in names and "largest difference" in said


def test_cells_of_a_document():
    made = checked(notebook.render(DOCUMENT))
    assert made["cells"][0]["source"][0].startswith("# A title: ") and len({cell["id"] for cell in made["cells"]}) == len(made["cells"])
    assert {cell["cell_type"] for cell in made["cells"]} == {"markdown"}                 # code of a sheet or an answer is shown, and never run


def test_a_script_runs_and_a_document_does_not():
    made = checked(notebook.render(Document("", (Code("1 / 0", "python"),)), [Text(("Now:",)), Code("answer = 6 * 7", "python")]))
    assert [cell["cell_type"] for cell in made["cells"]] == ["markdown", "markdown", "code"]
    assert ran(made)[0]["answer"] == 42


def test_the_schematic_is_inside():
    made = checked(solve(problems.column_net()).notebook())
    assert sum("<img" in line and "data:image/svg+xml;base64," in line for cell in made["cells"] for line in cell["source"]) == 1


def test_a_marked_answer():
    answer = (ROOT / "examples" / "two-layer-softmax-answer.md").read_text(encoding="utf-8")
    made = checked(notebook.render(pages([Marker(EXAMPLE.read_text(encoding="utf-8")).mark(answer, "answer.md")])))
    text = "".join(line for cell in made["cells"] for line in cell["source"])
    assert {cell["cell_type"] for cell in made["cells"]} == {"markdown"} and "✗" in text and "First mistake" in text


def test_cells_say_what_they_do():
    found = cells(problems.column_net())
    assert [type(block) for block in found[1:3]] == [Code, Text] and sum(isinstance(block, Code) for block in found) >= 5
