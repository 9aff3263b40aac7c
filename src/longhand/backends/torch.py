"""PyTorch: the loss as a `torch.autograd.Function`, whose backward pass is the derived one."""
from __future__ import annotations

from collections.abc import Iterable

from ..core.problem import Problem
from ..errors import NotUnderstood
from .dialects import TORCH
from .lowering import differentiable, lowered
from .modules import Forms, ModuleWriter, Sections, helper_text, listed, title, wrapped

FORMS = Forms(
    start="torch.manual_seed(0)", given="torch.tensor({0}, dtype=torch.float64)", places="torch.randint({0}, {1}, {2})",
    number="torch.tensor({0}, dtype=torch.float64)", one_hot="torch.eye({0}, dtype=torch.float64)[torch.randint({0}, {1})]",
    label="torch.empty({0}, dtype=torch.float64).uniform_(0.1, 0.9)", normal="torch.randn({0}, dtype=torch.float64)",
    zeros="torch.zeros({0}, dtype=torch.float64)")
OWN = {
    "softmax": '''def softmax(z, axis=-1):
    """Softmax, without overflow."""
    return torch.softmax(z, dim=axis)''',
    "log_softmax": '''def log_softmax(z, axis=-1):
    """The logarithm of softmax, exact where softmax itself would be 0."""
    return torch.log_softmax(z, dim=axis)''',
    "padded": '''def padded(array, *places):
    """The entries at places that broadcast; 0 where a place is outside the array."""
    places = [torch.as_tensor(p, device=array.device).long() for p in places]
    inside = torch.ones((), dtype=torch.bool, device=array.device)
    for p, n in zip(places, array.shape):
        inside = inside & (p >= 0) & (p < n)
    return torch.where(inside, array[tuple(p.clamp(0, n - 1) for p, n in zip(places, array.shape))], 0)''',
}


def source(problem: Problem, wrt: Iterable[str] | None = None, update: bool = True) -> str:
    """The module for a problem. `DerivedLoss.apply(...)` takes part in any model; gradcheck of PyTorch runs in `main`.

    wrt      the gradients that it holds: by default every parameter and every input
    update   whether it holds a step of gradient descent
    """
    if problem.loss is None:
        raise NotUnderstood("The problem has no loss, and a torch.autograd.Function needs one.", suggestion="--to numpy writes its forward pass.")
    code = lowered(problem, differentiable(problem) if wrt is None else wrt, update=update)
    writer = ModuleWriter(problem, code, TORCH)
    forward, gradients, stepped = writer.forward(), writer.split_gradients(), writer.update()
    helpers = helper_text(code, TORCH, writer.helpers, OWN)
    imports = "\n".join(["from __future__ import annotations", "", *(["import math"] if "math" in writer.helpers else []), "import sys", "",
                         "import torch"])
    parts = Sections(title(problem, code, "PyTorch"), imports, helpers, writer.numbers(FORMS), forward, f"{gradients}\n\n\n{_function(writer)}",
                     "", stepped, _main(writer))
    return parts.source()


def _function(writer: ModuleWriter) -> str:
    inputs, code, results, saved = writer.inputs, writer.code, writer.results, writer.saved
    given, made = ", ".join(inputs), tuple(code.gradients.values())
    back = [f"upstream * {code.gradients[n]}" if n in code.gradients else "None" for n in inputs]
    without = [k for k, n in enumerate(inputs) if n not in code.gradients]
    refused = ", ".join(inputs[k] for k in without)
    asked = f"any(ctx.needs_input_grad[k] for k in ({', '.join(map(str, without))}))" if len(without) != 1 else f"ctx.needs_input_grad[{without[0]}]"
    check = f'''
        if {asked}:
            raise NotImplementedError("no gradient was derived with respect to {refused}")''' if without else ""
    return f'''class DerivedLoss(torch.autograd.Function):
    """The loss, with the derived gradients: DerivedLoss.apply({given})."""

    @staticmethod
    def forward(ctx, {given}):
        """The loss; what the backward pass needs is kept."""
        {listed(results)} = forward({given})
        ctx.save_for_backward({', '.join((*inputs, *saved))})
        return {code.loss}

    @staticmethod
    def backward(ctx, upstream):
        """The gradients times what comes from above."""
        if torch.is_grad_enabled():
            raise NotImplementedError("second derivatives were not derived: no create_graph=True through this loss"){check}
        {listed(made)} = backward(*ctx.saved_tensors)
{wrapped(f"return {', '.join(back)}{',' if len(back) == 1 else ''}", '        ')}'''


def _main(writer: ModuleWriter) -> str:
    code = writer.code
    names = ", ".join(f'"{n}"' for n in writer.inputs) + ("," if len(writer.inputs) == 1 else "")
    wanted = ", ".join(f'"{n}"' for n in code.gradients) + ("," if len(code.gradients) == 1 else "")
    lines = ["given = numbers()",
             f"values = [given[n].requires_grad_(n in ({wanted})) for n in ({names})]",
             "value = DerivedLoss.apply(*values)", "value.backward()", 'print("loss", value.item())',
             f"for name in ({wanted}):", '    print(f"gradient of {name} =\\n{given[name].grad}")',
             "ok = torch.autograd.gradcheck(DerivedLoss.apply, values, raise_exception=False)",
             'print("gradient check:", "passed" if ok else "FAILED")', "return 0 if ok else 1"]
    return writer.function("main", (), "Loss, gradients, and PyTorch's own gradient check.", lines) + \
        '\n\n\nif __name__ == "__main__":\n    sys.exit(main())'
