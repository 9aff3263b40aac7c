"""`longhand.compile` for Numba, PyTorch and JAX, beside the NumPy target."""
from __future__ import annotations

import importlib.util
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from targets import CC, needs, own_cache  # noqa: F401  (a fixture that all of this file use)
from truth import data, problem_of
from two_layers import SHEET, arrays, by_hand

import longhand
from longhand.backends.compiled import compile
from longhand.errors import DataError, ShapeError, UsageError

LIBRARIES = [pytest.param(name, marks=needs(name)) for name in ("torch", "jax")]


def given(target: str, values: list[np.ndarray]) -> list:
    """The arrays as those of the library."""
    if target == "torch":
        import torch
        return [torch.tensor(v) for v in values]
    import jax
    jax.config.update("jax_enable_x64", True)
    return [jax.numpy.asarray(v) for v in values]


@pytest.fixture(scope="module")
def functions():
    """The function of the sheet, by target."""
    made = {}
    return lambda target, **options: made.setdefault((target, *options.items()), longhand.compile(SHEET, target=target, **options))


@pytest.mark.parametrize("target", LIBRARIES)
@pytest.mark.parametrize(("examples", "dtype"), [(None, "float64"), (5, "float64"), (5, "float32")])
def test_loss_and_gradients(functions, target, examples, dtype):
    """Twice, since the second call takes a shorter way."""
    values = arrays(examples, dtype=dtype)
    expected, wanted = by_hand(*(v.astype(float) for v in values))
    for _ in range(2):
        loss, gradients = functions(target)(*given(target, values))
        assert str(loss.dtype).endswith(dtype)
        assert float(loss) == pytest.approx(expected, rel=1e-12 if dtype == "float64" else 1e-5)
        for found, true in zip(gradients.values(), wanted, strict=True):
            assert str(found.dtype).endswith(dtype)
            np.testing.assert_allclose(np.asarray(found), true, rtol=1e-10 if dtype == "float64" else 1e-4, atol=1e-6)


@pytest.mark.parametrize("target", LIBRARIES)
def test_a_number_of_the_sheet_is_a_default(target):
    problem = problem_of("1")
    values = data(problem)
    ours, theirs = compile(problem), compile(problem, target=target)
    assert ours.inputs == theirs.inputs
    loss, gradients = theirs(*given(target, [values[ours.tensors[n]] for n in ours.inputs]))
    expected, wanted = ours(*(values[ours.tensors[n]] for n in ours.inputs))
    assert float(loss) == pytest.approx(expected, rel=1e-12)
    for name in wanted:
        np.testing.assert_allclose(np.asarray(gradients[name]), wanted[name], rtol=1e-10, atol=1e-13)


@needs("torch")
def test_the_loss_inside_a_model_of_pytorch(functions):
    """A layer in front gets its gradient through the derived one; gradcheck agrees; what is not asked for is not computed."""
    import torch
    f, (_, y, *rest) = functions("torch"), given("torch", arrays(5))
    layer = torch.nn.Linear(7, 5, dtype=torch.float64)
    before = torch.randn(5, 7, dtype=torch.float64)
    f.loss(layer(before), y, *rest).backward()
    W1, b1, W2, b2 = rest
    other = -(y * torch.log_softmax(torch.tanh(layer(before) @ W1 + b1) @ W2 + b2, -1)).sum(-1).mean()
    weight, = torch.autograd.grad(other, layer.weight)
    torch.testing.assert_close(layer.weight.grad, weight)
    assert torch.autograd.gradcheck(lambda *p: f.loss(before @ torch.ones(7, 5, dtype=torch.float64), y, *p), [p.requires_grad_() for p in rest])
    with pytest.raises(NotImplementedError, match="second derivatives"):
        torch.autograd.grad(f.loss(before[:, :5], y, *rest), W1, create_graph=True)
    with pytest.raises(DataError, match="y requires a gradient, and none was derived"):
        f.loss(before[:, :5], y.clone().requires_grad_(), *rest)


@needs("jax")
def test_the_loss_inside_transformations_of_jax(functions):
    import jax
    f, values = functions("jax"), given("jax", arrays(4))
    _, wanted = by_hand(*arrays(4))
    gradients = jax.jit(jax.grad(f.loss, argnums=(2, 3, 4, 5)))(*values)
    for found, true in zip(gradients, wanted, strict=True):
        np.testing.assert_allclose(found, true, rtol=1e-10, atol=1e-13)
    each = jax.vmap(jax.grad(f.loss, argnums=2), in_axes=(0, 0, None, None, None, None))(*values)
    np.testing.assert_allclose(each.mean(0), wanted[0], rtol=1e-10, atol=1e-13)
    assert np.isnan(jax.grad(f.loss, argnums=1)(*values)).all()          # a gradient that was not derived is never taken for 0


@pytest.mark.parametrize("target", LIBRARIES)
def test_what_a_call_refuses(functions, target):
    f, values = functions(target), given(target, arrays(3))
    with pytest.raises(DataError, match="b_2 is missing"):
        f(*values[:-1])
    with pytest.raises(ShapeError, match="should have 5 entries"):
        f(*values[:2], values[2][:4], *values[3:])
    with pytest.raises(DataError, match="no mean"):
        f(*given(target, arrays(0)))
    with pytest.raises(DataError, match="float64.*compiled for float32"):
        functions(target, dtype="float32")(*values)


@pytest.mark.parametrize("target", LIBRARIES)
def test_places_lie_on_their_axis(target):
    problem = problem_of("embedding")
    f = compile(problem, target=target)
    values = [data(problem)[f.tensors[n]] for n in f.inputs]
    assert float(f(*given(target, values))[0]) == pytest.approx(compile(problem)(*values)[0])
    wrong = [np.array(4.0) if n == "target" else v for n, v in zip(f.inputs, values, strict=True)]
    with pytest.raises(DataError, match="points outside"):
        f(*given(target, wrong))


@needs("numba")
def test_numba_calls():
    """One example, batches of any size with one compilation, layouts, float32 refused, buffers reused; numbers of the sheet."""
    problem = compile(SHEET).problem
    smooth = replace(problem, data={**problem.data, "rate": Fraction(1)})
    f = longhand.compile(smooth, target="numba")
    for examples in (None, 3, 8):
        values = arrays(examples)
        for _ in range(2):
            loss, gradients = f(*values)
            expected, wanted = by_hand(*values)
            assert loss == pytest.approx(expected, rel=1e-12)
            for found, true in zip(gradients.values(), wanted, strict=True):
                np.testing.assert_allclose(found, true, rtol=1e-10, atol=1e-14)
    first = f(*values)[1]["W_1"]
    other = [np.asfortranarray(values[0]), values[1].astype(int).tolist(), *values[2:]]
    other[3].flags.writeable = False
    assert f(*other)[0] == pytest.approx(expected, rel=1e-12)
    assert f(*values)[1]["W_1"] is first
    with pytest.raises(DataError, match="compiled for float64"):
        f(*arrays(3, dtype="float32"))
    with pytest.raises(ShapeError, match="should have 5 entries"):
        f(*values[:2], values[2][:4], *values[3:])
    with pytest.raises(DataError, match="no mean"):
        f(*arrays(0))


@pytest.mark.parametrize("target", ["numba", "torch", "jax"])
def test_a_missing_library_is_named(target, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr("longhand.backends.compiled.find_spec", lambda name: None if name == target else find(name))
    with pytest.raises(UsageError, match=f"{target}, which is not installed") as error:
        longhand.compile(SHEET, target=target)
    assert f"longhand[{target}]" in error.value.suggestion


TOTAL = r"""
Let $X \in \mathbb{R}^{N \times d}$, $W \in \mathbb{R}^{d \times k}$, $Z = X W$ and the targets $Y \in \mathbb{R}^{N \times k}$. The loss is
$L = \sum_{ij} (Z_{ij} - Y_{ij})^2$. Derive the gradient of $L$ with respect to $W$.
"""


@pytest.mark.parametrize("target", ["numpy", pytest.param("c", marks=pytest.mark.skipif(CC is None, reason="no C compiler")),
                                    pytest.param("numba", marks=needs("numba")), *LIBRARIES])
@pytest.mark.parametrize("mean", [False, True])
def test_a_sheet_s_own_batch_without_examples(target, mean):
    """A sum over nothing is 0; there is no mean of nothing. After it, the function takes examples as before."""
    f = longhand.compile(TOTAL.replace("L = ", r"L = \frac{1}{N} ") if mean else TOTAL, target=target)
    nothing, something = ([np.ones((n, 4)), np.zeros((n, 2)), np.ones((4, 2))] for n in (0, 3))

    def call(values):
        return f(*(given(target, values) if target in ("torch", "jax") else values))
    for _ in range(2):
        if mean:
            with pytest.raises(DataError, match="no mean"):
                call(nothing)
        else:
            loss, gradients = call(nothing)
            assert float(loss) == 0 and np.array_equal(np.asarray(gradients["W"]), np.zeros((4, 2)))
        loss, gradients = call(something)
        assert float(loss) == pytest.approx(96 / (3 if mean else 1)) and np.allclose(np.asarray(gradients["W"]), 24 / (3 if mean else 1))
