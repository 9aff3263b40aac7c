"""JAX: the loss with a `custom_vjp`, whose backward pass is the derived one."""
from __future__ import annotations

from collections.abc import Iterable

from ..core.problem import Problem
from ..errors import NotUnderstood
from .dialects import JAX
from .lowering import differentiable, lowered
from .modules import Forms, ModuleWriter, Sections, helper_text, listed, title, wrapped

FORMS = Forms(
    start="rng = np.random.default_rng(0)", given="jnp.array({0}, dtype=float)", places="jnp.asarray(rng.integers({0}, {1}, size={2}))",
    number="jnp.asarray({0})", one_hot="jnp.eye({0})[rng.integers({0}, size={1})]", label="jnp.asarray(rng.uniform(0.1, 0.9, {0}))",
    normal="jnp.asarray(rng.normal(size={0}))",
    zeros="jnp.zeros({0})")
OWN = {
    "softmax": '''def softmax(z, axis=-1):
    """Softmax, without overflow."""
    return jax.nn.softmax(z, axis=axis)''',
    "log_softmax": '''def log_softmax(z, axis=-1):
    """The logarithm of softmax, exact where softmax itself would be 0."""
    return jax.nn.log_softmax(z, axis=axis)''',
    "padded": '''def padded(array, *places):
    """The entries at places that broadcast; 0 where a place is outside the array."""
    places = [jnp.asarray(p).astype(int) for p in places]
    inside = True
    for p, n in zip(places, array.shape):
        inside = inside & (p >= 0) & (p < n)
    return jnp.where(inside, array[tuple(jnp.clip(p, 0, n - 1) for p, n in zip(places, array.shape))], 0)''',
    "erf": '''def erf(x):
    """The error function."""
    return jax.scipy.special.erf(x)''',
}


def source(problem: Problem, wrt: Iterable[str] | None = None, update: bool = True) -> str:
    """The module for a problem. `derived_loss(...)` takes part in any model; check_grads of JAX runs in `main`.

    wrt      the gradients that it holds: by default every parameter and every input
    update   whether it holds a step of gradient descent
    """
    if problem.loss is None:
        raise NotUnderstood("The problem has no loss, and a custom_vjp needs one.", suggestion="--to numpy writes its forward pass.")
    code = lowered(problem, differentiable(problem) if wrt is None else wrt, update=update)
    writer = ModuleWriter(problem, code, JAX)
    forward, gradients, stepped = writer.forward(), writer.split_gradients(), writer.update()
    numbers = writer.numbers(FORMS)
    imports = "\n".join(["from __future__ import annotations", "", *(["import math"] if "math" in writer.helpers else []), "import sys", "",
                         "import jax", "import jax.numpy as jnp", *(["import numpy as np"] if "rng" in numbers else [])])
    parts = Sections(title(problem, code, "JAX"), imports, helper_text(code, JAX, writer.helpers, OWN), numbers, forward,
                     f"{gradients}\n\n\n{_derived(writer)}", "", stepped, _main(writer))
    return parts.source()


def _derived(writer: ModuleWriter) -> str:
    inputs, code, results, saved = writer.inputs, writer.code, writer.results, writer.saved
    given, kept = ", ".join(inputs), (*inputs, *saved)
    back = [f"upstream * {code.gradients[n]}" if n in code.gradients else f"_not_derived({n})" for n in inputs]
    left_out = "" if set(inputs) <= set(code.gradients) else _NOT_DERIVED
    unpacked = f"{', '.join(n if f'_not_derived({n})' in back else '_' for n in inputs)}, *_ = kept\n    " if left_out else ""
    return f'''@jax.custom_vjp
def derived_loss({given}):
    """The loss, with the derived gradients."""
    return loss({given})


def _derived_forward({given}):
    {listed(results)} = forward({given})
    return {code.loss}, ({listed(kept)})


def _derived_backward(kept, upstream):
    {unpacked}{listed(tuple(code.gradients.values()))} = backward(*kept)
{wrapped(f"return {', '.join(back)}{',' if len(back) == 1 else ''}")}


derived_loss.defvjp(_derived_forward, _derived_backward){left_out}'''


_NOT_DERIVED = '''


def _not_derived(array):
    """NaN in the place of a gradient that was not derived, so that nobody takes it for 0; whole numbers have none."""
    array = jnp.asarray(array)
    return jnp.full_like(array, jnp.nan) if jnp.issubdtype(array.dtype, jnp.floating) else None'''


def _main(writer: ModuleWriter) -> str:
    code = writer.code
    names = ", ".join(f'"{n}"' for n in writer.inputs) + ("," if len(writer.inputs) == 1 else "")
    wanted = ", ".join(f'"{n}"' for n in code.gradients) + ("," if len(code.gradients) == 1 else "")
    lines = ['jax.config.update("jax_enable_x64", True)', "from jax.test_util import check_grads", "given = numbers()",
             f"known = {{name: given[name] for name in ({names})}}", f"moving = {{name: known[name] for name in ({wanted})}}",
             "", "def of(moving):", f"    return derived_loss(*({{**known, **moving}}[name] for name in ({names})))", "",
             "value, found = jax.value_and_grad(of)(moving)", 'print("loss", value)',
             "for name, gradient in found.items():", '    print(f"gradient of {name} =\\n{gradient}")',
             "try:", '    check_grads(of, (moving,), order=1, modes=["rev"])', "except AssertionError as error:",
             '    print("gradient check: FAILED", error)', "    return 1", 'print("gradient check: passed")', "return 0"]
    return writer.function("main", (), "Loss, gradients, and JAX's own gradient check, in double precision.", lines) + \
        '\n\n\nif __name__ == "__main__":\n    sys.exit(main())'
