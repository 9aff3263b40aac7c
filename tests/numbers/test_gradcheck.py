"""The gradient check passes right gradients, fails wrong ones and says where there is no slope."""
from __future__ import annotations

from fractions import Fraction

import pytest
from numbers_programs import elu_network, exact, program, recurrence, smoothed_network

from longhand.core.axis import Axis, Index
from longhand.core.equation import Equation, Program, Tensor
from longhand.core.expr import Apply, Delta, Entry, Number, Offset, Sum
from longhand.numbers.gradcheck import METHOD, gradient_check


def elu_passes(*, slip=1):
    """Forward and backward pass of the ELU network; `slip` multiplies one gradient."""
    whole, data = elu_network()
    forward = Program(whole.tensors, tuple(e for e in whole.equations if not e.name.startswith("d")))
    names = {"dz": "dL/dz", "dh": "dL/dh", "dv": "dL/dv"}
    axes = {old: whole[old].axes for old in names}
    hidden, out = axes["dh"][0], axes["dz"][0]
    j, k = Index(hidden), Index(out)
    inputs = axes["dv"][1]
    i = Index(inputs)

    def e(name, *at):
        return Entry(name, at)

    slope = Apply("elu", (e("u", j),), 1)
    tensors = [Tensor(new, axes[old], "gradient") for old, new in names.items()] + [Tensor("dL/dw", whole["w"].axes, "gradient")]
    backward = Program({t.name: t for t in tensors}, (
        Equation(e("dL/dz", k), e("o", k) - e("ostar", k)),
        Equation(e("dL/dw", k, j), e("dL/dz", k) * e("h", j)),
        Equation(e("dL/dh", j), Sum(k, e("w", k, j) * e("dL/dz", k))),
        Equation(e("dL/dv", j, i), slip * e("dL/dh", j) * slope * e("x", i)),
    ))
    return forward, backward, data


def test_right_gradients_pass_with_many_digits():
    forward, backward, data = elu_passes()
    checks = gradient_check(forward, backward, "L", ["w", "v", "h", "z"], data, {})
    assert [(c.wrt, c.ok, c.entries, c.of, c.method) for c in checks] == [
        (name, True, n, n, METHOD) for name, n in (("w", 8), ("v", 12), ("h", 4), ("z", 2))
    ]
    assert all(float(c.max_error) < 1e-25 for c in checks)


def test_a_wrong_gradient_fails_alone():
    forward, backward, data = elu_passes(slip=Fraction(1000000001, 1000000000))
    w, v = gradient_check(forward, backward, "L", ["w", "v"], data, {})
    assert w.ok and not v.ok
    assert 1e-11 < float(v.max_error) < 1e-8


def test_a_class_label_in_a_position():
    """L = -ln p[label]: the label is read as a position and stays what it is."""
    classes = Axis("c", 3, "k")
    k = Index(classes)
    place = Offset(((Entry("label"), 1),))
    forward = program([Tensor("p", (classes,), "input"), Tensor("label", (), "label"), Tensor("L", (), "loss")],
                      [Equation(Entry("L"), -Apply("ln", (Entry("p", (place,)),)))])
    backward = Program({"dL/dp": Tensor("dL/dp", (classes,), "gradient")},
                       (Equation(Entry("dL/dp", (k,)), -Delta(k, place) / Entry("p", (k,))),))
    check, = gradient_check(forward, backward, "L", ["p"], {"p": exact(["0.2", "0.5", "0.3"]), "label": Fraction(1)}, {})
    assert check.ok and check.entries == 3 and not check.skipped


def test_data_on_a_kink_that_only_a_law_could_show():
    """L = relu(sin² x + cos² x - 1): on which side it lies cannot be proved."""
    x = Entry("x")
    sin, cos = Apply("sin", (x,)), Apply("cos", (x,))
    forward = program([Tensor("x", (), "input"), Tensor("L", (), "loss")],
                      [Equation(Entry("L"), Apply("relu", (sin * sin + cos * cos - 1,)))])
    backward = Program({"dL/dx": Tensor("dL/dx", (), "gradient")}, (Equation(Entry("dL/dx"), Number(0)),))
    check, = gradient_check(forward, backward, "L", ["x"], {"x": Fraction(1)}, {})
    assert check.entries == 0 and "whether" in check.skipped[0].reason


RELU_SUM = Axis("n", "n", "i")
I = Index(RELU_SUM)


def relu_sum(gradient):
    """L = Σ_i relu(x_i), with a stated gradient."""
    forward = program([Tensor("x", (RELU_SUM,), "input"), Tensor("L", (), "loss")],
                      [Equation(Entry("L"), Sum(I, Apply("relu", (Entry("x", (I,)),))))])
    backward = Program({"dL/dx": Tensor("dL/dx", (RELU_SUM,), "gradient")}, (Equation(Entry("dL/dx", (I,)), gradient),))
    return forward, backward


def test_a_kink_is_reported_not_failed():
    forward, backward = relu_sum(Apply("relu", (Entry("x", (I,)),), 1))
    check, = gradient_check(forward, backward, "L", ["x"], {"x": exact([1, 0, -1, "1e-16", "1e-14"])}, {})
    assert check.ok and check.entries == 3 and float(check.max_error) < 1e-55
    assert [s.at for s in check.skipped] == [(1,), (3,)] and "kink" in check.skipped[0].reason


def test_a_zero_weight_is_no_kink():
    """L = w·relu(x) at w = 0: at rest the product ends early, but the slope by w exists."""
    w, x = Entry("w"), Entry("x")
    forward = program([Tensor("w", (), "parameter"), Tensor("x", (), "input"), Tensor("L", (), "loss")],
                      [Equation(Entry("L"), w * Apply("relu", (x,)))])
    backward = Program({"dL/dw": Tensor("dL/dw", (), "gradient")}, (Equation(Entry("dL/dw"), Apply("relu", (x,))),))
    check, = gradient_check(forward, backward, "L", ["w"], {"w": Fraction(0), "x": Fraction(2)}, {})
    assert check.ok and check.entries == 1 and not check.skipped


def test_large_tensors_are_sampled_evenly_and_it_is_said():
    forward, backward = relu_sum(Apply("relu", (Entry("x", (I,)),), 1))
    check, = gradient_check(forward, backward, "L", ["x"], {"x": exact(list(range(-149, 151)))}, {})
    assert (check.entries + len(check.skipped), check.of, check.ok) == (200, 300, True)


def test_recurrence_through_time():
    """L = h[2] of h[t] = tanh(W x[t] + U h[t-1]), and ∂L/∂h[t] by a backward recurrence."""
    steps = recurrence(3)
    time = steps["h"].axes[0]
    t = Index(time)
    last = Offset((), 2)
    forward = steps.extended([Tensor("L", (), "loss")], [Equation(Entry("L"), Entry("h", (last,)))])
    after, before = Offset(((t, 1),), 1), Offset(((t, 1),), -1)
    one = 1 - Entry("h", (after,)) * Entry("h", (after,))
    backward = Program(
        {"dL/dh": Tensor("dL/dh", (time,), "gradient"), "dL/dU": Tensor("dL/dU", (), "gradient")},
        (Equation(Entry("dL/dh", (t,)), Delta(t, last) + Entry("dL/dh", (after,)) * one * Entry("U")),
         Equation(Entry("dL/dU"), Sum(t, Entry("dL/dh", (t,)) * (1 - Entry("h", (t,)) * Entry("h", (t,))) * Entry("h", (before,))))),
    )
    checks = gradient_check(forward, backward, "L", ["h", "U"], {"W": Fraction(1, 2), "U": Fraction(-2), "x": exact([1, 2, 3])}, {})
    assert all(c.ok and not c.skipped for c in checks)


def test_the_smoothed_network_whose_hidden_units_are_off_its_kinks():
    forward, data = smoothed_network()
    k = Index(forward["z"].axes[0])
    backward = Program({"dLoss/dz": Tensor("dLoss/dz", forward["z"].axes, "gradient")},
                       (Equation(Entry("dLoss/dz", (k,)), Entry("yhat", (k,)) - Entry("ys", (k,))),))
    check, = gradient_check(forward, backward, "Loss", ["z"], data, {})
    assert check.ok and check.entries == 3


@pytest.mark.parametrize("label", ["0", "1"])
def test_a_slope_beyond_a_domain_is_skipped_with_the_reason(label):
    """L = x ln x at x = 0: the step to the left leaves the domain of ln."""
    x = Entry("x")
    forward = program([Tensor("x", (), "input"), Tensor("L", (), "loss")], [Equation(Entry("L"), x * Apply("ln", (x,)))])
    backward = Program({"dL/dx": Tensor("dL/dx", (), "gradient")}, (Equation(Entry("dL/dx"), Apply("ln", (x,)) + 1),))
    check, = gradient_check(forward, backward, "L", ["x"], {"x": Fraction(label)}, {})
    assert bool(check.skipped) == (label == "0")
    if check.skipped:
        assert "logarithm" in check.skipped[0].reason
