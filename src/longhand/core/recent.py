"""What was worked out lately, kept while there is room: a table in two halves, of which the older goes when the newer is full."""
from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any


class Recent:
    """Values by their keys, of which at least `room` (in whatever `put` counts by) stay that were used last."""

    def __init__(self, room: int) -> None:
        self.room, self._taken = room, 0
        self._new: dict[Hashable, Any] = {}
        self._old: dict[Hashable, Any] = {}

    def get(self, key: Hashable) -> Any:
        """The value, None where there is none. What is looked up stays longer."""
        found = self._new.get(key)
        if found is None and (found := self._old.get(key)) is not None:
            self.put(key, found)
        return found

    def put(self, key: Hashable, value: Any, size: int = 1) -> None:
        """Keeps a value that is not None."""
        if self._taken >= self.room:
            self._old, self._new, self._taken = self._new, {}, 0
        self._new[key] = value
        self._taken += size

    def of(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value, made where there is none."""
        found = self.get(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found
