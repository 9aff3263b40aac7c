"""Checkpoints in safetensors: arrays and the state of the run in one file, written whole or not at all."""
from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.record import record
from ..errors import FileError, UsageError
from ..files import reason, write_bytes
from .tables import EXTRA

if TYPE_CHECKING:
    import numpy as np

FORMAT = "longhand/checkpoint/1"


@record
class Checkpoint:
    """Everything that a run needs to go on as if it had not stopped: `arrays` (parameters, moments, scales) and `state` (numbers and words)."""
    arrays: dict[str, np.ndarray]
    state: dict[str, Any]


def save(checkpoint: Checkpoint, path: Path) -> None:
    """The checkpoint in a file; an earlier one stays as it is until the new one is whole."""
    arrays, state = {name: _whole(array) for name, array in checkpoint.arrays.items()}, json.dumps(checkpoint.state)
    write_bytes(str(path), _library().save(arrays, metadata={"format": FORMAT, "state": state, "sum": _sum(arrays, state)}))


def load(path: Path) -> Checkpoint:
    """The checkpoint of a file. FileError where it is none, or is not whole."""
    library = _library()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: {reason(error)}.") from None
    try:
        arrays = library.load(content)
        size = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8:8 + size]).get("__metadata__", {})
        state = json.loads(metadata["state"]) if metadata.get("format") == FORMAT else None
        if state is not None and metadata.get("sum") != _sum(arrays, metadata["state"]):
            raise ValueError("its contents have changed since it was written")
    except Exception as error:                    # the library has errors of its own, and a damaged header may be anything
        raise FileError(f"{path} is no whole checkpoint: {' '.join(str(error).split())[:120]}") from None
    if state is None:
        raise FileError(f"{path} is no checkpoint of longhand.", suggestion="Resume from a checkpoint that `longhand train` wrote.")
    return Checkpoint(arrays, state)


def _whole(array: np.ndarray) -> np.ndarray:
    import numpy as np
    return np.array(array, order="C")


def _sum(arrays: dict[str, np.ndarray], state: str) -> str:
    """A hash of all that is kept: a bit that has turned is no number that anybody trained."""
    found = hashlib.sha256(state.encode())
    for name in sorted(arrays):
        found.update(f"{name}{arrays[name].dtype}{arrays[name].shape}".encode())
        found.update(arrays[name].tobytes())
    return found.hexdigest()


def _library() -> Any:
    try:
        import safetensors.numpy as library
    except ImportError:
        raise UsageError("Checkpoints need safetensors, which is not installed.", suggestion=EXTRA) from None
    return library
