"""Explanations: who is accused of what, on pages of which it is known how they came about."""
from __future__ import annotations

from collections.abc import Iterator
from math import inf
from random import Random

import pytest
from flint import arb, ctx
from networks import Network, Page, Quantity, cut_digits, drawn, exact, scanned, written

from longhand.marking.explain import Explanation, Outcome, Print, explain
from longhand.marking.printed import nearest_digits, printed


@pytest.fixture(autouse=True)
def _enough_bits():
    with ctx.workprec(128):
        yield


def explained(nodes: list[Quantity], texts: dict[str, str]) -> dict[str, Outcome]:
    prints = [Print(name, printed(text.split()), at) for at, (name, text) in enumerate(texts.items())]
    return dict(zip(texts, explain(nodes, prints).outcomes, strict=True))


def page_explained(nodes: list[Quantity], page: Page) -> tuple[Explanation, dict[str, Outcome]]:
    found = explain(nodes, page.prints())
    return found, dict(zip(page.texts, found.outcomes, strict=True))


def accused(outcomes: dict[str, Outcome]) -> list[str]:
    return [name for name, outcome in outcomes.items() if "wrong" in outcome.cells]


def pages(count: int, seed: int, **style: object) -> Iterator[tuple[list[Quantity], Page]]:
    """Pages without a mistake."""
    chance = Random(seed)
    while count:
        nodes = drawn(chance).nodes()
        page = written(nodes, chance.choice([3, 4]), chance, **style)
        if page is not None:
            count -= 1
            yield nodes, page


def mistaken_pages(count: int, seed: int, damage: float = 0.0) -> Iterator[tuple[list[Quantity], Page]]:
    """Pages with a mistake of the catalogue that shows."""
    chance = Random(seed)
    while count:
        nodes = drawn(chance).nodes()
        node = chance.choice(nodes)
        page, honest = (written(nodes, 4, chance, node.name, how) for how in (chance.choice(list(node.rules)[1:]), "right"))
        if page is not None and honest is not None and page.texts[node.name] != honest.texts[node.name]:
            count -= 1
            yield nodes, scanned(page, damage, chance)


SMALL = Network(exact("1 0"), exact("3 6 4 5"), exact("1 -6"), exact("2 3 4 3"), exact("-1 -2"), exact("0 1"), arb("0.5"), "sigmoid")
RIGHT_PAGE = {"u": "4 0", "h": ".982 .500", "z": "2.964 2.446", "o": ".627 .373", "L": ".985", "d2": ".627 -.627", "dh": "-.627 .627",
              "dW2": ".616 -.616 .314 -.314", "d1": "-.011 .157", "db1": "-.011 .157", "dW1": "-.011 .157 0 0", "db2": ".627 -.627",
              "W1n": "3.006 5.922 4 5", "b1n": "1.006 -6.079", "W2n": "1.692 3.308 3.843 3.157", "b2n": "-1.313 -1.687"}


def by_columns(text: str) -> str:
    return " ".join(" ".join(column) for column in zip(*(row.split() for row in text.split(";")), strict=True))


# ------------------------------------------------------------------------------------------- two pages as they came

def test_a_badly_scanned_page_with_one_mistake():
    """16 numbers damaged, whole vectors copied over each other, and a logarithm to the base 10 in their midst."""
    net = Network(exact("1 1.5 -0.5"), exact(by_columns("-1 2 0;.5 -1 1;1.5 2 -.4;.2 .1 .3")), exact("0 0 0 0"),
                  exact(by_columns("1 1 .5 .5;.3 .4 .5 .1")), exact("0 0"), exact("1 0"), arb("0.1"), "elu")
    outcomes = explained(net.nodes(), {
        "u": "2 -0.75 1.75 0.2", "h": "2 -0.75 1.75 0.2", "z": "3.075 2.659", "o": "0.9118 0.2662", "L": "0.1344", "d2": "-0.2662 0.2662",
        "dW2": by_columns("-0.5374 0.2068 -1.251 -0.0532;0.5374 -0.2068 1.251 0.0532"),
        "dW1": by_columns("-0.1863 -0.2795 0.0932;-0.0354 -0.0535 0.0198;0 0 0;-0.1065 -0.1547 0.0532"),
        "W2n": by_columns("1.0532 0.9793 0.681 0.5053;0.7468 0.4209 0.3747 0.0467")})
    assert accused(outcomes) == ["L"]
    assert outcomes["L"].mistake.name == "log10 for ln" and outcomes["L"].gap > 1
    assert sum(outcome.cells.count("misread") for outcome in outcomes.values()) in (16, 17)
    assert outcomes["dW1"].cells[0] == "carried", "-0.1863 is 0.7 times the rounded 0.2662"
    assert nearest_digits(outcomes["z"].expected[0], 3) == "3.673"


def test_a_clean_page_with_one_mistake_at_the_end():
    outcomes = explained(SMALL.nodes(), RIGHT_PAGE | {"b2n": "-1.627 -1.373"})
    assert accused(outcomes) == ["b2n"]
    assert outcomes["b2n"].mistake.name == "learning rate forgotten" and outcomes["b2n"].cells == ("wrong", "wrong") and outcomes["b2n"].gap > 5
    assert outcomes["dW2"].cells == ("carried",) * 4 and outcomes["dW2"].given is None, "only rounding is carried"
    assert nearest_digits(outcomes["b2n"].expected[0], 3) == "-1.313"


# ------------------------------------------------------------------------------------------------- nobody is accused

@pytest.mark.parametrize("rounds", [True, False], ids=["goes on with what is printed", "keeps all digits"])
@pytest.mark.parametrize("shown", [nearest_digits, cut_digits], ids=["rounded", "cut off"])
def test_a_writer_without_mistakes_is_not_accused(rounds: bool, shown):
    for nodes, page in pages(40, seed=1, rounds=rounds, shown=shown):
        found, outcomes = page_explained(nodes, page)
        assert {verdict for outcome in found.outcomes for verdict in outcome.cells} <= {"right", "carried"}, (page, outcomes)
        if not rounds and shown is nearest_digits:
            assert {verdict for outcome in found.outcomes for verdict in outcome.cells} == {"right"} and found.cost == 0 and found.gap == inf


def test_right_numbers_are_right_without_any_computing():
    for nodes, page in pages(5, seed=2, rounds=False):
        explain(nodes, page.prints())
        assert sum(node.calls for node in nodes) == 0


def test_what_is_cut_off_is_said():
    outcomes = explained(SMALL.nodes(), {"u": "4 0", "o": ".626 .373"})
    assert outcomes["o"].cut == (0,) and outcomes["o"].kind == "ok" and outcomes["o"].cells == ("carried", "right")


def test_a_last_place_off_by_one_is_let_pass_where_there_are_digits_enough():
    outcomes = explained(SMALL.nodes(), {"u": "4 0", "L": ".986"})
    assert outcomes["L"].rounded and outcomes["L"].cells == ("carried",)
    assert explained(SMALL.nodes(), {"u": "4 0", "L": ".988"})["L"].kind != "ok"
    assert explained(SMALL.nodes(), {"u": "4 0", "L": "1.1"})["L"].kind != "ok", "two digits are not enough"
    assert not explained(SMALL.nodes(), RIGHT_PAGE)["L"].rounded


def test_damage_is_not_held_against_the_writer():
    chance = Random(3)
    falsely = flagged = misread = 0
    for nodes, page in pages(100, seed=3):
        hit = scanned(page, .05, chance)
        _, outcomes = page_explained(nodes, hit)
        falsely += bool(accused(outcomes))
        found = [outcomes[name].cells[i] for name, i in hit.damage]
        flagged += sum(verdict in ("wrong", "misread") for verdict in found)
        misread += found.count("misread")
    assert falsely <= 1 and flagged > 150 and misread >= .98 * flagged


# ------------------------------------------------------------------------------------------------ mistakes are found

@pytest.mark.parametrize(("damage", "located", "named"), [(0, .99, .98), (.02, .985, .97), (.05, .97, .94)])
def test_mistakes_of_the_catalogue_are_found_and_named(damage: float, located: float, named: float):
    count, places, names, accepted = 120, 0, 0, 0
    for nodes, page in mistaken_pages(count, seed=4, damage=damage):
        _, outcomes = page_explained(nodes, page)
        outcome = outcomes[page.wrong]
        if outcome.kind == "ok":
            accepted += 1
            continue
        places += accused(outcomes)[:1] == [page.wrong]
        names += outcome.mistake is not None and outcome.mistake.name == page.how
    seen = count - accepted
    assert accepted <= .06 * count and places >= located * seen and names >= named * seen, (places, names, seen)


def test_what_follows_from_a_mistake_is_carried_and_says_from_where():
    nodes = SMALL.nodes()
    page = written(nodes, 3, Random(0), "z", "bias left out")
    _, outcomes = page_explained(nodes, page)
    assert accused(outcomes) == ["z"]
    at = list(page.texts).index("z")
    assert outcomes["d2"].cells == ("carried", "carried") and outcomes["d2"].given == at and outcomes["b2n"].given == at
    assert outcomes["o"].expected[0].overlaps(arb(page.texts["o"][0]) + arb(0, "0.0005")), "expected: given what the writer had"


def test_two_mistakes():
    nodes = SMALL.nodes()
    by_name = {node.name: node for node in nodes}
    wrong = {"z": "bias left out", "b1n": "ascent"}
    values = {}
    texts = {}
    for name, node in by_name.items():
        cells = node.by(wrong.get(name, "right"), values)
        texts[name] = " ".join(nearest_digits(x, 4) for x in cells)
        values[name] = exact(texts[name])
    outcomes = explained(nodes, texts)
    assert {name: outcomes[name].mistake.name for name in accused(outcomes)} == wrong


def test_a_mistake_that_is_in_no_catalogue_is_wrong_all_the_same():
    for nodes, page in mistaken_pages(25, seed=6):
        for node in nodes:
            node.rules = {"right": node.rules["right"], **{name: rule for name, rule in node.rules.items() if node.name != page.wrong}}
        found, outcomes = page_explained(nodes, page)
        if len(page.texts[page.wrong]) > 2 and outcomes[page.wrong].kind != "ok":
            assert page.wrong in accused(outcomes) or found.gap < 3, (page, outcomes)
            assert outcomes[page.wrong].mistake is None


# ------------------------------------------------------------------------------------------------- mistake or damage

def test_a_wrong_digit_is_damage_where_the_rest_goes_on_with_the_right_one():
    outcomes = explained(SMALL.nodes(), RIGHT_PAGE | {"z": "2.964 2.746"})
    assert outcomes["z"].kind == "misread" and outcomes["z"].cells == ("right", "misread") and outcomes["z"].gap > 3


def test_the_same_wrong_digit_is_a_slip_where_the_rest_goes_on_with_it():
    nodes = SMALL.nodes()
    values = {}
    texts = {}
    for node in nodes:
        texts[node.name] = "2.964 2.746" if node.name == "z" else " ".join(nearest_digits(x, 3) for x in node.by("right", values))
        values[node.name] = exact(texts[node.name])
    outcomes = explained(nodes, texts)
    assert outcomes["z"].kind == "slip" and outcomes["z"].cells == ("right", "wrong") and outcomes["z"].gap > 3
    assert accused(outcomes) == ["z"]


def test_where_nothing_uses_the_number_the_gap_is_small():
    outcomes = explained(SMALL.nodes(), RIGHT_PAGE | {"L": ".935"})
    assert outcomes["L"].kind == "misread" and outcomes["L"].gap < 1.5
    assert explained(SMALL.nodes(), RIGHT_PAGE | {"L": ".263"})["L"].kind == "slip", "damage is seldom thorough"


def test_on_a_typed_page_a_lone_wrong_digit_is_a_slip_and_proved_damage_is_damage():
    def verdicts(change: dict[str, str], undamaged: float) -> dict[str, str]:
        texts = RIGHT_PAGE | change
        prints = [Print(name, printed(text.split()), at) for at, (name, text) in enumerate(texts.items())]
        return {name: outcome.kind for name, outcome in zip(texts, explain(SMALL.nodes(), prints, undamaged).outcomes, strict=True) if outcome.kind != "ok"}

    assert verdicts({"L": ".935"}, 0) == {"L": "misread"} and verdicts({"L": ".935"}, 1.5) == {"L": "slip"}
    assert verdicts({"z": "2.964 2.746"}, 1.5) == {"z": "misread"}


def test_one_vector_copied_over_another_is_one_event():
    found = explain(SMALL.nodes(), [Print(name, printed(text.split()), 0) for name, text in (RIGHT_PAGE | {"o": "2.964 2.446"}).items()])
    assert found.outcomes[3].cells == ("misread", "misread") and found.cost == 3


def test_a_vector_of_zeros_is_not_copied_from_another():
    zeros = RIGHT_PAGE | {"dW2": "0.000 0.000 0.000 0.000", "W2n": "0.000 0.000 0.000 0.000"}
    outcomes = explained(SMALL.nodes(), zeros)
    assert outcomes["W2n"].kind == "mistake" and outcomes["W2n"].mistake.name == "only the step"


def test_of_two_vectors_that_are_the_same_one_was_there_first():
    """d2 is wrong, and stands over db2 too: not each of them is copied from the other."""
    outcomes = explained(SMALL.nodes(), RIGHT_PAGE | {"W2n": "-.616 -.314 .616 .314", "dW2": "-.616 -.314 .616 .314"})
    assert [outcomes[name].kind for name in ("dW2", "W2n")].count("misread") == 1


def test_a_lost_minus_that_nothing_uses_is_not_held_against_the_writer():
    assert explained(SMALL.nodes(), RIGHT_PAGE | {"b2n": "-1.313 1.687"})["b2n"].cells == ("right", "misread")


def test_a_last_place_of_a_careful_writer_is_no_accident():
    """Not updated, which moves one last digit: cut off, it would be the only number on the page that is."""
    net = Network(exact("1 0"), exact("3 6 4 5"), exact("1 -6"), exact("2 3 4 3"), exact("-1 -2"), exact("0 1"), arb("0.001"), "sigmoid")
    values: dict[str, list] = {}
    texts = {}
    for node in net.nodes():
        cells = node.by("not updated" if node.name == "b2n" else "right", values)
        values[node.name] = exact(" ".join(texts.setdefault(node.name, [nearest_digits(x, 3) for x in cells])))
    outcomes = explained(net.nodes(), {name: " ".join(cells) for name, cells in texts.items()})
    assert outcomes["b2n"].kind == "mistake" and accused(outcomes) == ["b2n"]
    assert explained(net.nodes(), {"z": "2.964 2.446", "b2n": "-1.000 -2.000"})["b2n"].kind == "ok", "of two numbers nobody knows the habit"


def test_what_a_mistake_gives_to_the_last_digit_is_proved_by_few_digits():
    """h as u, .5 for the sheet's ½: the loss that follows from printed numbers is sharper than their intervals."""
    nodes = SMALL.nodes()
    page = written(nodes, 3, Random(0), "L", "log10 for ln")
    outcomes = explained(nodes, {name: " ".join(cells) for name, cells in page.texts.items()})
    assert outcomes["L"].mistake is not None and outcomes["L"].mistake.name == "log10 for ln"


def test_damage_that_is_copied_is_no_new_damage():
    prints = [Print(name, printed(text.split()), at) for at, (name, text) in enumerate((RIGHT_PAGE | {"h": ".982 .800"}).items())]
    once = explain(SMALL.nodes(), prints)
    twice = explain(SMALL.nodes(), [*prints, Print("h", printed([".982", ".800"]), 99)])
    assert twice.outcomes[-1].cells == ("right", "misread") and 0 < twice.cost - once.cost <= .5


def test_a_second_print_of_a_number_may_be_shorter():
    texts = [".982 .500", "1.0 0.5", "0.98 0.6"]
    outcomes = explain(SMALL.nodes(), [Print("h", printed(text.split()), at) for at, text in enumerate(texts)]).outcomes
    assert [outcome.kind for outcome in outcomes] == ["ok", "ok", "misread"]


def test_the_rival_says_something_else():
    for nodes, page in mistaken_pages(20, seed=8, damage=.03):
        found = explain(nodes, page.prints())
        assert (found.gap == inf) == (not found.rival) and found.gap >= 0
        if found.rival:
            assert [outcome.cells for outcome in found.rival] != [outcome.cells for outcome in found.outcomes]
            assert found.gap <= min(outcome.gap for outcome in found.outcomes) + 1e-9


# ------------------------------------------------------------------------------------------------ numbers and no numbers

def test_integers_for_integers_are_exact():
    assert explained(SMALL.nodes(), {"u": "4 0"})["u"].cells == ("right", "right")
    assert explained(SMALL.nodes(), {"u": "4 1"})["u"].cells[1] != "right"
    assert explained(SMALL.nodes(), {"z": "3 2"})["z"].cells == ("right", "right"), "integers for other numbers are rounded"


def test_what_cannot_be_held_against_anything_is_unknown():
    nodes = SMALL.nodes()
    nodes[1].truth = None
    prints = [Print("u", printed(["4", "0"]), 0), Print("h", printed(["1", "2"]), 1), Print("z", printed(["1"]), 2), Print("none such", printed(["1"]), 3),
              Print("L", printed(["?"]), 4)]
    outcomes = explain(nodes, prints).outcomes
    assert [outcome.kind for outcome in outcomes] == ["ok", *["unknown"] * 4]
    assert outcomes[1].cells == ("", "") and outcomes[2].cells == ("",)


def test_an_unreadable_cell_is_not_judged_and_its_neighbours_are():
    outcomes = explained(SMALL.nodes(), RIGHT_PAGE | {"W2n": "1.692 ? 3.843 3.999"})
    assert outcomes["W2n"].cells[:3] == ("right", "", "right") and outcomes["W2n"].cells[3] in ("misread", "wrong")


def test_a_value_that_does_not_exist_for_what_the_writer_had_is_not_judged():
    """o slipped to -0.4 and the page goes on with it: the logarithm of that is nothing."""
    nodes = SMALL.nodes()
    values = {}
    texts = {}
    for node in nodes:
        cells = None if node.name == "L" else node.by("right", values)
        texts[node.name] = "0.417" if cells is None else "1.402 -0.402" if node.name == "o" else " ".join(nearest_digits(x, 3) for x in cells)
        values[node.name] = exact(texts[node.name])
    outcomes = explained(nodes, texts)
    assert "o" in accused(outcomes) and outcomes["L"].kind == "unknown" and outcomes["L"].cells == ("",)


def test_no_prints():
    found = explain(SMALL.nodes(), [])
    assert found.outcomes == () and found.cost == 0 and found.gap == inf and not found.had


# ------------------------------------------------------------------------------------------------------------- size

class Doubled:
    """A long chain: each number twice the one before, and one."""

    def __init__(self, at: int, truth: arb) -> None:
        self.name, self.parents, self.truth, self.calls = f"n{at}", (f"n{at - 1}",) if at else (), (truth,), 0

    def computed(self, had):
        self.calls += 1
        return tuple(x / 2 + 1 for parent in self.parents for x in had[parent])

    def variants(self, had):
        return ()


def test_the_work_grows_with_the_number_of_nodes_only():
    work = []
    for length in (100, 400):
        nodes, value = [], arb("0.3")
        for at in range(length):
            nodes.append(Doubled(at, value))
            value = value / 2 + 1
        prints = [Print(node.name, printed(["7.137" if at % 10 == 5 else nearest_digits(node.truth[0], 3)]), at) for at, node in enumerate(nodes)]
        found = explain(nodes, prints)
        assert all(outcome.kind != "ok" for at, outcome in enumerate(found.outcomes) if at % 10 == 5)
        work.append(sum(node.calls for node in nodes))
    assert work[1] <= 4.5 * work[0]


def test_had_is_what_the_writer_had_of_what_changed():
    found = explain(SMALL.nodes(), [Print("u", printed(["4", "0"]), 0), Print("h", printed([".982", ".700"]), 1), Print("o", printed([".627", ".373"]), 2)])
    assert found.outcomes[1].cells == ("right", "misread")
    assert found.had["h"][1].overlaps(arb("0.5")) and "z" in found.had and found.had["z"][0].overlaps(arb("2.964"))
