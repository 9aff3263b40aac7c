"""The gradients that textbooks collapse come out collapsed: binary cross-entropy behind a sigmoid is p - y, and its mean (p - y)/n."""
from __future__ import annotations

from longhand.calculus.jacobian import derive
from longhand.core.axis import Axis, Index
from longhand.core.equation import Equation, Program, Tensor
from longhand.core.expr import ONE, Apply, Entry, Sum, add, mul, negative, number, power
from longhand.core.problem import Problem

AXIS = Axis("n", "n", "i")
I = Index(AXIS)


def gradient(factor):
    z, p, y = (Entry(name, (I,)) for name in ("z", "p", "y"))
    inside = add(mul(y, Apply("ln", (p,))), mul(add(ONE, negative(y)), Apply("ln", (add(ONE, negative(p)),))))
    tensors = {name: Tensor(name, (AXIS,), role) for name, role in (("z", "input"), ("p", "intermediate"), ("y", "label"))}
    tensors |= {"L": Tensor("L", (), "loss"), "n": Tensor("n", (), "size")}
    program = Program(tensors, (Equation(p, Apply("sigmoid", (z,))), Equation(Entry("L"), mul(number(-1), factor, Sum(I, inside)))))
    return derive(Problem(program, "L")).results["dL/dz"].right, p, y


def test_the_sigmoid_and_its_loss_leave_the_difference() -> None:
    right, p, y = gradient(ONE)
    assert right in (add(p, negative(y)), add(negative(y), p))


def test_the_mean_stays_a_factor() -> None:
    size = power(Entry("n"), -1)
    right, p, y = gradient(size)
    assert right in (mul(size, add(p, negative(y))), mul(size, add(negative(y), p)))


def test_products_are_like_terms_in_either_order() -> None:
    p, y = Entry("p"), Entry("y")
    assert add(mul(p, y), negative(mul(y, p))) == number(0)
