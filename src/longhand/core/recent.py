"""What was worked out lately, kept while there is room: a table in two halves, of which the older goes when the newer is full."""
from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any


class Recent(dict[Hashable, Any]):
    """Values by their keys, of which at least `room` (in whatever `put` counts by) stay that were used last. `recent[key]` is the value, None
    where there is none; what is looked up stays longer. It is a dictionary, of the newer half, since most that is asked for is found there."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room, self._taken = room, 0
        self._old: dict[Hashable, Any] = {}

    def __missing__(self, key: Hashable) -> Any:
        found = self._old.get(key)
        if found is not None:
            self.put(key, found)
        return found

    def get(self, key: Hashable, default: Any = None) -> Any:
        """The value, the default where there is none."""
        found = self[key]
        return default if found is None else found

    def put(self, key: Hashable, value: Any, size: int = 1) -> None:
        """Keeps a value that is not None."""
        if self._taken >= self.room:
            self._old, self._taken = dict(self), 0
            self.clear()
        self[key] = value
        self._taken += size

    def of(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value, made where there is none."""
        found = self[key]
        if found is None:
            found = make()
            self.put(key, found)
        return found
