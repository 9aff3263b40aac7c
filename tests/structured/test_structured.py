"""Jacobians and Hessians in factors are the arrays that the interpreter gives, and keep the structure that makes them small."""
from __future__ import annotations

import numpy as np
import pytest
from dense_truth import agrees, exact, given, solves, true_hessian, true_jacobian
from models import factorisation, logistic_regression, separate, softmax_network, two_sided

import longhand as lh
from longhand.structure import filling
from longhand.structure.contraction import contract

RNG = np.random.default_rng(4)
NETWORK = {"x": RNG.normal(size=3), "y": np.eye(2)[1], "W_1": RNG.normal(size=(3, 4)), "b_1": RNG.normal(size=4), "W_2": RNG.normal(size=(4, 2)),
           "b_2": RNG.normal(size=2)}
FACTORISED = {"A": RNG.normal(size=(5, 4)), "M": RNG.integers(0, 2, (5, 4)), "U": RNG.normal(size=(5, 2)), "V": RNG.normal(size=(4, 2))}
LOGISTIC = {"X": RNG.normal(size=(6, 3)), "t": RNG.integers(0, 2, 6), "w": RNG.normal(size=3), "lam": np.array(0.5)}


def hessian_of(model: lh.Model, arrays: dict, first: str, second: str | None = None) -> tuple:
    """(structured, the truth) of a Hessian."""
    problem, data = model.problem(), {name: exact(a) for name, a in arrays.items()}
    f = lh.hessian(problem, first, second)
    return f(*given(f, data)), true_hessian(problem, data, first, second or first)


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.parametrize("first", ["W_1", "b_1", "W_2", "b_2", "x"])
@pytest.mark.parametrize("second", ["W_1", "W_2", "b_2"])
def test_every_block_of_the_hessian_of_a_network(activation, first, second):
    found, truth = hessian_of(softmax_network(activation), NETWORK, first, second)
    agrees(found, truth)
    if first == second:
        np.testing.assert_allclose(found.todense(), np.moveaxis(found.todense(), range(found.todense().ndim // 2), range(-(truth.ndim // 2), 0)),
                                   atol=1e-12)
        solves(found, truth)


@pytest.mark.parametrize("of", ["yhat", "z", "h", "a"])
@pytest.mark.parametrize("wrt", ["W_1", "b_1", "W_2", "x", "h"])
def test_every_jacobian_of_a_network(of, wrt):
    problem, data = softmax_network().problem(), {name: exact(a) for name, a in NETWORK.items()}
    f = lh.jacobian(problem, of, wrt, sizes={"d": 3, "n": 4, "q": 2})
    agrees(f(*given(f, data)), true_jacobian(problem, data, of, wrt))


@pytest.mark.parametrize("first", "UVAM")
@pytest.mark.parametrize("second", "UV")
def test_every_block_of_the_hessian_of_masked_factorisation(first, second):
    found, truth = hessian_of(factorisation(), FACTORISED, first, second)
    agrees(found, truth)
    assert bool(found.summands[0].deltas)


# ---- structure --------------------------------------------------------------------------------------------------------

def test_one_example_has_the_hessian_x_x_times_a_small_matrix():
    found, _ = hessian_of(softmax_network(), NETWORK, "W_1")
    x = NETWORK["x"]
    for summand in found.summands:
        assert sum(np.array_equal(array, x) for array, _ in summand.factors) == 2
    assert found.stored < 25 < found.size
    assert "x_i x_i′" in repr(found) or "x_i′" in repr(found)
    assert "instead of 144" in repr(found)


def test_blocks_of_the_factorisation_are_made_where_they_are_smaller_than_what_they_come_from():
    big = {"A": RNG.normal(size=(40, 40)), "M": RNG.integers(0, 2, (40, 40)), "U": RNG.normal(size=(40, 2)), "V": RNG.normal(size=(40, 2))}
    f = lh.hessian(factorisation(), "U")
    found = f(*(np.asarray(big[n], float) for n in f.inputs))
    assert found.stored == 40 * 2 * 2
    blocks = 2 * np.einsum("ij,jk,jl->ikl", big["M"], big["V"], big["V"])
    np.testing.assert_allclose(np.einsum("ikil->ikl", found.todense()), blocks)
    b = RNG.normal(size=(40, 2))
    np.testing.assert_allclose(found.solve(b), np.linalg.solve(blocks, b[..., None])[..., 0], rtol=1e-8)


def test_a_chain_of_layers_is_multiplied_once_for_both_ends():
    m = lh.Model()
    h, y = m.input("x", "n0"), m.label("y", "n4")
    for k in range(1, 5):
        z = m.define(f"z_{k}", m.parameter(f"W_{k}", f"n{k - 1}", f"n{k}").T @ h)
        h = m.define(f"h_{k}", lh.relu(z)) if k < 4 else m.define("yhat", lh.softmax(z))
    m.fact(y, 1, "one-hot")
    m.loss("Loss", -lh.sum(y * lh.ln(h)))
    arrays = {"x": RNG.normal(size=3), "y": np.eye(3)[0], **{f"W_{k}": RNG.normal(size=(3, 3)) for k in range(1, 5)}}
    found, truth = hessian_of(m, arrays, "W_1")
    agrees(found, truth)
    engine_factors = [array for array, own in found.summands[0].factors if len(own) == 2]
    assert len(engine_factors) == 2 and engine_factors[0] is engine_factors[1]


# ---- solving ----------------------------------------------------------------------------------------------------------

def test_diagonals_blocks_kronecker_products_and_small_corrections_are_solved():
    arrays = {"w": RNG.normal(size=5), "c": RNG.uniform(1, 2, 5), "v": RNG.normal(size=5)}
    assert solves(*hessian_of(separate(), arrays, "w")) == "solved"
    found, truth = hessian_of(separate(rank_one=True), arrays, "w")
    assert solves(found, truth) == "solved" and found.summands[0].deltas
    sides = {"A": RNG.normal(size=(4, 3)), "X": RNG.normal(size=(3, 2)), "B": RNG.normal(size=(2, 3))}
    assert solves(*hessian_of(two_sided(), sides, "X")) == "solved"
    assert solves(*hessian_of(logistic_regression(), LOGISTIC, "w")) == "solved"
    full = {**FACTORISED, "M": np.ones((5, 4))}
    assert solves(*hessian_of(factorisation(), full, "U")) == "solved"


def test_singular_matrices_are_said_to_be_so():
    assert "singular" in solves(*hessian_of(softmax_network(), NETWORK, "W_1"))         # x xᵀ has the rank one
    assert "singular" in solves(*hessian_of(softmax_network(), NETWORK, "b_2"))         # softmax does not see a constant
    zero = {"w": np.zeros(2), "c": np.array([1.0, 0.0]), "v": np.zeros(2)}
    assert "0" in solves(*hessian_of(separate(), zero, "w"))


def test_a_sum_without_common_structure_and_a_matrix_that_is_not_square_are_refused():
    found, truth = hessian_of(softmax_network(), NETWORK, "W_2")
    assert "structure" in solves(found, truth)
    tall, _ = hessian_of(softmax_network(), NETWORK, "W_1", "b_2")
    with pytest.raises(lh.ShapeError, match="square"):
        tall.solve(np.zeros((3, 4)))


# ---- batches, types, gradients ------------------------------------------------------------------------------------------

def batch(size: int, dtype: str = "float64") -> dict:
    return {**{n: np.asarray(a, dtype) for n, a in NETWORK.items()}, "x": RNG.normal(size=(size, 3)).astype(dtype),
            "y": np.eye(2)[RNG.integers(2, size=size)].astype(dtype)}


@pytest.mark.parametrize("tile", [0, filling.TILE], ids=["in place", "put in order"])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("how", ["mean", "sum"])
@pytest.mark.parametrize("size", [1, 2, 7])
def test_the_hessian_of_a_batch_is_that_of_its_examples(how, size, activation, tile, monkeypatch):
    monkeypatch.setattr(filling, "TILE", tile)
    arrays = batch(size)
    f = lh.hessian(softmax_network(activation), "W_1", batch=how)
    found = f(*(arrays[n] for n in f.inputs))
    single = [f(*({**arrays, "x": arrays["x"][r], "y": arrays["y"][r]}[n] for n in f.inputs)).todense() for r in range(size)]
    agrees(found, sum(single) / (size if how == "mean" else 1))


def test_the_jacobian_of_a_batch_has_the_batch_in_front():
    arrays = batch(5)
    f = lh.jacobian(softmax_network(), "yhat", "W_1")
    found = f(*(arrays[n] for n in f.inputs))
    single = [f(*({**arrays, "x": arrays["x"][r]}[n] for n in f.inputs)).todense() for r in range(5)]
    agrees(found, np.stack(single))


def test_gradients_of_single_examples_stay_in_factors_and_have_norms():
    arrays = batch(6)
    f, norms = lh.gradients_in_factors(softmax_network()), lh.per_example_norms(softmax_network())
    one = lh.compile(softmax_network())
    together, sizes = f(*(arrays[n] for n in f.inputs)), norms(*(arrays[n] for n in norms.inputs))
    for r in range(6):
        example = {**arrays, "x": arrays["x"][r], "y": arrays["y"][r]}
        _, expected = one(*(example[n] for n in one.inputs))
        single = f(*(example[n] for n in f.inputs))
        for name, gradient in expected.items():
            np.testing.assert_allclose(single[name].todense(), gradient, atol=1e-12)
            np.testing.assert_allclose(together[name].todense()[r], gradient, atol=1e-12)
            np.testing.assert_allclose(sizes[name][r], np.linalg.norm(gradient), atol=1e-12)
    assert together["W_1"].stored == 6 * 3 + 6 * 4
    assert single["W_1"].stored == 3 + 4


def test_the_jacobian_of_the_loss_is_its_gradient():
    arrays = batch(5)
    f, together = lh.jacobian(softmax_network(), "Loss", "W_1"), lh.compile(softmax_network())
    _, gradients = together(**arrays)
    found = f(**arrays)
    assert found.rows == ()
    np.testing.assert_allclose(found.todense(), gradients["W_1"], atol=1e-12)


def test_a_batch_without_examples():
    none = {**batch(1), "x": np.zeros((0, 3)), "y": np.zeros((0, 2))}
    assert lh.jacobian(softmax_network(), "yhat", "W_1")(**none).todense().shape == (0, 2, 3, 4)
    assert lh.per_example_norms(softmax_network())(**none)["W_1"].shape == (0,)
    np.testing.assert_array_equal(lh.hessian(softmax_network(), "W_1", batch="sum")(**none).todense(), np.zeros((3, 4, 3, 4)))
    with pytest.raises(lh.DataError, match="no mean"):
        lh.hessian(softmax_network(), "W_1")(**none)


def test_outer_products_of_every_layout_are_filled_by_rows_too():
    arrays = {"x": RNG.normal(size=(3, 110)), "y": np.eye(3)[[0, 1, 2]], "W_1": RNG.normal(size=(110, 100)), "b_1": RNG.normal(size=100),
              "W_2": RNG.normal(size=(100, 3)), "b_2": RNG.normal(size=3)}
    found = lh.jacobian(softmax_network(), "yhat", "W_1")(**arrays)
    a = arrays["x"] @ arrays["W_1"] + arrays["b_1"]
    z = np.maximum(a, 0) @ arrays["W_2"] + arrays["b_2"]
    y = np.exp(z - z.max(1, keepdims=True))
    y /= y.sum(1, keepdims=True)
    soft = np.einsum("rj,jl->rjl", y, np.eye(3)) - np.einsum("rj,rl->rjl", y, y)
    np.testing.assert_allclose(found.todense(), np.einsum("rjl,kl,rk,ri->rjik", soft, arrays["W_2"], a > 0, arrays["x"], optimize=True), atol=1e-12)


def test_single_precision_stays_single():
    arrays = batch(4, "float32")
    f = lh.hessian(softmax_network(), "W_1", dtype="float32")
    found = f(*(arrays[n] for n in f.inputs))
    assert found.dtype == found.todense().dtype == found.matvec(np.ones((3, 4), "float32")).dtype == np.float32
    wide = lh.hessian(softmax_network(), "W_1")
    np.testing.assert_allclose(found.todense(), wide(*(arrays[n].astype(float) for n in wide.inputs)).todense(), atol=1e-5)


def test_the_next_call_leaves_the_last_result_alone():
    f = lh.hessian(logistic_regression(), "w")
    first = f(*(np.asarray(LOGISTIC[n], float) for n in f.inputs))
    before = first.todense()
    f(*(np.asarray(LOGISTIC[n], float) + 1 for n in f.inputs))
    np.testing.assert_array_equal(first.todense(), before)


def test_a_ridge_is_a_delta_of_its_own():
    found, truth = hessian_of(logistic_regression(ridge=True), LOGISTIC, "w")
    agrees(found, truth)
    assert any(s.deltas for s in found.summands)


def test_large_symmetric_results_are_exactly_symmetric():
    f = lh.hessian(logistic_regression(), "w")
    X = RNG.normal(size=(300, 97))
    arrays = {"X": X, "t": RNG.integers(0, 2, 300).astype(float), "w": RNG.normal(size=97) / 10}
    whole = f(*(arrays[n] for n in f.inputs)).todense()
    s = 1 / (1 + np.exp(-X @ arrays["w"]))
    np.testing.assert_array_equal(whole, whole.T)
    np.testing.assert_allclose(whole, X.T @ (X * (s * (1 - s))[:, None]), rtol=1e-10)


@pytest.mark.parametrize("signs", [(1, 1), (-1, -1), (-1, 1), (0, 0)])
def test_weights_of_either_sign_keep_the_symmetry(signs):
    m = lh.Model()
    X, c, w = m.input("X", "m", "n"), m.input("c", "m"), m.parameter("w", "n")
    m.loss("Loss", lh.sum(c * lh.exp(m.define("u", X @ w))))
    arrays = {"X": RNG.normal(size=(20, 15)), "c": RNG.uniform(0.5, 1, 20) * RNG.choice(signs, 20), "w": RNG.normal(size=15) / 4}
    whole = lh.hessian(m, "w")(**arrays).todense()
    np.testing.assert_array_equal(whole, whole.T)
    np.testing.assert_allclose(whole, arrays["X"].T * (arrays["c"] * np.exp(arrays["X"] @ arrays["w"])) @ arrays["X"], rtol=1e-10, atol=1e-10)


def test_written_into_an_array_that_is_there():
    found, truth = hessian_of(softmax_network(), NETWORK, "W_2")
    out = np.full(truth.shape, np.nan)
    assert found.todense(out) is out
    np.testing.assert_allclose(out, truth, atol=1e-12)
    with pytest.raises(lh.ShapeError):
        found.todense(np.empty((2, 2)))
    np.testing.assert_array_equal(np.asarray(found), out)


# ---- errors -------------------------------------------------------------------------------------------------------------

def test_what_is_not_needed_may_be_given_by_name_and_what_is_unknown_may_not():
    f = lh.hessian(softmax_network(), "W_1")
    assert "y" not in f.inputs
    np.testing.assert_array_equal(f(**NETWORK).todense(), f(*(NETWORK[n] for n in f.inputs)).todense())
    with pytest.raises(lh.DataError, match="q_9"):
        f(**NETWORK, q_9=1.0)


def test_errors_name_what_is_wrong():
    with pytest.raises(lh.UnknownName, match="W_9"):
        lh.hessian(softmax_network(), "W_9")
    with pytest.raises(lh.ShapeError, match="one number"):
        lh.hessian(softmax_network(), "W_1", of="yhat")
    with pytest.raises(lh.UsageError, match="float64"):
        lh.jacobian(softmax_network(), "yhat", "W_1", dtype="int8")
    f = lh.hessian(softmax_network(), "b_2")
    with pytest.raises(lh.DataError, match="missing"):
        f(np.zeros(3))
    found, _ = hessian_of(softmax_network(), NETWORK, "b_1")
    with pytest.raises(lh.ShapeError, match="needed"):
        found.matvec(np.zeros(5))


# ---- the products underneath ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("seed", range(40))
def test_contraction_is_einsum(seed):
    rng = np.random.default_rng(seed)
    sizes = dict(enumerate(rng.integers(1, 4, 6).tolist()))
    operands = []
    for _ in range(rng.integers(1, 5)):
        labels = tuple(rng.integers(0, 6, rng.integers(0, 4)).tolist())
        operands.append((rng.normal(size=[sizes[k] for k in labels]), labels))
    present = sorted({k for _, own in operands for k in own})
    out = tuple(rng.permutation([k for k in present if rng.random() < 0.5]).tolist())
    expected = np.einsum(*(part for array, own in operands for part in (array, list(own))), list(out))
    np.testing.assert_allclose(contract(operands, out, sizes), expected, atol=1e-12)
