"""The numbers of the seed sheets, each entry against its true value (computed elsewhere to 40 digits)."""
from __future__ import annotations

from pathlib import Path

import pytest

from longhand.solution import solve

SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"

SEED_001 = {
    "h": [-13, 2, -5], "a": [0, 2, 0], "z": [0, -3, 1], "yhat": [0.26538792877224, 0.013212886953789, 0.72139918427397],
    "y^s": [0.8, 0.1, 0.1], "Loss": 1.52656264127, "dLoss/dz": [-0.53461207122776, -0.086787113046211, 0.62139918427397],
    "dLoss/db_1": [0, 0.17357422609242, 0], "dLoss/dW_1": [[0, 0, 0], [0, 0.34714845218484, 0]],
    "dLoss/dW_2": [[0, 0, 0], [2 * -0.53461207122776, 2 * -0.086787113046211, 2 * 0.62139918427397], [0, 0, 0]],
}
NEW_001 = {
    "W_1": [[-5, 2, 2], [-5, 1.9652851547815, -1]], "b_1": [-3, -2.0173574226092, -3],
    "W_2": [[3, -4, 1], [-1.8930775857544, -3.9826425773908, -2.1242798368548], [-4, -2, 3]],
    "b_2": [4.0534612071228, 5.0086787113046, 4.9378600815726],
}
SEED_002 = {
    "u": [2, -1.5, 4.7, 0.2], "h": [2, -0.7768698398516, 4.7, 0.2], "z": [3.6731301601484, 2.6592520640594],
    "o": [0.7337784127137, 0.2662215872863], "L": 0.3095481859814, "dL/dz": [-0.2662215872863, 0.2662215872863],
    "dL/dw": [[-0.5324431745726, 0.2068195218802, -1.2512414602457, -0.0532443174573],
              [0.5324431745726, -0.2068195218802, 1.2512414602457, 0.0532443174573]],
    "dL/dv": [[-0.1863551111004, -0.2795326666506, 0.0931775555502], [-0.0356412392437, -0.0534618588655, 0.0178206196218],
              [0, 0, 0], [-0.1064886349145, -0.1597329523718, 0.0532443174573]],
}
NEW_002 = {
    "w": [[1.0532443174573, 0.9793180478120, 0.6251241460246, 0.5053244317457],
          [0.2467556825427, 0.4206819521880, 0.3748758539754, 0.0946755682543]],
    "v": [[-0.98136448889, 2.02795326667, -0.00931775556], [0.50356412392, -0.99465381411, 0.99821793804], [1.5, 2, -0.4],
          [0.21064886349, 0.11597329524, 0.29467556825]],
}
SEED_004 = {
    "H": [0.9820137900379, 0.5], "Z^2": [2.9640275800758, 2.4460413701137], "Yhat": [0.6266767544072, 0.3733232455928],
    "L": 0.9853106244597, "dL/dYhat": [0, -2.6786438074918], "dL/dH": [-0.6266767544072, 0.6266767544072],
    "dL/dW^2": [[0.6154052147240, -0.6154052147240], [0.3133383772036, -0.3133383772036]],
    "dL/dW_0^1": [-0.0110688074038, 0.1566691886018], "dL/dW^1": [[-0.0110688074038, 0.1566691886018], [0, 0]],
}
NEW_004 = {
    "W^1": [[3.0055344037019, 5.9216654056991], [4, 5]], "W_0^1": [1.0055344037019, -6.0783345943009],
    "W^2": [[1.6922973926380, 3.3077026073620], [3.8433308113982, 3.1566691886018]], "W_0^2": [-1.3133383772036, -1.6866616227964],
}
ROWS = [("001", SEED_001, NEW_001, 1.21695372659), ("002", SEED_002, NEW_002, None), ("004", SEED_004, NEW_004, 0.3420653793879)]


def solution(number: str) -> dict:
    found = list(SEEDS.glob(f"{number}*.txt")) if SEEDS.is_dir() else []
    if not found:
        pytest.skip("the seed sheets are not beside the project")
    return solve(found[0].read_text(encoding="utf-8"), name=number).json()


def close(value: object, true: object) -> bool:
    if isinstance(true, list):
        return isinstance(value, list) and len(value) == len(true) and all(close(v, t) for v, t in zip(value, true, strict=True))
    return isinstance(value, str) and abs(float(value) - true) <= 2e-11 * max(1.0, abs(true)) + 6e-12


@pytest.mark.parametrize(("number", "values", "new", "loss"), ROWS, ids=[row[0] for row in ROWS])
def test_every_value_of_the_sheet(number: str, values: dict, new: dict, loss: float | None) -> None:
    made = solution(number)
    found = {q["name"]: q["value"] for q in made["quantities"] if q["value"] is not None}
    found |= {r["name"]: r["value"] for r in made["results"] if r["value"] is not None}
    for name, true in values.items():
        assert close(found.get(name), true), (name, found.get(name), true)
    updates = {u["name"]: u["value"] for u in made["updates"]}
    for name, true in new.items():
        assert close(updates.get(name), true), (name, updates.get(name), true)
    if loss is not None:
        assert close(made["loss_after"][-1]["value"], loss)
    assert all(check["ok"] for check in made["gradient_check"]) and made["gradient_check"]
    assert made["not_understood"] == []


def test_a_wrong_digit_is_noticed() -> None:
    assert not close(["1.00000001"], [1]) and close(["1"], [1]) and not close("0.5", [0.5])
