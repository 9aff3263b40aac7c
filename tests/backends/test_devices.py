"""Code for PyTorch and JAX goes wherever its arrays are: checked without such a device, on PyTorch's `meta` and by compiling for CUDA."""
from __future__ import annotations

import numpy as np
import pytest
from targets import inputs_of, needs, run
from truth import CASES, data, problem_of

from longhand.backends.compiled import compile
from longhand.backends.lowering import lowered
from longhand.backends.written import source

READS_A_NUMBER = {"gated", "recurrence", "every step", "embedding"}
"""Code that looks at a number on its way: the place of an entry in a round, or whether a pointer is inside. `meta` has none."""


@needs("torch")
@pytest.mark.parametrize("case", [c for c in CASES if c not in READS_A_NUMBER])
def test_every_tensor_of_a_pytorch_module_is_made_where_its_inputs_are(case):
    """A number or mask made on the processor beside tensors elsewhere is an error of PyTorch, on `meta` as on a GPU."""
    import torch
    problem = problem_of(case)
    (names, tensors), arrays, code = inputs_of(problem), data(problem), lowered(problem)
    given = [torch.tensor(np.asarray(arrays[tensors[n]], float)).to("meta").requires_grad_(n in code.gradients) for n in names]
    loss = run(source(problem, "torch"))["DerivedLoss"].apply(*given)
    loss.backward()
    assert loss.device.type == "meta"
    assert all(a.grad.device.type == "meta" for n, a in zip(names, given, strict=True) if n in code.gradients)


@needs("torch")
def test_a_compiled_function_on_a_device():
    """The numbers of the sheet go there too."""
    import torch
    problem = problem_of("1")
    f, arrays = compile(problem, target="torch"), data(problem)
    loss, gradients = f(*(torch.tensor(np.asarray(arrays[f.tensors[n]], float)).to("meta") for n in f.inputs))
    assert {loss.device.type, *(g.device.type for g in gradients.values())} == {"meta"}


@needs("jax")
@pytest.mark.parametrize("case", CASES)
def test_xla_compiles_a_jax_module_for_cuda(case):
    """Nothing in it calls back into this process, which a GPU could not."""
    import jax
    from jax import export
    problem = problem_of(case)
    (names, tensors), arrays = inputs_of(problem), data(problem)
    given = [jax.ShapeDtypeStruct(np.shape(arrays[tensors[n]]), np.float32) for n in names]
    made = export.export(jax.jit(run(source(problem, "jax"))["derived_loss"]), platforms=["cuda"])(*given)
    assert made.platforms == ("cuda",) and made.out_avals[0].shape == ()
