"""The JSON of every kind of problem keeps to the contract: each key, its type, numbers that are numbers, shapes that fit."""
from __future__ import annotations

import json
from decimal import Decimal, localcontext
from fractions import Fraction

import problems
import pytest

from longhand.solution import solve

TEXT, NUMBER = str, int
CONTRACT = {
    "quantities": {"name": TEXT, "latex": TEXT, "role": TEXT, "shape": list, "dims": list, "definition": (TEXT, None), "value": "value",
                   "line": (NUMBER, None)},
    "results": {"asked": TEXT, "of": TEXT, "wrt": (TEXT, None), "name": TEXT, "shape": list, "dims": list, "index_form": TEXT,
                "matrix_form": (TEXT, None), "why_no_matrix_form": (TEXT, None), "value": "value", "exact": "exact", "steps": list},
    "updates": {"name": TEXT, "step": NUMBER, "value": "value", "formula": TEXT},
    "loss_after": {"step": NUMBER, "value": "value"},
    "steps": {"id": NUMBER, "about": TEXT, "rule": TEXT, "says": TEXT, "before": TEXT, "after": TEXT, "uses": list, "facts": list},
    "gradient_check": {"wrt": TEXT, "method": TEXT, "max_error": TEXT, "ok": bool},
    "assumptions": {"text": TEXT, "why": TEXT, "line": (NUMBER, None)},
    "not_understood": {"line": (NUMBER, None), "column": (NUMBER, None), "text": TEXT, "reason": TEXT},
}
ASKED = {"value", "gradient", "jacobian", "hessian", "update", "loss", "intermediate"}


def faults(solution: dict) -> list[str]:
    """Where a JSON object leaves the contract."""
    found = [] if solution.get("schema") == "longhand/solution/1" else ["schema"]
    for name, keys in CONTRACT.items():
        for entry in solution[name]:
            for key, kind in keys.items():
                if key not in entry:
                    found.append(f"{name}: {key} is missing")
                elif not fits(entry[key], kind):
                    found.append(f"{name}: {key} = {entry[key]!r}")
            if keys.get("value") and "shape" in entry and entry["value"] is not None and shape(entry["value"]) != entry["shape"]:
                found.append(f"{name}: {entry['name']} has the shape {shape(entry['value'])}, not {entry['shape']}")
            if "shape" in entry and len(entry["shape"]) != len(entry["dims"]):
                found.append(f"{name}: dims of {entry['name']}")
    ids = {step["id"] for step in solution["steps"]}
    if len(ids) != len(solution["steps"]):
        found.append("two steps with one id")
    found += [f"step {u} is nowhere" for e in solution["steps"] for u in e["uses"] if u not in ids]
    found += [f"step {u} is nowhere" for e in solution["results"] for u in e.get("steps", ()) if u not in ids]
    found += [f"asked {e['asked']}" for e in solution["results"] if e["asked"] not in ASKED]
    found += [f"no reason for no matrix form of {e['name']}" for e in solution["results"]
              if e["matrix_form"] is None and not e["why_no_matrix_form"]]
    return found


def fits(value: object, kind: object) -> bool:
    match kind:
        case "value":
            return value is None or (all(fits(v, kind) for v in value) if isinstance(value, list) else number(value))
        case "exact":
            return value is None or isinstance(value, str | list)
        case tuple():
            return value is None or isinstance(value, kind[0])
    return isinstance(value, kind)


def number(text: object) -> bool:
    try:
        return isinstance(text, str) and float(text) == float(Fraction(text))
    except ValueError:
        return False


def shape(value: object) -> list[int]:
    return [len(value), *shape(value[0])] if isinstance(value, list) else []


@pytest.mark.parametrize("make", problems.EVERY, ids=lambda f: f.__name__)
def test_every_problem_keeps_the_contract(make):
    solution = solve(make()).json()
    assert faults(solution) == []
    assert json.loads(json.dumps(solution)) == solution


@pytest.mark.parametrize("damage", [
    lambda s: s["results"][0].pop("steps"),
    lambda s: s["results"][0].update(value=[1.5]),
    lambda s: s["results"][0].update(value=["1", "x"]),
    lambda s: s["quantities"][0]["value"].append("1"),
    lambda s: s["steps"][0].update(uses=[10**6]),
    lambda s: s["results"][0].update(asked="guess"),
])
def test_the_check_sees_damage(damage):
    solution = solve(problems.column_net()).json()
    damage(solution)
    assert faults(solution)


def test_every_gradient_is_there_asked_or_not():
    results = {r["name"]: r["asked"] for r in solve(problems.column_net()).json()["results"]}
    assert {f"dLoss/d{v}" for v in ("W_1", "b_1", "W_2", "b_2", "x", "h", "a", "z", "yhat")} <= results.keys()
    assert results["dLoss/dW_1"] == "gradient" and results["dLoss/dz"] == "intermediate"
    assert {results["dyhat/dz"], results["dz/dW_2"], results["da/dh"]} == {"jacobian"}


def test_the_numbers_of_the_column_net():
    """Values worked out by hand and with mpmath, not with this program."""
    solution = solve(problems.column_net()).json()
    value = {r["name"]: r["value"] for r in solution["results"]}
    assert value["dLoss/dz"] == ["-0.534612071228", "-0.0867871130462", "0.621399184274"]
    assert value["dLoss/dW_1"] == [["0", "0", "0"], ["0", "0.347148452185", "0"]]
    assert solution["loss_after"] == [{"step": 1, "value": "1.21695372659"}]
    new = {u["name"]: u["value"] for u in solution["updates"]}
    assert new["b_1"] == ["-3", "-2.01735742261", "-3"]
    exact = {r["name"]: r["exact"] for r in solution["results"]}
    assert exact["dLoss/dz"][0].startswith(r"\frac{1}{1+e^{-3}+e}")


def test_digits_are_those_asked_for():
    with localcontext() as context:
        context.prec = 40
        e = Decimal(1).exp()
        true = e / (1 + Decimal(-3).exp() + e) - Decimal("0.1")
        for digits in (3, 30):
            value = {r["name"]: r["value"] for r in solve(problems.column_net(), digits=digits).json()["results"]}
            assert Decimal(value["dLoss/dz"][2]) == round(true, digits)


def test_an_entry_without_a_value_is_null_and_said():
    solution = solve(problems.no_value()).json()
    gradient = next(r for r in solution["results"] if r["name"] == "dL/dp")
    assert gradient["value"] == [None, "-1"]
    note = next(a for a in solution["assumptions"] if a["text"].startswith("dL/dp[1]"))
    assert "division by zero" in note["why"]


def test_states_of_a_method_are_updates_too():
    names = {(u["name"], u["step"]) for u in solve(problems.batch()).json()["updates"]}
    assert {("velocity of W", 1), ("W", 1), ("velocity of W", 3), ("b", 3)} <= names


def test_the_second_step_of_adam():
    """From the recurrences of Kingma and Ba by hand: g = 8, then 7.2; the first step is η."""
    solution = solve(problems.adam()).json()
    new = {(u["name"], u["step"]): float(u["value"]) for u in solution["updates"]}
    g1, b1, b2 = 8.0, 0.9, 0.999
    w1 = 1 - 0.1 * g1 / (g1 + 1e-8)
    g2 = 8 * w1
    m, v = (b1 * (1 - b1) * g1 + (1 - b1) * g2) / (1 - b1**2), (b2 * (1 - b2) * g1**2 + (1 - b2) * g2**2) / (1 - b2**2)
    assert new["w", 1] == pytest.approx(w1, rel=1e-11)
    assert new["w", 2] == pytest.approx(w1 - 0.1 * m / (v**0.5 + 1e-8), rel=1e-11)


def test_several_problems_are_told_apart():
    from types import SimpleNamespace
    sheet = SimpleNamespace(problems=(problems.skip(), problems.scalar_net()), not_understood=(), repairs=(), assumptions=(), source=None)
    solution = solve(sheet).json()
    assert {r["problem"] for r in solution["results"]} == {"skip connection", "scalar net"}
    assert faults({**solution, "steps": []}) != []      # ids of two problems are told apart by the problem alone
