"""The simulation is right itself: its numbers are the sheet's, its mistakes show, its damage is as asked, and a seed gives the same again."""
from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.simulation.arithmetic import ACTIVATIONS, SLOPES  # noqa: E402
from bench.simulation.mistakes import KINDS, made  # noqa: E402
from bench.simulation.names import random_names  # noqa: E402
from bench.simulation.networks import Network, random_network, right, split, worked  # noqa: E402
from bench.simulation.report import figures, table  # noqa: E402
from bench.simulation.sheets import sheet, turned  # noqa: E402
from bench.simulation.trials import Document, document, judged  # noqa: E402
from bench.simulation.writer import Habits, Plant, seen, work  # noqa: E402

from longhand.solution import solve  # noqa: E402


def networks(count: int) -> list[Network]:
    return [random_network(Random(f"test {k}")) for k in range(count)]


def flat(value) -> list[float]:
    return [cell for part in value for cell in flat(part)] if isinstance(value, (list, tuple)) else [float(value)]


# ---- numbers --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("number", range(12))
def test_each_sheet_is_understood_and_its_solution_has_the_simulated_numbers(number):
    chance = Random(f"sheet {number}")
    network = random_network(chance)
    solution = solve(sheet(network, random_names(network, chance), chance))
    assert solution.not_understood == ()
    found = solution.json()
    theirs = [flat(entry["value"]) for entry in (*found["results"], *found["updates"], *found["quantities"]) if entry["value"] is not None]
    env = worked(network)
    for key in network.order():
        mine = flat(turned(network, key, env[key]))
        assert any(len(mine) == len(other) and all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-10) for a, b in zip(mine, other, strict=True))
                   for other in theirs), key


def loss(network: Network, env: dict) -> float:
    """The forward pass only."""
    known = dict(env)
    for key in network.order():
        if split(key)[0] in ("t", "z", "a", "L"):
            known[key] = right(network, key, known)
    return known["L"][0][0]


@pytest.mark.parametrize("network", networks(25))
def test_the_gradients_are_those_of_the_loss(network):
    env, given = worked(network), network.given()
    for key in (key for key in network.order() if split(key)[0] in ("gW", "gb")):
        for i, row in enumerate(given[key[1:]]):
            for j, cell in enumerate(row):
                sides = []
                for step in (1e-5, -1e-5):
                    row[j] = cell + step
                    sides.append(loss(network, given))
                row[j] = cell
                assert env[key][i][j] == pytest.approx((sides[0] - sides[1]) / 2e-5, abs=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_each_slope_is_that_of_its_activation(name):
    for at in (-1.3, -0.2, 0.4, 2.0):
        assert SLOPES[name](at) == pytest.approx((ACTIVATIONS[name](at + 1e-6) - ACTIVATIONS[name](at - 1e-6)) / 2e-6, abs=1e-6)


def test_an_answer_without_a_mistake_prints_the_right_numbers():
    for network in networks(40):
        env = worked(network)
        done = work(network, Habits(4, carries=False))
        for key, texts in done.printed.items():
            assert all(abs(float(text) - cell) < 0.500001e-4 for row, cells in zip(texts, env[key], strict=True) for text, cell in zip(row, cells, strict=True))
            assert seen(done, key) == (False, False)


def test_a_writer_who_rounds_on_stays_within_the_rounding_of_what_is_printed():
    for network in networks(40):
        done = work(network, Habits(3, carries=True, trims=True))
        assert all(seen(done, key) == (False, False) for key in done.printed)


# ---- mistakes -------------------------------------------------------------------------------------------------------

def test_each_kind_of_mistake_can_be_made_and_shows():
    made_at, shown = set(), set()
    for network in networks(150):
        env = worked(network)
        for key in network.order():
            for kind in KINDS:
                if kind.at == split(key)[0] and made(network, kind, key, env) is not None:
                    made_at.add(kind.name)
                    done = work(network, Habits(4, carries=True), [Plant(key, kind)]) if kind.name not in shown else None
                    if done is not None and seen(done, key) == (True, True):
                        shown.add(kind.name)
    assert {kind.name for kind in KINDS} - made_at == set()
    assert {kind.name for kind in KINDS} - shown == set()


def test_there_are_as_many_kinds_as_in_the_catalogue():
    assert len({kind.name for kind in KINDS}) >= 58
    assert {kind.code for kind in KINDS} >= {f"F{k}" for k in range(1, 9)} | {f"L{k}" for k in range(1, 6)} | {f"D{k}" for k in range(1, 7)} \
        | {f"H{k}" for k in range(1, 9)} | {"P1", "P2", "P3", "P4", "P5", "P8"} | {f"U{k}" for k in range(1, 6)}


def test_a_mistake_is_carried_on():
    network = next(n for n in networks(50) if n.depth == 2 and n.output == "softmax" and n.examples == 1)
    bias = next(kind for kind in KINDS if kind.code == "F1")
    plain, wrong = work(network, Habits(4, carries=True)), work(network, Habits(4, carries=True), [Plant("z1", bias)])
    assert wrong.printed["z1"] != plain.printed["z1"] and wrong.printed["L"] != plain.printed["L"]
    assert not any(seen(wrong, key)[1] for key in wrong.printed if key != "z1" and "a1" in wrong.printed and split(key)[0] in ("z", "L"))


@pytest.mark.parametrize("slip", ["digit", "sign", "dropped digit", "decimal point"])
def test_a_slip_changes_one_cell(slip):
    changed = 0
    for number, network in enumerate(networks(20)):
        plain, wrong = work(network, Habits(3, carries=False)), work(network, Habits(3, carries=False), [Plant("z1", slip=slip)], Random(number))
        if wrong is not None:
            cells = zip(flat_texts(plain.printed["z1"]), flat_texts(wrong.printed["z1"]), strict=True)
            assert sum(a != b for a, b in cells) <= 1
            changed += plain.printed["z1"] != wrong.printed["z1"]
    assert changed >= 15


def flat_texts(rows: list[list[str]]) -> list[str]:
    return [text for row in rows for text in row]


# ---- damage and seeds -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("rate", [0.02, 0.05])
def test_damage_comes_at_the_rate_that_is_asked(rate):
    documents = [document(number, 3, 3, rate) for number in range(250)]
    printed = sum(len(claim.figures) for doc in documents for claim in doc.claims)
    hurt = sum(figure.damaged for doc in documents for claim in doc.claims for figure in claim.figures)
    assert hurt / printed == pytest.approx(rate, rel=0.2)
    assert all(figure.text in doc.text for doc in documents for claim in doc.claims for figure in claim.figures)


def test_without_damage_nothing_is_damaged_and_claims_stand_where_they_are_said_to():
    for number in range(60):
        doc = document(number, 5, 3, 0)
        assert not doc.hurt
        for claim in doc.claims:
            assert doc.text[claim.start:claim.end] == "".join(p if isinstance(p, str) else p.text for p in claim.pieces)
            for figure in claim.figures:
                known = doc.work.printed.get(figure.key) or doc.network.texts[figure.key]
                assert figure.text == known[figure.at[0]][figure.at[1]]


def test_about_sixteen_claims_a_document():
    assert 14 <= sum(len(document(number, 1, 3, 0).claims) for number in range(200)) / 200 <= 20


def test_a_seed_gives_the_same_documents_in_every_process():
    script = ("import hashlib; from bench.simulation.trials import document; docs = [document(n, 7, 3, 0.05) for n in range(15)];"
              "print(hashlib.sha256(repr([(d.sheet, d.text, d.sort) for d in docs]).encode()).hexdigest())")
    runs = {subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True,
                           env={**os.environ, "PYTHONHASHSEED": salt}).stdout for salt in ("1", "2")}
    assert len(runs) == 1


# ---- judging --------------------------------------------------------------------------------------------------------

def mark(claim, verdict: str, mistake: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(start=claim.start, verdict=verdict, mistake=mistake, entries=())


def marked(doc: Document, *wrong: str, mistake: str | None = None):
    """A marker that calls these quantities wrong and the others right."""
    def make(_):
        marks = [mark(c, "wrong", mistake) if c.key in wrong else mark(c, "right") for c in doc.claims]
        return SimpleNamespace(mark=lambda _: SimpleNamespace(marks=marks))
    return judged(doc, make, lambda name: {name}).counts


def of_sort(sort: str) -> Document:
    return next(doc for doc in (document(n, 2, 4, 0) for n in range(300)) if doc.sort == sort
                and all(seen(doc.work, plant.key)[1] for plant in doc.plants))


def test_the_judge_counts_what_a_marker_finds():
    doc = of_sort("catalogue")
    (plant,) = doc.plants
    found = marked(doc, plant.key, mistake=plant.kind.code)
    assert (found["catalogue"], found["catalogue located"], found["named"], found["untouched accused"]) == (1, 1, 1, 0)
    assert marked(doc, plant.key, mistake="another")["named"] == 0
    assert marked(doc)["catalogue located"] == 0


def test_the_judge_counts_what_a_marker_accuses_wrongly():
    clean = of_sort("clean")
    assert marked(clean)["clean accused"] == 0
    assert marked(clean, clean.claims[3].key)["clean accused"] == marked(clean, clean.claims[3].key)["untouched accused"] == 1
    late = next(doc for doc in (document(n, 2, 4, 0) for n in range(300)) if doc.sort == "catalogue" and doc.plants[0].key != doc.claims[0].key)
    assert marked(late, late.claims[0].key, late.plants[0].key)["catalogue located"] == 0


def test_two_mistakes_count_only_when_both_are_flagged():
    doc = of_sort("two")
    keys = [plant.key for plant in doc.plants]
    assert marked(doc, *keys)["two flagged"] == 1 and marked(doc, keys[0])["two flagged"] == 0


def test_the_figures_do_not_depend_on_the_number_of_processes():
    one, two = figures(24, 1, 3, 0.02, 1), figures(24, 1, 3, 0.02, 2)
    assert (one.counts, one.kinds, one.faults) == (two.counts, two.kinds, two.faults)
    assert one.counts["documents"] + one.counts["failed"] == 24
    assert "located" in table([one])
