"""Derived gradients against five judges that know nothing of the derivation: difference quotients in floats and at 60 digits, SymPy,
the interpreter, and the matrix form evaluated with NumPy."""
from __future__ import annotations

import numpy as np
import pytest
from matrix_numpy import matrix_value
from numeric_judge import differences, judge
from small_networks import LOSSES, NAMES, convolution, embedding, network, recurrence
from step_checker import close
from sympy_judge import sympy_gradient

from longhand.calculus import backprop, differentiate
from longhand.calculus.derivation import Derivation, gradient_name
from longhand.calculus.jacobian import derive
from longhand.core.expr import ZERO, Number, mul
from longhand.core.problem import Notation
from longhand.core.walk import tensors
from longhand.forms.matrix import matrix_form
from longhand.numbers.arithmetic import Floats
from longhand.numbers.gradcheck import gradient_check
from longhand.numbers.interpret import Values

SPECIAL = {
    "convolution": lambda: convolution(1), "stride": lambda: convolution(2, stride=2), "padding": lambda: convolution(3, same=True),
    "recurrence": lambda: recurrence(1), "every step": lambda: recurrence(2, "sigmoid", every_step=True), "embedding": lambda: embedding(1),
}


def wrong_gradients(derivation: Derivation) -> list[str]:
    """The names of the gradients of the loss that differ from difference quotients of the forward pass. A recurrence is not held
    fixed entry by entry, so the gradient by its own entries is left to the gradients that are made of it."""
    problem = derivation.problem
    ready = judge(problem)
    ready.run(derivation.backward)
    recurrent = {e.name for e in problem.program.equations if e.name in tensors(e.right)}
    wrong = []
    for tensor in problem.program.tensors.values():
        name = gradient_name(problem.loss, tensor.name)
        if name in derivation.results and tensor.name not in recurrent and tensor.name != problem.loss:
            slope = differences(problem, ready, problem.loss, tensor.name)
            if not close(slope, ready.array(derivation.results[name].right, derivation.results[name].left.at), 2e-6):
                wrong.append(name)
    return wrong


@pytest.mark.parametrize("seed", range(60))
def test_networks(seed):
    net = network(seed)
    assert wrong_gradients(derive(net.problem())) == [], net.notes


@pytest.mark.parametrize("activation", NAMES)
def test_activations(activation):
    net = network(3000 + NAMES.index(activation), activation=activation)
    assert wrong_gradients(derive(net.problem())) == [], net.notes


@pytest.mark.parametrize("loss", LOSSES)
def test_losses(loss):
    for seed in (4000, 4001):
        net = network(seed, loss=loss)
        assert wrong_gradients(derive(net.problem())) == [], net.notes


@pytest.mark.parametrize("name", SPECIAL)
def test_offsets_recurrences_and_gathers(name):
    assert wrong_gradients(derive(SPECIAL[name]().problem())) == []


@pytest.mark.parametrize("seed", range(0, 40, 4))
def test_at_sixty_digits(seed):
    """The library's own check, on given tensors: it must accept what is right."""
    net = network(seed, batch=False)
    problem = net.problem()
    derivation = derive(problem)
    names = [t.name for t in problem.program.given() if gradient_name("L", t.name) in derivation.results]
    checks = gradient_check(problem.program, derivation.backward, "L", names, problem.data, problem.sizes)
    assert [check.wrt for check in checks if not check.ok] == [], net.notes
    assert sum(check.entries for check in checks) > 0


@pytest.mark.parametrize("seed", range(8))
def test_against_sympy(seed):
    net = network(seed, batch=False, activation=("tanh", "sigmoid", "relu", "softplus", "elu")[seed % 5])
    problem = net.problem()
    derivation = derive(problem)
    ready = judge(problem)
    ready.run(derivation.backward)
    for tensor in problem.program.given():
        name = gradient_name("L", tensor.name)
        if name in derivation.results:
            assert close(sympy_gradient(problem, tensor.name), ready.arrays[name], 1e-9), (name, net.notes)


@pytest.mark.parametrize("seed", range(0, 40, 2))
def test_the_interpreter_agrees(seed):
    net = network(seed)
    problem = net.problem()
    derivation = derive(problem)
    ready = judge(problem)
    ready.run(derivation.backward)
    values = Values(derivation.backward, problem.data, problem.sizes, Floats())
    for name, equation in derivation.results.items():
        assert close(np.array(values.tensor(name), float), ready.array(equation.right, equation.left.at), 2e-6), (name, net.notes)


@pytest.mark.parametrize("layout", ["column", "row"])
@pytest.mark.parametrize("seed", range(0, 40, 2))
def test_the_matrix_form_agrees(seed, layout):
    """The tree that is printed, with NumPy's matrix product and strict shapes, in either convention."""
    net = network(seed)
    problem = net.problem(layout=layout)
    derivation = derive(problem)
    ready = judge(problem)
    ready.run(derivation.backward)
    seen = 0
    for name, equation in derivation.results.items():
        form = matrix_form(equation.right, equation.left.at, derivation.backward, Notation(layout=layout))
        if form.tree is not None:
            expected = ready.arrays[name]
            if expected.ndim < 2:
                expected = expected.reshape((1, -1) if layout == "row" else (-1, 1))
            value = matrix_value(form.tree, ready)
            assert close(np.broadcast_to(value, expected.shape), expected, 2e-6), (name, net.notes)
            seen += 1
    assert seen


# ---- the judges notice ---------------------------------------------------------------------------------------------

def wrong_when(monkeypatch, module, name, broken, **options) -> list[str]:
    monkeypatch.setattr(module, name, broken)
    return [wrong for seed in range(6) for wrong in wrong_gradients(derive(network(seed, **options).problem()))]


def test_they_notice_a_wrong_chain_rule(monkeypatch):
    right = backprop._summed
    assert wrong_when(monkeypatch, backprop, "_summed", lambda at, parts: right(at, (*parts, parts[-1])))


def test_they_notice_a_path_left_out(monkeypatch):
    right = backprop._conclude
    shortened = [3, 4, 5, 6, 7]                            # readers, chain, inserted, named, expanded

    def broken(*arguments):
        return right(*(a[:1] if k in shortened else a for k, a in enumerate(arguments)))

    assert wrong_when(monkeypatch, backprop, "_conclude", broken)


def test_they_notice_a_power_rule_without_its_factor(monkeypatch):
    assert wrong_when(monkeypatch, differentiate, "number", lambda value: Number(1), loss="squared_error")


def test_they_notice_a_missing_cross_term_of_softmax(monkeypatch):
    right = differentiate._through_vector_function
    assert wrong_when(monkeypatch, differentiate, "_through_vector_function",
                      lambda *arguments: mul(Number(2), right(*arguments)) + ZERO, loss="cross_entropy")
