"""More than one process: the only file that knows the distributed engine, torch.distributed."""
from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from ..core.record import record
from ..errors import TrainingError, UsageError

if TYPE_CHECKING:
    import numpy as np


@record
class Alone:
    """One process: everything is its own share."""
    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes files and speaks."""
        return self.rank == 0

    def total(self, values: np.ndarray) -> None:
        """The sum of `values` over all processes, in place."""

    def close(self) -> None:
        """Leaves the group."""


@record
class Together(Alone):
    """One of several processes that `torchrun` started; `backend` is gloo on CPUs, nccl on GPUs."""
    backend: str = "gloo"
    device: str = "cpu"

    def total(self, values: np.ndarray) -> None:
        """The sum of `values` over all processes, in place. TrainingError where one of them has gone."""
        import torch
        from torch import distributed
        tensor = torch.from_numpy(values)
        moved = tensor if self.device == "cpu" else tensor.to(self.device)
        try:
            distributed.all_reduce(moved)
        except RuntimeError as error:
            raise TrainingError(f"Process {self.rank} of {self.size}: another process of the run has gone.",
                                suggestion="The last checkpoint of its folder is whole: run the same command with --resume.") from error
        if moved is not tensor:
            tensor.copy_(moved)

    def close(self) -> None:
        """Leaves the group."""
        from torch import distributed
        distributed.destroy_process_group()


Group = Alone


def group() -> Group:
    """The group that this process was started in: that of `torchrun`, else it stands alone."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Alone()
    torch: Any
    try:
        import torch
        from torch import distributed
    except ImportError:
        raise UsageError("Several processes need torch, which is not installed.", suggestion="pip install 'longhand[torch]'") from None
    local = int(os.environ.get("LOCAL_RANK", "0"))
    gpu = torch.cuda.is_available() and torch.cuda.device_count() > local
    if gpu:
        torch.cuda.set_device(local)
    distributed.init_process_group("nccl" if gpu else "gloo")
    return Together(distributed.get_rank(), distributed.get_world_size(), "nccl" if gpu else "gloo", f"cuda:{local}" if gpu else "cpu")


def leave(code: int) -> NoReturn:
    """Ends the process. One of several that did not end well goes at once: threads of the distributed engine still wait for a process that
    has gone, and would abort this one on its way out, with another exit code and a message of their own."""
    if code and int(os.environ.get("WORLD_SIZE", "1")) > 1:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(code)
    sys.exit(code)
