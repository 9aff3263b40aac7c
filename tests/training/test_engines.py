"""The engines of training: the C target against NumPy, shares of several threads, and what a step is made of."""
from __future__ import annotations

from threading import Barrier, Thread

import numpy as np
import pytest
from training_sheets import NETWORK, REGRESSION, circles, compiler_or_skip

import longhand
from longhand.backends import blas, c_shares
from longhand.backends.array_code import Read, nodes, reads, scalars, targets
from longhand.backends.phases import phases
from longhand.calculus.descent import METHODS
from longhand.errors import UsageError
from longhand.solution import read
from longhand.training.examples import Examples
from longhand.training.options import Options
from longhand.training.scale import Alone
from longhand.training.stepper import Stepper
from longhand.training.steps import step
from longhand.training.targets import chosen
from longhand.training.task import task

SUMMED = REGRESSION.replace(r"\frac{1}{m}", "")
RECURRENT = r"""
A recurrent network: $a_t = w x_t + u h_{t-1}$, $h_t = \tanh(a_t)$ for $t = 1, 2, 3$ with $h_0 = 0$, and
$L = \frac{1}{2} \sum_{t=1}^{3} (h_t - y_t)^2$. Given $x = [0.5, -0.2, 0.7]$, $y = [0.1, 0.2, 0.3]$, $w = 0.8$, $u = -0.4$.
Compute the gradients of $L$ with respect to $w$ and $u$.
"""
NORMED = r"""
The data are $X \in \mathbb{R}^{m \times d}$ and the targets $y \in \mathbb{R}^m$. Let $\hat y = X w$ with $w \in \mathbb{R}^d$,
and the loss is $L = \left(\sum_{i=1}^{m} (\hat y_i - y_i)^2\right)^2$. Derive the gradient of $L$ with respect to $w$.
"""


def made(sheet, rows=50, target="numpy", method="gradient descent", dtype="float64", batch=16, threads=None, group=None, sizes=None):
    """A stepper and examples for a sheet, with random numbers."""
    wanted, random = task(read(sheet).problems[0]), np.random.default_rng(5)
    sizes = {"d": 5, "n": 20, "q": 3, **(sizes or {})}

    def shape(tensor, first=()):
        return [*first, *(a.size if isinstance(a.size, int) else sizes[a.size] for a in tensor.axes[len(first):])]

    parameters = {p.name: 0.5 * random.normal(size=shape(p)) for p in wanted.parameters}
    arrays = {t.name: random.normal(size=shape(t, (rows,))) for t in (*wanted.inputs, *wanted.labels)}
    if "one-hot" in sheet:
        arrays["y"] = np.eye(3)[random.integers(3, size=rows)]
    options = Options(batch=batch, method=method, dtype=dtype, target=target)
    sizes = {s: n for s, n in sizes.items() if s in {a.size for t in wanted.program.tensors.values() for a in t.axes}}
    stepper = Stepper(wanted, parameters, sizes, options, batch, group, threads)
    return stepper, stepper.prepared(Examples(arrays, rows, {}))


def moved(stepper, examples, epochs=2):
    """Losses and parameters after some epochs."""
    random, losses = np.random.default_rng(0), []
    for epoch in range(epochs):
        steps = -(-examples.rows // stepper.batch)
        losses.append(stepper.run(examples, random.permutation(examples.rows), np.full(steps, 0.03), epoch * steps))
    return np.concatenate(losses), stepper.state()


@pytest.mark.parametrize(("method", "threads"), [("gradient descent", 1), ("momentum", 2), ("nesterov", 3), ("adam", 2)])
def test_c_takes_the_steps_of_numpy(method, threads):
    compiler_or_skip()
    (one, given), (other, _) = made(NETWORK, method=method), made(NETWORK, method=method, target="c", threads=threads)
    ours, theirs = moved(one, given), moved(other, given)
    assert np.allclose(ours[0], theirs[0], rtol=1e-12)
    assert all(np.allclose(array, theirs[1][name], rtol=1e-10, atol=1e-13) for name, array in ours[1].items())
    assert np.allclose(one.evaluate(given)[0], other.evaluate(given)[0], rtol=1e-12)
    assert np.allclose(one.evaluate(given)[1], other.evaluate(given)[1], rtol=1e-12)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("way", ["tiles", "BLAS", "tiles without BLAS"])
def test_large_products_give_the_same(threads, way, monkeypatch):
    """Sizes from which tiles or BLAS take the products, cut into shares or not: gradients added to the parameters by the product itself."""
    compiler_or_skip()
    if way == "BLAS":
        monkeypatch.setattr(c_shares, "MOST", 0)
    elif way == "tiles without BLAS":
        monkeypatch.setattr(blas, "gemm", lambda letter: None)
    sizes = {"d": 70, "n": 50}
    (one, given), (other, _) = made(NETWORK, 150, batch=64, sizes=sizes), made(NETWORK, 150, target="c", threads=threads, batch=64, sizes=sizes)
    ours, theirs = moved(one, given), moved(other, given)
    assert np.allclose(ours[0], theirs[0], rtol=1e-11)
    assert all(np.allclose(array, theirs[1][name], rtol=1e-9, atol=1e-12) for name, array in ours[1].items())
    again, _ = made(NETWORK, 150, target="c", threads=threads, batch=64, sizes=sizes)
    assert all(array.tobytes() == theirs[1][name].tobytes() for name, array in moved(again, given)[1].items())


def test_a_recurrence_in_c():
    compiler_or_skip()
    (one, given), (other, _) = made(RECURRENT), made(RECURRENT, target="c", threads=2)
    assert other.engine.threads == 1                       # its rounds are not cut
    ours, theirs = moved(one, given), moved(other, given)
    assert np.allclose(ours[0], theirs[0], rtol=1e-12) and ours[0][0] > 0
    x, y, (w, u) = given.arrays["x"], given.arrays["y"], (made(RECURRENT)[0].parameters[n] for n in "wu")
    h, expected = np.zeros(len(x)), 0.0                    # time is no axis of examples: the loss of each is that of its own three steps
    for t in range(3):
        h = np.tanh(w * x[:, t] + u * h)
        expected += 0.5 * (h - y[:, t]) ** 2
    assert np.isclose(made(RECURRENT)[0].evaluate(given)[0], expected.mean())


@pytest.mark.parametrize("threads", [1, 2])
def test_c_ends_at_the_first_loss_that_is_no_number(threads):
    compiler_or_skip()
    stepper, given = made(NETWORK, target="c", threads=threads)
    given.arrays["x"][20] = np.inf
    losses = stepper.run(given, np.arange(50), np.full(4, 0.1), 0)
    assert np.isfinite(losses[0]) and np.isnan(losses[1:]).all()


@pytest.mark.parametrize("method", sorted({m.name for m in METHODS.values()}))
def test_every_method_writes_over_what_it_moves(method):
    """No update reads an old value after the new one was made, and the gradient's part never writes what moves."""
    found = step(task(read(NETWORK).problems[0]), METHODS[method], {})
    written = {t for s in found.after_gradients() for t in targets(s)}
    assert set(found.moved) <= written
    assert not written & {t for s in found.until_gradients() for t in targets(s)}


def test_a_phase_never_reads_what_another_thread_makes_in_it():
    found = step(task(read(NETWORK).problems[0]), METHODS["adam"], {})
    cut = phases(found.statements, found.examples)
    assert len(cut) == 2                                   # up to the hidden gradients row by row; then gradients and updates
    assert sorted(map(repr, found.statements)) == sorted(repr(s) for phase in cut for s in phase)
    for phase in cut:
        written = {t for s in phase for t in targets(s)}
        for s in phase:
            places = [n for scalar in scalars(s) for n in nodes(scalar) if isinstance(n, Read)]
            assert not written & {r.array for r in places if r.at[:1] != s.at[:1]}, s.target
    order = [s for phase in cut for s in phase]
    for k, s in enumerate(found.statements):               # whoever made something is still before whoever reads it
        for earlier in found.statements[:k]:
            if {earlier.target} & (reads(s) | {s.target}):
                assert order.index(earlier) < order.index(s)


class Pair(Alone):
    """Two threads as two processes."""
    shared: dict = {}

    def __init__(self, rank, meet, sums):
        for name, value in (("rank", rank), ("size", 2), ("meet", meet), ("sums", sums)):
            object.__setattr__(self, name, value)

    __slots__ = ("meet", "sums")

    def total(self, values):
        self.sums[self.rank] = values.copy()
        self.meet.wait()
        values[...] = self.sums[0] + self.sums[1]
        self.meet.wait()


@pytest.mark.parametrize("target", ["numpy", "c"])
@pytest.mark.parametrize("sheet", [NETWORK, SUMMED], ids=["mean", "sum"])
def test_two_shares_of_each_batch_give_the_steps_of_one(sheet, target):
    if target == "c":
        compiler_or_skip()
    alone, given = made(sheet, 33, batch=17)
    expected, meet, sums, found = moved(alone, given), Barrier(2, timeout=60), {}, {}

    def work(rank):
        stepper, same = made(sheet, 33, target, batch=17, group=Pair(rank, meet, sums))
        stepper.check_shares(same)
        found[rank] = moved(stepper, same)

    threads = [Thread(target=work, args=(rank,)) for rank in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for rank in (0, 1):
        assert np.allclose(found[rank][0], expected[0], rtol=1e-10)
        assert all(np.allclose(array, found[rank][1][name], rtol=1e-9, atol=1e-12) for name, array in expected[1].items())


def test_a_loss_that_cannot_be_shared_is_refused():
    stepper, given = made(NORMED)
    with pytest.raises(UsageError, match="neither a mean nor a sum"):
        stepper.check_shares(given)


def test_the_default_target_is_c_where_there_is_a_compiler(monkeypatch):
    from longhand.backends import compiler
    monkeypatch.setattr(compiler, "which", lambda: "cc")
    assert chosen(None) == ("c", "")

    def none():
        raise UsageError("There is no C compiler.")
    monkeypatch.setattr(compiler, "which", none)
    assert chosen(None) == ("numpy", "There is no C compiler.")
    assert chosen("c") == ("c", "")                        # asked for: the engine says what is missing


def test_numpy_takes_over_where_the_compiler_fails(monkeypatch):
    """Where C was not asked for: the result says so. Where it was, the error stands."""
    from longhand.backends import compiler

    def refused(*_, **__):
        raise UsageError("cc could not compile the code: no space left")
    monkeypatch.setattr(compiler, "which", lambda: "cc")
    monkeypatch.setattr(compiler, "built", refused)
    fitted = longhand.fit(NETWORK, circles(), epochs=1, sizes={"n": 8})
    assert fitted.computed == "NumPy" and "no space left" in fitted.note and fitted.options.target == "numpy"
    with pytest.raises(UsageError, match="could not compile"):
        longhand.fit(NETWORK, circles(), epochs=1, sizes={"n": 8}, target="c")
